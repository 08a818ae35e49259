package evaluate

import (
	"cmp"
	"slices"
)

// Holm returns p-values adjusted by Holm's method (Holm 1979), in the order given: if those of at most a level are called significant, the
// family-wise error rate is at most that level, whatever the dependence between the tests.
func Holm(p []float64) []float64 {
	adjusted := make([]float64, len(p))
	highest := 0.0
	for rank, i := range ascending(p) {
		highest = max(highest, min(1, float64(len(p)-rank)*p[i]))
		adjusted[i] = highest
	}
	return adjusted
}

// BenjaminiHochberg returns p-values adjusted by the method of Benjamini and Hochberg (1995), in the order given: scipy's
// false_discovery_control. If those of at most a level are called significant, the false discovery rate is at most that level for
// independent tests, and under positive dependence (Benjamini and Yekutieli 2001).
func BenjaminiHochberg(p []float64) []float64 {
	adjusted := make([]float64, len(p))
	lowest := 1.0
	for rank, i := range slices.Backward(ascending(p)) {
		lowest = min(lowest, float64(len(p))/float64(rank+1)*p[i])
		adjusted[i] = lowest
	}
	return adjusted
}

// ascending returns the indices of values, smallest value first.
func ascending(values []float64) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	return order
}
