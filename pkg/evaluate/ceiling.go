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
// sets; for an error measure that is the lowest. Each metric's ceiling stands alone: one model need not reach two of them. A set holds
// indices below labels, ascending, each once. It fails without sets, and for a set that is empty or not of that form.
//
// For row accuracy it is notes / rows, the mean over rows of 1 / (number of the note's labels). All are exact but those of the F1
// averages and of weighted precision. These are upper bounds: what the best way of giving each note one of its labels could reach if
// every label got the notes with the fewest rows. The F1 bounds are exact where all notes have equally many labels.
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

func ceilings(labels int, sets [][]int) map[Metric]float64 {
	notes, rows := float64(len(sets)), 0.0
	sizes := make([][]float64, labels) // by label: the rows of each of its notes
	var top3, top5, document, recall3, recall5 float64
	for _, set := range sets {
		size := float64(len(set))
		rows += size
		for _, label := range set {
			sizes[label] = append(sizes[label], size)
		}
		top3 += min(size, 3)
		top5 += min(size, 5)
		document += 1 / size
		recall3 += min(size, 3) / size
		recall5 += min(size, 5) / size
	}
	present := 0.0
	for _, s := range sizes {
		slices.Sort(s)
		present += min(float64(len(s)), 1)
	}
	balanced := 0.0 // recall is linear in the correct rows, so each note serves its rarest label
	for _, set := range sets {
		rarest := len(sizes[set[0]])
		for _, label := range set {
			rarest = min(rarest, len(sizes[label]))
		}
		balanced += 1 / float64(rarest)
	}
	f1 := func(correct, predicted, support float64) float64 { return 2 * correct / (support + predicted) }
	f1Sum := assignmentBound(sets, sizes, f1)
	weightedF1 := assignmentBound(sets, sizes, func(correct, predicted, support float64) float64 {
		return support * f1(correct, predicted, support)
	})
	weightedPrecision := assignmentBound(sets, sizes, func(correct, predicted, support float64) float64 {
		return support * correct / predicted
	})
	return byMetric([]float64{
		notes / rows,
		min(1, f1Sum/present), // sums of shares can round to above 1
		min(1, f1Sum/present),
		min(1, f1Sum/float64(labels)),
		min(1, weightedF1/rows),
		min(1, weightedPrecision/rows),
		notes / rows,
		balanced / present,
		top3 / rows,
		top5 / rows,
		1,
		document / notes,
		document / notes,
		recall3 / notes,
		recall5 / notes,
		1,
		0,
		0,
		1 - notes/rows, // each note's scores spread evenly over its labels
		0,
	})
}

// assignmentBound returns an upper bound of the sum over labels of value(correct rows, predicted rows, support) when each note gets one
// label. A label with t correct rows has at least as many predicted rows as its t notes of fewest rows. With that and value's
// concave hull in t, the sum is separable and concave over the numbers of notes that the labels can hold at once, a polymatroid;
// there, always raising the label that gains most is optimal (Federgruen and Groenevelt 1986).
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
	held := make([]int, len(sizes))
	full := make([]bool, len(sizes))
	total := 0.0
	for {
		best, gain := -1, 0.0
		for label, steps := range gains {
			if !full[label] && held[label] < len(steps) && steps[held[label]] > gain {
				best, gain = label, steps[held[label]]
			}
		}
		switch {
		case best < 0:
			return total
		case matching.add(best):
			held[best]++
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

// matching gives notes to labels, each note to at most one of its own. Notes with the same label set are alike, so it deals with groups of
// them, of which there are far fewer.
type matching struct {
	groups  []noteGroup
	carry   [][]int // by label: the groups that carry it
	visited []bool
}

// noteGroup is the notes with one label set.
type noteGroup struct {
	labels []int
	free   int   // notes that no label holds
	held   []int // by place in labels: how many notes that label holds
}

func newMatching(sets [][]int, labels int) *matching {
	m := &matching{carry: make([][]int, labels), visited: make([]bool, labels)}
	sorted := slices.SortedFunc(slices.Values(sets), func(a, b []int) int { return cmp.Or(cmp.Compare(len(a), len(b)), slices.Compare(a, b)) })
	for _, set := range sorted {
		if n := len(m.groups); n > 0 && slices.Equal(m.groups[n-1].labels, set) {
			m.groups[n-1].free++
			continue
		}
		for _, label := range set {
			m.carry[label] = append(m.carry[label], len(m.groups))
		}
		m.groups = append(m.groups, noteGroup{labels: set, free: 1, held: make([]int, len(set))})
	}
	return m
}

// add gives the label one note more, moving others' notes along an augmenting path where needed, and says whether that is possible.
func (m *matching) add(label int) bool {
	clear(m.visited)
	return m.augment(label)
}

func (m *matching) augment(label int) bool {
	m.visited[label] = true
	for _, i := range m.carry[label] {
		if g := &m.groups[i]; g.free > 0 {
			g.free--
			g.held[slices.Index(g.labels, label)]++
			return true
		}
	}
	for _, i := range m.carry[label] {
		g := &m.groups[i]
		for place, other := range g.labels {
			if g.held[place] > 0 && !m.visited[other] && m.augment(other) {
				g.held[place]--
				g.held[slices.Index(g.labels, label)]++
				return true
			}
		}
	}
	return false
}
