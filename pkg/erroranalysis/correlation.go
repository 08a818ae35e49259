package erroranalysis

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Pearson returns the product-moment correlation of two samples of the same length: scipy.stats.pearsonr. It is NaN for fewer than two
// values and if one of the samples is constant.
func Pearson(x, y []float64) float64 {
	if len(x) < 2 || constant(x) || constant(y) {
		return math.NaN()
	}
	return min(1, max(-1, stat.Correlation(x, y, nil)))
}

// Spearman returns the rank correlation, tied values having their mean rank: scipy.stats.spearmanr. It is NaN if [Pearson] is.
func Spearman(x, y []float64) float64 {
	return Pearson(ranks(x), ranks(y))
}

func constant(values []float64) bool {
	return slices.Max(values) == slices.Min(values)
}

// ranks returns each value's rank in ascending order, from 1; tied values have the mean of theirs.
func ranks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	out := make([]float64, len(values))
	for start := 0; start < len(order); {
		end := start + 1
		for end < len(order) && values[order[end]] == values[order[start]] {
			end++
		}
		for _, i := range order[start:end] {
			out[i] = float64(start+1+end) / 2
		}
		start = end
	}
	return out
}
