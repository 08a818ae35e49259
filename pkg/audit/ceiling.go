package audit

import (
	"cmp"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// The policies of [Ceiling].
const (
	// AnyFunction is the ceiling of any function of the text, in each metric for itself; see evaluate.LabelCeilings.
	AnyFunction = "any_function_of_the_text"
	// MostFiled predicts the text's own label that has the most texts.
	MostFiled = "best_single_label_most_filed"
	// LeastFiled predicts the text's own label that has the fewest texts.
	LeastFiled = "best_single_label_least_filed"
	// Majority predicts the label with the most rows.
	Majority = "majority_of_rows"
)

// CeilingMetrics are the metrics of a [Ceiling].
var CeilingMetrics = []evaluate.Metric{evaluate.RowAccuracy, evaluate.Top3Accuracy, evaluate.AnyValid, evaluate.MacroF1Union, evaluate.WeightedF1}

// Ceiling holds the scores of a policy, a fixed way to predict, on all texts. For AnyFunction macro_f1_union and weighted_f1 are upper
// bounds and the other values exact; for the other policies all are the scores of their predictions.
//
// The single-label policies know the labels of each text: they rank its own labels first, by number of texts, descending or ascending, then
// all others, descending. Of labels with equally many texts the first in label order counts as having more. They are right about one row
// of every text.
type Ceiling struct {
	Policy string                      `json:"policy"`
	Values map[evaluate.Metric]float64 `json:"values"` // of CeilingMetrics
}

// policies evaluates the policies.
func policies(c *corpus.Corpus) ([]Ceiling, error) {
	sets := make([][]int, len(c.Notes))
	for i, note := range c.Notes {
		sets[i] = note.Labels
	}
	values, err := evaluate.LabelCeilings(len(c.Labels), sets)
	if err != nil {
		return nil, err
	}
	out := []Ceiling{{AnyFunction, chosen(values)}}
	byTexts := ranking(c.LabelCounts(c.Notes))
	for _, p := range []struct {
		name string
		rank func(set []int) []int
	}{
		{MostFiled, func(set []int) []int { return ownFirst(set, byTexts, false) }},
		{LeastFiled, func(set []int) []int { return ownFirst(set, byTexts, true) }},
		{Majority, func([]int) []int { return byTexts }},
	} {
		values, err := score(c.Labels, sets, p.rank)
		if err != nil {
			return nil, err
		}
		out = append(out, Ceiling{p.name, chosen(values)})
	}
	return out, nil
}

// chosen picks the CeilingMetrics.
func chosen(values map[evaluate.Metric]float64) map[evaluate.Metric]float64 {
	out := make(map[evaluate.Metric]float64, len(CeilingMetrics))
	for _, m := range CeilingMetrics {
		out[m] = values[m]
	}
	return out
}

// ranking orders the labels by their counts, highest first; of equal counts the lower index comes first.
func ranking(counts []int) []int {
	order := make([]int, len(counts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	return order
}

// ownFirst moves a text's own labels to the front of a ranking, in its order or in reverse.
func ownFirst(set, ranking []int, reversed bool) []int {
	out := make([]int, 0, len(ranking))
	for _, label := range ranking {
		if slices.Contains(set, label) {
			out = append(out, label)
		}
	}
	if reversed {
		slices.Reverse(out)
	}
	for _, label := range ranking {
		if !slices.Contains(set, label) {
			out = append(out, label)
		}
	}
	return out
}

// score evaluates a ranking of the labels for notes with the given label sets. The ranking is a function of a note's label set, so that
// notes with the same set share its scores.
func score(labels []string, sets [][]int, rank func(set []int) []int) (map[evaluate.Metric]float64, error) {
	shared := map[string][]float32{}
	set := predict.Set{Labels: labels, Model: "policy", Part: "all", Predictions: make([]predict.Prediction, len(sets))}
	for i, own := range sets {
		key := setKey(own)
		if shared[key] == nil {
			shared[key] = falling(rank(own))
		}
		set.Predictions[i] = predict.Prediction{NoteID: noteName(i), Gold: own, Scores: shared[key]}
	}
	return values(set)
}

// values evaluates a set.
func values(set predict.Set) (map[evaluate.Metric]float64, error) {
	e, err := evaluate.New(set)
	if err != nil {
		return nil, err
	}
	return e.Values(), nil
}

// falling returns scores, shape [labels], that sum to 1 and fall from the first rank to the last.
func falling(ranking []int) []float32 {
	n := len(ranking)
	scores := make([]float32, n)
	for i, label := range ranking {
		scores[label] = float32(2*float64(n-i)) / float32(n*(n+1))
	}
	return scores
}
