package wording

import (
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// Estimate is a number of the analysis with its interval, or the reason why there is none.
func Estimate(e erroranalysis.Estimate) page.Value {
	switch {
	case e.Value == nil:
		return page.Missing(e.Reason)
	case e.Low == nil || e.High == nil:
		return page.Of(*e.Value)
	}
	return page.Between(*e.Value, *e.Low, *e.High)
}

// RateCell is an error rate with its interval.
func RateCell(r erroranalysis.Rate) page.Cell { return page.Percent.Cell(Estimate(r.Estimate)) }

// Side is one of the quantities that an effect compares.
func Side(f *erroranalysis.Finding, i int, none string) page.Value {
	if f.Sides[i].Value == nil {
		return page.Missing(none)
	}
	return page.Of(*f.Sides[i].Value)
}

// CorpusText says what of a note the model read.
func CorpusText(c experiment.Counts) string {
	switch {
	case len(c.With) == 0:
		return "the note alone"
	case slices.Contains(c.With, "keywords"):
		return "the note and its " + strings.Join(c.With, " and ") + "; keywords such as MTSamples' name the label, so that these scores do not measure reading"
	}
	return "the note and its " + strings.Join(c.With, " and ")
}

// Measure is a metric with its interval, if it has one.
func Measure(m evaluate.Measure) page.Value {
	if m.Low != nil && m.High != nil {
		return page.Between(m.Value, *m.Low, *m.High)
	}
	return page.Of(m.Value)
}
