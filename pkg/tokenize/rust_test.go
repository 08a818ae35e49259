//go:build rusttokenizer && cgo

package tokenize

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestChunks checks that the pieces in which the Rust library gets a long text change nothing: the Go engine takes it
// whole.
func TestChunks(t *testing.T) {
	spaced := writeFolder(t, map[string]string{
		"vocab.txt":             smallVocab,
		"tokenizer_config.json": `{"extra_special_tokens": ["no heart"]}`,
		"config.json":           `{"model_type": "bert"}`,
	})
	for name, c := range map[string]struct{ dir, text string }{
		"words":              {filepath.Join(goldenDir, "uncased"), strings.Repeat("heart pain, no é\u0301\u302e ", 12_000)},
		"no space":           {filepath.Join(goldenDir, "uncased"), strings.Repeat("heart,\n", 30_000)},
		"late space":         {filepath.Join(goldenDir, "uncased"), strings.Repeat("heart,", 15_000) + " heart pain"},
		"early space":        {filepath.Join(goldenDir, "uncased"), " " + strings.Repeat("heart,", 30_000)},
		"stripping tokens":   {filepath.Join(goldenDir, "added"), strings.Repeat("heart   <note>  <end>   Patient x-ray ", 12_000)},
		"token with a space": {spaced, strings.Repeat("no heart ", 30_000)},
	} {
		t.Run(name, func(t *testing.T) {
			var ids [2][]int32
			for i, engine := range []string{RustEngine, GoEngine} {
				tokenizer, err := OpenEngine(c.dir, engine)
				if err != nil {
					t.Fatal(err)
				}
				e, err := tokenizer.Encode(c.text, 0)
				if err != nil {
					t.Fatal(err)
				}
				ids[i] = e.IDs
			}
			if len(c.text) < chunkBytes+chunkBytes/4 {
				t.Fatalf("the text is no longer than a chunk: %d bytes", len(c.text))
			}
			if !slices.Equal(ids[0], ids[1]) {
				t.Errorf("%d ids from rust, %d from go, or others", len(ids[0]), len(ids[1]))
			}
		})
	}
}
