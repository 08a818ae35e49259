package erroranalysis

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/original"
)

// Imbalance is the third pattern: labels with fewer training texts are misread more often.
type Imbalance struct {
	Pattern
	// Classes are the labels in the model's order, Bands the study's bands by number of training texts.
	Classes []ClassError `json:"classes"`
	Bands   []Band       `json:"bands"`
}

// ClassError is the error rate of one label. Its row rate is 1 minus the label's recall, its any-valid rate that of the texts with the
// label. Rates of a label without test texts have that as their reason.
type ClassError struct {
	Label string `json:"label"`
	Train int    `json:"train"` // training texts with it
	Rates
}

// Band is the labels with at least From and, except in the last band, fewer than Below training texts, with the error rates of their texts:
// a text counts once for each of its labels in the band.
type Band struct {
	From    int `json:"from"`
	Below   int `json:"below,omitempty"` // 0 for the last band
	Classes int `json:"classes"`
	// Tested is the number of the classes with a test text.
	Tested int `json:"tested"`
	Rates
}

// bands are the original study's: under 10, 10 to 50, and over 50 training texts.
var bands = []Band{
	{From: 0, Below: original.Errors.Few},
	{From: original.Errors.Few, Below: original.Errors.Many + 1},
	{From: original.Errors.Many + 1},
}

// holds says whether a label with so many training texts is in the band.
func (b Band) holds(train int) bool { return train >= b.From && (b.Below == 0 || train < b.Below) }

// name is the band's range in words.
func (b Band) name() string {
	switch {
	case b.From == 0:
		return fmt.Sprintf("under %d", b.Below)
	case b.Below == 0:
		return fmt.Sprintf("over %d", b.From-1)
	default:
		return fmt.Sprintf("%d to %d", b.From, b.Below-1)
	}
}

// classOutcome is a text's contribution to the error rate of one of its labels.
func (t *text) classOutcome(r Reading, label int) outcome {
	wrong := label != t.predicted
	if r == ValidReading {
		wrong = !t.valid
	}
	if wrong {
		return outcome{1, 1}
	}
	return outcome{0, 1}
}

func (d *data) imbalance(im *Imbalance, e *estimator, options evaluate.Options) error {
	im.Pattern = Pattern{Key: ImbalancePattern, Title: "Imbalance", Claim: "The fewer training notes a specialty has, the more often it is misread."}
	for label, name := range d.labels {
		im.Classes = append(im.Classes, ClassError{
			Label: name, Train: d.trained[label],
			Rates: d.labelRates(func(l int) bool { return l == label }, "no test text is filed under it"),
		})
	}
	for _, b := range bands {
		for label, n := range d.trained {
			if b.holds(n) {
				b.Classes++
				if im.Classes[label].Texts > 0 {
					b.Tested++
				}
			}
		}
		b.Rates = d.labelRates(func(l int) bool { return b.holds(d.trained[l]) }, "no test text is filed under a label with "+b.name()+" training texts")
		im.Bands = append(im.Bands, b)
	}
	for _, r := range Readings() {
		if err := d.imbalanceClaims(im, e, r, options); err != nil {
			return err
		}
	}
	return nil
}

// labelRates returns the error rates over the pairs of a text and one of its labels that is in a group; none is the reason if there are
// no such pairs.
func (d *data) labelRates(in func(label int) bool, none string) Rates {
	var out Rates
	var both [2]sums
	for i := range d.texts {
		t := &d.texts[i]
		var o [2]outcome
		for _, label := range t.gold {
			if !in(label) {
				continue
			}
			for k, r := range Readings() {
				one := t.classOutcome(r, label)
				o[k].wrong += one.wrong
				o[k].total += one.total
			}
		}
		if o[0].total > 0 {
			out.Texts++
			both[0].add(o[0])
			both[1].add(o[1])
		}
	}
	out.Row, out.Valid = both[0].rate(d.level, none), both[1].rate(d.level, none)
	return out
}

func (d *data) imbalanceClaims(im *Imbalance, e *estimator, r Reading, options evaluate.Options) error {
	var trained, errors []float64 // of the classes with test texts
	for _, c := range im.Classes {
		if c.Texts > 0 {
			trained, errors = append(trained, float64(c.Train)), append(errors, *c.Of(r).Value)
		}
	}
	none := "all classes have the same error rate or the same number of training texts"
	if len(trained) < 2 {
		none = "fewer than two classes have test texts"
	}
	classes := &estimator{n: len(trained)}
	for _, c := range []struct {
		overClasses, overTexts FindingKey
		title                  string
		compute                func(x, y []float64) float64
	}{
		{PearsonClassesFinding, PearsonTextsFinding, "Pearson's r", Pearson},
		{SpearmanClassesFinding, SpearmanTextsFinding, "Spearman's ρ", Spearman},
	} {
		claim := fmt.Sprintf("a class with fewer training texts has more of its %s misread", r.unit())
		f := im.correlation(r, c.overClasses, claim, c.title+", interval over classes,")
		classes.add(&f.Estimate, none, func(weights []int32) float64 {
			var x, y []float64
			for i, w := range weights {
				for range w {
					x, y = append(x, trained[i]), append(y, errors[i])
				}
			}
			return c.compute(x, y)
		})
		f = im.correlation(r, c.overTexts, claim, c.title+", interval over texts,")
		e.add(&f.Estimate, none, func(weights []int32) float64 { return c.compute(d.classErrors(r, weights)) })
	}
	rare, common := im.Bands[0], im.Bands[len(im.Bands)-1]
	f := im.ratio(r, RareFinding, fmt.Sprintf("classes with %s training texts have more of their %s misread than those with %s", rare.name(), r.unit(), common.name()),
		"ratio of the error rates", Side{rare.name(), rare.Of(r).Value}, Side{common.name(), common.Of(r).Value})
	none = firstReason(rare.Of(r), common.Of(r))
	if none == "" {
		none = "none of the classes with " + common.name() + " is misread"
	}
	e.add(&f.Estimate, none, func(weights []int32) float64 {
		a, b := d.bandError(r, weights, rare), d.bandError(r, weights, common)
		return (a.wrong / a.total) / (b.wrong / b.total)
	})
	return classes.run(options)
}

// classErrors returns the number of training texts and the error rate of each class with test texts, where text i counts weights[i] times.
func (d *data) classErrors(r Reading, weights []int32) (trained, errors []float64) {
	byClass := make([]outcome, len(d.labels))
	for i, w := range weights {
		for _, label := range d.texts[i].gold {
			o := d.texts[i].classOutcome(r, label)
			byClass[label].wrong += float64(w) * o.wrong
			byClass[label].total += float64(w) * o.total
		}
	}
	for label, o := range byClass {
		if o.total > 0 {
			trained, errors = append(trained, float64(d.trained[label])), append(errors, o.wrong/o.total)
		}
	}
	return trained, errors
}

// bandError returns the sums of a band's error rate where text i counts weights[i] times.
func (d *data) bandError(r Reading, weights []int32, b Band) outcome {
	var sum outcome
	for i, w := range weights {
		for _, label := range d.texts[i].gold {
			if b.holds(d.trained[label]) {
				o := d.texts[i].classOutcome(r, label)
				sum.wrong += float64(w) * o.wrong
				sum.total += float64(w) * o.total
			}
		}
	}
	return sum
}
