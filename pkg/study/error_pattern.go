package study

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/report"
)

// readingTitles are the two readings of an error as a column names them.
var readingTitles = map[erroranalysis.Reading]string{erroranalysis.RowReading: "Rows", erroranalysis.ValidReading: "Texts"}

// readings explains the two columns under a table.
const readings = "Rows: each text counts once for each of its labels, and a row is wrong where its label is not the predicted one, so that a text under two labels has one wrong row at least. " +
	"Texts: each counts once, and is misread where the predicted label is none of its own."

// estimate is a number of the analysis with its interval, or the reason why there is none.
func estimate(e erroranalysis.Estimate) report.Value {
	switch {
	case e.Value == nil:
		return report.Missing(e.Reason)
	case e.Low == nil || e.High == nil:
		return report.Of(*e.Value)
	}
	return report.Between(*e.Value, *e.Low, *e.High)
}

// rate is an error rate with its interval.
func rate(r erroranalysis.Rate) report.Cell { return report.Percent.Cell(estimate(r.Estimate)) }

// rates are the cells of an error rate in both readings.
func rates(r erroranalysis.Rates) []report.Cell {
	return []report.Cell{count(r.Texts), rate(r.Row), rate(r.Valid)}
}

// rateColumns are the columns of rates.
func rateColumns() []report.Column {
	return []report.Column{
		{Name: "Texts", Numeric: true},
		{Name: "Error: rows", Numeric: true},
		{Name: "Error: texts", Numeric: true},
	}
}

func notReported() report.Cell { return report.Metric.Cell(report.Missing("not in the report")) }

// Summary says in words which of the report's patterns hold on this run.
func (e *Errors) Summary() string {
	var said []string
	for _, p := range e.Patterns() {
		verdict := fmt.Sprintf("%s %s in both readings", p.Title, p.Row.Verdict)
		if p.Row.Verdict != p.Valid.Verdict {
			verdict = fmt.Sprintf("%s %s over rows and %s over texts", p.Title, p.Row.Verdict, p.Valid.Verdict)
		}
		said = append(said, strings.ReplaceAll(verdict, string(erroranalysis.Undecided), "is undecided"))
	}
	notes := "test texts"
	if e.Synthetic {
		notes = "synthetic test texts"
	}
	return fmt.Sprintf("Of %s %s %s are misread as a label that is none of their own; %s of %s wrong rows are no errors, as the predicted label is another one of the same text. The report's four patterns of errors here: %s.",
		number(e.Analysis.Errors.Texts), notes, share(e.Analysis.Errors.Valid), number(e.Similarity.CoFiled), number(e.Similarity.WrongRows), strings.Join(said, "; "))
}

// share writes a rate as a count with its percentage.
func share(r erroranalysis.Rate) string {
	if r.Value == nil {
		return number(r.Wrong)
	}
	return fmt.Sprintf("%s (%s)", number(r.Wrong), percentage(*r.Value))
}

// Overview is how much is wrong, in both readings, and how near the right labels were.
func (e *Errors) Overview() report.Table {
	all := e.Analysis.Errors
	second := 0
	for _, c := range e.Cases {
		if c.BestRank == 2 {
			second++
		}
	}
	shareOf := func(n, of int) report.Cell {
		if of == 0 {
			return report.Percent.Cell(report.Missing("nothing is wrong"))
		}
		return percent(float64(n) / float64(of))
	}
	return report.Table{
		ID: "errors", Caption: "Errors of " + e.Model + " on the test texts", Synthetic: e.Synthetic,
		Columns: []report.Column{{Name: "Quantity"}, {Name: "Count", Numeric: true}, {Name: "Share", Numeric: true, Note: "with a 95 % interval where it is an error rate"}},
		Rows: [][]report.Cell{
			{report.Text("Test rows"), count(all.Row.Of), {}},
			{report.Text("Wrong rows"), count(all.Row.Wrong), rate(all.Row)},
			{report.Text("of these, the predicted label is another one of the text"), count(e.Similarity.CoFiled), shareOf(e.Similarity.CoFiled, all.Row.Wrong)},
			{report.Text("Test texts"), count(all.Texts), {}},
			{report.Text("Misread texts"), count(all.Valid.Wrong), rate(all.Valid)},
			{report.Text("of these, one of the text's labels is in second place"), count(second), shareOf(second, all.Valid.Wrong)},
		},
		Note: readings,
	}
}

// PatternTable is the verdict on each of the report's patterns.
func (e *Errors) PatternTable() report.Table {
	t := report.Table{
		ID: "patterns", Caption: "The report's four patterns of errors, and whether they hold on " + number(len(e.Cases)) + " test texts", Synthetic: e.Synthetic,
		Columns: []report.Column{{Name: "Pattern"}, {Name: "Claim"}, {Name: "Reported"}, {Name: "This run: rows"}, {Name: "This run: texts"}},
		Note:    erroranalysis.Rule + " " + readings,
	}
	for _, p := range e.Patterns() {
		t.Rows = append(t.Rows, []report.Cell{
			report.Text(p.Title), report.Text(p.Claim), report.Text(upper(reportedPattern(string(p.Name))) + "."), report.Text(string(p.Row.Verdict)), report.Text(string(p.Valid.Verdict)),
		})
	}
	return t
}

// FindingTable is every claim that the patterns' verdicts come from, in both readings: the effect with its interval.
func (e *Errors) FindingTable() report.Table {
	t := report.Table{
		ID: "findings", Caption: "What the verdicts come from: each claim as an effect with a 95 % interval", Synthetic: e.Synthetic,
		Columns: []report.Column{
			{Name: "Claim"},
			{Name: "Effect"},
			{Name: "Reported", Numeric: true, Note: "over rows; the report's model reads 512 tokens, so that there over 512 and truncated are one"},
			{Name: "This run", Numeric: true},
			{Name: "Verdict"},
		},
	}
	said := []string{"A ratio of 1 and a correlation of 0 are no effect. Intervals are by bootstrap over texts, or over classes where the effect says so."}
	for _, p := range e.Patterns() {
		for i := range p.Row.Findings {
			for _, r := range erroranalysis.Readings() {
				f := p.Of(r).Findings[i]
				t.Rows = append(t.Rows, []report.Cell{
					report.Text(p.Title + ": " + f.Claim), report.Text(strings.Trim(f.Effect, ":,")), reportedFinding(string(p.Name), string(f.Name)),
					report.Metric.Cell(estimate(f.Estimate)), report.Text(string(f.Verdict)),
				})
				if f.Value != nil && f.Low == nil {
					said = append(said, fmt.Sprintf("No interval for “%s”: %s.", f.Claim, f.Reason))
				}
			}
		}
	}
	misread, right := reportedErrors.MisreadCharacters, reportedErrors.RightCharacters
	said = append(said, fmt.Sprintf("The reported %s more errors over %d tokens is the very ratio of the report's two mean lengths, %s / %s = %.2f.",
		whole(reportedErrors.LongRatio-1), reported.MaxLength, number(int(misread)), number(int(right)), misread/right))
	t.Note = strings.Join(said, " ")
	return t
}

// reportedFinding is the report's number for a claim.
func reportedFinding(pattern, finding string) report.Cell {
	of := func(x float64) report.Cell { return report.Metric.Cell(report.Of(x)) }
	switch pattern + "/" + finding {
	case "length/characters":
		return of(reportedErrors.MisreadCharacters / reportedErrors.RightCharacters)
	case "length/truncated", "length/long":
		return of(reportedErrors.LongRatio)
	case "imbalance/pearson_classes", "imbalance/pearson_texts":
		return of(reportedErrors.Correlation)
	case "imbalance/rare":
		low, high := reportedErrors.RareError/reportedErrors.CommonHigh, reportedErrors.RareError/reportedErrors.CommonLow
		return report.Cell{Text: fmt.Sprintf("%.1f to %.1f", low, high), Sort: &low}
	}
	return notReported()
}

// finding is a claim of a pattern in one reading, by its name.
func finding(p *erroranalysis.Pattern, r erroranalysis.Reading, name string) *erroranalysis.Finding {
	return p.Finding(r, erroranalysis.FindingKey(name))
}
