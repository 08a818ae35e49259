package evaluate

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Evaluation is a set of predictions with each note's terms of the metrics computed once. It does not change after New.
type Evaluation struct {
	set   predict.Set // ordered by note id, so that the results, the bootstrap's included, do not depend on the order in a file
	notes []note
	rows  int
	// tied holds the indices of the notes by confidence, highest first; notes of one confidence form a group.
	tied [][]int
}

// note is one prediction with its terms in the metrics.
type note struct {
	gold       []int
	predicted  int
	valid      float64 // 1 where the predicted label is one of the note's, else 0
	confidence float64
	bin        int
	terms      [terms]float64
}

// The metrics that are a plain mean over notes, or where it says so over rows, by their place among a note's terms.
const (
	top3Hits = iota // rows
	top5Hits        // rows
	documentAccuracy
	recallAt1
	recallAt3
	recallAt5
	labelRanking
	brierSum // rows
	terms
)

// New prepares the evaluation of a set, which it leaves as it is. It fails for a set that is not valid, that is empty, or that has a note
// without a gold label.
func New(set predict.Set) (*Evaluation, error) {
	if err := set.Validate(); err != nil {
		return nil, fmt.Errorf("evaluate: %w", err)
	}
	if len(set.Predictions) == 0 {
		return nil, fmt.Errorf("evaluate: model %q, part %q: there are no predictions", set.Model, set.Part)
	}
	set.Predictions = slices.Clone(set.Predictions)
	slices.SortFunc(set.Predictions, func(a, b predict.Prediction) int { return cmp.Compare(a.NoteID, b.NoteID) })
	e := &Evaluation{set: set, notes: make([]note, len(set.Predictions))}
	order := make([]int, len(e.notes))
	for i, p := range set.Predictions {
		if len(p.Gold) == 0 {
			return nil, fmt.Errorf("evaluate: model %q, part %q: note %q has no gold label to compare with", set.Model, set.Part, p.NoteID)
		}
		e.notes[i] = newNote(p)
		e.rows += len(p.Gold)
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(e.notes[b].confidence, e.notes[a].confidence) })
	for len(order) > 0 {
		end := 1
		for end < len(order) && e.notes[order[end]].confidence == e.notes[order[0]].confidence {
			end++
		}
		e.tied = append(e.tied, order[:end])
		order = order[end:]
	}
	return e, nil
}

func newNote(p predict.Prediction) note {
	top := p.Top(5)
	size := float64(len(p.Gold))
	n := note{gold: p.Gold, predicted: top[0], confidence: float64(p.Scores[top[0]])}
	n.bin = binOf(n.confidence)
	n.valid = hits(top[:1], p.Gold)
	n.terms[top3Hits] = hits(top[:min(3, len(top))], p.Gold)
	n.terms[top5Hits] = hits(top, p.Gold)
	n.terms[documentAccuracy] = n.valid / size
	n.terms[recallAt1] = n.valid / size
	n.terms[recallAt3] = n.terms[top3Hits] / size
	n.terms[recallAt5] = n.terms[top5Hits] / size
	n.terms[labelRanking] = rankingPrecision(p)
	n.terms[brierSum] = brier(p)
	return n
}

// hits counts the labels of top that are among gold, which must be ascending.
func hits(top, gold []int) float64 {
	count := 0.0
	for _, label := range top {
		if _, found := slices.BinarySearch(gold, label); found {
			count++
		}
	}
	return count
}

// rankingPrecision is the note's term of label-ranking average precision: the mean over its labels of the share of its labels among
// all labels that rank at least as high.
func rankingPrecision(p predict.Prediction) float64 {
	values := p.Ranking()
	sum := 0.0
	for _, label := range p.Gold {
		ranked, own := 0, 0
		for _, v := range values {
			if v >= values[label] {
				ranked++
			}
		}
		for _, other := range p.Gold {
			if values[other] >= values[label] {
				own++
			}
		}
		sum += float64(own) / float64(ranked)
	}
	return sum / float64(len(p.Gold))
}

// brier sums, over the note's rows, the squared distance between the scores and the row's label as a unit vector.
func brier(p predict.Prediction) float64 {
	sum := 0.0
	for _, label := range p.Gold {
		for i, score := range p.Scores {
			d := float64(score)
			if i == label {
				d--
			}
			sum += d * d
		}
	}
	return sum
}

// Values returns every headline metric.
func (e *Evaluation) Values() map[Metric]float64 {
	ones := make([]int32, len(e.notes))
	for i := range ones {
		ones[i] = 1
	}
	values := make([]float64, len(metrics))
	e.measure(ones, newTally(len(e.set.Labels)), values)
	named := make(map[Metric]float64, len(metrics))
	for i, m := range metrics {
		named[m.name] = values[i]
	}
	return named
}

// tally holds the sums over one resample from which the metrics are computed. It is reused for the next resample.
type tally struct {
	notes, rows, valid float64
	counts             counts
	average            averages
	terms              [terms]float64
	rowBins, validBins [bins]binSum
	aurc               float64
}

func newTally(labels int) *tally {
	return &tally{counts: newCounts(labels)}
}

// measure fills out, shape [metrics], with every headline metric where note i counts weights[i] times, weights having the shape
// [notes]. The weights must not all be 0.
func (e *Evaluation) measure(weights []int32, t *tally, out []float64) {
	t.counts.reset()
	*t = tally{counts: t.counts}
	for i := range e.notes {
		if weights[i] == 0 {
			continue
		}
		n, w := &e.notes[i], float64(weights[i])
		size := w * float64(len(n.gold))
		t.notes += w
		t.rows += size
		t.valid += w * n.valid
		for _, label := range n.gold {
			t.counts.support[label] += w
		}
		t.counts.predicted[n.predicted] += size
		t.counts.correct[n.predicted] += w * n.valid // at most one row of a note is right: the one with the predicted label
		t.rowBins[n.bin].add(size, size*n.confidence, w*n.valid)
		t.validBins[n.bin].add(w, w*n.confidence, w*n.valid)
		for j, term := range n.terms {
			t.terms[j] += w * term
		}
	}
	t.average = t.counts.average()
	t.aurc = e.aurc(weights)
	for i, m := range metrics {
		out[i] = m.value(t)
	}
}
