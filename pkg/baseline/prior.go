package baseline

import (
	"context"
	"errors"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Prior answers every note with the labels' shares in the training rows, so that its first label is the majority class. It
// is what can be known without reading the note.
type Prior struct {
	labels []string
	scores []float32
}

// NewPrior counts rows: counts[i] is how many training rows are filed under labels[i].
func NewPrior(labels []string, counts []int) (*Prior, error) {
	if len(labels) != len(counts) {
		return nil, errors.New("the prior needs one count a label")
	}
	total := 0
	for _, n := range counts {
		total += n
	}
	if total == 0 {
		return nil, errors.New("the prior has no training rows to count")
	}
	p := &Prior{labels: slices.Clone(labels), scores: make([]float32, len(labels))}
	for i, n := range counts {
		p.scores[i] = float32(float64(n) / float64(total))
	}
	return p, nil
}

// Labels implements predict.Predictor.
func (p *Prior) Labels() []string { return p.labels }

// Predict implements predict.Predictor.
func (p *Prior) Predict(ctx context.Context, texts []string) ([]predict.Output, error) {
	outputs := make([]predict.Output, len(texts))
	for i := range outputs {
		outputs[i] = predict.Output{Scores: slices.Clone(p.scores)}
	}
	return outputs, ctx.Err()
}
