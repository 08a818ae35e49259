package chapter

import (
	"fmt"
	"strings"
	"unicode/utf8"

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

// excerptLength is how much of a note an example shows, in characters.
const excerptLength = 400

// ExampleTable is worked examples, each chosen by a rule.
func ExampleTable(e *experiment.Errors) page.Table {
	t := page.Table{
		ID: "examples", Caption: "Worked examples, each chosen by a rule", Synthetic: e.Synthetic,
		Columns: []page.Column{
			{Name: "Rule"},
			{Name: "Filed under"},
			{Name: "Read as", Note: fmt.Sprintf("the best labels, up to five, with their confidence, calibrated with a temperature of %.2f", e.Temperature)},
			{Name: "Note", Note: "its name, its length, and how it begins"},
		},
		Note: "Misread: the predicted label is none of the text's own. Of texts that fit a rule equally well the first by its name is taken.",
	}
	texts := make(map[string]string, len(e.Corpus.Notes))
	for i := range e.Corpus.Notes {
		texts[e.Corpus.Notes[i].Key] = e.Corpus.Notes[i].Text
	}
	for _, example := range e.Examples {
		row := []page.Cell{page.Text(example.Words)}
		c, err := e.Case(example.ID)
		if example.ID == "" || err != nil {
			missing := page.Cell{Missing: example.Reason}
			if err != nil && example.ID != "" {
				missing.Missing = err.Error()
			}
			t.Rows = append(t.Rows, append(row, missing, missing, missing))
			continue
		}
		t.Rows = append(t.Rows, append(row,
			page.Text(strings.Join(c.Labels, "; ")), page.Text(ranks(c)), page.Text(fmt.Sprintf("%s, %s: “%s”", c.ID, extent(c), excerpt(texts[c.TextSHA256], excerptLength)))))
	}
	return t
}

// ranks writes a case's best labels with their confidence.
func ranks(c erroranalysis.Case) string {
	var all []string
	for _, r := range c.Top {
		all = append(all, r.Label+" "+page.FormatPercent(r.Confidence, 1))
	}
	return strings.Join(all, "; ")
}

// extent says how long a note is, and whether the model saw all of it.
func extent(c erroranalysis.Case) string {
	text := page.FormatCount(c.Characters) + " characters"
	if c.Tokens > 0 {
		text += ", " + page.FormatCount(c.Tokens) + " tokens"
	}
	if c.Truncated {
		return text + ", truncated"
	}
	return text + ", seen whole"
}

// excerpt is the beginning of a text in at most the given number of characters, which ends after a word where it ends early.
func excerpt(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	head := []rune(text)[:most] // the mark takes the place of the last one
	cut := string(head[:most-1])
	if text[len(cut)] != ' ' {
		if space := strings.LastIndexByte(cut, ' '); space > 0 {
			cut = cut[:space]
		}
	}
	return strings.TrimRight(cut, " ,;:") + "…"
}

// ExplanationNote says how the attributions are to be taken.
func ExplanationNote(x *experiment.Explanation) string {
	text := fmt.Sprintf("Words are shaded by integrated gradients, %d steps, for the predicted label of the misread texts and the worked examples. ", x.Steps)
	a := x.Agreement
	if a.Mean == nil {
		return text + "There is no text on which they could be checked against occlusion."
	}
	return text + fmt.Sprintf("As a check, on %d worked examples their ranking of the words agrees with that of occlusion by a mean Spearman correlation of %.2f (lowest %.2f): the nearer to 0, the less the shading says about what the model goes by.", a.Defined, *a.Mean, *a.Lowest)
}
