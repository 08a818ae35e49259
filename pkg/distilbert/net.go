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

	// Param returns the node of a tensor by canonical name.
	Param func(name string) *Node

	// Linear applies the linear layer of the given module name: x [..., in] to [..., out]. Plain is the unadapted one.
	Linear func(module string, x *Node) *Node

	// Dropout returns x with the given share of its values set to zero and the rest scaled by 1/(1-rate).
	// It is nil in inference, where nothing is dropped.
	Dropout func(x *Node, rate float64) *Node
}

// Plain applies a linear layer with the stored weights: y = x W^T + b.
func (n Net) Plain(module string, x *Node) *Node {
	weight := n.Param(module + ".weight") // [out, in]
	bias := n.Param(module + ".bias")     // [out]
	return nn.Dense(x, weight, bias, denseLayout)
}

// Encode maps token ids to hidden states.
//
//   - ids: [batch, length] Int32, padded
//   - mask: [batch, length] Bool or numeric, 1 for tokens and 0 for padding; every row has at least one token
//   - result: [batch, length, dim] Float32
func (n Net) Encode(ids, mask *Node) *Node {
	ids.AssertRank(2)
	batch, length := ids.Shape().Dimensions[0], ids.Shape().Dimensions[1]
	mask.AssertDims(batch, length)
	x := n.embed(ids) // [batch, length, dim]
	for i := range n.Config.Layers {
		x = n.block(i, x, mask) // [batch, length, dim]
	}
	x.AssertDims(batch, length, n.Config.Dim)
	return x
}

// Classify maps hidden states to logits: [batch, length, dim] to [batch, classes]. It reads the first position, [CLS].
func (n Net) Classify(hidden *Node) *Node {
	hidden.AssertRank(3)
	batch, dim := hidden.Shape().Dimensions[0], n.Config.Dim
	hidden.AssertDims(batch, -1, dim)
	first := Slice(hidden, AxisRange(), AxisElem(0), AxisRange()) // [batch, 1, dim]
	pooled := Reshape(first, batch, dim)                          // [batch, dim]
	pooled = activation.Relu(n.Plain("pre_classifier", pooled))   // [batch, dim]
	pooled = n.drop(pooled, n.Config.ClassifierDropout)
	logits := n.Plain("classifier", pooled) // [batch, classes]
	logits.AssertRank(2)
	return logits
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
	return n.drop(x, n.Config.Dropout)
}

// block is one encoder layer, attention and feed-forward, each with its residual and LayerNorm: [batch, length, dim] to the same.
func (n Net) block(i int, x, mask *Node) *Node {
	name := layer(i)
	attended := n.attend(name+".attention", x, mask)        // [batch, length, dim]
	x = n.norm(name+".sa_layer_norm", Add(attended, x))     // [batch, length, dim]
	inner := n.Linear(name+".ffn.lin1", x)                  // [batch, length, hidden]
	inner = n.activate(inner)                               // [batch, length, hidden]
	outer := n.Linear(name+".ffn.lin2", inner)              // [batch, length, dim]
	outer = n.drop(outer, n.Config.Dropout)                 // [batch, length, dim]
	return n.norm(name+".output_layer_norm", Add(outer, x)) // [batch, length, dim]
}

func (n Net) activate(x *Node) *Node {
	if n.Config.Activation == "relu" {
		return activation.Relu(x)
	}
	return activation.Gelu(x) // the exact form, by erf
}

func (n Net) norm(name string, x *Node) *Node {
	gamma, beta := n.Param(name+".weight"), n.Param(name+".bias") // [dim], [dim]
	gamma.AssertDims(n.Config.Dim)
	beta.AssertDims(n.Config.Dim)
	return nn.LayerNorm(x, []int{-1}, n.Config.LayerNormEps, gamma, beta, nil)
}

func (n Net) drop(x *Node, rate float64) *Node {
	if n.Dropout == nil || rate == 0 {
		return x
	}
	return n.Dropout(x, rate)
}

// additiveMask turns [batch, length] of 1 and 0 into [batch, 1, 1, length] of 0 and a number so low that its exponential is 0.
func additiveMask(mask *Node, dtype dtypes.DType) *Node {
	batch, length := mask.Shape().Dimensions[0], mask.Shape().Dimensions[1]
	blocked := OneMinus(ConvertDType(mask, dtype)) // [batch, length], 1 where padded
	return Reshape(MulScalar(blocked, -1e9), batch, 1, 1, length)
}
