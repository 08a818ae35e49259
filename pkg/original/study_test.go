package original_test

import (
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/baseline"
	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	. "github.com/specialist-nlp/specialist/pkg/original"
)

// The keys are those of this project's own results, so that the two stand side by side.

func TestMetricsAreEvaluates(t *testing.T) {
	for _, m := range Metrics() {
		if !slices.Contains(evaluate.Metrics(), evaluate.Metric(m)) {
			t.Errorf("%s is no metric of evaluate's", m)
		}
	}
	sameKeys(t, "the test scores", Metrics(), Study.Test)
}

func TestBaselinesAreBaselines(t *testing.T) {
	for _, b := range Baselines() {
		if !slices.Contains(baseline.Keys(), baseline.Key(b)) {
			t.Errorf("%s is no key of a baseline", b)
		}
	}
	sameKeys(t, "the baselines", Baselines(), Study.Baselines)
}

// The error analysis looks for the confusions that the study names.
func TestConfusionsAreThoseThatAreLookedFor(t *testing.T) {
	var want []erroranalysis.LabelPair
	for _, c := range Errors.Confusions {
		want = append(want, erroranalysis.LabelPair(c.Pair))
	}
	if got := erroranalysis.DefaultPairs(); !slices.Equal(got, want) {
		t.Errorf("looked for %v, want %v", got, want)
	}
}

// sameKeys fails unless a map has an entry for each of the keys, and no other.
func sameKeys[K ~string, V any](t *testing.T, what string, keys []K, of map[K]V) {
	t.Helper()
	if got, want := slices.Sorted(maps.Keys(of)), slices.Sorted(slices.Values(keys)); !slices.Equal(got, want) {
		t.Errorf("%s are of %q, want %q", what, got, want)
	}
}

// The study's numbers agree with one another; what does not is a slip of the pen here.

func TestCountsAddUp(t *testing.T) {
	s := Study
	for what, c := range map[string][2]int{
		"notes":             {s.NotesToTrain + s.NotesToTest, s.Notes},
		"kept":              {s.KeptToTrain + s.KeptToTest, s.Kept},
		"rows to train":     {s.TrainRows.Rows + s.ValidationRows.Rows, s.KeptToTrain},
		"rows to test":      {s.TestRows.Rows, s.KeptToTest},
		"adapter":           {2 * s.Rank * 2 * s.HiddenDim * 6, s.Adapter}, // two matrices a layer's site, two sites, six layers
		"adapter and head":  {s.Adapter + (s.HiddenDim+1)*(s.HiddenDim+s.Labels), s.Trainable},
		"targets":           {len(s.Targets), 2},
		"selected of sweep": {len(s.Sweep), 3},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: %d, want %d", what, c[0], c[1])
		}
	}
	for _, part := range []Part{s.TrainRows, s.ValidationRows, s.TestRows} {
		testkit.Near(t, "share of the kept rows", part.Share, float64(part.Rows)/float64(s.Kept), .0006)
	}
	testkit.Near(t, "whole and truncated", s.Whole+s.Truncated, 1, 1e-12)
	testkit.Near(t, "share trained", s.ShareTrained, float64(s.Trainable)/float64(s.AllParameters), .0001)
	testkit.Near(t, "share not trained", s.Fewer, 1-s.ShareTrained, .0001)
}

func TestScoresAgree(t *testing.T) {
	s := Study
	best, found := s.Sweep[s.Selected]
	if !found {
		t.Fatalf("there is no configuration %q", s.Selected)
	}
	for name, c := range s.Sweep {
		if c.MacroF1 > best.MacroF1 {
			t.Errorf("%s has a higher validation macro-F1 than the selected %s", name, s.Selected)
		}
		share(t, name, c.Accuracy, c.MacroF1)
	}
	testkit.Near(t, "weighted recall", s.Test[WeightedRecall], s.Test[Accuracy], 0) // they are one
	for m, score := range s.Test {
		share(t, string(m), score)
	}
	for b, score := range s.Baselines {
		share(t, string(b), score.Accuracy, score.MacroF1)
		if ratio := s.Test[Accuracy] / score.Accuracy; math.Abs(ratio-score.Ratio) > .02*ratio {
			t.Errorf("%s: the model's accuracy is %.3g times the baseline's, stated is %g", b, ratio, score.Ratio)
		}
	}
	testkit.Near(t, "seconds of the three configurations", s.SecondsEach, s.TrainSeconds, .05*s.TrainSeconds)
	if s.Achievable[0] >= s.Achievable[1] || s.Achievable[0] <= s.Test[Accuracy] {
		t.Errorf("achievable is %v, reached %v", s.Achievable, s.Test[Accuracy])
	}
}

func TestImprovementsAreNamedOnce(t *testing.T) {
	seen := make(map[Proposal]bool)
	for _, i := range Study.Improvements {
		if seen[i.Proposal] || i.Low >= i.High || i.Priority == "" {
			t.Errorf("improvement %+v", i)
		}
		share(t, string(i.Proposal), i.Low, i.High)
		seen[i.Proposal] = true
	}
}

func TestErrorsAreStatedOnce(t *testing.T) {
	seen := make(map[Pair]bool)
	for _, c := range Errors.Confusions {
		if seen[c.Pair] || c.Gold == c.Predicted {
			t.Errorf("confusion %+v", c)
		}
		if (c.Errors == 0) == (c.Characters == 0) {
			t.Errorf("%+v has neither a count nor a note, or both", c)
		}
		seen[c.Pair] = true
	}
	if e := Errors; e.CommonLow >= e.CommonHigh || e.CommonHigh >= e.RareError || e.Few >= e.Many || e.MisreadCharacters <= e.RightCharacters {
		t.Errorf("errors %+v", Errors)
	}
	share(t, "error rates", Errors.CommonLow, Errors.CommonHigh, Errors.RareError)
}

// share fails for what is no share.
func share(t *testing.T, what string, values ...float64) {
	t.Helper()
	for _, v := range values {
		if !(v > 0 && v <= 1) {
			t.Errorf("%s: %v is no share", what, v)
		}
	}
}
