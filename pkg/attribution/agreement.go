package attribution

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Agreement is the rank correlation of two methods' attributions of the same notes.
type Agreement struct {
	// Notes holds Spearman's rank correlation of the words' attributions, signs included, for each note in their order: 1 if the methods
	// rank the words alike, -1 if in reverse order, NaN if the correlation is undefined, because the note has fewer than three words
	// or a method attributes the same to all of them.
	Notes []float64
	// Defined is the number of defined correlations. Mean, Median and Lowest are over those; NaN if there are none.
	Defined              int
	Mean, Median, Lowest float64
}

// Compare compares the attributions of the same notes by two methods, or by one with two settings. It fails if notes, labels or words
// differ.
func Compare(a, b []Attribution) (Agreement, error) {
	if len(a) != len(b) {
		return Agreement{}, fmt.Errorf("attribution: %d and %d attributions cannot be compared: both methods must have the same notes, in the same order", len(a), len(b))
	}
	g := Agreement{Mean: math.NaN(), Median: math.NaN(), Lowest: math.NaN()}
	var defined []float64
	for i := range a {
		if err := comparable(a[i], b[i]); err != nil {
			return Agreement{}, fmt.Errorf("attribution: %w", err)
		}
		rho := spearman(weights(a[i]), weights(b[i]))
		g.Notes = append(g.Notes, rho)
		if !math.IsNaN(rho) {
			defined = append(defined, rho)
		}
	}
	if g.Defined = len(defined); g.Defined > 0 {
		slices.Sort(defined)
		g.Mean, g.Lowest = stat.Mean(defined, nil), defined[0]
		g.Median = (defined[(len(defined)-1)/2] + defined[len(defined)/2]) / 2
	}
	return g, nil
}

// comparable returns an error unless both are attributions of the same words of a note to the same label.
func comparable(a, b Attribution) error {
	switch {
	case a.NoteID != b.NoteID || a.TextSHA256 != b.TextSHA256:
		return fmt.Errorf("note %q and note %q are compared: both methods must have the same notes, in the same order", a.NoteID, b.NoteID)
	case a.Label != b.Label:
		return fmt.Errorf("note %q: %q is compared with %q: both methods must explain the same label", a.NoteID, a.Label, b.Label)
	case !slices.EqualFunc(a.Spans, b.Spans, func(s, t Span) bool { return s.Start == t.Start && s.End == t.End }):
		return fmt.Errorf("note %q: the words differ: both methods must read the note in the same length with the same tokenizer", a.NoteID)
	}
	return nil
}

func weights(a Attribution) []float64 {
	out := make([]float64, len(a.Spans))
	for i, s := range a.Spans {
		out[i] = s.Weight
	}
	return out
}

// spearman is the correlation of the ranks: scipy.stats.spearmanr. It is NaN if undefined; see [Agreement].
func spearman(x, y []float64) float64 {
	if len(x) < 3 || slices.Max(x) == slices.Min(x) || slices.Max(y) == slices.Min(y) {
		return math.NaN()
	}
	return min(1, max(-1, stat.Correlation(ranks(x), ranks(y), nil)))
}

// ranks returns each value's rank in ascending order, from 0; tied values have the mean of theirs.
func ranks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(values[i], values[j]) })
	out := make([]float64, len(values))
	for first := 0; first < len(order); {
		last := first
		for last+1 < len(order) && values[order[last+1]] == values[order[first]] {
			last++
		}
		for _, i := range order[first : last+1] {
			out[i] = float64(first+last) / 2
		}
		first = last + 1
	}
	return out
}
