package distilbert

import (
	"math"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/layers/attention"
)

// denseLayout is PyTorch's: weights [out, in].
const denseLayout = compute.DenseLayoutOutputsInput

// attend is multi-head self-attention with its output projection: [batch, length, dim] to the same.
// mask is [batch, length], 1 for tokens.
func (n Net) attend(name string, x, mask *Node) *Node {
	batch, length := x.Shape().Dimensions[0], x.Shape().Dimensions[1]
	heads, headDim := n.Config.Heads, n.Config.HeadDim()
	split := func(module string) *Node { // [batch, length, heads, headDim]
		return Reshape(n.Linear(name+"."+module, x), batch, length, heads, headDim)
	}
	query, key, value := split("q_lin"), split("k_lin"), split("v_lin")
	var context *Node // [batch, length, heads, headDim]
	if n.Dropout != nil {
		context = n.trainingAttention(query, key, value, mask)
	} else {
		context, _ = attention.Core(query, key, value, attention.LayoutBSHD, attention.CoreOptions{
			AttentionMask: Reshape(additiveMask(mask, query.DType()), batch, 1, 1, length),
			Scale:         1 / math.Sqrt(float64(headDim)),
		})
	}
	context.AssertDims(batch, length, heads, headDim)
	return n.Linear(name+".out_lin", Reshape(context, batch, length, heads*headDim))
}

// trainingAttention is attention with dropout on the probabilities. The softmax is normalised after the product with the
// values, [length, headDim] instead of [length, length] divisions a head, which leaves one pass less over the largest array.
func (n Net) trainingAttention(query, key, value, mask *Node) *Node {
	headDim := n.Config.HeadDim()
	query = MulScalar(query, 1/math.Sqrt(float64(headDim)))       // [batch, length, heads, headDim]
	scores := Einsum("bqhd,bkhd->bhqk", query, key)               // [batch, heads, length, length]
	scores = Add(scores, additiveMask(mask, scores.DType()))      // [batch, heads, length, length]
	highest := StopGradient(ReduceAndKeep(scores, ReduceMax, -1)) // [batch, heads, length, 1]
	weights := Exp(Sub(scores, highest))                          // [batch, heads, length, length]
	total := ReduceAndKeep(weights, ReduceSum, -1)                // [batch, heads, length, 1]
	weights = n.drop(weights, n.Config.AttentionDropout)
	context := Einsum("bhqk,bkhd->bhqd", weights, value) // [batch, heads, length, headDim]
	context = Div(context, total)
	return TransposeAllAxes(context, 0, 2, 1, 3) // [batch, length, heads, headDim]
}
