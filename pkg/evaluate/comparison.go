package evaluate

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Comparison compares two models by their predictions of the same notes.
type Comparison struct {
	A        string                `json:"a"`
	B        string                `json:"b"`
	Part     string                `json:"part"`
	Notes    int                   `json:"notes"`
	Interval Method                `json:"interval"`
	Metrics  map[Metric]Difference `json:"metrics"`
	McNemar  McNemar               `json:"mcnemar"`
}

// Difference is the difference between model B and model A in one metric.
type Difference struct {
	A          float64 `json:"a"`
	B          float64 `json:"b"`
	Difference float64 `json:"difference"` // B - A
	// Low and High are the paired bootstrap interval, for which the same notes are drawn for both models. PValue is two-sided: twice the
	// share of resamples on the other side of 0, a resample at 0 counted on both sides. All are nil, with a Reason, for a single note.
	Low    *float64 `json:"low"`
	High   *float64 `json:"high"`
	PValue *float64 `json:"p_value"`
	Reason string   `json:"reason,omitempty"`
}

// McNemar is the exact McNemar test on the notes for which only one of the two models predicts a valid label.
type McNemar struct {
	OnlyA  int     `json:"only_a"`
	OnlyB  int     `json:"only_b"`
	PValue float64 `json:"p_value"`
	// Adjusted is the p-value after Holm's correction over the models of a [Family]; nil outside one.
	Adjusted *float64 `json:"adjusted_p_value,omitempty"`
}

// McNemarExact returns the two-sided p-value of b and c discordant pairs if either kind were equally likely: scipy's binomtest(b, b + c).
// It is 1 without such pairs. Negative counts are taken as 0.
func McNemarExact(b, c int) float64 {
	b, c = max(b, 0), max(c, 0)
	if b == c {
		return 1
	}
	return min(1, 2*distuv.Binomial{N: float64(b + c), P: 0.5}.CDF(float64(min(b, c))))
}

// Compare compares model b with model a by paired bootstraps over notes and McNemar's test. It fails as [New] does, for options that give
// no interval, and if the two are not predictions of the same notes of one corpus with the same gold labels.
func Compare(a, b predict.Set, options Options) (Comparison, error) {
	options, err := options.complete()
	if err != nil {
		return Comparison{}, err
	}
	left, err := New(a)
	if err != nil {
		return Comparison{}, err
	}
	right, err := New(b)
	if err != nil {
		return Comparison{}, err
	}
	if err := left.matches(right); err != nil {
		return Comparison{}, fmt.Errorf("evaluate: %q and %q cannot be compared: %w", a.Model, b.Model, err)
	}
	c := Comparison{
		A: a.Model, B: b.Model, Part: a.Part, Notes: len(left.notes),
		Interval: options.method(), Metrics: make(map[Metric]Difference, len(metrics)),
	}
	for i := range left.notes {
		switch l, r := left.notes[i].valid, right.notes[i].valid; {
		case l > r:
			c.McNemar.OnlyA++
		case r > l:
			c.McNemar.OnlyB++
		}
	}
	c.McNemar.PValue = McNemarExact(c.McNemar.OnlyA, c.McNemar.OnlyB)

	t := newTally(len(a.Labels))
	values := make([]float64, len(metrics))
	samples, err := bootstrap(len(left.notes), len(metrics), options, func(weights []int32, out []float64) {
		left.measure(weights, t, values)
		right.measure(weights, t, out)
		for i, v := range values {
			out[i] -= v
		}
	})
	if err != nil {
		return Comparison{}, err
	}
	if err := allDefined(samples); err != nil {
		return Comparison{}, err
	}
	before, after := left.Values(), right.Values()
	for i, m := range metrics {
		d := Difference{A: before[m.name], B: after[m.name], Difference: after[m.name] - before[m.name]}
		if len(left.notes) == 1 {
			d.Reason = oneNote
		} else {
			interval, p := percentile(samples[i], options.Level), pValue(samples[i])
			d.Low, d.High, d.PValue = &interval.Low, &interval.High, &p
		}
		c.Metrics[m.name] = d
	}
	return c, nil
}

// pValue returns the two-sided bootstrap p-value of ascending differences, shape [resamples]. The original sample counts as one more
// resample on each side, so that it is never 0.
func pValue(differences []float64) float64 {
	below, notAbove := 0, 0
	for _, d := range differences {
		if d < 0 {
			below++
		}
		if d <= 0 {
			notAbove++
		}
	}
	notBelow := len(differences) - below
	return min(1, 2*float64(min(notAbove, notBelow)+1)/float64(len(differences)+1))
}

// matches returns an error unless both are predictions of the same notes with the same gold labels.
func (e *Evaluation) matches(other *Evaluation) error {
	a, b := e.set, other.set
	switch {
	case a.CorpusHash != b.CorpusHash:
		return fmt.Errorf("they belong to different corpora, %q and %q", a.CorpusHash, b.CorpusHash)
	case a.Part != b.Part:
		return fmt.Errorf("they are of different parts, %q and %q", a.Part, b.Part)
	case !slices.Equal(a.Labels, b.Labels):
		return fmt.Errorf("their labels differ in number, names or order")
	case len(a.Predictions) != len(b.Predictions):
		return fmt.Errorf("one has %d notes, the other %d", len(a.Predictions), len(b.Predictions))
	}
	for i, p := range a.Predictions {
		q := b.Predictions[i]
		if p.NoteID != q.NoteID {
			return fmt.Errorf("note %q is in only one of them", min(p.NoteID, q.NoteID))
		}
		if !slices.Equal(p.Gold, q.Gold) {
			return fmt.Errorf("note %q has gold labels %v in one and %v in the other", p.NoteID, p.Gold, q.Gold)
		}
	}
	return nil
}
