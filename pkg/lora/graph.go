package lora

import (
	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/nn"
)

// Update builds scale B(A(dropout(x))), to be added to the plain linear layer's output. It is a graph builder and panics on
// misshaped input.
//
//   - x: [..., in]; down (A): [r, in]; up (B): [out, r]
//   - dropout: applied on this path only; nil in inference
//   - result: [..., out]
func (c Config) Update(x, down, up *Node, dropout func(x *Node, rate float64) *Node) *Node {
	in := x.Shape().Dimensions[x.Rank()-1]
	down.AssertDims(c.Rank, in)
	up.AssertDims(-1, c.Rank)
	if dropout != nil && c.Dropout > 0 {
		x = dropout(x, c.Dropout)
	}
	low := nn.Dense(x, down, nil, compute.DenseLayoutOutputsInput) // [..., r]
	low = MulScalar(low, c.Scale())                                // [..., r]: scaled where it is smallest
	return nn.Dense(low, up, nil, compute.DenseLayoutOutputsInput) // [..., out]
}
