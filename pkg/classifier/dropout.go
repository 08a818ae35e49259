package classifier

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// Dropout draws masks from an integer hash of each value's position, the site in the graph and the step. XLA fuses the hash
// into the pass that uses it, where a random generator would fill an array of its own; and the mask depends on nothing but
// the step, so that a run that is resumed draws the same masks.
type Dropout struct {
	step  *Node // scalar Uint32
	sites uint32
}

// NewDropout returns the dropout of one training step. step is a scalar integer node that differs from step to step.
func NewDropout(step *Node, seed uint64) *Dropout {
	mixed := AddScalar(ConvertDType(step, dtypes.Uint32), float64(uint32(seed)))
	return &Dropout{step: mix(mixed)}
}

// Apply sets the given share of x's values to zero and scales the rest by 1/(1-rate), as PyTorch does.
// Each call is a site of its own.
func (d *Dropout) Apply(x *Node, rate float64) *Node {
	return Where(d.Keep(x, rate), MulScalar(x, 1/(1-rate)), ZerosLike(x))
}

// Keep draws which of x's values stay: Bool, shaped as x. Each call is a site of its own.
func (d *Dropout) Keep(x *Node, rate float64) *Node {
	d.sites++
	g := x.Graph()
	dims := x.Shape().Dimensions
	site := mix(Add(d.step, Const(g, d.sites*0x9e3779b9)))                                 // scalar
	position := Reshape(Iota(g, shapes.Make(dtypes.Uint32, x.Shape().Size()), 0), dims...) // as x
	hash := mix(Add(position, site))                                                       // as x, uniform over 32 bits
	return GreaterOrEqual(hash, Const(g, uint32(rate*math.Exp2(32))))
}

// mix is a 32-bit finaliser: two rounds of shift, exclusive or and multiplication by odd constants, after which every input bit
// changes about half of the output bits.
func mix(x *Node) *Node {
	g := x.Graph()
	x = BitwiseXor(x, BitwiseShiftRightLogical(x, Const(g, uint32(16))))
	x = Mul(x, Const(g, uint32(0x7feb352d)))
	x = BitwiseXor(x, BitwiseShiftRightLogical(x, Const(g, uint32(15))))
	x = Mul(x, Const(g, uint32(0x846ca68b)))
	return BitwiseXor(x, BitwiseShiftRightLogical(x, Const(g, uint32(16))))
}
