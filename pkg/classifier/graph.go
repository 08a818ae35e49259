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
	return m.LogitsAs(dtypes.Float32, scope, ids, mask, dropout)
}

// LogitsAs is Logits with products and activations computed in the given type, which CheckDType tries on a backend. The parameters
// stay Float32, and so do their gradients and the logits.
func (m *Model) LogitsAs(compute dtypes.DType, scope *model.Scope, ids, mask *Node, dropout *Dropout) *Node {
	ids.AssertRank(2)
	batch := ids.Shape().Dimensions[0]
	mask.AssertDims(ids.Shape().Dimensions...)
	net := m.net(scope, ids.Graph(), dropout)
	net.Compute = compute
	first := net.EncodeFirst(ids, mask) // [batch, dim]
	first.AssertDims(batch, m.Config.Dim)
	logits := net.Classify(first) // [batch, classes]
	logits.AssertDims(batch, len(m.Labels))
	return logits
}

// net builds the encoder's graph on the store's variables, with the adapter's low-rank updates on the layers that carry one.
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
		y := net.Plain(module, x) // x [..., in] to [..., out]
		full := modulePrefix + module
		if m.Adapter == nil || !m.Adapter.Adapts(full) {
			return y
		}
		down := net.Cast(param(lora.AName(full)))                          // [r, in]
		up := net.Cast(param(lora.BName(full)))                            // [out, r]
		update := m.Adapter.Config.Update(net.Cast(x), down, up, net.Drop) // [..., out]
		update.AssertDims(y.Shape().Dimensions...)
		return Add(y, update)
	}
	return net
}
