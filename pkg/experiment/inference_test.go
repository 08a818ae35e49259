package experiment

import (
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

func TestInferenceMeasuresTheSelectedRun(t *testing.T) {
	s := wholeStudy(t)
	made, texts := s.study.Inference, len(s.experiment.Notes.Test)
	if made.Singles != texts || made.Batched != texts || made.BatchSize != min(texts, 4) || made.MaxLength != 32 || made.WeightBytes != 4*int64(s.study.Selected().Parameters.Total) {
		t.Errorf("of %d texts: %+v", texts, made)
	}
	if made.MedianSeconds <= 0 || made.P95Seconds < made.MedianSeconds || made.TextsPerSecond <= 0 || made.Cores < 1 || made.Device == "" {
		t.Errorf("it took no time: %+v", made)
	}
	if (made.MemoryBytes == nil) == (made.MemoryUnknown == "") {
		t.Errorf("memory has neither a number nor a reason, or both: %+v", made)
	}
}

// The second call reads what the first one wrote, and another run has a measurement of its own.
func TestInferenceIsMeasuredOnce(t *testing.T) {
	p, s := tinyProfile(t, "train.epochs=1"), newStore(t)
	var first, second recorder
	made, err := newExperiment(t, p, s).Inference(t.Context(), first.log())
	if err != nil || s.Made != 2 || first.count("measuring") != 1 {
		t.Fatalf("%d results, %q, %v", s.Made, first.lines, err)
	}
	e := newExperiment(t, p, s)
	found, err := e.Inference(t.Context(), second.log())
	if err != nil || !cmp.Equal(found, made) || s.Made != 2 || len(second.lines) != 0 {
		t.Errorf("the second time: %+v, %q, %v", found, second.lines, err)
	}
	if again, err := e.Inference(t.Context(), stage.Log{}); err != nil || again != found {
		t.Errorf("in the life of one value it is read twice: %v", err)
	}
	other := newExperiment(t, profileOf(t, p.Corpus.Path, "train.epochs=1", "train.seed=7"), s)
	if _, err := other.Inference(t.Context(), second.log()); err != nil || s.Made != 4 || second.count("measuring") != 1 {
		t.Errorf("another run: %d results, %v", s.Made, err)
	}
	// A measurement that cannot be read is not made over.
	run, err := e.Sweep(t.Context(), stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	path := testkit.WriteFile(t, s.Path(inferenceKey(run.Selected()))+"/inference.json", `{"singles": `)
	_, err = newExperiment(t, p, s).Inference(t.Context(), stage.Log{})
	testkit.Refused(t, "half a file", err, path)
}

func TestInferenceOpensAWholeModel(t *testing.T) {
	p := tinyProfile(t, "train.method=full", "train.epochs=1")
	e := newExperiment(t, p, newStore(t))
	made, err := e.Inference(t.Context(), stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	if total := e.sweep.Selected().Parameters.Total; made.WeightBytes != 4*int64(total) || made.Singles != 7 {
		t.Errorf("of %d parameters: %+v", total, made)
	}
	if err := os.RemoveAll(e.sweep.Selected().ModelPath()); err != nil {
		t.Fatal(err)
	}
	again := newExperiment(t, p, &stage.Store{Dir: t.TempDir()})
	again.sweep = e.sweep
	_, err = again.Inference(t.Context(), stage.Log{})
	testkit.Refused(t, "a model that is gone", err, "measuring the speed of "+e.sweep.Selected().Dir)
}

func TestXLAIsSeenWhereItIsLoaded(t *testing.T) {
	// The tests of this package use the Go backend, which leaves no memory behind.
	if loaded, err := xlaLoaded(); err != nil || loaded {
		t.Errorf("loaded: %t, %v", loaded, err)
	}
	if bytes, unknown := emptyMemory(); unknown != "" || bytes < 1<<20 {
		t.Errorf("%d bytes are resident, %q", bytes, unknown)
	}
}

func TestInferenceKeyFollowsTheRun(t *testing.T) {
	one, other := inferenceKey(&Run{TrainingRun: TrainingRun{Fingerprint: "a"}}), inferenceKey(&Run{TrainingRun: TrainingRun{Fingerprint: "b"}})
	if one.Hash() == other.Hash() || one.Name != stageInference || !slices.Contains(one.Inputs, any("a")) {
		t.Errorf("keys %+v and %+v", one, other)
	}
}
