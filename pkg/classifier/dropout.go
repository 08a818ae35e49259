package classifier

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Dropout makes masks from an integer hash of each value's position, the call's number in the graph and the step. XLA fuses the hash
// into the loop that uses it, where a random generator would fill an array of its own; and as the mask has no other state, a run
// that is resumed gets the same masks as one that was not interrupted.
type Dropout struct {
	step  *Node  // scalar Uint32: the hash of the step and the seed
	calls uint32 // of Keep so far, each of which has a mask of its own
}

// NewDropout returns the dropout of one training step. step is a scalar integer node, another one in each step.
func NewDropout(step *Node, seed uint64) *Dropout {
	step.AssertScalar()
	mixed := AddScalar(ConvertDType(step, dtypes.Uint32), float64(uint32(seed))) // scalar Uint32
	return &Dropout{step: mix(mixed)}
}

// Apply sets the given share of x's values to zero and scales the rest by 1/(1-rate), as PyTorch does: x [...] to [...]. Each call
// has a mask of its own.
func (d *Dropout) Apply(x *Node, rate float64) *Node {
	out := Where(d.Keep(x, rate), MulScalar(x, 1/(1-rate)), ZerosLike(x)) // as x
	out.AssertDims(x.Shape().Dimensions...)
	return out
}

// Keep returns the mask of the values of x that stay: x [...] to [...] Bool. Each call has a mask of its own.
func (d *Dropout) Keep(x *Node, rate float64) *Node {
	d.calls++
	g := x.Graph()
	dims := x.Shape().Dimensions
	call := mix(Add(d.step, Const(g, d.calls*0x9e3779b9))) // scalar Uint32
	call.AssertScalar()
	position := Reshape(Iota(g, shapes.Make(dtypes.Uint32, x.Shape().Size()), 0), dims...) // as x, Uint32
	hash := mix(Add(position, call))                                                       // as x, uniform over Uint32
	hash.AssertDims(dims...)
	return GreaterOrEqual(hash, Const(g, uint32(rate*math.Exp2(32)))) // as x, Bool
}

// mix hashes each value: [...] Uint32 to [...] Uint32. It is a finaliser as in MurmurHash3: two rounds of shift, exclusive or and
// multiplication by an odd constant, after which each bit of the input changes about half of the output's.
func mix(x *Node) *Node {
	g := x.Graph()
	x = BitwiseXor(x, BitwiseShiftRightLogical(x, Const(g, uint32(16))))
	x = Mul(x, Const(g, uint32(0x7feb352d)))
	x = BitwiseXor(x, BitwiseShiftRightLogical(x, Const(g, uint32(15))))
	x = Mul(x, Const(g, uint32(0x846ca68b)))
	return BitwiseXor(x, BitwiseShiftRightLogical(x, Const(g, uint32(16))))
}
