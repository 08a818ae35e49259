package experiment

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// allParts lists the parts, each with whether a study holds it.
func allParts() map[Part]func(*Study) bool {
	return map[Part]func(*Study) bool{
		PartAudit: func(s *Study) bool { return s.Audit != nil }, PartSweep: func(s *Study) bool { return s.Sweep != nil },
		PartCompared: func(s *Study) bool { return s.Compared != nil }, PartRates: func(s *Study) bool { return s.Rates != nil },
		PartComparisons: func(s *Study) bool { return s.Comparisons != nil }, PartErrors: func(s *Study) bool { return s.Errors != nil },
		PartInference: func(s *Study) bool { return s.Inference != nil },
	}
}

func TestStudyIsFoundAgain(t *testing.T) {
	s := wholeStudy(t)
	e := s.again(t)
	var r recorder
	study, err := e.Study(t.Context(), r.log())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(asJSON(t, s.study), asJSON(t, study)); diff != "" {
		t.Errorf("results (-made +found):\n%s", diff)
	}
	if diff := cmp.Diff(s.study.Inference, study.Inference); diff != "" {
		t.Errorf("speed (-made +found):\n%s", diff)
	}
	// Of the configuration that cannot be trained it is said again why.
	if e.Store.Made != 0 || len(r.steps) != 0 || len(r.lines) != 1 || r.count("wild failed: ") != 1 {
		t.Errorf("%d results are made again, %d steps trained, logged %q", e.Store.Made, len(r.steps), r.lines)
	}
	// audit, 4 tested runs (and the one that failed), 3 learning rates, the retrained one in them, 2 baselines, 2 comparisons, inference, explanation
	if s.made != 1+5+3+2+2+1+1 {
		t.Errorf("%d results were made; a new stage counts here, by its runs", s.made)
	}
	// In the life of one value nothing is read twice.
	again, err := e.Study(t.Context(), stage.Log{})
	if err != nil || again.Sweep != study.Sweep || again.Audit != study.Audit || again.Errors != study.Errors || again.Inference != study.Inference || again.Comparisons[0] != study.Comparisons[0] {
		t.Errorf("the value reads again: %v", err)
	}
}

func TestStudyOfSomeParts(t *testing.T) {
	s := wholeStudy(t)
	for asked := range allParts() {
		study, err := s.again(t).Study(t.Context(), stage.Log{}, asked)
		if err != nil {
			t.Fatal(err)
		}
		for part, holds := range allParts() {
			if holds(study) != (part == asked) {
				t.Errorf("asked for part %d, it holds part %d: %t", asked, part, holds(study))
			}
		}
		if study.Profile.Name != s.profile.Name {
			t.Errorf("its profile is %+v", study.Profile)
		}
	}
}

// Nothing is made where results may only be read.
func TestReadOnlyStudiesMakeNothing(t *testing.T) {
	p, s := tinyProfile(t, "rates.lora=[1e-3]"), newStore(t)
	p.Compare = append(p.Compare, p.SweepConfigurations()...)
	s.Policy = stage.Policy{Stage: "sweep", ReadOnly: true}
	for part := range allParts() {
		var r recorder
		_, err := newExperiment(t, p, s).Study(t.Context(), r.log(), part)
		if !errors.Is(err, stage.ErrMissing) || !strings.Contains(err.Error(), "stage sweep has no result") || !strings.Contains(err.Error(), "--only sweep") || len(r.steps) != 0 {
			t.Errorf("part %d: %v", part, err)
		}
	}
	if _, err := os.Stat(s.Dir); !os.IsNotExist(err) || s.Made != 0 {
		t.Errorf("%d results were made: %q", s.Made, testkit.Entries(t, s.Dir))
	}
}

// What is asked for anew is made once in the life of the store.
func TestFreshResultsAreMadeAnew(t *testing.T) {
	p, s := tinyProfile(t, "train.epochs=1"), newStore(t)
	if _, err := newExperiment(t, p, s).Study(t.Context(), stage.Log{}, PartAudit, PartSweep); err != nil {
		t.Fatal(err)
	}
	first, err := newExperiment(t, p, s).Run(t.Context(), "", stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	fresh := &stage.Store{Dir: s.Dir, Policy: stage.Policy{Fresh: true}}
	for i, want := range []int{2, 0} {
		var r recorder
		before := fresh.Made
		study, err := newExperiment(t, p, fresh).Study(t.Context(), r.log(), PartAudit, PartSweep)
		if err != nil || fresh.Made-before != want || (len(r.steps) > 0) != (i == 0) {
			t.Fatalf("time %d: %d results were made, %d steps, %v", i+1, fresh.Made-before, len(r.steps), err)
		}
		if got := study.Selected(); got.Fingerprint != first.Fingerprint || !cmp.Equal(got.Test, first.Test) {
			t.Errorf("made anew it is another run: %+v", got.Test)
		}
	}
}

func TestTrainingRunsAreNamed(t *testing.T) {
	s := wholeStudy(t)
	names, runs := s.study.TrainingRuns()
	if want := []string{"slow", "fast", "full", "lora at 0.001", "lora at 0.01", "full at 0.001", "protocol row"}; !slices.Equal(names, want) {
		t.Errorf("runs %q, want %q", names, want)
	}
	seen := make(map[string]bool)
	for i, run := range runs {
		if seen[run.Fingerprint] || !checkout.IsFile(run.Dir+"/"+ResultFile) {
			t.Errorf("%s in %s", names[i], run.Dir)
		}
		seen[run.Fingerprint] = true
	}
}

func TestStudyFindsItsResults(t *testing.T) {
	s := wholeStudy(t).study
	if got, want := s.Protocols(), []string{corpus.ProtocolRow, corpus.ProtocolGroup}; !slices.Equal(got, want) {
		t.Errorf("protocols %q, want %q", got, want)
	}
	for i, protocol := range []string{corpus.ProtocolGroup, corpus.ProtocolRow} {
		if got := s.Under(protocol); got.Protocol != protocol || got.Run != s.Comparisons[i].Run || got.Baselines != s.Comparisons[i].Baselines {
			t.Errorf("under %s: %+v", protocol, got)
		}
	}
	if got := s.Under("none"); got.Run != nil || got.Baselines != nil {
		t.Errorf("under a protocol that was not run: %+v", got)
	}
	bare := &Study{Sweep: s.Sweep}
	if got := bare.Under(corpus.ProtocolGroup); got.Run != s.Selected() || got.Baselines != nil || !slices.Equal(bare.Protocols(), []string{corpus.ProtocolGroup}) {
		t.Errorf("without comparisons: %+v, %q", got, bare.Protocols())
	}
	if o := s.Configuration("fast"); o != &s.Sweep.Outcomes[2] || s.Configuration("none") != nil {
		t.Errorf("configuration fast is %+v", o)
	}
	if least, most := s.Epochs(); least != 2 || most != 3 {
		t.Errorf("%d to %d epochs", least, most)
	}
	if got := s.FullFineTuning(); got != s.Compared[0].Run || bare.FullFineTuning() != nil {
		t.Errorf("full fine-tuning is %+v", got)
	}
	full := &Study{Sweep: &Sweep{Outcomes: s.Compared}}
	if full.FullFineTuning() != s.Compared[0].Run || fmt.Sprint(full.Epochs()) != "2 2" {
		t.Error("a selected run that trained everything is not found")
	}
}
