package predict

import (
	"cmp"
	"math"
	"slices"
)

// Prediction is a model's prediction for one note, with the note's gold labels.
type Prediction struct {
	// NoteID names the note in its corpus.
	NoteID string
	// Gold holds the indices of the note's gold labels, ascending, each once. It is empty for a note without labels.
	Gold []int
	// Scores holds a probability for each label, in label order: shape [labels], summing to 1.
	Scores []float32
	// Logits holds the values before the softmax, in label order: shape [labels]; nil for a model that has no logits.
	Logits []float32
	// Truncated says that the model read only a part of the note.
	Truncated bool
	// Tokens is the note's length before truncation, in the model's tokens; 0 for a model that counts none.
	Tokens int
	// Characters is the note's length in Unicode code points.
	Characters int
}

// Ranking returns the values by which the labels are ranked, shape [labels]: the logits, or the scores where there are no
// logits. The softmax keeps the order but can round distinct logits to equal probabilities, so the logits decide.
func (p Prediction) Ranking() []float32 {
	if p.Logits != nil {
		return p.Logits
	}
	return p.Scores
}

// Top returns the indices of the k labels with the highest values, highest first; of equal values the lower index comes first. It returns
// all labels if k is larger than their number, and none if k is not positive.
func (p Prediction) Top(k int) []int {
	values := p.Ranking()
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[b], values[a]) })
	return order[:min(max(k, 0), len(order))]
}

// Softmax returns exp(logit/temperature) normalised to sum to 1, shape [labels], computed in float64. A temperature of 1 is the plain
// softmax. The logits must be finite and the temperature positive.
func Softmax(logits []float32, temperature float64) []float32 {
	if len(logits) == 0 {
		return nil
	}
	largest := float64(slices.Max(logits))
	terms := make([]float64, len(logits))
	sum := 0.0
	for i, logit := range logits {
		terms[i] = math.Exp((float64(logit) - largest) / temperature)
		sum += terms[i]
	}
	scores := make([]float32, len(logits))
	for i, term := range terms {
		scores[i] = float32(term / sum)
	}
	return scores
}
