package evaluate

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Wilson returns the score interval of a share of n cases (Wilson 1927) at a confidence level: scipy's proportion_ci(method="wilson"). n
// need not be whole: for clustered cases it is the effective sample size. If n is not positive, the interval is 0 to 1.
func Wilson(share, n, level float64) Interval {
	if !(n > 0) {
		return Interval{0, 1}
	}
	z := distuv.UnitNormal.Quantile((1 + level) / 2)
	middle := (share + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(max(0, share*(1-share)/n)+z*z/(4*n*n))
	return Interval{min(share, max(0, middle-half)), max(share, min(1, middle+half))}
}

// WilsonDifference returns the interval of share1 - share2, two shares of independent cases, from their Wilson intervals (Newcombe 1998,
// method 10). It lies within -1 to 1.
func WilsonDifference(share1, n1, share2, n2, level float64) Interval {
	a, b := Wilson(share1, n1, level), Wilson(share2, n2, level)
	return Interval{
		Low:  share1 - share2 - math.Hypot(share1-a.Low, b.High-share2),
		High: share1 - share2 + math.Hypot(a.High-share1, share2-b.Low),
	}
}
