package distilbert

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/nn"
)

// Net builds the model's graph. Its functions are graph builders: they panic on misshaped input, as GoMLX's do.
type Net struct {
	Config Config

	// Param returns the node of a tensor by canonical name, in Float32.
	Param func(name string) *Node

	// Linear applies the linear layer of the given module name: x [..., in] to [..., out], of type Compute. Plain is the
	// unadapted one.
	Linear func(module string, x *Node) *Node

	// Dropout is nil in inference, where nothing is dropped.
	Dropout Dropout

	// Compute is the type that products and activations are computed in: Float32, BFloat16 or Float16. Parameters, residual
	// sums, LayerNorms, softmaxes and the results are Float32 in any case, as in torch's autocast.
	Compute dtypes.DType
}

// Dropout draws which values are dropped in training. Each call of its functions is a site of its own.
type Dropout interface {
	// Keep draws where values stay: Bool, shaped as x.
	Keep(x *Node, rate float64) *Node

	// Apply returns x with the given share of its values set to zero and the rest scaled by 1/(1-rate).
	Apply(x *Node, rate float64) *Node
}

// Plain applies a linear layer with the stored weights: y = x W^T + b.
func (n Net) Plain(module string, x *Node) *Node {
	weight := n.Cast(n.Param(module + ".weight")) // [out, in]
	bias := n.Cast(n.Param(module + ".bias"))     // [out]
	return nn.Dense(n.Cast(x), weight, bias, denseLayout)
}

// Encode maps token ids to hidden states.
//
//   - ids: [batch, length] Int32, padded
//   - mask: [batch, length] Bool or numeric, 1 for tokens and 0 for padding; every row has at least one token
//   - result: [batch, length, dim] Float32
func (n Net) Encode(ids, mask *Node) *Node {
	x := n.below(n.Config.Layers, ids, mask)
	x.AssertDims(ids.Shape().Dimensions[0], ids.Shape().Dimensions[1], n.Config.Dim)
	return x
}

// EncodeFirst maps token ids to the hidden state of the first position, [CLS]: ids and mask as in Encode, to [batch, dim] Float32.
// It equals Encode's there. In the last layer nobody reads the other positions, so that only their keys and values are computed.
func (n Net) EncodeFirst(ids, mask *Node) *Node {
	last := n.Config.Layers - 1
	x := n.below(last, ids, mask)                                  // [batch, length, dim]
	first := Slice(x, AxisRange(), AxisRange(0, 1))                // [batch, 1, dim]
	first = n.block(last, first, x, mask)                          // [batch, 1, dim]
	return Reshape(first, ids.Shape().Dimensions[0], n.Config.Dim) // [batch, dim]
}

// Classify maps the hidden states of the first position to logits: [batch, dim] to [batch, classes] Float32.
func (n Net) Classify(first *Node) *Node {
	first.AssertDims(-1, n.Config.Dim)
	pooled := activation.Relu(n.Plain("pre_classifier", first)) // [batch, dim]
	pooled = n.Drop(pooled, n.Config.ClassifierDropout)
	logits := as(n.Plain("classifier", pooled), dtypes.Float32) // [batch, classes]
	logits.AssertRank(2)
	return logits
}

// below is the embeddings and so many layers: ids and mask [batch, length] to [batch, length, dim].
func (n Net) below(layers int, ids, mask *Node) *Node {
	ids.AssertRank(2)
	mask.AssertDims(ids.Shape().Dimensions...)
	x := n.embed(ids) // [batch, length, dim]
	for i := range layers {
		x = n.block(i, x, x, mask) // [batch, length, dim]
	}
	return x
}

// embed adds word and position embeddings: [batch, length] to [batch, length, dim].
func (n Net) embed(ids *Node) *Node {
	batch, length, dim := ids.Shape().Dimensions[0], ids.Shape().Dimensions[1], n.Config.Dim
	words := n.Param("embeddings.word_embeddings.weight") // [vocab, dim]
	words.AssertDims(n.Config.VocabSize, dim)
	positions := n.Param("embeddings.position_embeddings.weight") // [positions, dim]
	positions.AssertDims(n.Config.MaxPositions, dim)
	x := Gather(words, InsertAxes(ids, -1)) // [batch, length, dim]
	x.AssertDims(batch, length, dim)
	positions = Slice(positions, AxisRange(0, length), AxisRange()) // [length, dim]
	x = Add(x, InsertAxes(positions, 0))                            // [batch, length, dim]
	x = n.norm("embeddings.LayerNorm", x)
	return n.Drop(x, n.Config.Dropout)
}

// block is one encoder layer, attention and feed-forward, each with its residual and LayerNorm, at some of the positions:
// at [batch, queries, dim] out of x [batch, length, dim] to [batch, queries, dim].
func (n Net) block(i int, at, x, mask *Node) *Node {
	name := layer(i)
	attended := n.attend(name+".attention", at, x, mask)  // [batch, queries, dim]
	at = n.norm(name+".sa_layer_norm", sum(attended, at)) // [batch, queries, dim]
	inner := n.Linear(name+".ffn.lin1", at)               // [batch, queries, hidden]
	inner = n.activate(inner)                             // [batch, queries, hidden]
	outer := n.Linear(name+".ffn.lin2", inner)            // [batch, queries, dim]
	outer = n.Drop(outer, n.Config.Dropout)               // [batch, queries, dim]
	return n.norm(name+".output_layer_norm", sum(outer, at))
}

// activate is computed in Float32, in one pass from and to x's type.
func (n Net) activate(x *Node) *Node {
	if n.Config.Activation == "relu" {
		return activation.Relu(x)
	}
	return as(activation.Gelu(as(x, dtypes.Float32)), x.DType()) // the exact form, by erf
}

func (n Net) norm(name string, x *Node) *Node {
	gamma, beta := n.Param(name+".weight"), n.Param(name+".bias") // [dim], [dim]
	gamma.AssertDims(n.Config.Dim)
	beta.AssertDims(n.Config.Dim)
	return nn.LayerNorm(x, []int{-1}, n.Config.LayerNormEps, gamma, beta, nil)
}

// Drop applies dropout in training and returns x in inference.
func (n Net) Drop(x *Node, rate float64) *Node {
	if n.Dropout == nil || rate == 0 {
		return x
	}
	return n.Dropout.Apply(x, rate)
}

// Cast converts to the type that is computed in.
func (n Net) Cast(x *Node) *Node { return as(x, n.Compute) }

// sum adds in Float32.
func sum(x, y *Node) *Node { return Add(as(x, dtypes.Float32), as(y, dtypes.Float32)) }

// as converts to a type, if x is of another.
func as(x *Node, dtype dtypes.DType) *Node {
	if x.DType() == dtype {
		return x
	}
	return ConvertDType(x, dtype)
}
