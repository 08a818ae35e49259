package lora

import (
	"slices"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/nn"
)

// Update builds scale B(A(dropout(x))), to be added to the plain linear layer's output, as PEFT's lora.Linear does. It is a graph
// builder and panics on misshaped input.
//
//   - x: [..., in]; down (A): [r, in]; up (B): [out, r], all of one type
//   - dropout: returns x, in its shape, with the given share of its values dropped; applied to this path only, nil in inference
//   - result: [..., out]
func (c Config) Update(x, down, up *Node, dropout func(x *Node, rate float64) *Node) *Node {
	in := x.Shape().Dimensions[x.Rank()-1]
	down.AssertDims(c.Rank, in)
	up.AssertDims(-1, c.Rank)
	if dropout != nil && c.Dropout > 0 {
		shape := x.Shape()
		x = dropout(x, c.Dropout) // [..., in]
		x.AssertDims(shape.Dimensions...)
	}
	low := nn.Dense(x, down, nil, compute.DenseLayoutOutputsInput) // [..., r]
	low.AssertDims(withLast(x, c.Rank)...)
	low = MulScalar(low, c.Scale())                                // [..., r]: the smallest tensor to scale
	out := nn.Dense(low, up, nil, compute.DenseLayoutOutputsInput) // [..., out]
	out.AssertDims(withLast(x, up.Shape().Dimensions[0])...)
	return out
}

// withLast returns x's dimensions with another last one.
func withLast(x *Node, last int) []int {
	dims := slices.Clone(x.Shape().Dimensions)
	dims[len(dims)-1] = last
	return dims
}
