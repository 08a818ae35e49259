package chapter

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// readingTitles are the two readings of an error as a column names them.
var readingTitles = map[erroranalysis.Reading]string{erroranalysis.RowReading: "Rows", erroranalysis.ValidReading: "Texts"}

// readingsNote explains the two columns under a table.
const readingsNote = "Rows: each text counts once for each of its labels, and a row is wrong where its label is not the predicted one, so that a text under two labels has one wrong row at least. " +
	"Texts: each counts once, and is misread where the predicted label is none of its own."

// rates are the cells of an error rate in both readings.
func rates(r erroranalysis.Rates) []page.Cell {
	return []page.Cell{page.CountCell(r.Texts), wording.RateCell(r.Row), wording.RateCell(r.Valid)}
}

// rateColumns are the columns of rates.
func rateColumns() []page.Column {
	return []page.Column{
		{Name: "Texts", Numeric: true},
		{Name: "Error: rows", Numeric: true},
		{Name: "Error: texts", Numeric: true},
	}
}

func notReported() page.Cell { return page.Metric.Cell(page.Missing("not in the report")) }

// ErrorSummary says in words which of the original's patterns hold on this run.
func ErrorSummary(e *experiment.Errors) string {
	var sentences []string
	for _, p := range e.Patterns() {
		verdict := fmt.Sprintf("%s %s in both readings", p.Title, p.Row.Verdict)
		if p.Row.Verdict != p.Valid.Verdict {
			verdict = fmt.Sprintf("%s %s over rows and %s over texts", p.Title, p.Row.Verdict, p.Valid.Verdict)
		}
		sentences = append(sentences, strings.ReplaceAll(verdict, string(erroranalysis.Undecided), "is undecided"))
	}
	notes := "test texts"
	if e.Synthetic {
		notes = "synthetic test texts"
	}
	return fmt.Sprintf("Of %s %s %s are misread as a label that is none of their own; %s of %s wrong rows are no errors, as the predicted label is another one of the same text. The report's four patterns of errors here: %s.",
		page.FormatCount(e.Analysis.Errors.Texts), notes, share(e.Analysis.Errors.Valid), page.FormatCount(e.Similarity.CoFiled), page.FormatCount(e.Similarity.WrongRows), strings.Join(sentences, "; "))
}

// share writes a rate as a count with its percentage.
func share(r erroranalysis.Rate) string {
	if r.Value == nil {
		return page.FormatCount(r.Wrong)
	}
	return fmt.Sprintf("%s (%s)", page.FormatCount(r.Wrong), page.FormatPercent(*r.Value, 1))
}

// ErrorOverviewTable is how much is wrong, in both readings, and how near the right labels were.
func ErrorOverviewTable(e *experiment.Errors) page.Table {
	all := e.Analysis.Errors
	second := 0
	for _, c := range e.Cases {
		if c.BestRank == 2 {
			second++
		}
	}
	shareOf := func(n, of int) page.Cell {
		if of == 0 {
			return page.Percent.Cell(page.Missing("nothing is wrong"))
		}
		return page.PercentCell(float64(n) / float64(of))
	}
	return page.Table{
		ID: "errors", Caption: "Errors of " + e.Model + " on the test texts", Synthetic: e.Synthetic,
		Columns: []page.Column{{Name: "Quantity"}, {Name: "Count", Numeric: true}, {Name: "Share", Numeric: true, Note: "with a 95 % interval where it is an error rate"}},
		Rows: [][]page.Cell{
			{page.Text("Test rows"), page.CountCell(all.Row.Of), {}},
			{page.Text("Wrong rows"), page.CountCell(all.Row.Wrong), wording.RateCell(all.Row)},
			{page.Text("of these, the predicted label is another one of the text"), page.CountCell(e.Similarity.CoFiled), shareOf(e.Similarity.CoFiled, all.Row.Wrong)},
			{page.Text("Test texts"), page.CountCell(all.Texts), {}},
			{page.Text("Misread texts"), page.CountCell(all.Valid.Wrong), wording.RateCell(all.Valid)},
			{page.Text("of these, one of the text's labels is in second place"), page.CountCell(second), shareOf(second, all.Valid.Wrong)},
		},
		Note: readingsNote,
	}
}

// PatternTable is the verdict on each of the original's patterns.
func PatternTable(e *experiment.Errors) page.Table {
	t := page.Table{
		ID: "patterns", Caption: "The report's four patterns of errors, and whether they hold on " + page.FormatCount(len(e.Cases)) + " test texts", Synthetic: e.Synthetic,
		Columns: []page.Column{{Name: "Pattern"}, {Name: "Claim"}, {Name: "Reported"}, {Name: "This run: rows"}, {Name: "This run: texts"}},
		Note:    erroranalysis.Rule + " " + readingsNote,
	}
	for _, p := range e.Patterns() {
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(p.Title), page.Text(p.Claim), page.Text(wording.Upper(reportedPattern(p.Key)) + "."), page.Text(string(p.Row.Verdict)), page.Text(string(p.Valid.Verdict)),
		})
	}
	return t
}

// FindingTable is every claim that the patterns' verdicts come from, in both readings: the effect with its interval.
func FindingTable(e *experiment.Errors) page.Table {
	t := page.Table{
		ID: "findings", Caption: "What the verdicts come from: each claim as an effect with a 95 % interval", Synthetic: e.Synthetic,
		Columns: []page.Column{
			{Name: "Claim"},
			{Name: "Effect"},
			{Name: "Reported", Numeric: true, Note: "over rows; the report's model reads 512 tokens, so that there over 512 and truncated are one"},
			{Name: "This run", Numeric: true},
			{Name: "Verdict"},
		},
	}
	sentences := []string{"A ratio of 1 and a correlation of 0 are no effect. Intervals are by bootstrap over texts, or over classes where the effect says so."}
	for _, p := range e.Patterns() {
		for i := range p.Row.Findings {
			for _, r := range erroranalysis.Readings() {
				f := p.Of(r).Findings[i]
				t.Rows = append(t.Rows, []page.Cell{
					page.Text(p.Title + ": " + f.Claim), page.Text(strings.Trim(f.Effect, ":,")), reportedFinding(p.Key, f.Key),
					page.Metric.Cell(wording.Estimate(f.Estimate)), page.Text(string(f.Verdict)),
				})
				if f.Value != nil && f.Low == nil {
					sentences = append(sentences, fmt.Sprintf("No interval for “%s”: %s.", f.Claim, f.Reason))
				}
			}
		}
	}
	misread, right := original.Errors.MisreadCharacters, original.Errors.RightCharacters
	sentences = append(sentences, fmt.Sprintf("The reported %s more errors over %d tokens is the very ratio of the report's two mean lengths, %s / %s = %.2f.",
		page.FormatPercent(original.Errors.LongRatio-1, 0), original.Study.MaxLength, page.FormatCount(int(misread)), page.FormatCount(int(right)), misread/right))
	t.Note = strings.Join(sentences, " ")
	return t
}

// reportedFinding is the original's number for a claim.
func reportedFinding(pattern erroranalysis.PatternKey, finding erroranalysis.FindingKey) page.Cell {
	of := func(x float64) page.Cell { return page.Metric.Cell(page.Of(x)) }
	switch pattern {
	case erroranalysis.LengthPattern:
		switch finding {
		case erroranalysis.CharactersFinding:
			return of(original.Errors.MisreadCharacters / original.Errors.RightCharacters)
		case erroranalysis.TruncatedFinding, erroranalysis.LongFinding:
			return of(original.Errors.LongRatio)
		}
	case erroranalysis.ImbalancePattern:
		switch finding {
		case erroranalysis.PearsonClassesFinding, erroranalysis.PearsonTextsFinding:
			return of(original.Errors.Correlation)
		case erroranalysis.RareFinding:
			low, high := original.Errors.RareError/original.Errors.CommonHigh, original.Errors.RareError/original.Errors.CommonLow
			return page.Cell{Text: fmt.Sprintf("%.1f to %.1f", low, high), Sort: &low}
		}
	}
	return notReported()
}
