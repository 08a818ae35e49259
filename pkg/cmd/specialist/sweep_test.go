package main

import (
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// sweepProfile is three configurations of the tiny base, the second of which cannot be trained.
func sweepProfile(t *testing.T, dir string) string {
	t.Helper()
	return testkit.WriteFile(t, filepath.Join(dir, "mine.yaml"), `extends: demo
max_length: 32
train: {batch_size: 8, warmup_steps: 2, epochs: 10, patience: 0}
sweep:
  - {name: first, set: [train.learning_rate=1e-3]}
  - {name: broken, set: ["adapter.target_modules=[query]"]}
  - {name: last, set: [train.learning_rate=1e-2, adapter.rank=4, train.batch_size=16]}
compare: []
`)
}

func TestSweepIsKilledAndEndsTheSame(t *testing.T) {
	csv, dir := trainCSV(t), t.TempDir()
	profile := sweepProfile(t, dir)
	args := func(out string) []string {
		return []string{"sweep", "--profile", profile, "--base", model(t, "tiny"), "--data", csv, "--out", out}
	}
	whole := filepath.Join(dir, "whole")
	began := time.Now()
	r := call(t, args(whole)...).works(t)
	took := time.Since(began)
	for _, want := range []string{"first", "last", "broken", "failed", "query", "selected: " + whole} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("standard output does not say %q:\n%s", want, r.stdout)
		}
	}
	for _, want := range []string{"configuration 1 of 3, first\n", "configuration 3 of 3, last\n", "broken failed: ", "60 texts under 4 labels"} {
		if strings.Count(r.stderr, want) != 1 {
			t.Errorf("standard error does not say %q once:\n%s", want, r.stderr)
		}
	}
	var said struct {
		Selected       string
		Configurations []struct {
			Name    string
			MacroF1 *float64 `json:"validation_macro_f1"`
			Failed  string
		}
	}
	if err := json.Unmarshal([]byte(testkit.ReadFile(t, filepath.Join(whole, "sweep.json"))), &said); err != nil {
		t.Fatal(err)
	}
	best := said.Configurations[0]
	if c := said.Configurations; len(c) != 3 || c[1].MacroF1 != nil || !strings.Contains(c[1].Failed, "query") {
		t.Fatalf("sweep.json: %+v", said)
	} else if *c[2].MacroF1 > *best.MacroF1 {
		best = c[2]
	}
	if said.Selected != best.Name {
		t.Errorf("selected %s of %+v", said.Selected, said.Configurations)
	}

	// What is finished is read, and said in the table alone.
	again := call(t, args(whole)...).works(t)
	if again.stdout != r.stdout || strings.Contains(again.stderr, "first\n") || strings.Contains(again.stderr, "finished already") {
		t.Errorf("a second time:\n%s%s", again.stdout, again.stderr)
	}

	killed := filepath.Join(dir, "killed")
	for range 5 {
		s := start(t, nil, args(killed)...)
		time.Sleep(took/10 + rand.N(took/2))
		s.end(t, syscall.SIGKILL)
	}
	call(t, args(killed)...).works(t)
	for _, file := range []string{"first/adapter/adapter_model.safetensors", "last/adapter/adapter_model.safetensors", "first/test.parquet", "last/validation.parquet", "sweep.json"} {
		if testkit.ReadFile(t, filepath.Join(whole, file)) != testkit.ReadFile(t, filepath.Join(killed, file)) {
			t.Errorf("%s differs from that of a sweep that was not killed", file)
		}
	}
	if got, want := testkit.Entries(t, filepath.Join(killed, "last")), testkit.Entries(t, filepath.Join(whole, "last")); !slices.Equal(got, want) {
		t.Errorf("the run folder holds %q, want %q", got, want)
	}
}

func TestSweepRefusesSettingsThatWouldNotCount(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	args := []string{"sweep", "--profile", sweepProfile(t, dir), "--base", model(t, "tiny"), "--data", trainCSV(t), "--out", out}
	call(t, append(args, "--set", "train.learning_rate=1e-4")...).fails(t, 1, "train.learning_rate=1e-4", "first", "sweep=[")
	call(t, append(args, "--set", "sweep=[second]")...).fails(t, 1, "sweep", "first, broken, last")
	if exists(out) {
		t.Error("the folder was made")
	}
}

func TestExportedModelComputesTheSame(t *testing.T) {
	dir := t.TempDir()
	merged := filepath.Join(dir, "merged")
	r := call(t, "export", "--base", model(t, "tiny"), "--adapter", model(t, "adapter-all"), "--out", merged).works(t)
	if !strings.Contains(r.stdout, merged) {
		t.Errorf("standard output:\n%s", r.stdout)
	}
	in := testkit.WriteFile(t, filepath.Join(dir, "notes.jsonl"), "{\"id\": 1, \"text\": \"chest pain\"}\n{\"id\": 2, \"text\": \"knee fracture left\"}\n")
	out := filepath.Join(dir, "out.jsonl")
	logits := func(args ...string) []prediction {
		call(t, append([]string{"classify", "--in", in, "--out", out, "--logits"}, args...)...).works(t)
		return readPredictions(t, testkit.ReadFile(t, out))
	}
	want, got := logits("--base", model(t, "tiny"), "--adapter", model(t, "adapter-all")), logits("--base", merged)
	for i := range want {
		for k := range want[i].Logits {
			if d := want[i].Logits[k] - got[i].Logits[k]; d > 1e-5 || d < -1e-5 {
				t.Errorf("note %d, logit %d: %v, merged %v", i, k, want[i].Logits[k], got[i].Logits[k])
			}
		}
	}
	call(t, "export", "--base", model(t, "tiny"), "--adapter", model(t, "adapter-all"), "--out", merged).fails(t, 1, merged, "exists already")
}
