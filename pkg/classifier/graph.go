package classifier

import (
	"github.com/gomlx/compute/dtypes"
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
	return m.LogitsIn(dtypes.Float32, scope, ids, mask, dropout)
}

// LogitsIn is Logits with products and activations computed in the given type, which CheckCompute tries on a backend. The parameters
// stay Float32, and so do their gradients.
func (m *Model) LogitsIn(compute dtypes.DType, scope *model.Scope, ids, mask *Node, dropout *Dropout) *Node {
	net := m.net(scope, ids.Graph(), dropout)
	net.Compute = compute
	logits := net.Classify(net.EncodeFirst(ids, mask)) // [batch, classes]
	logits.AssertDims(ids.Shape().Dimensions[0], len(m.Labels))
	return logits
}

// net binds the encoder's graph to the store's variables and puts the adapter on the layers it sits on.
func (m *Model) net(scope *model.Scope, g *Graph, dropout *Dropout) *distilbert.Net {
	own := scope.Store().Scope(scopeName)
	param := func(name string) *Node {
		v := own.GetVariable(name)
		if v == nil {
			panic("the model has no tensor " + name)
		}
		return v.NodeValue(g)
	}
	net := &distilbert.Net{Config: m.Config, Param: param, Compute: dtypes.Float32}
	if dropout != nil {
		net.Dropout = dropout
	}
	net.Linear = func(module string, x *Node) *Node {
		y := net.Plain(module, x) // [..., out]
		full := modulePrefix + module
		if m.Adapter == nil || !m.Adapter.Adapts(full) {
			return y
		}
		return Add(y, m.Adapter.Config.Update(net.Cast(x), net.Cast(param(lora.A(full))), net.Cast(param(lora.B(full))), net.Drop))
	}
	return net
}
