package evaluate

import (
	"cmp"
	"slices"
)

// Holm returns p-values adjusted so that, of a family tested together, the chance of even one false finding stays below the level that
// they are compared with (Holm 1979), whatever the dependence between them. They stand in the order given.
func Holm(p []float64) []float64 {
	adjusted := make([]float64, len(p))
	highest := 0.0
	for rank, i := range ascending(p) {
		highest = max(highest, min(1, float64(len(p)-rank)*p[i]))
		adjusted[i] = highest
	}
	return adjusted
}

// BenjaminiHochberg returns p-values adjusted so that, of what is found below a level, the expected share of false findings stays below
// that level (Benjamini and Hochberg 1995; under positive dependence Benjamini and Yekutieli 2001): scipy's false_discovery_control.
// They stand in the order given.
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
