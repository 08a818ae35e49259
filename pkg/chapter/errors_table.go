package chapter

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// MisreadLengthTable is how long the misread and the right texts are, beside the reported lengths.
func MisreadLengthTable(e *experiment.Errors) page.Table {
	t := page.Table{
		ID: "misread-lengths", Caption: "Mean length of what was misread and of what was right", Synthetic: e.Synthetic,
		Columns: []page.Column{
			{Name: "Length in"},
			{Name: "Reading"},
			{Name: "Misread", Numeric: true},
			{Name: "Right", Numeric: true},
			{Name: "Misread / right", Numeric: true, Note: "the ratio of the means, with a 95 % interval"},
			{Name: "Verdict"},
		},
		Note: "The report counts rows. " + readingsNote,
	}
	row := func(unit, reading string, misread, right, ratio page.Value, verdict page.Cell) {
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(unit), page.Text(reading), page.Count.Cell(misread), page.Count.Cell(right), page.Metric.Cell(ratio), verdict,
		})
	}
	row("characters", "Reported", page.Of(original.Errors.MisreadCharacters), page.Of(original.Errors.RightCharacters),
		page.Of(original.Errors.MisreadCharacters/original.Errors.RightCharacters), page.Cell{Missing: "not tested in the report"})
	for _, unit := range []string{"characters", "tokens"} {
		for _, r := range erroranalysis.Readings() {
			f := e.Length.Finding(r, erroranalysis.FindingKey(unit))
			if f == nil {
				none := page.Missing("the model counts no " + unit)
				row(unit, readingTitles[r], none, none, none, page.Cell{Missing: none.Missing})
				continue
			}
			row(unit, readingTitles[r], wording.Side(f, 0, "nothing is misread"), wording.Side(f, 1, "everything is misread"), wording.Estimate(f.Estimate), page.Text(string(f.Verdict)))
		}
	}
	return t
}

// ErrorLengthTable is the error rates by length.
func ErrorLengthTable(e *experiment.Errors) page.Table {
	t := page.Table{
		ID: "length-errors", Caption: "Error rate by length", Synthetic: e.Synthetic,
		Columns: append([]page.Column{{Name: "Length"}}, rateColumns()...),
		Note:    "Quarters by characters, with their bounds. Reported: " + reportedLong() + ". " + readingsNote,
	}
	for _, g := range lengthGroups(e) {
		t.Rows = append(t.Rows, append([]page.Cell{page.Text(g.name)}, rates(g.Rates)...))
	}
	return t
}

// group is some of the texts with their error rates.
type group struct {
	name string
	erroranalysis.Rates
}

// lengthGroups are the texts by length: the quarters, what was cut and what was not, and the original's limit.
func lengthGroups(e *experiment.Errors) []group {
	l := e.Length
	var out []group
	at := func(i int) string { return page.Count.String(page.Of(l.Bounds[i])) }
	for i, title := range []string{"shortest quarter (to " + at(0), "second quarter (to " + at(1), "third quarter (to " + at(2), "longest quarter (over " + at(2)} {
		out = append(out, group{title + ")", l.Quarters[i]})
	}
	return append(out,
		group{"seen whole", l.Whole}, group{"truncated", l.Truncated},
		group{fmt.Sprintf("up to %d tokens", erroranalysis.LongTokens), l.Short}, group{fmt.Sprintf("over %d tokens", erroranalysis.LongTokens), l.Long},
	)
}

// mostPairs is how many confusions their table shows.
const mostPairs = 15

// ConfusionTable is the most frequent confusions, and how many of them are none because the text is filed under both labels.
func ConfusionTable(e *experiment.Errors) page.Table {
	s := e.Similarity
	t := page.Table{
		ID: "confusions", Caption: "The most frequent confusions of two labels", Synthetic: e.Synthetic,
		Columns: []page.Column{
			{Name: "Filed under, read as"},
			{Name: "Texts", Numeric: true},
			{Name: "Co-filed", Numeric: true, Note: "of these texts, those filed under both labels; no error, as the predicted label is one of the text's own"},
			{Name: "Misread", Numeric: true, Note: "the others"},
			{Name: "Share", Numeric: true, Note: "of the test texts filed under the first label, with a 95 % interval"},
			{Name: "In training", Numeric: true, Note: "of the training texts under the first label, the share that is filed under the second too"},
		},
		Note: fmt.Sprintf("Of all %s wrong rows %s are texts that are filed under both labels.", page.FormatCount(s.WrongRows), page.FormatCount(s.CoFiled)),
	}
	if len(s.Pairs) > mostPairs {
		t.Note = fmt.Sprintf("The first %d of %s pairs. ", mostPairs, page.FormatCount(len(s.Pairs))) + t.Note
	}
	for _, p := range s.Pairs[:min(mostPairs, len(s.Pairs))] {
		together := page.Missing("no training text is filed under it")
		if p.TogetherShare != nil {
			together = page.Of(*p.TogetherShare)
		}
		t.Rows = append(t.Rows, []page.Cell{
			arrow(p.LabelPair), page.CountCell(p.Texts), page.CountCell(p.Valid), page.CountCell(p.Misread),
			page.Percent.Cell(wording.Estimate(p.Share)), page.Percent.Cell(together),
		})
	}
	if len(s.Pairs) == 0 {
		t.Rows = append(t.Rows, noneRow(e, "no row is wrong", len(t.Columns)))
	}
	return t
}

// arrow names a confusion.
func arrow(p erroranalysis.LabelPair) page.Cell { return page.Text(p.Gold + " → " + p.Predicted) }

// noneRow is the only row of a table that has nothing to show.
func noneRow(e *experiment.Errors, reason string, columns int) []page.Cell {
	return append([]page.Cell{page.Text("none")}, slices.Repeat([]page.Cell{{Missing: reason}}, columns-1)...)
}

// PairTable is what this run has of the confusions that the original names.
func PairTable(e *experiment.Errors) page.Table {
	t := page.Table{
		ID: "reported-pairs", Caption: "The confusions that the report names", Synthetic: e.Synthetic,
		Columns: []page.Column{
			{Name: "Filed under, read as"},
			{Name: "Reported", Note: "of " + page.FormatCount(original.Study.TestRows.Rows) + " test rows; the examples are single notes"},
			{Name: "Texts", Numeric: true, Note: "test texts under the first label"},
			{Name: "Read so", Numeric: true},
			{Name: "Co-filed", Numeric: true, Note: "of those read so, the texts filed under both labels; no error"},
			{Name: "Misread", Numeric: true, Note: "the others of those read so"},
			{Name: "Place", Numeric: true, Note: "among all confusions of this run by the number of texts"},
			{Name: "Example", Note: "of those read so, the note of median length"},
		},
	}
	for _, p := range e.Similarity.Reported {
		reported := originalConfusion(p.Named)
		if p.Pair == nil {
			missing := page.Cell{Missing: p.Reason}
			t.Rows = append(t.Rows, []page.Cell{arrow(p.Named), page.Text(reported), missing, missing, missing, missing, missing, missing})
			continue
		}
		place, example := page.Cell{Missing: "no text is read so"}, page.Cell{Missing: "no text is read so"}
		if p.Rank > 0 {
			place, example = page.CountCell(p.Rank), page.Text(p.Typical)
		}
		t.Rows = append(t.Rows, []page.Cell{
			arrow(p.Pair.LabelPair), page.Text(reported), page.CountCell(p.Pair.Of), page.CountCell(p.Pair.Texts), page.CountCell(p.Pair.Valid), page.CountCell(p.Pair.Misread), place, example,
		})
	}
	return t
}

// BandTable is the error rates of labels with few and with many training texts, in the original's bands.
func BandTable(e *experiment.Errors) page.Table {
	t := page.Table{
		ID: "bands", Caption: "Error rate by how many training texts a label has", Synthetic: e.Synthetic,
		Columns: append([]page.Column{
			{Name: "Training texts"},
			{Name: "Labels", Numeric: true, Note: "with test texts, of those in the band"},
			{Name: "Reported", Numeric: true, Note: "error rate over rows, by training rows"},
		}, rateColumns()...),
		Note: "A text counts for each of its labels in the band. " + readingsNote,
	}
	for i, b := range e.Imbalance.Bands {
		name := fmt.Sprintf("%d to %d", b.From, b.Below-1)
		reported := notReported()
		switch {
		case i == 0:
			name, reported = fmt.Sprintf("under %d", b.Below), page.Cell{Text: page.FormatPercent(original.Errors.RareError, 0), Sort: &original.Errors.RareError}
		case b.Below == 0:
			name = fmt.Sprintf("over %d", b.From-1)
			reported = page.Cell{Text: page.FormatPercent(original.Errors.CommonLow, 0) + " to " + page.FormatPercent(original.Errors.CommonHigh, 0), Sort: &original.Errors.CommonLow}
		}
		from, tested := float64(b.From), float64(b.Tested)
		t.Rows = append(t.Rows, append([]page.Cell{{Text: name, Sort: &from}, {Text: fmt.Sprintf("%d of %d", b.Tested, b.Classes), Sort: &tested}, reported}, rates(b.Rates)...))
	}
	return t
}

// ClassErrorTable is the error rate of each label, those with the fewest training texts first.
func ClassErrorTable(e *experiment.Errors) page.Table {
	t := page.Table{
		ID: "class-errors", Caption: "Error rate by label", Synthetic: e.Synthetic,
		Columns: append([]page.Column{{Name: "Label"}, {Name: "Training texts", Numeric: true}}, rateColumns()...),
		Note:    "Rows: 1 less the label's recall. Texts: of the test texts that carry the label, those that are read as none of their labels.",
	}
	classes := slices.Clone(e.Imbalance.Classes)
	slices.SortStableFunc(classes, func(a, b erroranalysis.ClassError) int { return cmp.Compare(a.Train, b.Train) })
	for _, c := range classes {
		t.Rows = append(t.Rows, append([]page.Cell{page.Text(c.Label), page.CountCell(c.Train)}, rates(c.Rates)...))
	}
	return t
}

// KindTable is the error rates of labels that name a kind of document beside those of specialties.
func KindTable(e *experiment.Errors) page.Table {
	k := e.Kinds
	t := page.Table{
		ID: "kinds", Caption: "Error rate of administrative labels and of specialties", Synthetic: e.Synthetic,
		Columns: append(append([]page.Column{{Name: "Labels"}}, rateColumns()...),
			page.Column{Name: "Crossed", Numeric: true, Note: "rows of the label that are read as a specialty"},
			page.Column{Name: "Co-filed", Numeric: true, Note: "of these, rows of texts that are filed under that specialty too; no error"}),
		Note: fmt.Sprintf("Error rate of administrative labels over that of specialties: %s over rows, %s over texts. ", page.Metric.String(wording.Estimate(k.RowRatio)), page.Metric.String(wording.Estimate(k.ValidRatio))) + readingsNote,
	}
	crossed, both := 0, 0
	for _, l := range k.Labels {
		crossed, both = crossed+l.Crossed, both+l.CoFiled
	}
	line := func(name string, r erroranalysis.Rates, crossed, both page.Cell) {
		t.Rows = append(t.Rows, append(append([]page.Cell{page.Text(name)}, rates(r)...), crossed, both))
	}
	own := page.Cell{Missing: "a specialty itself"}
	line("administrative, all", k.Document, page.CountCell(crossed), page.CountCell(both))
	line("specialties, all", k.Clinical, own, own)
	for _, l := range k.Labels {
		line(l.Label, l.Rates, page.CountCell(l.Crossed), page.CountCell(l.CoFiled))
	}
	return t
}

// kindTitles are the kinds of labels in words.
var kindTitles = map[erroranalysis.Kind]string{erroranalysis.DocumentKind: "administrative", erroranalysis.ClinicalKind: "specialty"}

// CrossingTable counts the rows by the kinds of their label and of the predicted one.
func CrossingTable(e *experiment.Errors) page.Table {
	t := page.Table{
		ID: "crossings", Caption: "Administrative labels and specialties taken for each other", Synthetic: e.Synthetic,
		Columns: []page.Column{
			{Name: "Filed under"},
			{Name: "Read as"},
			{Name: "Rows", Numeric: true},
			{Name: "Right", Numeric: true},
			{Name: "Co-filed", Numeric: true, Note: "wrong rows that are no errors: the predicted label is another one of the text"},
			{Name: "Misread", Numeric: true},
		},
	}
	for _, c := range e.Kinds.Crossings {
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(kindTitles[c.Gold]), page.Text(kindTitles[c.Predicted]), page.CountCell(c.Right + c.CoFiled + c.Misread), page.CountCell(c.Right), page.CountCell(c.CoFiled), page.CountCell(c.Misread),
		})
	}
	if len(e.DocumentLabels) > 0 {
		t.Note = "Administrative, as they name a kind of document: " + strings.Join(e.DocumentLabels, "; ") + "."
	}
	return t
}
