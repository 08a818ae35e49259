package distilbert

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// trainingAttention is attention with dropout on the probabilities, and with a gradient of its own.
//
//   - query: [batch, queries, heads, headDim], scaled; key, value: [batch, length, heads, headDim]; mask: [batch, length]
//   - result: [batch, queries, heads, headDim]
//
// As in FlashAttention (Dao et al., 2022, https://arxiv.org/abs/2205.14135), the probabilities are computed again in the backward
// pass, from the scores' logarithmic sums: keeping them takes more memory than everything else together, and more time than
// the product that they come from.
func (n Net) trainingAttention(query, key, value, mask *Node) *Node {
	batch, queries, heads, headDim := dims4(query)
	g := query.Graph()
	a := &attention{mask: mask, rate: n.Config.AttentionDropout}
	query = IdentityWithCustomGradient(query, func(_, _ *Node) *Node { return a.queryGradient() })
	key = IdentityWithCustomGradient(key, func(_, _ *Node) *Node { return a.keyGradient() })
	value = IdentityWithCustomGradient(value, func(_, _ *Node) *Node { return a.valueGradient() })
	a.query, a.key, a.value = StopGradient(query), StopGradient(key), StopGradient(value)

	weights, total, highest := softmax(attentionScores(a.query, a.key, mask)) // [batch, heads, queries, length], 2 of [..., 1]
	a.logSum = Add(highest, Log(total))
	if a.rate > 0 {
		a.keep = n.Dropout.Keep(weights, a.rate) // as weights, Bool
	}
	a.context = mix(a.drop(weights), MulScalar(total, 1-a.rate), a.value)

	// The value is the context. The path of the gradient, which is never computed, leads to the three functions above.
	first := func(x *Node) *Node { return Slice(x, AxisRange(), AxisRange(0, queries)) } // as the context
	path := Add(query, Add(first(key), first(value)))
	out := Where(BroadcastToDims(Const(g, true), batch, queries, heads, headDim), StopGradient(a.context), path)
	return IdentityWithCustomGradient(out, func(_, adjoint *Node) *Node {
		a.adjoint, a.scores = adjoint, nil
		return adjoint
	})
}

// attention is what the backward pass needs of one attention. The adjoint is the loss's gradient by the context.
type attention struct {
	query, key, value *Node // [batch, queries or length, heads, headDim]
	mask              *Node // [batch, length]
	rate              float64
	keep              *Node // [batch, heads, queries, length] Bool: what dropout leaves; nil where it drops nothing
	logSum            *Node // [batch, heads, queries, 1] Float32: the logarithm of the sum of the scores' exponentials
	context, adjoint  *Node // [batch, queries, heads, headDim]
	kept, scores      *Node // [batch, heads, queries, length]: the probabilities that dropout leaves, and the scores' gradient
}

// drop sets to zero what dropout drops; nothing is scaled.
func (a *attention) drop(x *Node) *Node {
	if a.keep == nil {
		return x
	}
	return Where(a.keep, x, ZerosLike(x))
}

// scaled is the adjoint by the scale of what dropout leaves.
func (a *attention) scaled() *Node { return MulScalar(a.adjoint, 1/(1-a.rate)) }

// backward computes the gradient by the scores, once.
func (a *attention) backward() {
	if a.scores != nil {
		return
	}
	dtype := a.query.DType()
	query := SchedulingBarrier(a.query, a.adjoint)                           // or the scores of the forward pass would be kept for this
	p := Exp(Sub(attentionScores(query, a.key, a.mask), a.logSum))           // [batch, heads, queries, length]
	perValue := product(byHead(a.scaled()), featuresFirst(a.value))          // [batch, heads, queries, length]
	dot := Mul(as(a.adjoint, dtypes.Float32), as(a.context, dtypes.Float32)) // [batch, queries, heads, headDim]
	mean := byHead(ReduceAndKeep(dot, ReduceSum, -1))                        // [batch, heads, queries, 1]
	a.kept = as(a.drop(p), dtype)
	a.scores = as(Mul(p, Sub(a.drop(as(perValue, dtypes.Float32)), mean)), dtype)
}

func (a *attention) queryGradient() *Node {
	a.backward()
	return byHead(product(a.scores, byHead(a.key)))
}

func (a *attention) keyGradient() *Node {
	a.backward()
	return positionsFirst(product(turned(a.query), a.scores))
}

func (a *attention) valueGradient() *Node {
	a.backward()
	return positionsFirst(product(turned(a.scaled()), a.kept))
}

// turned is featuresFirst behind a barrier. XLA's CPU backend would fold the transposition into the product, whose other side
// is much larger, and then take a slow kernel for it.
func turned(x *Node) *Node { return OptimizationBarrier(featuresFirst(x)) }

// positionsFirst undoes featuresFirst: [batch, heads, headDim, length] to [batch, length, heads, headDim].
func positionsFirst(x *Node) *Node { return TransposeAllAxes(x, 0, 3, 1, 2) }
