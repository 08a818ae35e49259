package evaluate

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// bounded are the metrics whose ceiling comes from assignmentBound.
var bounded = []Metric{MacroF1Union, MacroF1Present, MacroF1All, WeightedF1, WeightedPrecision}

// bestOfAll evaluates every function of the text there is (each note gets any label) and returns the best value of each metric.
func bestOfAll(t *rapid.T, s predict.Set) map[Metric]float64 {
	best := map[Metric]float64{}
	choice := make([]int, len(s.Predictions))
	for {
		next := 0
		values := evaluation(t, answer(s, func(predict.Prediction) []int { next++; return choice[next-1 : next] })).Values()
		for m, v := range values {
			best[m] = max(best[m], v)
		}
		i := 0
		for i < len(choice) && choice[i] == len(s.Labels)-1 {
			choice[i] = 0
			i++
		}
		if i == len(choice) {
			return best
		}
		choice[i]++
	}
}

func TestCeilingsAgainstEveryPredictor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t, 3, 5)
		best, ceilings := bestOfAll(t, s), evaluation(t, s).Ceilings()
		for _, m := range bounded {
			if best[m] > ceilings[m]+1e-12 {
				t.Errorf("%s reaches %v, above its ceiling %v", m, best[m], ceilings[m])
			}
		}
		for _, m := range []Metric{RowAccuracy, BalancedAccuracy, AnyValid, DocumentAccuracy} {
			if math.Abs(best[m]-ceilings[m]) > 1e-12 {
				t.Errorf("%s reaches %v at best, but its ceiling is %v", m, best[m], ceilings[m])
			}
		}
	})
}

// TestF1CeilingIsExact: where all notes have equally many labels, some predictor reaches the F1 ceilings.
func TestF1CeilingIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t, 3, 5)
		size := rapid.IntRange(1, len(s.Labels)).Draw(t, "size")
		for i := range s.Predictions {
			gold := rapid.Permutation([]int{0, 1, 2}[:len(s.Labels)]).Draw(t, "gold")[:size]
			slices.Sort(gold)
			s.Predictions[i].Gold = gold
		}
		best, ceilings := bestOfAll(t, s), evaluation(t, s).Ceilings()
		for _, m := range []Metric{MacroF1Union, MacroF1Present, MacroF1All, WeightedF1} {
			if math.Abs(best[m]-ceilings[m]) > 1e-12 {
				t.Errorf("%s reaches %v at best, but its ceiling is %v", m, best[m], ceilings[m])
			}
		}
	})
}

func TestHullSteps(t *testing.T) {
	tests := []struct{ values, want []float64 }{
		{[]float64{0}, nil},
		{[]float64{0, 3, 5, 6}, []float64{3, 2, 1}},
		{[]float64{0, 1, 4, 5}, []float64{2, 2, 1}},
		{[]float64{0, 4, 3, 4}, []float64{4, 0, 0}},
		{[]float64{0, 4, 3, 2}, []float64{4, -1, -1}},
	}
	for _, test := range tests {
		if got := hullSteps(test.values); !slices.Equal(got, test.want) {
			t.Errorf("hullSteps(%v) = %v, want %v", test.values, got, test.want)
		}
	}
}

// TestLabelCeilings: the label sets alone give the ceilings of any predictions about them.
func TestLabelCeilings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t, 6, 30)
		sets := make([][]int, len(s.Predictions))
		for i, p := range s.Predictions {
			sets[i] = p.Gold
		}
		got, err := LabelCeilings(len(s.Labels), sets)
		if err != nil {
			t.Fatal(err)
		}
		for m, want := range evaluation(t, s).Ceilings() {
			if math.Abs(got[m]-want) > 1e-12 {
				t.Errorf("%s: the ceiling of the label sets is %v, of the predictions %v", m, got[m], want)
			}
		}
	})
}

func TestLabelCeilingsRefuse(t *testing.T) {
	for name, sets := range map[string][][]int{
		"no sets": nil, "an empty set": {{0}, {}}, "a descending set": {{1, 0}}, "a label twice": {{1, 1}}, "an unknown label": {{2}}, "a negative label": {{-1}},
	} {
		if got, err := LabelCeilings(2, sets); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}
