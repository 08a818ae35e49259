package chapter

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// NearDuplicateTable is the near duplicates, and the most similar pairs.
func NearDuplicateTable(a *audit.Audit) page.Table {
	n := a.NearDuplicates
	t := page.Table{
		ID: "near", Caption: fmt.Sprintf("Near duplicates: %s pairs among %s texts", nearPairs(a), page.FormatCount(a.Texts)), Synthetic: a.Synthetic,
		Columns: []page.Column{{Name: "Note"}, {Name: "Note beside it"}, {Name: "Jaccard", Numeric: true}},
		Note: fmt.Sprintf("Distinct texts whose sets of character 5-grams, cleaned, have a Jaccard similarity of %g or more. %s texts are in a pair; they form %s groups, the largest of %s. ",
			n.Threshold, page.FormatCount(n.Texts), page.FormatCount(n.Groups), page.FormatCount(n.LargestGroup)) +
			fmt.Sprintf("%s pairs lie across the row split and %s across the group split.", page.FormatCount(a.Protocols[0].NearPairsAcross), page.FormatCount(a.Protocols[1].NearPairsAcross)),
	}
	for _, p := range n.Examples {
		t.Rows = append(t.Rows, []page.Cell{page.Text(p.A), page.Text(p.B), page.Metric.Cell(page.Of(p.Jaccard))})
	}
	if n.Pairs > len(n.Examples) {
		t.Note += fmt.Sprintf(" The %d most similar are shown.", len(n.Examples))
	}
	if n.SkippedComparisons > 0 {
		t.Note += fmt.Sprintf(" Very many texts are alike: %s comparisons were left out, so there may be more pairs.", page.FormatCount(n.SkippedComparisons))
	}
	return t
}

// LabelColumnTable says which columns give the label away.
func LabelColumnTable(a *audit.Audit) page.Table {
	t := page.Table{
		ID: "columns", Caption: "Columns that name the label", Synthetic: a.Synthetic,
		Columns: []page.Column{
			{Name: "Column"},
			{Name: "Rows filled", Numeric: true},
			{Name: "Share filled", Numeric: true},
			{Name: "Starts with the label", Numeric: true, Note: "share of the filled rows that begin with the row's own label"},
			{Name: "Contains the label", Numeric: true, Note: "share of the filled rows that have it anywhere, as whole words"},
		},
		Note: "A model that is given such a column is given the answer. The texts here are the text column alone.",
	}
	if len(a.With) > 0 {
		t.Note = "A model that is given such a column is given the answer. The texts here are extended with " + strings.Join(a.With, " and ") + "."
	}
	for _, c := range a.Columns {
		starts, contains := page.Of(c.StartsWithShare), page.Of(c.ContainsShare)
		if c.NonEmpty == 0 {
			starts, contains = page.Missing("no row has it"), page.Missing("no row has it")
		}
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(c.Name), page.CountCell(c.NonEmpty), page.PercentCell(c.FilledShare), page.Percent.Cell(starts), page.Percent.Cell(contains),
		})
	}
	return t
}

// TextLengthTable is the lengths, and what is cut at the usual limits.
func TextLengthTable(a *audit.Audit) page.Table {
	l := a.Lengths
	t := page.Table{
		ID: "lengths", Caption: "Length of the texts", Synthetic: a.Synthetic,
		Columns: []page.Column{{Name: "Quantity"}, {Name: "Characters", Numeric: true}, {Name: "Tokens", Numeric: true}},
	}
	row := func(name string, characters float64, tokens func() float64, form page.Form) {
		v := page.Missing("no tokenizer was given")
		if l.Tokens != nil {
			v = page.Of(tokens())
		}
		t.Rows = append(t.Rows, []page.Cell{page.Text(name), page.Count.Cell(page.Of(characters)), form.Cell(v)})
	}
	row("Mean", l.Characters.Mean, func() float64 { return l.Tokens.Mean }, page.Count)
	row("Shortest", l.Characters.Min, func() float64 { return l.Tokens.Min }, page.Count)
	row("5 % are shorter than", l.Characters.P5, func() float64 { return l.Tokens.P5 }, page.Count)
	row("25 %", l.Characters.P25, func() float64 { return l.Tokens.P25 }, page.Count)
	row("Median", l.Characters.Median, func() float64 { return l.Tokens.Median }, page.Count)
	row("75 %", l.Characters.P75, func() float64 { return l.Tokens.P75 }, page.Count)
	row("95 %", l.Characters.P95, func() float64 { return l.Tokens.P95 }, page.Count)
	row("Longest", l.Characters.Max, func() float64 { return l.Tokens.Max }, page.Count)
	for _, c := range l.Truncated {
		t.Rows = append(t.Rows, []page.Cell{page.Text(fmt.Sprintf("Share of texts over %d", c.Tokens)), {Missing: "tokens are what a model's limit counts"}, page.PercentCell(c.Share)})
	}
	if l.Tokens != nil {
		t.Note = fmt.Sprintf("Tokens: WordPiece of %s, [CLS] and [SEP] included. Reported: %s of the notes exceed %d.", l.Tokenizer, page.FormatPercent(original.Study.Truncated, 1), original.Study.MaxLength)
	}
	return t
}

// AuditOriginTable says what the numbers depend on.
func AuditOriginTable(a *audit.Audit) page.Table {
	t := page.Table{ID: "made", Caption: "What made these numbers", Synthetic: a.Synthetic, Columns: []page.Column{{Name: "What"}, {Name: "Value"}}}
	tokenizer := a.Lengths.Tokenizer
	if tokenizer == "" {
		tokenizer = "none"
	}
	for _, row := range [][2]string{
		{"Notes", a.Name}, {"Notes (SHA-256)", a.Hash}, {"Seed of the splits", fmt.Sprint(a.Seed)}, {"Tokenizer", tokenizer}, {"Definitions, version", fmt.Sprint(a.Version)},
	} {
		t.Rows = append(t.Rows, []page.Cell{page.Text(row[0]), page.Text(row[1])})
	}
	return t
}
