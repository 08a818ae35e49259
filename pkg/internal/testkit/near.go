package testkit

import (
	"math"
	"testing"
)

// Near fails unless got is within an absolute tolerance of want. A NaN is near nothing.
func Near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.12g, want %.12g within %g", what, got, want, tolerance)
	}
}

// NearAll fails unless the largest difference is within tolerance times the largest absolute value of want: values of one tensor, or
// of one note, have one scale. Both must be of one length; a NaN is near nothing.
func NearAll[F float32 | float64](t testing.TB, what string, got, want []F, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	var worst, scale float64
	for i := range want {
		d := math.Abs(float64(got[i]) - float64(want[i]))
		if math.IsNaN(d) {
			t.Errorf("%s: value %d is %v, want %v", what, i, got[i], want[i])
			return
		}
		worst, scale = max(worst, d), max(scale, math.Abs(float64(want[i])))
	}
	if worst > tolerance*scale {
		t.Errorf("%s: largest difference %.3g of values up to %.3g, more than %.0e relative", what, worst, scale, tolerance)
	}
}
