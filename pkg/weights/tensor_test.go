package weights

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/nlpodyssey/safetensors"
)

// wide is the value of a binary floating-point number with the given field widths, from its definition (IEEE 754).
func wide(bits uint16, exponentBits, fractionBits int) float64 {
	sign := 1.0
	if bits>>15 == 1 {
		sign = -1
	}
	exponent := int(bits>>fractionBits) & (1<<exponentBits - 1)
	fraction := float64(bits & (1<<fractionBits - 1))
	bias := 1<<(exponentBits-1) - 1
	if exponent == 0 { // subnormal: no hidden bit
		return math.Copysign(math.Ldexp(fraction, 1-bias-fractionBits), sign)
	}
	return sign * math.Ldexp(fraction+math.Ldexp(1, fractionBits), exponent-bias-fractionBits)
}

func TestWideningIsExactForEveryHalf(t *testing.T) {
	for _, format := range []struct {
		dtype                      safetensors.DType
		exponentBits, fractionBits int
	}{{safetensors.F16, 5, 10}, {safetensors.BF16, 8, 7}} {
		var raw []byte
		var want []float64
		for bits := range 1 << 16 {
			if bits>>format.fractionBits&(1<<format.exponentBits-1) == 1<<format.exponentBits-1 {
				continue // infinite or NaN
			}
			raw = binary.LittleEndian.AppendUint16(raw, uint16(bits))
			want = append(want, wide(uint16(bits), format.exponentBits, format.fractionBits))
		}
		got, err := widen(format.dtype, raw)
		if err != nil || len(got) != len(want) {
			t.Fatalf("%s: %d of %d values, %v", format.dtype, len(got), len(want), err)
		}
		if at := finite(got); at >= 0 {
			t.Fatalf("%s: value %d is %v", format.dtype, at, got[at])
		}
		for i := range want {
			if float64(got[i]) != want[i] || math.Signbit(float64(got[i])) != math.Signbit(want[i]) {
				t.Fatalf("%s %04x is %v, want %v", format.dtype, binary.LittleEndian.Uint16(raw[2*i:]), got[i], want[i])
			}
		}
	}
}

func TestWideningOfKnownValues(t *testing.T) {
	negativeZero := math.Copysign(0, -1)
	for _, v := range []struct {
		dtype safetensors.DType
		bits  uint32
		want  float64
	}{
		{safetensors.F16, 0x0001, 5.9604644775390625e-08}, // smallest subnormal, 2^-24
		{safetensors.F16, 0x03ff, 6.097555160522461e-05},  // largest subnormal
		{safetensors.F16, 0x0400, 6.103515625e-05},        // smallest normal
		{safetensors.F16, 0x7bff, 65504},                  // largest
		{safetensors.F16, 0xfbff, -65504},
		{safetensors.F16, 0x8000, negativeZero},
		{safetensors.BF16, 0x0001, math.Ldexp(1, -133)},
		{safetensors.BF16, 0x7f7f, 3.3895313892515355e+38},
		{safetensors.BF16, 0x8000, negativeZero},
		{safetensors.F32, 0x00000001, math.SmallestNonzeroFloat32},
		{safetensors.F32, 0x7f7fffff, math.MaxFloat32},
		{safetensors.F32, 0xff7fffff, -math.MaxFloat32},
		{safetensors.F32, 0x80000000, negativeZero},
	} {
		raw := binary.LittleEndian.AppendUint32(nil, v.bits)
		got, err := widen(v.dtype, raw[:v.dtype.Size()])
		if err != nil {
			t.Fatal(err)
		}
		if float64(got[0]) != v.want || math.Signbit(float64(got[0])) != math.Signbit(v.want) {
			t.Errorf("%s %x is %v, want %v", v.dtype, v.bits, got[0], v.want)
		}
	}
}

func TestCloneIsDeep(t *testing.T) {
	a := New(2, 3)
	b := a.Clone()
	b.Data[0], b.Shape[0] = 1, 5
	if a.Data[0] != 0 || a.Shape[0] != 2 || a.Size() != 6 || New().Size() != 1 {
		t.Errorf("a clone shares its original's memory: %v", a)
	}
}
