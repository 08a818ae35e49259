package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestFoldedBERTComputesTheSame(t *testing.T) {
	dir := t.TempDir()
	folded := filepath.Join(dir, "new", "folded")
	r := call(t, "fold", "--in", model(t, "tiny-bert"), "--out", folded).works(t)
	if !strings.Contains(r.stdout, "a DistilBERT of 2 layers of 32") || !strings.Contains(r.stderr, "left out: pooler.dense.weight") {
		t.Errorf("standard output:\n%s\nstandard error:\n%s", r.stdout, r.stderr)
	}
	if got, want := testkit.Entries(t, folded), []string{"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "vocab.txt"}; !slices.Equal(got, want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
	if got := testkit.Entries(t, filepath.Dir(folded)); !slices.Equal(got, []string{"folded"}) {
		t.Errorf("beside the folder: %q", got)
	}
	var lines strings.Builder
	for i := range 40 {
		fmt.Fprintf(&lines, `{"id": %d, "text": %q}`+"\n", i, note(i, 1+2*i))
	}
	in, out := testkit.WriteFile(t, filepath.Join(dir, "notes.jsonl"), lines.String()), filepath.Join(dir, "out.jsonl")
	logits := func(base string) []prediction {
		call(t, "classify", "--base", base, "--adapter", model(t, "adapter-all"), "--in", in, "--out", out, "--logits").works(t)
		return readPredictions(t, testkit.ReadFile(t, out))
	}
	want, got := logits(model(t, "tiny-bert")), logits(folded)
	for i := range want {
		for k := range want[i].Logits {
			if math.Abs(float64(want[i].Logits[k]-got[i].Logits[k])) > 1e-6 {
				t.Errorf("note %d, logit %d: %v by the BERT, %v by the folded one", i, k, want[i].Logits[k], got[i].Logits[k])
			}
		}
	}
}

func TestFoldsThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "folded")
	existing := filepath.Join(dir, "existing")
	if err := os.Mkdir(existing, 0o755); err != nil {
		t.Fatal(err)
	}
	eps := testkit.CopyFolder(t, model(t, "tiny-bert"))
	testkit.EditJSON(t, filepath.Join(eps, "config.json"), func(c map[string]any) { c["layer_norm_eps"] = 1e-5 })
	wordless := testkit.CopyFolder(t, model(t, "tiny-bert"))
	for _, name := range []string{"tokenizer.json", "vocab.txt"} {
		if err := os.Remove(filepath.Join(wordless, name)); err != nil {
			t.Fatal(err)
		}
	}
	before := contents(t, dir)
	for name, c := range map[string]struct {
		in, out string
		words   []string
	}{
		"into a folder that is there": {model(t, "tiny-bert"), existing, []string{existing, "exists already"}},
		"a DistilBERT":                {model(t, "tiny"), out, []string{model(t, "tiny"), "distilbert already", "only a BERT"}},
		"another LayerNorm":           {eps, out, []string{"layer_norm_eps", "1e-05"}},
		"a BERT without words":        {wordless, out, []string{wordless, "tokenizer.json"}},
		"no such folder":              {filepath.Join(dir, "missing"), out, []string{filepath.Join(dir, "missing"), "does not exist"}},
		"a folder of something else":  {existing, out, []string{filepath.Join(existing, "config.json"), "does not exist"}},
		"onto itself":                 {model(t, "tiny-bert"), model(t, "tiny-bert"), []string{"exists already"}},
	} {
		t.Run(name, func(t *testing.T) {
			call(t, "fold", "--in", c.in, "--out", c.out).fails(t, 1, c.words...)
			unchanged(t, dir, before)
		})
	}
	t.Run("without room", func(t *testing.T) {
		callWith(t, nil, limited(40, command("go", "fold", "--in", model(t, "tiny-bert"), "--out", out))).fails(t, 1, "model.safetensors", "file too large")
		unchanged(t, dir, before)
	})
}
