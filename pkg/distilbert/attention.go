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

// selfAttention is multi-head self-attention with its output projection. The queries can be of fewer positions than the keys and values.
//
//   - queryStates: [batch, queries, dim], the hidden states that the queries are projected from
//   - keyStates: [batch, length, dim], those that the keys and values are projected from
//   - mask: [batch, length], 1 for tokens
//   - result: [batch, queries, dim]
func (n Net) selfAttention(name string, queryStates, keyStates, mask *Node) *Node {
	batch, queries, length := queryStates.Shape().Dimensions[0], queryStates.Shape().Dimensions[1], keyStates.Shape().Dimensions[1]
	heads, headDim := n.Config.Heads, n.Config.HeadDim()
	queryStates.AssertDims(batch, queries, n.Config.Dim)
	keyStates.AssertDims(batch, length, n.Config.Dim)
	mask.AssertDims(batch, length)
	project := func(module string, states *Node, positions int) *Node { // [batch, positions, heads, headDim]
		return Reshape(n.Linear(name+"."+module, states), batch, positions, heads, headDim)
	}
	query := MulScalar(project("q_lin", queryStates, queries), 1/math.Sqrt(float64(headDim))) // [batch, queries, heads, headDim]
	key, value := project("k_lin", keyStates, length), project("v_lin", keyStates, length)    // [batch, length, heads, headDim]
	var context *Node                                                                         // [batch, queries, heads, headDim]
	if n.Dropout != nil {
		context = n.trainingAttention(query, key, value, mask)
	} else {
		weights, total, _ := unnormalizedSoftmax(attentionScores(query, key, mask)) // [batch, heads, queries, length], [batch, heads, queries, 1]
		context = weightedMean(weights, total, value)
	}
	context.AssertDims(batch, queries, heads, headDim)
	out := n.Linear(name+".out_lin", Reshape(context, batch, queries, heads*headDim)) // [batch, queries, dim]
	out.AssertDims(batch, queries, n.Config.Dim)
	return out
}

// attentionScores are the products of queries and keys, and very low where the key is padding.
//
//   - query: [batch, queries, heads, headDim], scaled by 1/sqrt(headDim); key: [batch, length, heads, headDim]; mask: [batch, length]
//   - result: [batch, heads, queries, length] Float32
//
// The mask is appended as one more feature, 1 in every query and 0 or a very low number in the key: the matrix product then adds
// it, which saves a pass over the scores, the largest array of the model.
func attentionScores(query, key, mask *Node) *Node {
	batch, queries, heads, headDim := dims4(query)
	length := key.Shape().Dimensions[1]
	key.AssertDims(batch, length, heads, headDim)
	mask.AssertDims(batch, length)
	dtype := query.DType()
	blocked := MulScalar(OneMinus(ConvertDType(mask, dtype)), lowScore(dtype))                                 // [batch, length]
	blocked = BroadcastToDims(Reshape(StopGradient(blocked), batch, length, 1, 1), batch, length, heads, 1)    // [batch, length, heads, 1]
	query = Concatenate([]*Node{query, Ones(query.Graph(), shapes.Make(dtype, batch, queries, heads, 1))}, -1) // [batch, queries, heads, headDim+1]
	key = Concatenate([]*Node{key, blocked}, -1)                                                               // [batch, length, heads, headDim+1]
	query, key = byHead(query), featuresFirst(key)                                                             // [batch, heads, queries, headDim+1], [batch, heads, headDim+1, length]
	key.AssertDims(batch, heads, headDim+1, length)
	scores := product(query, key) // [batch, heads, queries, length]
	scores.AssertDims(batch, heads, queries, length)
	return as(scores, dtypes.Float32)
}

// unnormalizedSoftmax is a softmax over the last axis without the division: weights exp(score - highest), [..., length], their sums
// and the highest scores, [..., 1]. Dividing the product with the values instead saves a pass over the weights.
func unnormalizedSoftmax(scores *Node) (weights, total, highest *Node) {
	highest = StopGradient(ReduceAndKeep(scores, ReduceMax, -1)) // [..., 1]
	weights = Exp(Sub(scores, highest))                          // [..., length]
	return weights, ReduceAndKeep(weights, ReduceSum, -1), highest
}

// weightedMean is the mean of the values under the attention weights, the context.
//
//   - weights: [batch, heads, queries, length] Float32; total: [batch, heads, queries, 1] Float32, their sums
//   - value: [batch, length, heads, headDim]
//   - result: [batch, queries, heads, headDim], of the values' type
func weightedMean(weights, total, value *Node) *Node {
	dtype := value.DType()
	batch, heads, queries, length := dims4(weights)
	total.AssertDims(batch, heads, queries, 1)
	value.AssertDims(batch, length, heads, -1)
	context := product(as(weights, dtype), byHead(value))             // [batch, heads, queries, headDim]
	return byHead(as(Div(as(context, dtypes.Float32), total), dtype)) // [batch, queries, heads, headDim]
}

// lowScore is added to the score of a key that is padding: exp is 0 there, and it does not overflow the type.
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

// featuresFirst transposes [batch, length, heads, headDim] to [batch, heads, headDim, length].
func featuresFirst(x *Node) *Node { return TransposeAllAxes(x, 0, 2, 3, 1) }

// dims4 returns the dimensions of a tensor of rank 4.
func dims4(x *Node) (int, int, int, int) {
	x.AssertRank(4)
	d := x.Shape().Dimensions
	return d[0], d[1], d[2], d[3]
}
