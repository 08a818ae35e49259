package classifier

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// Predictor runs a classifier on a backend. It implements predict.Predictor, and compiles a graph for each new shape of a batch.
type Predictor struct {
	classifier *Classifier
	exec       *model.Exec
	batchSize  int
}

// DefaultBatchSize is how many notes are run at once: enough for two cores, few enough for long notes to stay in their caches.
const DefaultBatchSize = 4

// NewPredictor prepares inference on the backend, with the given number of notes at once. Each call reads the variables as they are, so
// that training may go on between calls.
func NewPredictor(backend compute.Backend, c *Classifier, batchSize int) (*Predictor, error) {
	if batchSize < 1 {
		return nil, fmt.Errorf("a batch of %d notes: 1 or more are needed", batchSize)
	}
	exec, err := model.NewExec(backend, c.Store, func(scope *model.Scope, ids, mask *graph.Node) *graph.Node {
		return c.Logits(scope, ids, mask, nil) // [batch, length] both, to [batch, classes]
	})
	if err != nil {
		return nil, err
	}
	return &Predictor{classifier: c, exec: exec.SetMaxCache(-1), batchSize: batchSize}, nil
}

// Labels implements predict.Predictor.
func (p *Predictor) Labels() []string { return p.classifier.Labels }

// Predict implements predict.Predictor.
func (p *Predictor) Predict(ctx context.Context, texts []string) ([]predict.Output, error) {
	encodings, err := p.classifier.Encode(texts)
	if err != nil {
		return nil, err
	}
	return p.PredictEncoded(ctx, encodings)
}

// PredictEncoded is Predict for notes that are tokenized already.
func (p *Predictor) PredictEncoded(ctx context.Context, encodings []tokenize.Encoding) ([]predict.Output, error) {
	logits, err := p.classifier.forward(ctx, p.exec, p.batchSize, encodings, len(p.classifier.Labels))
	if err != nil {
		return nil, err
	}
	outputs := make([]predict.Output, len(encodings))
	for i, e := range encodings {
		outputs[i] = predict.Output{Logits: logits[i], Tokens: e.Tokens, Truncated: e.Truncated}
	}
	return outputs, nil
}
