package experiment

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// twoConfigurations is a profile whose sweep trains two.
func twoConfigurations(t *testing.T) profile.Profile {
	t.Helper()
	p := tinyProfile(t)
	p.Configurations = profile.Configurations{{Name: "slow", Set: []string{"train.learning_rate=1e-6"}}, {Name: "fast", Set: []string{"train.learning_rate=2e-2", "adapter.rank=4"}}}
	return p
}

func TestSweepSelectsByValidation(t *testing.T) {
	s := wholeStudy(t)
	outcomes := s.study.Sweep.Outcomes
	if len(outcomes) != 3 || outcomes[0].Name != "slow" || outcomes[2].Name != "fast" {
		t.Fatalf("outcomes %v", outcomes)
	}
	best := 0
	if outcomes[2].Run.ValidationScore() > outcomes[0].Run.ValidationScore() {
		best = 2
	}
	if s.study.Sweep.Best != best || s.study.Sweep.Selected() != outcomes[best].Run {
		t.Errorf("selected %d, the scores are %v and %v", s.study.Sweep.Best, outcomes[0].Run.ValidationScore(), outcomes[2].Run.ValidationScore())
	}
	if r := outcomes[2].Run.Profile; r.Adapter.Rank != 4 || r.Train.LearningRate != 2e-2 || r.Train.Epochs != 3 || r.Configurations != nil {
		t.Errorf("the last configuration ran with %+v", r)
	}
	// Of a configuration that cannot be trained it is said why, and the others are trained.
	if failed := outcomes[1]; failed.Run != nil || !strings.Contains(failed.Failed, "query") || !strings.Contains(failed.String(), "wild: failed, ") {
		t.Errorf("the one that cannot be trained: %+v", failed)
	}
	if want := fmt.Sprintf("fast: validation macro-F1 %.3f in epoch ", outcomes[2].Run.ValidationScore()); !strings.HasPrefix(outcomes[2].String(), want) {
		t.Errorf("%q does not begin with %q", outcomes[2], want)
	}
	// What an earlier run left in memory is not counted as a later one's.
	if cost := outcomes[2].Run.Provenance.Times.Cost; cost.PeakBytes != nil || !strings.Contains(cost.PeakUnknown, "earlier run") {
		t.Errorf("the last run's peak: %v, %q", cost.PeakBytes, cost.PeakUnknown)
	}
}

func TestSweepLogsASeries(t *testing.T) {
	s := wholeStudy(t)
	for line, n := range map[string]int{
		"configuration 1 of 3, slow": 1, "configuration 2 of 3, wild": 1, "configuration 3 of 3, fast": 1, "wild failed: ": 1, "comparison 1 of 1, full": 1,
		"learning rate 1 of 3, lora at 0.001": 1, "learning rate 3 of 3, full at 0.001": 1, "protocol row": 1, "notes: notes.csv, 64 rows kept": 3, // once for each series
	} {
		if got := s.count(line); got != n {
			t.Errorf("%q is logged %d times, want %d:\n%s", line, got, n, strings.Join(s.lines, "\n"))
		}
	}
	labels := s.labels()
	if want := []string{"configuration 1 of 3, slow", "configuration 3 of 3, fast", "comparison 1 of 1, full", "learning rate 1 of 3, lora at 0.001"}; !slices.Equal(labels[:4], want) {
		t.Errorf("progress of %q, want to begin with %q", labels, want)
	}
	// A configuration that costs more has a larger share of the whole: epochs 2, 2 and 3.
	for _, p := range s.steps {
		if p.Label == "configuration 3 of 3, fast" {
			testkit.Near(t, "the share before the last configuration", p.Whole-3./7*float64(p.Step)/float64(p.Steps), 4./7, 1e-9)
		}
	}
}

func TestSweepInAFolder(t *testing.T) {
	p, dir := twoConfigurations(t), t.TempDir()
	var first, second recorder
	s, err := newExperiment(t, p, nil).SweepIn(t.Context(), dir, first.log())
	if err != nil {
		t.Fatal(err)
	}
	if n := first.count("configuration "); n != 2 {
		t.Errorf("%d configurations are logged: %q", n, first.lines)
	}
	for _, o := range s.Outcomes {
		run, err := ReadRun(filepath.Join(dir, o.Name))
		if err != nil || !cmp.Equal(run, o.Run, cmpopts.EquateEmpty()) {
			t.Errorf("the folder of %s: %v", o.Name, err)
		}
	}
	// Finished ones are read, without a word.
	again, err := newExperiment(t, p, nil).SweepIn(t.Context(), dir, second.log())
	if err != nil || len(second.steps)+len(second.lines) != 0 || !cmp.Equal(again, s, cmpopts.EquateEmpty()) {
		t.Errorf("the second time: %q, %v", second.lines, err)
	}
	if err := s.Write(dir); err != nil {
		t.Fatal(err)
	}
	score := func(i int) float64 { return s.Outcomes[i].Run.ValidationScore() }
	want := map[string]any{
		"selected": s.Outcomes[s.Best].Name,
		"configurations": []any{
			map[string]any{"name": "slow", "set": []any{"train.learning_rate=1e-6"}, "fingerprint": s.Outcomes[0].Run.Fingerprint, "validation_macro_f1": score(0)},
			map[string]any{"name": "fast", "set": []any{"train.learning_rate=2e-2", "adapter.rank=4"}, "fingerprint": s.Outcomes[1].Run.Fingerprint, "validation_macro_f1": score(1)},
		},
	}
	if diff := cmp.Diff(want, testkit.ReadJSON[map[string]any](t, dir, SweepFile)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", SweepFile, diff)
	}
	// Another profile's sweep is refused by the folders.
	other := p
	other.Train.Seed = 7
	_, err = newExperiment(t, other, nil).SweepIn(t.Context(), dir, stage.Log{})
	if err == nil || !strings.Contains(err.Error(), "choose another folder") {
		t.Errorf("another sweep in the same folder: %v", err)
	}
}

func TestASweepThatTrainsNothingIsAnError(t *testing.T) {
	p := tinyProfile(t)
	p.Configurations = profile.Configurations{{Name: "wild", Set: []string{"adapter.target_modules=[query]"}}, {Name: "odd", Set: []string{"adapter.target_modules=[key]"}}}
	e := newExperiment(t, p, newStore(t))
	_, err := e.Sweep(t.Context(), stage.Log{})
	if err == nil || !strings.Contains(err.Error(), "no configuration could be trained") || !strings.Contains(err.Error(), "wild: ") || !strings.Contains(err.Error(), "odd: ") {
		t.Errorf("none could be trained: %v", err)
	}
}

func TestSweepWithoutConfigurationsTrainsTheProfile(t *testing.T) {
	p, s := tinyProfile(t, "train.epochs=1"), newStore(t)
	sweep, err := newExperiment(t, p, s).Sweep(t.Context(), stage.Log{})
	if err != nil || len(sweep.Outcomes) != 1 || sweep.Best != 0 || sweep.Outcomes[0].Name != "profile" {
		t.Fatalf("%+v, %v", sweep, err)
	}
	run, err := newExperiment(t, p, s).Run(t.Context(), "", stage.Log{})
	if err != nil || s.Made != 1 || run.Fingerprint != sweep.Selected().Fingerprint {
		t.Errorf("it is another run than the profile's own: %v", err)
	}
}

func TestAStoppedSweepGoesOn(t *testing.T) {
	p, dir := twoConfigurations(t), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := newExperiment(t, p, nil).SweepIn(ctx, dir, stage.Log{Progress: func(p stage.Progress) {
		if strings.HasSuffix(p.Label, "fast") && p.Step == 2 {
			cancel()
		}
	}})
	testkit.Refused(t, "it was stopped", err, "step 2", "the same command goes on")
	if _, err := ReadRun(filepath.Join(dir, "slow")); err != nil {
		t.Errorf("the finished configuration: %v", err)
	}
	// Stopped again before anything is to be done, it still has what is finished.
	if s, err := newExperiment(t, p, nil).SweepIn(ctx, dir, stage.Log{}); err == nil || s != nil {
		t.Errorf("with its context at an end: %v, %v", s, err)
	}
	var r recorder
	if _, err := newExperiment(t, p, nil).SweepIn(t.Context(), dir, r.log()); err != nil || r.steps[0].Step != 3 {
		t.Errorf("it goes on with %+v, %v", r.steps, err)
	}
}

// A context that ends when the last result is there does not take the results with it.
func TestWhatIsOnDiskNeedsNoTime(t *testing.T) {
	s := wholeStudy(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e := withoutWild(s.again(t))
	sweep, err := e.Sweep(ctx, stage.Log{})
	if err != nil || len(sweep.Outcomes) != 2 {
		t.Errorf("the sweep: %+v, %v", sweep, err)
	}
	if rates, err := e.Rates(ctx, stage.Log{}); err != nil || len(rates) != 3 {
		t.Errorf("the learning rates: %v, %v", rates, err)
	}
}

func TestAlternativesAreMeasuredAndNotSelected(t *testing.T) {
	s := wholeStudy(t)
	if c := s.study.Compared; len(c) != 1 || c[0].Name != "full" || c[0].Run.Profile.Train.Method != profile.MethodFull || len(c[0].Run.Test.Metrics) == 0 {
		t.Fatalf("compared %+v", c)
	}
	if o := s.study.Configuration("full"); o != nil {
		t.Errorf("it takes part in the sweep: %+v", o)
	}
	if _, err := os.Stat(filepath.Join(s.study.Compared[0].Run.Dir, ModelDir, "model.safetensors")); err != nil {
		t.Error(err)
	}
}
