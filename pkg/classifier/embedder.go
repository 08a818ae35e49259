package classifier

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// Embedder gives a text the mean of its tokens' hidden states, as sentence-transformers pools: what an encoder makes of a text
// before any head.
type Embedder struct {
	classifier *Classifier
	exec       *model.Exec
	batchSize  int
}

// NewEmbedder prepares the encoder, with the adapter if there is one, on the backend.
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

// meanHidden averages the last layer's hidden states over each row's tokens: ids and mask [batch, length] to [batch, dim].
func (m *Model) meanHidden(scope *model.Scope, ids, mask *Node) *Node {
	hidden := m.net(scope, ids.Graph(), nil).Encode(ids, mask) // [batch, length, dim]
	hidden.AssertDims(ids.Shape().Dimensions[0], ids.Shape().Dimensions[1], m.Config.Dim)
	weights := InsertAxes(ConvertDType(mask, hidden.DType()), -1) // [batch, length, 1]
	mean := Div(ReduceSum(Mul(hidden, weights), 1), ReduceSum(weights, 1))
	mean.AssertDims(ids.Shape().Dimensions[0], m.Config.Dim)
	return mean
}

// Embed returns one vector of [dim] a text, in the order of the texts, with the texts' encodings.
func (e *Embedder) Embed(ctx context.Context, texts []string) (vectors [][]float32, encodings []tokenize.Encoding, err error) {
	c := e.classifier
	if encodings, err = c.Encode(texts); err != nil {
		return nil, nil, err
	}
	vectors, err = c.forward(ctx, e.exec, e.batchSize, encodings, c.Config.Dim)
	return vectors, encodings, err
}
