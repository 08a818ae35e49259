package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// trainLabels are the four labels of trainCSV, sorted as the corpus sorts them.
var trainLabels = []string{"Chirurgie générale", "Consult - History and Phy.", "Kardiologie / Größe", "心臓"}

// trainCSV writes 60 notes with a byte order mark and the columns in an order of its own.
func trainCSV(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("\ufeffward,LABEL,ID,Text\r\n")
	for i := range 60 {
		fmt.Fprintf(&b, "%d,%s,n%d,\"%s, %s\nmg %d\"\r\n", i, trainLabels[i%4], i, words[i%4], note(i, 6+i%50), i)
	}
	return testkit.WriteFile(t, filepath.Join(t.TempDir(), "notes.csv"), b.String())
}

// trainArgs is a call that trains the tiny base on the notes.
func trainArgs(t *testing.T, csv, out string, settings ...string) []string {
	t.Helper()
	args := []string{"train", "--base", model(t, "tiny"), "--data", csv, "--out", out}
	for _, s := range append([]string{"max_length=32", "train.batch_size=8", "train.warmup_steps=2"}, settings...) {
		args = append(args, "--set", s)
	}
	return args
}

func TestTrainThenClassify(t *testing.T) {
	csv, dir := trainCSV(t), t.TempDir()
	out := filepath.Join(dir, "run")
	r := call(t, trainArgs(t, csv, out, "train.epochs=2")...).works(t)
	for _, want := range []string{"60 texts under 4 labels", "epoch 2 of 2", "backend: go, as GOMLX_BACKEND says (the profile has xla:cpu)"} {
		if !strings.Contains(r.stderr, want) {
			t.Errorf("standard error does not say %q:\n%s", want, r.stderr)
		}
	}
	for _, want := range []string{"row_accuracy", "macro_f1_union", "majority", "run: " + out} {
		if !strings.Contains(r.stdout, want) || strings.Contains(r.stdout, "synthetic") {
			t.Errorf("standard output does not say %q, or calls the notes synthetic:\n%s", want, r.stdout)
		}
	}
	want := []string{".lock", "README.md", "adapter", "checkpoint.safetensors", "run.json", "test.parquet", "validation.parquet"}
	if got := testkit.Entries(t, out); !slices.Equal(got, want) {
		t.Errorf("the run folder holds %q, want %q", got, want)
	}
	if got, want := testkit.Entries(t, filepath.Join(out, "adapter")), []string{"README.md", "adapter_config.json", "adapter_model.safetensors", "labels.json"}; !slices.Equal(got, want) {
		t.Errorf("the adapter's folder holds %q, want %q", got, want)
	}

	// The labels come from the data, the length from the training.
	in := testkit.WriteFile(t, filepath.Join(dir, "notes.jsonl"), fmt.Sprintf("{\"id\": 1, \"text\": %q}\n{\"id\": 2, \"text\": \"chest pain\"}\n", note(1, 40)))
	predictions := filepath.Join(dir, "out.jsonl")
	r = call(t, "classify", "--base", model(t, "tiny"), "--adapter", filepath.Join(out, "adapter"), "--in", in, "--out", predictions, "--logits").works(t)
	got := readPredictions(t, testkit.ReadFile(t, predictions))
	if len(got) != 2 || !got[0].Truncated || got[1].Truncated || !strings.Contains(r.stderr, "4 labels, 32 tokens a note") {
		t.Errorf("predictions: %+v; standard error:\n%s", got, r.stderr)
	}
	for _, p := range got {
		checkPrediction(t, p, trainLabels)
	}
	// A base of the same shape and other weights is used, and said.
	r = call(t, "classify", "--base", model(t, "tiny-bert"), "--adapter", filepath.Join(out, "adapter"), "--in", in, "--out", predictions).works(t)
	if !strings.Contains(r.stderr, "trained on a base whose weights have SHA-256") {
		t.Errorf("another base is not said:\n%s", r.stderr)
	}

	// A second call changes nothing.
	before := contents(t, out)
	if r := call(t, trainArgs(t, csv, out, "train.epochs=2")...).works(t); !strings.Contains(r.stderr, "finished already") || !strings.Contains(r.stdout, "row_accuracy") {
		t.Errorf("standard output:\n%s\nstandard error:\n%s", r.stdout, r.stderr)
	}
	unchanged(t, out, before)
	// Other settings are another run.
	var run struct{ Fingerprint string }
	if err := json.Unmarshal([]byte(testkit.ReadFile(t, filepath.Join(out, "run.json"))), &run); err != nil {
		t.Fatal(err)
	}
	r = call(t, trainArgs(t, csv, out, "train.epochs=3")...)
	r.fails(t, 1, out, run.Fingerprint[:12], "this one's is ", "choose another folder")
	unchanged(t, out, before)
}

func TestTrainCapsTheLengthByTheBase(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	r := call(t, trainArgs(t, trainCSV(t), out, "train.epochs=1", "max_length=512")...).works(t)
	if !strings.Contains(r.stderr, "64 tokens, the base model's positions, not 512") {
		t.Errorf("the cap is not said:\n%s", r.stderr)
	}
	var card struct {
		MaxLength int `json:"max_length"`
	}
	if err := json.Unmarshal([]byte(testkit.ReadFile(t, filepath.Join(out, "adapter", "labels.json"))), &card); err != nil || card.MaxLength != 64 {
		t.Errorf("the adapter's length is %d (%v)", card.MaxLength, err)
	}
}

// slow is enough epochs to be stopped in the middle of, each with a checkpoint.
const slow = "train.epochs=20"

// A run that is stopped, by Ctrl-C or by a kill, goes on with the same command and ends in the same files.
func TestStoppedTrainingEndsTheSame(t *testing.T) {
	csv := trainCSV(t)
	settings := []string{slow, "train.patience=0"}
	whole := filepath.Join(t.TempDir(), "run")
	began := time.Now()
	call(t, trainArgs(t, csv, whole, settings...)...).works(t)
	took := time.Since(began)
	same := func(t *testing.T, out string) {
		t.Helper()
		for _, file := range []string{"adapter/adapter_model.safetensors", "adapter/adapter_config.json", "adapter/labels.json", "test.parquet", "validation.parquet"} {
			if testkit.ReadFile(t, filepath.Join(whole, file)) != testkit.ReadFile(t, filepath.Join(out, file)) {
				t.Errorf("%s differs from that of a run that was not stopped", file)
			}
		}
		training := func(dir string) string {
			var run struct{ Training, Test, Validation json.RawMessage }
			if err := json.Unmarshal([]byte(testkit.ReadFile(t, filepath.Join(dir, "run.json"))), &run); err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("%s\n%s\n%s", run.Training, run.Test, run.Validation)
		}
		if training(whole) != training(out) {
			t.Error("run.json has other losses or metrics than that of a run that was not stopped")
		}
		if got, want := testkit.Entries(t, out), testkit.Entries(t, whole); !slices.Equal(got, want) {
			t.Errorf("the run folder holds %q, want %q", got, want)
		}
	}
	t.Run("by Ctrl-C", func(t *testing.T) {
		out := filepath.Join(t.TempDir(), "run")
		checkpoint := filepath.Join(out, "checkpoint.safetensors")
		s := start(t, nil, trainArgs(t, csv, out, settings...)...)
		until(t, "the first checkpoint", func() bool { return exists(checkpoint) })

		// Nobody else works in the folder meanwhile.
		call(t, trainArgs(t, csv, out, settings...)...).fails(t, 1, "another process is working in "+out)

		s.end(t, syscall.SIGINT).failsLate(t, exitInterrupted, "training stopped at step ", "of 120", "the same command goes on", checkpoint)
		if exists(filepath.Join(out, "run.json")) || exists(filepath.Join(out, "adapter")) {
			t.Error("a stopped run has results")
		}
		// Other settings do not take its checkpoint.
		before := contents(t, out)
		call(t, trainArgs(t, csv, out, slow, "train.patience=0", "train.seed=1")...).failsLate(t, 1, checkpoint, "belongs to another run", "fingerprint")
		unchanged(t, out, before)

		call(t, trainArgs(t, csv, out, settings...)...).works(t)
		same(t, out)
	})
	t.Run("by kills", func(t *testing.T) {
		out := filepath.Join(t.TempDir(), "run")
		for i := range 4 {
			s := start(t, nil, trainArgs(t, csv, out, settings...)...)
			if i == 0 {
				until(t, "the first checkpoint", func() bool { return exists(filepath.Join(out, "checkpoint.safetensors")) })
			} else {
				time.Sleep(rand.N(took / 2))
			}
			s.end(t, syscall.SIGKILL)
		}
		call(t, trainArgs(t, csv, out, settings...)...).works(t)
		same(t, out)
	})
}

func TestTrainRefusesADamagedCheckpoint(t *testing.T) {
	csv, out := trainCSV(t), filepath.Join(t.TempDir(), "run")
	checkpoint := filepath.Join(out, "checkpoint.safetensors")
	args := trainArgs(t, csv, out, slow, "train.patience=0")
	s := start(t, nil, args...)
	until(t, "the first checkpoint", func() bool { return exists(checkpoint) })
	s.end(t, syscall.SIGINT)
	whole := testkit.ReadFile(t, checkpoint)
	for _, damaged := range []string{whole[:len(whole)/2], "", strings.Repeat("x", 1000)} {
		testkit.WriteFile(t, checkpoint, damaged)
		before := contents(t, out)
		call(t, args...).failsLate(t, 1, checkpoint, "remove the checkpoint to start the run again")
		unchanged(t, out, before)
	}
	// What it says helps.
	if err := os.Remove(checkpoint); err != nil {
		t.Fatal(err)
	}
	call(t, args...).works(t)
}

func TestDivergingTrainingStops(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	r := call(t, trainArgs(t, trainCSV(t), out, "train.epochs=60", "train.learning_rate=9", "train.weight_decay=0.9", "train.warmup_steps=0", "train.patience=0")...)
	r.failsLate(t, 1, "diverged", "at step ", "of 360", "train.learning_rate")
	if exists(filepath.Join(out, "run.json")) || exists(filepath.Join(out, "adapter")) {
		t.Error("a run that diverged has results")
	}
}

func TestTrainWithoutRoom(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "run")
	args := trainArgs(t, trainCSV(t), out, "train.epochs=2")
	r := callWith(t, nil, limited(8, command("go", args...)))
	r.failsLate(t, 1, filepath.Join(out, "checkpoint.safetensors"), "file too large")
	if got := testkit.Entries(t, out); !slices.Equal(got, []string{".lock"}) {
		t.Errorf("the run folder holds %q", got)
	}
	call(t, args...).works(t)
}

func TestTrainingThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	csv := trainCSV(t)
	file := func(name, content string) string { return testkit.WriteFile(t, filepath.Join(dir, name), content) }
	row := "a text that is long enough to be kept,"
	nanBase := testkit.CopyFolder(t, model(t, "tiny"))
	testkit.EditJSON(t, filepath.Join(nanBase, "config.json"), func(c map[string]any) { c["model_type"] = "roberta" })
	out := filepath.Join(dir, "run")
	for name, c := range map[string]struct {
		code  int
		args  []string
		words []string
	}{
		"an unknown flag":         {exitUsage, []string{"--epochs", "3"}, []string{"--epochs"}},
		"a flag nearly right":     {exitUsage, []string{"--sett", "train.epochs=3"}, []string{"--sett", `did you mean "--set"`}},
		"an unknown key":          {1, []string{"--set", "train.epoch=3"}, []string{"train.epoch=3", `no key "train.epoch"`, `nearest is "train.epochs"`}},
		"a value of another type": {1, []string{"--set", "train.epochs=many"}, []string{"train.epochs", "many", "whole number"}},
		"a value too small":       {1, []string{"--set", "train.epochs=0"}, []string{"train.epochs", "positive"}},
		"a setting without value": {1, []string{"--set", "train.epochs"}, []string{"train.epochs", "key=value"}},
		"an unknown profile":      {1, []string{"--profile", "huge"}, []string{`"huge"`, "demo, mtsamples, paper"}},
		"an unknown backend":      {1, []string{"--set", "backend=abacus"}, []string{"backend", "abacus", "xla:cpu"}},
		"a base that is not":      {1, []string{"--base", filepath.Join(dir, "missing")}, []string{filepath.Join(dir, "missing"), "does not exist"}},
		"a base of another kind":  {1, []string{"--base", nanBase}, []string{"config.json", "model_type", "roberta"}},
		"no such data":            {1, []string{"--data", filepath.Join(dir, "missing.csv")}, []string{"missing.csv", "no such file"}},
		"data that is a folder":   {1, []string{"--data", dir}, []string{dir, "holds no data/*.parquet"}},
		"data without a name":     {1, []string{"--data", ""}, []string{"--data is empty"}},
		"no output":               {1, []string{"--out", ""}, []string{"--out is empty"}},
		"no text column": {
			1,
			[]string{"--data", file("columns.csv", "note,label\n"+row+"a\n")},
			[]string{"columns.csv", "no column holds the text", `"note"`, "transcription or text"},
		},
		"no label column": {1, []string{"--data", file("labels.csv", "text,class\n"+row+"a\n")}, []string{"labels.csv", "no column holds the label"}},
		"a ragged row":    {1, []string{"--data", file("ragged.csv", "text,label\n"+row+"a\n"+row+"a,b\n")}, []string{"ragged.csv:3", "3 fields"}},
		"not UTF-8":       {1, []string{"--data", file("latin.csv", "text,label\ncaf\xe9 "+row+"a\n")}, []string{"latin.csv:2", "not UTF-8"}},
		"one label only":  {1, []string{"--data", file("one.csv", "text,label\n"+row+"a\nanother "+row+"a\n")}, []string{"one.csv", "two labels"}},
		"too few notes":   {1, []string{"--data", file("two.csv", "text,label\n"+row+"a\nanother "+row+"b\n")}, []string{"two.csv", "at least 3"}},
		"an empty file":   {1, []string{"--data", file("empty.csv", "")}, []string{"empty.csv", "empty"}},
		"targets without a layer": {
			1,
			[]string{"--set", "adapter.target_modules=[query]"},
			[]string{"target_modules", "query"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			args := append(trainArgs(t, csv, out), c.args...)
			call(t, args...).fails(t, c.code, c.words...)
			if exists(out) {
				t.Error("the run folder was made")
			}
		})
	}
	t.Run("real notes without data", func(t *testing.T) {
		call(t, "train", "--profile", "mtsamples", "--out", out).fails(t, 1, "profile mtsamples needs notes", "--data")
		call(t, "report", "--profile", "mtsamples", "--out", out).fails(t, 1, "profile mtsamples needs notes", "--data")
		if exists(out) {
			t.Error("the run folder was made")
		}
	})
}
