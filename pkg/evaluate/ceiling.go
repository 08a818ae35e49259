package evaluate

import "slices"

// Ceilings returns, for every headline metric, the best value that any function of the text can reach on these notes; for an error
// measure that is the lowest. Each metric's ceiling stands alone: one model need not reach two of them.
//
// For row accuracy it is notes / rows, the mean over rows of 1 / (number of the note's labels). All are exact but those of the F1
// averages and of weighted precision. These are upper bounds: what the best way of giving each note one of its labels could reach if
// every label got the notes with the fewest rows. The F1 bounds are exact where all notes have equally many labels.
func (e *Evaluation) Ceilings() map[Metric]float64 {
	labels := len(e.set.Labels)
	notes, rows := float64(len(e.notes)), float64(e.rows)
	sizes := make([][]float64, labels) // by label: the rows of each of its notes
	var top3, top5, document, recall3, recall5 float64
	for _, n := range e.notes {
		size := float64(len(n.gold))
		for _, label := range n.gold {
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
	for _, n := range e.notes {
		rarest := len(sizes[n.gold[0]])
		for _, label := range n.gold {
			rarest = min(rarest, len(sizes[label]))
		}
		balanced += 1 / float64(rarest)
	}
	f1 := func(correct, predicted, support float64) float64 { return 2 * correct / (support + predicted) }
	f1Sum := e.assignmentBound(sizes, f1)
	weightedF1 := e.assignmentBound(sizes, func(correct, predicted, support float64) float64 {
		return support * f1(correct, predicted, support)
	})
	weightedPrecision := e.assignmentBound(sizes, func(correct, predicted, support float64) float64 {
		return support * correct / predicted
	})
	return byMetric([]float64{
		notes / rows,
		f1Sum / present,
		f1Sum / present,
		f1Sum / float64(labels),
		weightedF1 / rows,
		weightedPrecision / rows,
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
func (e *Evaluation) assignmentBound(sizes [][]float64, value func(correct, predicted, support float64) float64) float64 {
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
	matching := newMatching(e.notes, len(sizes))
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

// matching gives notes to labels, each note to at most one of its own.
type matching struct {
	notes   []note
	carry   [][]int // by label: the notes that carry it
	holder  []int   // by note: the label that holds it, or -1
	visited []bool
}

func newMatching(notes []note, labels int) *matching {
	m := &matching{notes: notes, carry: make([][]int, labels), holder: make([]int, len(notes)), visited: make([]bool, labels)}
	for i, n := range notes {
		m.holder[i] = -1
		for _, label := range n.gold {
			m.carry[label] = append(m.carry[label], i)
		}
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
		if m.holder[i] < 0 {
			m.holder[i] = label
			return true
		}
	}
	for _, i := range m.carry[label] {
		if other := m.holder[i]; !m.visited[other] && m.augment(other) {
			m.holder[i] = label
			return true
		}
	}
	return false
}
