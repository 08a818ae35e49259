package distilbert

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// trainingAttention is attention with dropout on the probabilities and with a custom gradient.
//
//   - query: [batch, queries, heads, headDim], scaled by 1/sqrt(headDim); key, value: [batch, length, heads, headDim]; mask: [batch, length]
//   - result: [batch, queries, heads, headDim]
//
// As in FlashAttention (Dao et al., 2022, https://arxiv.org/abs/2205.14135), the backward pass recomputes the probabilities from the
// log-sum-exp of the scores: keeping them takes more memory than all other activations together, and more time than the
// product that they come from.
func (n Net) trainingAttention(query, key, value, mask *Node) *Node {
	batch, queries, heads, headDim := dims4(query)
	key.AssertDims(batch, -1, heads, headDim)
	value.AssertDims(key.Shape().Dimensions...)
	g := query.Graph()
	a := &attention{mask: mask, rate: n.Config.AttentionDropout}
	query = IdentityWithCustomGradient(query, func(_, _ *Node) *Node { return a.queryGradient() })
	key = IdentityWithCustomGradient(key, func(_, _ *Node) *Node { return a.keyGradient() })
	value = IdentityWithCustomGradient(value, func(_, _ *Node) *Node { return a.valueGradient() })
	a.query, a.key, a.value = StopGradient(query), StopGradient(key), StopGradient(value)

	weights, total, highest := unnormalizedSoftmax(attentionScores(a.query, a.key, mask)) // [batch, heads, queries, length], [batch, heads, queries, 1] twice
	a.logSum = Add(highest, Log(total))                                                   // [batch, heads, queries, 1]
	if a.rate > 0 {
		a.keep = n.Dropout.Keep(weights, a.rate) // [batch, heads, queries, length] Bool
	}
	a.context = weightedMean(a.drop(weights), MulScalar(total, 1-a.rate), a.value) // [batch, queries, heads, headDim]
	a.context.AssertDims(batch, queries, heads, headDim)

	// The result is the context. path is never computed: the adjoint reaches the three custom gradients above through it.
	first := func(x *Node) *Node { return Slice(x, AxisRange(), AxisRange(0, queries)) } // [batch, queries, heads, headDim]
	path := Add(query, Add(first(key), first(value)))                                    // [batch, queries, heads, headDim]
	out := Where(BroadcastToDims(Const(g, true), batch, queries, heads, headDim), StopGradient(a.context), path)
	return IdentityWithCustomGradient(out, func(_, adjoint *Node) *Node {
		a.adjoint, a.scoreGradient = adjoint, nil
		return adjoint
	})
}

// attention holds what the backward pass needs of one attention. The adjoint is the loss's gradient by the context.
type attention struct {
	query         *Node // [batch, queries, heads, headDim]
	key, value    *Node // [batch, length, heads, headDim]
	mask          *Node // [batch, length]
	rate          float64
	keep          *Node // [batch, heads, queries, length] Bool, false where dropout drops; nil where it drops nothing
	logSum        *Node // [batch, heads, queries, 1] Float32, log-sum-exp of the scores
	context       *Node // [batch, queries, heads, headDim]
	adjoint       *Node // [batch, queries, heads, headDim]
	probabilities *Node // [batch, heads, queries, length], after dropout, not rescaled; set by backward
	scoreGradient *Node // [batch, heads, queries, length], the loss's gradient by the scores; set by backward
}

// drop zeroes what dropout drops, without rescaling the rest.
func (a *attention) drop(x *Node) *Node {
	if a.keep == nil {
		return x
	}
	return Where(a.keep, x, ZerosLike(x))
}

// rescaled is the adjoint times dropout's 1/(1-rate): [batch, queries, heads, headDim].
func (a *attention) rescaled() *Node { return MulScalar(a.adjoint, 1/(1-a.rate)) }

// backward computes the gradient by the scores, once: dS = P (dropout(dO V^T) - rowsum(dO O)), as in FlashAttention.
func (a *attention) backward() {
	if a.scoreGradient != nil {
		return
	}
	dtype := a.query.DType()
	query := SchedulingBarrier(a.query, a.adjoint)                           // else the scores of the forward pass would be kept for this
	p := Exp(Sub(attentionScores(query, a.key, a.mask), a.logSum))           // [batch, heads, queries, length]
	byProbability := product(byHead(a.rescaled()), featuresFirst(a.value))   // [batch, heads, queries, length]
	dot := Mul(as(a.adjoint, dtypes.Float32), as(a.context, dtypes.Float32)) // [batch, queries, heads, headDim]
	rowSum := byHead(ReduceAndKeep(dot, ReduceSum, -1))                      // [batch, heads, queries, 1]
	p.AssertDims(byProbability.Shape().Dimensions...)
	rowSum.AssertDims(a.logSum.Shape().Dimensions...)
	a.probabilities = as(a.drop(p), dtype)
	a.scoreGradient = as(Mul(p, Sub(a.drop(as(byProbability, dtypes.Float32)), rowSum)), dtype)
}

// queryGradient is the loss's gradient by the query: [batch, queries, heads, headDim].
func (a *attention) queryGradient() *Node {
	a.backward()
	gradient := byHead(product(a.scoreGradient, byHead(a.key)))
	gradient.AssertDims(a.query.Shape().Dimensions...)
	return gradient
}

// keyGradient is the loss's gradient by the key: [batch, length, heads, headDim].
func (a *attention) keyGradient() *Node {
	a.backward()
	gradient := positionsFirst(product(transposed(a.query), a.scoreGradient))
	gradient.AssertDims(a.key.Shape().Dimensions...)
	return gradient
}

// valueGradient is the loss's gradient by the value: [batch, length, heads, headDim].
func (a *attention) valueGradient() *Node {
	a.backward()
	gradient := positionsFirst(product(transposed(a.rescaled()), a.probabilities))
	gradient.AssertDims(a.value.Shape().Dimensions...)
	return gradient
}

// transposed is featuresFirst behind an optimization barrier. Without it, XLA's CPU backend folds the transposition into the product
// with the much larger other operand and takes a slow kernel.
func transposed(x *Node) *Node { return OptimizationBarrier(featuresFirst(x)) }

// positionsFirst undoes featuresFirst: [batch, heads, headDim, length] to [batch, length, heads, headDim].
func positionsFirst(x *Node) *Node { return TransposeAllAxes(x, 0, 3, 1, 2) }
