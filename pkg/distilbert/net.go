package distilbert

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/nn"
)

// Net builds the graph of transformers' DistilBertForSequenceClassification. Its methods are graph builders: they panic on misshaped
// input, as GoMLX's do.
type Net struct {
	Config Config

	// Param returns the node of a tensor by canonical name, in Float32.
	Param func(name string) *Node

	// Linear applies the linear layer of the given module name: x [..., in] to [..., out], of type Compute. Without an adapter it is
	// Plain.
	Linear func(module string, x *Node) *Node

	// Dropout is nil in inference, where nothing is dropped.
	Dropout Dropout

	// Compute is the type that products and activations are computed in: Float32, BFloat16 or Float16. Parameters, residual
	// sums, LayerNorms, softmaxes and the results are Float32 in any case, as in torch's autocast.
	Compute dtypes.DType
}

// Dropout draws which values are dropped in training. Each call draws its own random numbers.
type Dropout interface {
	// Keep returns a mask, Bool and shaped as x: false for the given share of the values, which are to be dropped.
	Keep(x *Node, rate float64) *Node

	// Apply returns x, in its shape, with the given share of its values set to zero and the rest scaled by 1/(1-rate).
	Apply(x *Node, rate float64) *Node
}

// Plain applies a linear layer with the stored weights, y = x W^T + b: x [..., in] to [..., out], of type Compute.
func (n Net) Plain(module string, x *Node) *Node {
	weight := n.Cast(n.Param(module + ".weight")) // [out, in]
	bias := n.Cast(n.Param(module + ".bias"))     // [out]
	weight.AssertDims(-1, x.Shape().Dimensions[x.Rank()-1])
	bias.AssertDims(weight.Shape().Dimensions[0])
	return nn.Dense(n.Cast(x), weight, bias, denseLayout) // [..., out]
}

// Encode maps token ids to hidden states.
//
//   - ids: [batch, length] Int32, padded
//   - mask: [batch, length] Bool or numeric, 1 for tokens and 0 for padding; every row has at least one token
//   - result: [batch, length, dim] Float32
func (n Net) Encode(ids, mask *Node) *Node {
	x := n.hidden(n.Config.Layers, ids, mask) // [batch, length, dim]
	x.AssertDims(ids.Shape().Dimensions[0], ids.Shape().Dimensions[1], n.Config.Dim)
	return x
}

// EncodeFirst maps token ids to the hidden state of the first position, [CLS]: ids and mask as in Encode, to [batch, dim] Float32.
// It equals Encode's there. The last layer computes the query of [CLS] alone, and keys and values of all positions.
func (n Net) EncodeFirst(ids, mask *Node) *Node {
	last := n.Config.Layers - 1
	x := n.hidden(last, ids, mask)                  // [batch, length, dim]
	first := Slice(x, AxisRange(), AxisRange(0, 1)) // [batch, 1, dim]
	first = n.block(last, first, x, mask)           // [batch, 1, dim]
	first.AssertDims(ids.Shape().Dimensions[0], 1, n.Config.Dim)
	return Reshape(first, ids.Shape().Dimensions[0], n.Config.Dim) // [batch, dim]
}

// Classify is the classification head: hidden states of the first position, [batch, dim], to logits, [batch, classes] Float32.
func (n Net) Classify(first *Node) *Node {
	first.AssertDims(-1, n.Config.Dim)
	pooled := activation.Relu(n.Plain("pre_classifier", first)) // [batch, dim]
	pooled.AssertDims(first.Shape().Dimensions...)
	pooled = n.Drop(pooled, n.Config.ClassifierDropout)         // [batch, dim]
	logits := as(n.Plain("classifier", pooled), dtypes.Float32) // [batch, classes]
	logits.AssertDims(first.Shape().Dimensions[0], -1)
	return logits
}

// hidden is the embeddings and the first so many layers: ids and mask, [batch, length], to hidden states, [batch, length, dim].
func (n Net) hidden(layers int, ids, mask *Node) *Node {
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
	positions.AssertDims(length, dim)
	x = Add(x, InsertAxes(positions, 0))  // [batch, length, dim]
	x = n.norm("embeddings.LayerNorm", x) // [batch, length, dim]
	return n.Drop(x, n.Config.Dropout)    // [batch, length, dim]
}

// block is one encoder layer: attention and feed-forward, each with its residual and LayerNorm.
//
//   - queryStates: [batch, queries, dim] Float32, the hidden states of the positions to compute
//   - keyStates: [batch, length, dim] Float32, those of all positions; mask: [batch, length]
//   - result: [batch, queries, dim] Float32
func (n Net) block(i int, queryStates, keyStates, mask *Node) *Node {
	name := layer(i)
	batch, queries := queryStates.Shape().Dimensions[0], queryStates.Shape().Dimensions[1]
	attended := n.selfAttention(name+".attention", queryStates, keyStates, mask) // [batch, queries, dim]
	x := n.norm(name+".sa_layer_norm", sum(attended, queryStates))               // [batch, queries, dim]
	inner := n.activate(n.Linear(name+".ffn.lin1", x))                           // [batch, queries, hiddenDim]
	inner.AssertDims(batch, queries, n.Config.HiddenDim)
	outer := n.Linear(name+".ffn.lin2", inner) // [batch, queries, dim]
	outer.AssertDims(batch, queries, n.Config.Dim)
	outer = n.Drop(outer, n.Config.Dropout)                 // [batch, queries, dim]
	return n.norm(name+".output_layer_norm", sum(outer, x)) // [batch, queries, dim]
}

// activate applies the activation to x, of any shape. It computes in Float32, in one pass from and to x's type.
func (n Net) activate(x *Node) *Node {
	if n.Config.Activation == "relu" {
		return activation.Relu(x)
	}
	return as(activation.Gelu(as(x, dtypes.Float32)), x.DType()) // the exact form, by erf
}

// norm is LayerNorm over the last axis: x [..., dim] to [..., dim].
func (n Net) norm(name string, x *Node) *Node {
	gamma, beta := n.Param(name+".weight"), n.Param(name+".bias") // [dim], [dim]
	gamma.AssertDims(n.Config.Dim)
	beta.AssertDims(n.Config.Dim)
	return nn.LayerNorm(x, []int{-1}, n.Config.LayerNormEps, gamma, beta, nil)
}

// Drop applies dropout to x, of any shape, in training, and returns x in inference.
func (n Net) Drop(x *Node, rate float64) *Node {
	if n.Dropout == nil || rate == 0 {
		return x
	}
	return n.Dropout.Apply(x, rate)
}

// Cast converts x, of any shape, to the type Compute.
func (n Net) Cast(x *Node) *Node { return as(x, n.Compute) }

// sum adds two tensors of one shape in Float32.
func sum(x, y *Node) *Node { return Add(as(x, dtypes.Float32), as(y, dtypes.Float32)) }

// as converts x, of any shape, to a type, if it is of another.
func as(x *Node, dtype dtypes.DType) *Node {
	if x.DType() == dtype {
		return x
	}
	return ConvertDType(x, dtype)
}
