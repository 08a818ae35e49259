package experiment

import (
	"slices"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// The classifier answers as the selected run did when it was tested, with an adapter and with a model of its own.
func TestClassifierIsTheSelectedRun(t *testing.T) {
	s := wholeStudy(t)
	full := newExperiment(t, tinyProfile(t, "train.method=full", "train.epochs=1"), newStore(t))
	for _, e := range []*Experiment{s.again(t), full} {
		c, err := e.Classifier(t.Context(), stage.Log{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		predictions, err := c.Classify(t.Context(), textsOf(e.Notes.Test))
		if err != nil {
			t.Fatal(err)
		}
		errors, err := e.Errors(t.Context(), stage.Log{})
		if err != nil {
			t.Fatal(err)
		}
		predicted := make(map[string]string)
		for _, one := range errors.Cases {
			predicted[one.ID] = one.Predicted
		}
		for i, note := range e.Notes.Test {
			if predictions[i].Label != predicted[note.ID] {
				t.Errorf("note %s is %s, was %s", note.ID, predictions[i].Label, predicted[note.ID])
			}
		}
	}
	p := s.profile
	p.Train.Seed = 7
	_, err := newExperiment(t, p, &stage.Store{Dir: t.TempDir(), Policy: stage.Policy{Stage: "sweep", ReadOnly: true}}).Classifier(t.Context(), stage.Log{})
	testkit.Refused(t, "a run that is not on disk", err, "stage sweep has no result")
}

func TestClassesBySupport(t *testing.T) {
	run := &Run{Test: evaluate.Summary{Classes: []evaluate.Class{{Label: "a", Support: 1}, {Label: "b", Support: 3}, {Label: "c", Support: 1}, {Label: "d", Support: 2}}}}
	var got []string
	for _, class := range run.ClassesBySupport() {
		got = append(got, class.Label)
	}
	if want := []string{"b", "d", "a", "c"}; !slices.Equal(got, want) || run.Test.Classes[0].Label != "a" {
		t.Errorf("classes %q, want %q", got, want)
	}
}
