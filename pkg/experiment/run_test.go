package experiment

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

func TestRunWritesWhatItMeasured(t *testing.T) {
	p := tinyProfile(t)
	dir := filepath.Join(t.TempDir(), "run")
	var r recorder
	run, err := newExperiment(t, p, nil).Run(t.Context(), dir, r.log())
	if err != nil {
		t.Fatal(err)
	}
	logged := strings.Join(r.lines, "\n")
	for _, want := range []string{"60 texts under 4 labels", "cut to 32 tokens", "LoRA, rank 16", "on q_lin, v_lin", "newly initialised", "testing on"} {
		if !strings.Contains(logged, want) {
			t.Errorf("it does not log %q:\n%s", want, logged)
		}
	}
	if len(r.steps) != run.Training.Step || run.StepsPerEpoch*len(run.Training.Epochs) != run.Training.Step || r.count("epoch ") != len(run.Training.Epochs) {
		t.Errorf("progress of %d steps, %d lines of epochs; %d steps, %d an epoch, %d epochs", len(r.steps), r.count("epoch "), run.Training.Step, run.StepsPerEpoch, len(run.Training.Epochs))
	}
	if last := r.steps[len(r.steps)-1]; last.Label != "training" || last.Whole != 1 {
		t.Errorf("the last progress is %+v", last)
	}
	// Values of the head (32 x 32 + 32, 4 x 32 + 4) and of the pairs (2 layers x 2 modules x 16 x 64).
	if run.Parameters.Adapter != 4096 || run.Parameters.Head != 1056+132 || run.Parameters.Trainable != 4096+1056+132 || run.HiddenSize() != 32 {
		t.Errorf("parameters %+v, hidden size %d", run.Parameters, run.HiddenSize())
	}
	if info, err := os.Stat(filepath.Join(dir, AdapterDir, "adapter_model.safetensors")); err != nil || run.Sizes.Trained != info.Size() || run.Sizes.Optimizer != int64(8*run.Parameters.Trainable) {
		t.Errorf("sizes %+v, %v", run.Sizes, err)
	}
	back, err := ReadRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(run, back, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the run that is read differs (-run +read):\n%s", diff)
	}
	// The metrics are those of the predictions beside them.
	for file, summary := range map[string]evaluate.Summary{TestFile: run.Test, ValidationFile: run.Validation} {
		set, err := predict.Read(filepath.Join(dir, file), predict.Want{CorpusHash: run.Corpus.Hash})
		if err != nil {
			t.Fatal(err)
		}
		again, err := evaluate.Summarize(set, evaluate.Options{Seed: p.Corpus.Seed})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(summary, again); diff != "" {
			t.Errorf("%s (-run.json +predictions):\n%s", file, diff)
		}
		if set.CorpusHash != notesHash || set.Synthetic {
			t.Errorf("%s: corpus %s, synthetic %t", file, set.CorpusHash, set.Synthetic)
		}
	}
	best := run.Training.Epochs[run.Training.Best]
	if got := run.ValidationScore(); got != best.MacroF1 {
		t.Errorf("the validation predictions have a macro-F1 of %v, the best epoch of %v: they are not the best epoch's", got, best.MacroF1)
	}
}

func TestRunLogsTheLabelsThatAPartLacks(t *testing.T) {
	p := tinyProfile(t, "train.epochs=1", "corpus.limit=1")
	testkit.WriteFile(t, p.Corpus.Path, testkit.ReadFile(t, p.Corpus.Path)+"a note of a label that stands alone,Alone\n")
	var r recorder
	if _, err := newExperiment(t, p, nil).Run(t.Context(), filepath.Join(t.TempDir(), "run"), r.log()); err != nil {
		t.Fatal(err)
	}
	if r.count("labels without a training text: ") != 1 || !slices.Contains(r.lines, "labels without a test text: Alone") {
		t.Errorf("it logs %q", r.lines)
	}
}

func TestAFinishedRunIsRead(t *testing.T) {
	p := tinyProfile(t, "train.epochs=1")
	dir := filepath.Join(t.TempDir(), "run")
	run := runOf(t, p, dir)
	var r recorder
	again, err := newExperiment(t, p, nil).Run(t.Context(), dir, r.log())
	if err != nil || len(r.steps) != 0 || len(r.lines) != 1 || !strings.Contains(r.lines[0], "finished already") || !cmp.Equal(again, run, cmpopts.EquateEmpty()) {
		t.Errorf("the second time: %d steps, %q, %v", len(r.steps), r.lines, err)
	}
	// Another run does not take the folder.
	other := profileOf(t, p.Corpus.Path, "train.epochs=3")
	_, err = newExperiment(t, other, nil).Run(t.Context(), dir, stage.Log{})
	testkit.Refused(t, "another run in the same folder", err, dir, run.Fingerprint[:12], keyHash(t, other)[:12], "choose another folder")
}

// The store's folder has what a folder of the caller's has, bit for bit.
func TestRunInTheStoreIsTheSame(t *testing.T) {
	p, s := tinyProfile(t, "train.epochs=1"), newStore(t)
	dir := filepath.Join(t.TempDir(), "run")
	own := runOf(t, p, dir)
	stored, err := newExperiment(t, p, s).Run(t.Context(), "", stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(s.Dir, "train", own.Fingerprint[:16]); stored.Dir != want || stored.Fingerprint != own.Fingerprint || s.Made != 1 {
		t.Errorf("the run is in %s, want %s", stored.Dir, want)
	}
	sameRun(t, stored.Dir, dir)
	var r recorder
	again, err := newExperiment(t, p, s).Run(t.Context(), "", r.log())
	if err != nil || !cmp.Equal(again, stored, cmpopts.EquateEmpty()) || len(r.steps)+len(r.lines) != 0 || s.Made != 1 {
		t.Errorf("the second time: %d steps, %q, %v", len(r.steps), r.lines, err)
	}
}

// sameRun fails unless two run folders hold the same but for times.
func sameRun(t *testing.T, got, want string) {
	t.Helper()
	for _, file := range []string{AdapterDir + "/adapter_model.safetensors", AdapterDir + "/adapter_config.json", AdapterDir + "/labels.json", TestFile, ValidationFile, CardFile} {
		if testkit.ReadFile(t, got, file) != testkit.ReadFile(t, want, file) {
			t.Errorf("%s differs in %s and %s", file, got, want)
		}
	}
	result := func(dir string) map[string]any {
		out := testkit.ReadJSON[map[string]any](t, dir, ResultFile)
		delete(out["provenance"].(map[string]any), "times")
		return out
	}
	if diff := cmp.Diff(result(want), result(got)); diff != "" {
		t.Errorf("%s (-%s +%s):\n%s", ResultFile, want, got, diff)
	}
	names := func(dir string) []string {
		return slices.DeleteFunc(testkit.Entries(t, dir), func(name string) bool { return name == ".lock" })
	}
	if !slices.Equal(names(got), names(want)) {
		t.Errorf("%s holds %q, %s %q", got, names(got), want, names(want))
	}
}

func TestAStoppedRunGoesOn(t *testing.T) {
	p := tinyProfile(t)
	whole := filepath.Join(t.TempDir(), "whole")
	runOf(t, p, whole)
	for name, when := range map[string]string{"while training": "", "while testing": "testing on"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			_, err := newExperiment(t, p, nil).Run(ctx, dir, stage.Log{
				Print: func(line string) {
					if when != "" && strings.HasPrefix(line, when) {
						cancel()
					}
				},
				Progress: func(p stage.Progress) {
					if when == "" && p.Step == 8 {
						cancel()
					}
				},
			})
			testkit.Refused(t, "it was stopped", err, "the same command goes on", filepath.Join(dir, CheckpointFile))
			if when != "" && (!errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "interrupted while testing")) {
				t.Errorf("it was stopped with %v", err)
			}
			if _, err := ReadRun(dir); !errors.Is(err, os.ErrNotExist) {
				t.Fatalf("the folder counts as finished: %v", err)
			}
			var r recorder
			if _, err := newExperiment(t, p, nil).Run(t.Context(), dir, r.log()); err != nil {
				t.Fatal(err)
			}
			if when == "" && (len(r.steps) == 0 || r.steps[0].Step != 9) || when != "" && len(r.steps) != 0 {
				t.Errorf("it goes on with %+v", r.steps)
			}
			sameRun(t, dir, whole)
		})
	}
}

func TestReadRun(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadRun(dir); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), dir) {
		t.Errorf("a folder without a result: %v", err)
	}
	testkit.WriteFile(t, filepath.Join(dir, ResultFile), `{"fingerprint": "ab`)
	_, err := ReadRun(dir)
	testkit.Refused(t, "a damaged result", err, filepath.Join(dir, ResultFile), "remove")
	if errors.Is(err, os.ErrNotExist) {
		t.Errorf("a damaged result counts as none: %v", err)
	}
}

func TestRunRefusesBeforeItWrites(t *testing.T) {
	for want, edit := range map[string]func(*profile.Profile){
		"no-such-base": func(p *profile.Profile) { p.Base = "no-such-base" },
		"query":        func(p *profile.Profile) { p.Adapter.TargetModules = []string{"query"} },
		"train.layers": func(p *profile.Profile) { p.Train.Method, p.Train.Layers = profile.MethodPartial, 3 },
	} {
		p, s := tinyProfile(t), newStore(t)
		dir := filepath.Join(t.TempDir(), "run")
		edit(&p)
		e := newExperiment(t, p, s)
		_, err := e.Run(t.Context(), dir, stage.Log{})
		testkit.Refused(t, "in a folder", err, want)
		if checkout.IsDir(dir) {
			t.Errorf("%s: the folder was made", want)
		}
		_, err = e.Run(t.Context(), "", stage.Log{})
		testkit.Refused(t, "in the store", err, want)
		if left, err := filepath.Glob(filepath.Join(s.Dir, "train", "*.part")); err != nil || len(left) != 0 {
			t.Errorf("%s: it left %q in the store", want, left)
		}
	}
}

func TestRunRemovesWhatAKilledProcessLeftUnfinished(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	if err := os.MkdirAll(filepath.Join(dir, AdapterDir), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".checkpoint.safetensors123456", ".run.json99", ".README.md5", "adapter/.adapter_model.safetensors5577006791947779410", ".mine", "remark.txt1"} {
		testkit.WriteFile(t, filepath.Join(dir, name), "half a fi")
	}
	runOf(t, tinyProfile(t, "train.epochs=1"), dir)
	want := []string{".lock", ".mine", "README.md", "adapter", "checkpoint.safetensors", "remark.txt1", "run.json", "test.parquet", "validation.parquet"}
	if got := testkit.Entries(t, dir); !slices.Equal(got, want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
	want = []string{"README.md", "adapter_config.json", "adapter_model.safetensors", "labels.json"}
	if got := testkit.Entries(t, filepath.Join(dir, AdapterDir)); !slices.Equal(got, want) {
		t.Errorf("the adapter's folder holds %q, want %q", got, want)
	}
}

func TestEveryMethodLeavesAModelThatOpens(t *testing.T) {
	for method, settings := range map[profile.Method][]string{
		profile.MethodFull: {"train.method=full"}, profile.MethodPartial: {"train.method=partial", "train.layers=1"}, profile.MethodHead: {"train.method=head"},
	} {
		dir := filepath.Join(t.TempDir(), "run")
		// A model that a killed process left half written is replaced.
		if err := os.MkdirAll(filepath.Join(dir, ModelDir), 0o755); err != nil {
			t.Fatal(err)
		}
		testkit.WriteFile(t, filepath.Join(dir, ModelDir, "model.safetensors"), "half")
		run := runOf(t, tinyProfile(t, append(settings, "train.learning_rate=1e-3", "train.epochs=1")...), dir)
		c, err := classifier.Open(run.ModelPath(), "")
		if err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		if run.ModelPath() != filepath.Join(dir, ModelDir) || len(c.Labels) != 4 || c.MaxLength != 32 || c.Synthetic {
			t.Errorf("%s in %s: labels %q, length %d", method, run.ModelPath(), c.Labels, c.MaxLength)
		}
		n := run.Parameters
		if n.Adapter != 0 || n.Trainable < n.Head || (method == profile.MethodFull) != (n.Trainable == n.Total) || (method == profile.MethodHead) != (n.Trainable == n.Head) {
			t.Errorf("%s: %+v", method, n)
		}
		if run.EncoderParameters() != n.Total-n.Head {
			t.Errorf("%s: %d parameters of the encoder of %+v", method, run.EncoderParameters(), n)
		}
	}
}

func TestCardSaysWhatTheRunIs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	run := runOf(t, tinyProfile(t, "train.epochs=1"), dir)
	card := testkit.ReadFile(t, dir, CardFile)
	if card != testkit.ReadFile(t, run.ModelPath(), CardFile) {
		t.Error("the model's folder has another card")
	}
	for _, want := range []string{run.Corpus.Hash, "`group`", "ceiling", run.Provenance.BaseSHA256, "library_name: peft", "Licence", "Limits", "LoRA, rank 16", run.Fingerprint, "base_model: \"" + run.Profile.Base + "\""} {
		if !strings.Contains(card, want) {
			t.Errorf("the card does not say %q:\n%s", want, card)
		}
	}
	if strings.Contains(card, "synthetic") {
		t.Error("the card calls real notes synthetic")
	}
	synthetic := *run
	synthetic.Corpus.Synthetic, synthetic.Profile.Base, synthetic.Corpus.AbsentInTest = true, checkout.BundledBase, []string{"Letters", "Autopsy"}
	if err := synthetic.writeCard(); err != nil {
		t.Fatal(err)
	}
	card = testkit.ReadFile(t, dir, CardFile)
	for _, want := range []string{"synthetic-data", "**Trained and tested on synthetic notes", "all-MiniLM-L6-v2", "apache-2.0", "Letters; Autopsy"} {
		if !strings.Contains(card, want) {
			t.Errorf("the card of synthetic notes does not say %q:\n%s", want, card)
		}
	}
}

func TestProvenanceNamesTheCodeAndTheMachine(t *testing.T) {
	home := t.TempDir()
	t.Setenv(checkout.HomeEnv, home)
	testkit.WriteFile(t, filepath.Join(home, ".commit"), "0123abc\n")
	p := tinyProfile(t)
	model, err := newModel(p, p.Base, readNotes(t, p).Corpus.Labels)
	if err != nil {
		t.Fatal(err)
	}
	got := newProvenance(p, model, "a device", time.Now().Add(-time.Minute))
	if got.Commit != "0123abc" || got.Backend != "go" || got.Device != "a device" || got.Go != runtime.Version() || got.Cores != runtime.NumCPU() ||
		got.BaseSHA256 != model.BaseSHA256 || got.Tokenizer != model.Tokenizer.Engine() || got.Times.Finished.IsZero() || got.Times.TrainSeconds < 60 {
		t.Errorf("provenance: %+v", got)
	}
	// A test's build information may name no modules; what it names is one of those that are traced.
	for module := range maps.Keys(got.Modules) {
		if !slices.Contains(TracedModules, module) {
			t.Errorf("module %s", module)
		}
	}
}

func TestHiddenSizeFollowsFromTheHead(t *testing.T) {
	r := TrainingRun{Corpus: Counts{Labels: 40}}
	for head, want := range map[int]int{769 * (768 + 40): 768, 385 * (384 + 40): 384, 385*(384+40) + 1: 0, 0: 0} {
		r.Parameters.Head = head
		if got := r.HiddenSize(); got != want {
			t.Errorf("a head of %d parameters: width %d, want %d", head, got, want)
		}
	}
}
