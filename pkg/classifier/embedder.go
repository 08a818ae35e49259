package classifier

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// Embedder maps texts to vectors: the mean of the last hidden states over a text's tokens, as sentence-transformers' mean pooling. The
// head takes no part.
type Embedder struct {
	classifier *Classifier
	exec       *model.Exec
	batchSize  int
}

// NewEmbedder prepares the encoder, with the adapter if there is one, on the backend. batchSize is how many notes are run at once.
func NewEmbedder(backend compute.Backend, c *Classifier, batchSize int) (*Embedder, error) {
	if batchSize < 1 {
		return nil, fmt.Errorf("a batch of %d notes: 1 or more are needed", batchSize)
	}
	exec, err := model.NewExec(backend, c.Store, func(scope *model.Scope, ids, mask *Node) *Node {
		return c.meanHidden(scope, ids, mask)
	})
	if err != nil {
		return nil, err
	}
	return &Embedder{classifier: c, exec: exec.SetMaxCache(-1), batchSize: batchSize}, nil
}

// meanHidden averages the last hidden states over each row's tokens.
//
//   - ids: [batch, length] Int32; mask: [batch, length], true or 1 for tokens
//   - result: [batch, dim] Float32
func (m *Model) meanHidden(scope *model.Scope, ids, mask *Node) *Node {
	batch, length := ids.Shape().Dimensions[0], ids.Shape().Dimensions[1]
	mask.AssertDims(batch, length)
	hidden := m.net(scope, ids.Graph(), nil).Encode(ids, mask) // [batch, length, dim]
	hidden.AssertDims(batch, length, m.Config.Dim)
	weights := InsertAxes(ConvertDType(mask, hidden.DType()), -1) // [batch, length, 1]
	weights.AssertDims(batch, length, 1)
	sum := ReduceSum(Mul(hidden, weights), 1) // [batch, dim]
	tokens := ReduceSum(weights, 1)           // [batch, 1]
	tokens.AssertDims(batch, 1)
	mean := Div(sum, tokens) // [batch, dim]
	mean.AssertDims(batch, m.Config.Dim)
	return mean
}

// Embed returns a vector [dim] for each text, in the order of the texts, and the texts' encodings.
func (e *Embedder) Embed(ctx context.Context, texts []string) (vectors [][]float32, encodings []tokenize.Encoding, err error) {
	c := e.classifier
	if encodings, err = c.Encode(texts); err != nil {
		return nil, nil, err
	}
	vectors, err = c.forward(ctx, e.exec, e.batchSize, encodings, c.Config.Dim)
	return vectors, encodings, err
}
