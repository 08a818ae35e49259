package baseline

import (
	"context"
	"fmt"
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
	total, err := sumCounts(labels, counts)
	if err != nil {
		return nil, fmt.Errorf("prior: %w", err)
	}
	p := &Prior{labels: slices.Clone(labels), scores: make([]float32, len(labels))}
	for i, n := range counts {
		p.scores[i] = float32(float64(n) / float64(total))
	}
	return p, nil
}

// Name is what tables call the model.
func (p *Prior) Name() string { return "majority" }

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
