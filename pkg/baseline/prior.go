package baseline

import (
	"context"
	"fmt"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Prior gives every note the labels' shares of the training rows as scores, so its first label is the majority class. It is what
// can be said without reading the note. It implements predict.Predictor.
type Prior struct {
	labels []string
	scores []float32
}

// NewPrior takes the number of training rows of each label. It fails for counts that are negative, all 0, or not one a label.
func NewPrior(labels []string, counts []int) (*Prior, error) {
	total, err := checkCounts(labels, counts)
	if err != nil {
		return nil, fmt.Errorf("prior: %w", err)
	}
	p := &Prior{labels: slices.Clone(labels), scores: make([]float32, len(labels))}
	for i, n := range counts {
		p.scores[i] = float32(float64(n) / float64(total))
	}
	return p, nil
}

// Name is the model's name in tables.
func (p *Prior) Name() string { return "majority" }

// Labels implements predict.Predictor.
func (p *Prior) Labels() []string { return p.labels }

// Predict implements predict.Predictor. The outputs have scores and no logits.
func (p *Prior) Predict(ctx context.Context, texts []string) ([]predict.Output, error) {
	outputs := make([]predict.Output, len(texts))
	for i := range outputs {
		outputs[i] = predict.Output{Scores: slices.Clone(p.scores)}
	}
	return outputs, ctx.Err()
}
