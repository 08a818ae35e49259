package weights

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"
	"github.com/nlpodyssey/safetensors"
)

// Tensor is a dense float32 array in row-major order.
type Tensor struct {
	Shape []int     // dimensions; empty for a scalar
	Data  []float32 // as many values as the product of Shape
}

// New returns a zero tensor of the given shape.
func New(shape ...int) Tensor {
	return Tensor{Shape: slices.Clone(shape), Data: make([]float32, size(shape))}
}

// Clone returns a deep copy.
func (t Tensor) Clone() Tensor {
	return Tensor{Shape: slices.Clone(t.Shape), Data: slices.Clone(t.Data)}
}

// Size returns the number of values.
func (t Tensor) Size() int { return size(t.Shape) }

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// widen decodes little-endian values of the given type into float32.
func widen(dtype safetensors.DType, raw []byte) ([]float32, error) {
	switch dtype {
	case safetensors.F32:
		out := make([]float32, len(raw)/4)
		for i := range out {
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		return out, nil
	case safetensors.F16:
		out := make([]float32, len(raw)/2)
		for i := range out {
			out[i] = float16.FromBits(binary.LittleEndian.Uint16(raw[2*i:])).Float32()
		}
		return out, nil
	case safetensors.BF16:
		out := make([]float32, len(raw)/2)
		for i := range out {
			out[i] = bfloat16.FromBits(binary.LittleEndian.Uint16(raw[2*i:])).Float32()
		}
		return out, nil
	}
	return nil, fmt.Errorf("has type %s, but weights must be F32, F16 or BF16", dtype)
}

// finite returns the index of the first value that is NaN or infinite, or -1.
func finite(data []float32) int {
	for i, v := range data {
		if d := float64(v); math.IsNaN(d) || math.IsInf(d, 0) {
			return i
		}
	}
	return -1
}
