package classifier

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/distilbert"
	"github.com/specialist-nlp/specialist/pkg/lora"
)

// Logits builds the graph from token ids to logits. It is a graph builder and panics on misshaped input.
//
//   - ids: [batch, length] Int32; mask: [batch, length], true or 1 for tokens, false or 0 for padding
//   - dropout: nil in inference
//   - result: [batch, classes] Float32
func (m *Model) Logits(scope *model.Scope, ids, mask *Node, dropout *Dropout) *Node {
	net := m.net(scope, ids.Graph(), dropout)
	hidden := net.Encode(ids, mask) // [batch, length, dim]
	logits := net.Classify(hidden)  // [batch, classes]
	logits.AssertDims(ids.Shape().Dimensions[0], len(m.Labels))
	return logits
}

// net binds the encoder's graph to the store's variables and puts the adapter on the layers it sits on.
func (m *Model) net(scope *model.Scope, g *Graph, dropout *Dropout) distilbert.Net {
	own := scope.Store().Scope(scopeName)
	param := func(name string) *Node {
		v := own.GetVariable(name)
		if v == nil {
			panic("the model has no tensor " + name)
		}
		return v.NodeValue(g)
	}
	net := distilbert.Net{Config: m.Config, Param: param}
	if dropout != nil {
		net.Dropout = dropout.Apply
	}
	net.Linear = func(module string, x *Node) *Node {
		y := net.Plain(module, x) // [..., out]
		full := modulePrefix + module
		if m.Adapter == nil || !m.Adapter.Adapts(full) {
			return y
		}
		return Add(y, m.Adapter.Config.Update(x, param(lora.A(full)), param(lora.B(full)), net.Dropout))
	}
	return net
}
