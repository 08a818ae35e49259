package chapter

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// SliceTable is the error rates of the texts with something in common: every value of every field that has enough texts.
func SliceTable(e *experiment.Errors) page.Table {
	t := page.Table{
		ID: "slices", Caption: "Error rate by what the texts have in common", Synthetic: e.Synthetic,
		Columns: append(append([]page.Column{{Name: "Slice"}}, rateColumns()...),
			page.Column{Name: "Excess: texts", Numeric: true, Note: "error rate less that of all other test texts, with a 95 % interval"}),
	}
	left := 0
	for i := range e.Slices {
		s := &e.Slices[i]
		if s.Reason != "" {
			left++
			continue
		}
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(s.Conditions[0].String()), page.CountCell(s.Texts), wording.RateCell(s.Row.Inside), wording.RateCell(s.Valid.Inside), page.Percent.Cell(wording.Estimate(s.Valid.Excess)),
		})
	}
	if len(t.Rows) == 0 {
		t.Rows = append(t.Rows, noneRow(e, "no slice has enough test texts in it and beside it", len(t.Columns)))
	}
	t.Note = readingsNote
	if left > 0 {
		t.Note += fmt.Sprintf(" Left out: %s slices with fewer than %d test texts in them or beside them, and the many sections and years that as few have.", page.FormatCount(left), minSupport(e))
	}
	return t
}

// minSupport is the fewest texts that a slice is given a rate for.
func minSupport(e *experiment.Errors) int {
	for _, s := range e.Analysis.Worst {
		return s.MinSupport
	}
	return 0
}

// WorstSliceTable is the slices that the search found in both readings, the worst first.
func WorstSliceTable(e *experiment.Errors) page.Table {
	t := page.Table{
		ID: "worst", Caption: "The worst slices", Synthetic: e.Synthetic,
		Columns: []page.Column{
			{Name: "Slice"},
			{Name: "Reading"},
			{Name: "Texts", Numeric: true},
			{Name: "Error rate", Numeric: true},
			{Name: "Others", Numeric: true, Note: "error rate of all other test texts"},
			{Name: "Excess", Numeric: true, Note: "the one less the other, with a 95 % interval that is not corrected for the search"},
			{Name: "p", Numeric: true, Note: "one-sided, corrected after Benjamini and Hochberg over all slices that were tested"},
		},
	}
	var sentences []string
	for _, search := range e.Worst {
		title := readingTitles[search.Reading]
		sentences = append(sentences, title+": "+search.Words)
		if len(search.Slices) == 0 {
			reason := page.Cell{Missing: strings.TrimSuffix(search.Words, ".")}
			t.Rows = append(t.Rows, []page.Cell{page.Text("none"), page.Text(title), reason, reason, reason, reason, reason})
			continue
		}
		for i := range search.Slices {
			w := &search.Slices[i]
			c := w.Of(search.Reading)
			t.Rows = append(t.Rows, []page.Cell{
				page.Text(wording.Upper(w.Words)), page.Text(title), page.CountCell(w.Texts), wording.RateCell(c.Inside), others(c.Rest), page.Percent.Cell(wording.Estimate(c.Excess)), probability(w.Adjusted),
			})
		}
	}
	sentences = append(sentences, fmt.Sprintf("Searched: every value of a field and every two together, with at least %d test texts in them and beside them; not a label together with the model's answer, which is a confusion.", minSupport(e)))
	t.Note = strings.Join(sentences, " ")
	return t
}

// others is an error rate without its interval, which that of the excess makes up for.
func others(r erroranalysis.Rate) page.Cell {
	r.Low, r.High = nil, nil
	return wording.RateCell(r)
}

// probability writes a p-value; a very small one is named by what it lies below.
func probability(p float64) page.Cell {
	if p < .0005 {
		return page.Cell{Text: "< .001", Sort: &p}
	}
	return page.Metric.Cell(page.Of(p))
}
