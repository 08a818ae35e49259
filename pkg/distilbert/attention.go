package distilbert

import (
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// denseLayout is PyTorch's: weights [out, in].
const denseLayout = compute.DenseLayoutOutputsInput

// attend is multi-head self-attention with its output projection, at some of the positions.
//
//   - at: [batch, queries, dim], the hidden states that ask; x: [batch, length, dim], those that they look at
//   - mask: [batch, length], 1 for tokens
//   - result: [batch, queries, dim]
func (n Net) attend(name string, at, x, mask *Node) *Node {
	batch, queries, length := at.Shape().Dimensions[0], at.Shape().Dimensions[1], x.Shape().Dimensions[1]
	heads, headDim := n.Config.Heads, n.Config.HeadDim()
	split := func(module string, x *Node, positions int) *Node { // [batch, positions, heads, headDim]
		return Reshape(n.Linear(name+"."+module, x), batch, positions, heads, headDim)
	}
	query := MulScalar(split("q_lin", at, queries), 1/math.Sqrt(float64(headDim)))
	key, value := split("k_lin", x, length), split("v_lin", x, length)
	var context *Node // [batch, queries, heads, headDim]
	if n.Dropout != nil {
		context = n.trainingAttention(query, key, value, mask)
	} else {
		weights, total, _ := softmax(attentionScores(query, key, mask))
		context = mix(weights, total, value)
	}
	context.AssertDims(batch, queries, heads, headDim)
	return n.Linear(name+".out_lin", Reshape(context, batch, queries, heads*headDim))
}

// attentionScores are the products of queries and keys, and very low where the key is padding.
//
//   - query: [batch, queries, heads, headDim], scaled; key: [batch, length, heads, headDim]; mask: [batch, length]
//   - result: [batch, heads, queries, length] Float32
//
// The mask is one more feature of both, 1 in a query and 0 or a very low number in a key: the product then adds it on the way,
// and no pass over the scores, the largest array there is, has to.
func attentionScores(query, key, mask *Node) *Node {
	batch, queries, heads, headDim := dims4(query)
	length := key.Shape().Dimensions[1]
	dtype := query.DType()
	blocked := MulScalar(OneMinus(ConvertDType(mask, dtype)), lowScore(dtype)) // [batch, length]
	blocked = BroadcastToDims(Reshape(StopGradient(blocked), batch, length, 1, 1), batch, length, heads, 1)
	query = Concatenate([]*Node{query, Ones(query.Graph(), shapes.Make(dtype, batch, queries, heads, 1))}, -1) // [batch, queries, heads, headDim+1]
	key = Concatenate([]*Node{key, blocked}, -1)                                                               // [batch, length, heads, headDim+1]
	query, key = byHead(query), featuresFirst(key)                                                             // [batch, heads, queries, headDim+1], [batch, heads, headDim+1, length]
	key.AssertDims(batch, heads, headDim+1, length)
	scores := product(query, key)
	scores.AssertDims(batch, heads, queries, length)
	return as(scores, dtypes.Float32)
}

// softmax is a softmax over the last axis before it is normalised: weights [..., length], their sums and the highest scores
// [..., 1]. What is done with the weights is divided by the sums afterwards, which is one pass less over them.
func softmax(scores *Node) (weights, total, highest *Node) {
	highest = StopGradient(ReduceAndKeep(scores, ReduceMax, -1))
	weights = Exp(Sub(scores, highest))
	return weights, ReduceAndKeep(weights, ReduceSum, -1), highest
}

// mix averages the values by the weights.
//
//   - weights: [batch, heads, queries, length] Float32; total: [batch, heads, queries, 1] Float32, their sums
//   - value: [batch, length, heads, headDim]
//   - result: [batch, queries, heads, headDim], of the values' type
func mix(weights, total, value *Node) *Node {
	dtype := value.DType()
	context := product(as(weights, dtype), byHead(value))             // [batch, heads, queries, headDim]
	return byHead(as(Div(as(context, dtypes.Float32), total), dtype)) // [batch, queries, heads, headDim]
}

// lowScore is what a score gets added to where the key is padding: exp is 0 there, and no type overflows.
func lowScore(dtype dtypes.DType) float64 {
	if dtype == dtypes.Float16 {
		return -3e4
	}
	return -1e9
}

// product multiplies matrices: [batch, heads, a, b] and [batch, heads, b, c] to [batch, heads, a, c].
func product(lhs, rhs *Node) *Node {
	return DotGeneral(lhs, []int{3}, []int{0, 1}, rhs, []int{2}, []int{0, 1})
}

// byHead swaps positions and heads: [batch, length, heads, headDim] to [batch, heads, length, headDim], and back.
func byHead(x *Node) *Node { return TransposeAllAxes(x, 0, 2, 1, 3) }

// featuresFirst is [batch, length, heads, headDim] to [batch, heads, headDim, length].
func featuresFirst(x *Node) *Node { return TransposeAllAxes(x, 0, 2, 3, 1) }

func dims4(x *Node) (int, int, int, int) {
	x.AssertRank(4)
	d := x.Shape().Dimensions
	return d[0], d[1], d[2], d[3]
}
