package evaluate

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Ceilings returns, for every headline metric, the best value that any function of the text can reach on these notes; see
// [LabelCeilings], which needs their label sets alone.
func (e *Evaluation) Ceilings() map[Metric]float64 {
	sets := make([][]int, len(e.notes))
	for i, n := range e.notes {
		sets[i] = n.gold
	}
	return ceilings(len(e.set.Labels), sets)
}

// LabelCeilings returns, for every headline metric, the best value that any function of the text can reach on notes with these label
// sets, shape [notes][labels of the note]; for an error measure that is the lowest. No single model need reach two of the ceilings. A set
// holds indices below labels, ascending, each once. It fails without sets, and for a set that is empty or not of that form.
//
// The ceiling of row accuracy is notes / rows, the mean over rows of 1 / (number of the note's labels). All ceilings are exact but those
// of the F1 averages and of weighted precision. These are upper bounds: the best assignment of one of its labels to each note, if
// every label could have the notes with the fewest rows. The F1 bounds are exact if all notes have equally many labels.
func LabelCeilings(labels int, sets [][]int) (map[Metric]float64, error) {
	if len(sets) == 0 {
		return nil, errors.New("evaluate: no notes have no ceilings")
	}
	for i, set := range sets {
		if len(set) == 0 {
			return nil, fmt.Errorf("evaluate: the label set of note %d is empty", i+1)
		}
		for j, label := range set {
			if label < 0 || label >= labels || j > 0 && label <= set[j-1] {
				return nil, fmt.Errorf("evaluate: the label set %v of note %d is not ascending indices below %d", set, i+1, labels)
			}
		}
	}
	return ceilings(labels, sets), nil
}

// labelSums holds the sums over notes and labels from which the ceilings are computed.
type labelSums struct {
	notes, rows, labels, present float64 // present: labels that some note has
	top3, top5                   float64 // rows that the top k can hold
	document, recall3, recall5   float64 // sums over notes of the share of their labels that the top 1, 3 and 5 can hold
	balanced                     float64 // sum of the labels' highest recalls
	f1                           float64 // upper bound of the sum of the labels' F1
	weightedF1                   float64 // the same with F1 and precision times the label's rows
	weightedPrecision            float64
}

// ceilings computes every headline metric's ceiling; see [LabelCeilings].
func ceilings(labels int, sets [][]int) map[Metric]float64 {
	c := &labelSums{notes: float64(len(sets)), labels: float64(labels)}
	sizes := make([][]float64, labels) // by label: the rows of each of its notes
	for _, set := range sets {
		size := float64(len(set))
		c.rows += size
		for _, label := range set {
			sizes[label] = append(sizes[label], size)
		}
		c.top3 += min(size, 3)
		c.top5 += min(size, 5)
		c.document += 1 / size
		c.recall3 += min(size, 3) / size
		c.recall5 += min(size, 5) / size
	}
	for _, s := range sizes {
		slices.Sort(s)
		c.present += min(float64(len(s)), 1)
	}
	for _, set := range sets { // recall is linear in the correct rows, so each note is best given its rarest label
		rarest := len(sizes[set[0]])
		for _, label := range set {
			rarest = min(rarest, len(sizes[label]))
		}
		c.balanced += 1 / float64(rarest)
	}
	f1 := func(correct, predicted, support float64) float64 { return 2 * correct / (support + predicted) }
	c.f1 = assignmentBound(sets, sizes, f1)
	c.weightedF1 = assignmentBound(sets, sizes, func(correct, predicted, support float64) float64 {
		return support * f1(correct, predicted, support)
	})
	c.weightedPrecision = assignmentBound(sets, sizes, func(correct, predicted, support float64) float64 {
		return support * correct / predicted
	})
	named := make(map[Metric]float64, len(metrics))
	for _, m := range metrics {
		named[m.name] = m.ceiling(c)
	}
	return named
}

// assignmentBound returns an upper bound of the sum over labels of value(correct rows, predicted rows, support) when each note gets one
// label. sizes[label] are the numbers of rows of the label's notes, ascending. A label with t correct rows has at least as many
// predicted rows as its t notes of fewest rows. With that and value's concave hull in t, the sum is separable and concave over the
// numbers of notes that the labels can have together, a polymatroid; there, always raising the label that gains most is optimal
// (Federgruen and Groenevelt 1986).
func assignmentBound(sets [][]int, sizes [][]float64, value func(correct, predicted, support float64) float64) float64 {
	gains := make([][]float64, len(sizes))
	for label, s := range sizes {
		values := []float64{0}
		predicted := 0.0
		for i, size := range s {
			predicted += size
			values = append(values, value(float64(i+1), predicted, float64(len(s))))
		}
		gains[label] = hullSteps(values)
	}
	matching := newMatching(sets, len(sizes))
	matched := make([]int, len(sizes)) // by label: the notes that it has
	full := make([]bool, len(sizes))
	total := 0.0
	for {
		best, gain := -1, 0.0
		for label, steps := range gains {
			if !full[label] && matched[label] < len(steps) && steps[matched[label]] > gain {
				best, gain = label, steps[matched[label]]
			}
		}
		switch {
		case best < 0:
			return total
		case matching.add(best):
			matched[best]++
			total += gain
		default:
			full[best] = true // in a polymatroid, what does not fit now never fits later
		}
	}
}

// hullSteps returns the differences of the least concave sequence that is nowhere below values.
func hullSteps(values []float64) []float64 {
	var corners []int
	slope := func(a, b int) float64 { return (values[b] - values[a]) / float64(b-a) }
	for i := range values {
		for len(corners) > 1 && slope(corners[len(corners)-2], i) >= slope(corners[len(corners)-2], corners[len(corners)-1]) {
			corners = corners[:len(corners)-1]
		}
		corners = append(corners, i)
	}
	var steps []float64
	for i := 1; i < len(corners); i++ {
		for range corners[i] - corners[i-1] {
			steps = append(steps, slope(corners[i-1], corners[i]))
		}
	}
	return steps
}

// matching is a bipartite matching of notes and labels, each note with at most one of its own labels. Notes with the same label set are
// interchangeable, so it works on groups of them, of which there are far fewer.
type matching struct {
	groups  []noteGroup
	byLabel [][]int // the groups that have the label
	visited []bool  // by label, in the current search
}

// noteGroup is the notes with one label set.
type noteGroup struct {
	labels    []int
	unmatched int   // notes
	matched   []int // by position in labels: the notes that are matched with that label
}

func newMatching(sets [][]int, labels int) *matching {
	m := &matching{byLabel: make([][]int, labels), visited: make([]bool, labels)}
	sorted := slices.SortedFunc(slices.Values(sets), func(a, b []int) int { return cmp.Or(cmp.Compare(len(a), len(b)), slices.Compare(a, b)) })
	for _, set := range sorted {
		if n := len(m.groups); n > 0 && slices.Equal(m.groups[n-1].labels, set) {
			m.groups[n-1].unmatched++
			continue
		}
		for _, label := range set {
			m.byLabel[label] = append(m.byLabel[label], len(m.groups))
		}
		m.groups = append(m.groups, noteGroup{labels: set, unmatched: 1, matched: make([]int, len(set))})
	}
	return m
}

// add matches one more note with the label, along an augmenting path if necessary, and says whether that is possible.
func (m *matching) add(label int) bool {
	clear(m.visited)
	return m.augment(label)
}

// augment searches an augmenting path from a label and changes the matching along it.
func (m *matching) augment(label int) bool {
	m.visited[label] = true
	for _, i := range m.byLabel[label] {
		if g := &m.groups[i]; g.unmatched > 0 {
			g.unmatched--
			g.matched[slices.Index(g.labels, label)]++
			return true
		}
	}
	for _, i := range m.byLabel[label] {
		g := &m.groups[i]
		for place, other := range g.labels {
			if g.matched[place] > 0 && !m.visited[other] && m.augment(other) {
				g.matched[place]--
				g.matched[slices.Index(g.labels, label)]++
				return true
			}
		}
	}
	return false
}
