package classifier

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// Predictor runs a classifier on notes. It implements predict.Predictor, and compiles one graph for each batch shape it meets.
type Predictor struct {
	classifier *Classifier
	exec       *model.Exec
	batchSize  int
}

// DefaultBatchSize is how many notes are run at once: enough to fill two cores, small enough for long notes to stay in their caches.
const DefaultBatchSize = 4

// NewPredictor prepares inference on the backend. Training may go on in between: it reads the variables as they are.
func NewPredictor(backend compute.Backend, c *Classifier, batchSize int) (*Predictor, error) {
	if batchSize < 1 {
		return nil, fmt.Errorf("a batch of %d notes: 1 or more are needed", batchSize)
	}
	exec, err := model.NewExec(backend, c.Store, func(scope *model.Scope, ids, mask *graph.Node) *graph.Node {
		return c.Logits(scope, ids, mask, nil)
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
	size := min(p.batchSize, len(encodings))
	if size == 0 {
		return nil, nil
	}
	c := p.classifier
	batches, err := tokenize.Batches(encodings, size, tokenize.Buckets(c.MaxLength), c.Tokenizer.PadID())
	if err != nil {
		return nil, err
	}
	outputs := make([]predict.Output, len(encodings))
	for _, b := range batches {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		logits, err := p.run(b)
		if err != nil {
			return nil, err
		}
		for row, note := range b.Index {
			if note >= 0 {
				outputs[note] = predict.Output{Logits: logits[row], Tokens: encodings[note].Tokens, Truncated: encodings[note].Truncated}
			}
		}
	}
	return outputs, nil
}

// run gives the logits of one batch, row by row.
func (p *Predictor) run(b tokenize.Batch) ([][]float32, error) {
	out, err := p.exec.Call1(
		tensors.FromFlatDataAndDimensions(b.IDs, b.Size, b.Length),
		tensors.FromFlatDataAndDimensions(b.Mask, b.Size, b.Length))
	if err != nil {
		return nil, fmt.Errorf("a batch of %d notes of %d tokens failed: %w", b.Size, b.Length, err)
	}
	defer out.MustFinalizeAll()
	flat, err := tensors.CopyFlatData[float32](out)
	if err != nil {
		return nil, err
	}
	classes := len(p.classifier.Labels)
	rows := make([][]float32, b.Size)
	for i := range rows {
		rows[i] = flat[i*classes : (i+1)*classes]
	}
	return rows, nil
}
