package study

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/report"
)

// NearTable is the near duplicates, and the most similar pairs.
func (a *Audit) NearTable() report.Table {
	n := a.NearDuplicates
	t := report.Table{
		ID: "near", Caption: fmt.Sprintf("Near duplicates: %s pairs among %s texts", a.nearPairs(), number(a.Texts)), Synthetic: a.Synthetic,
		Columns: []report.Column{{Name: "Note"}, {Name: "Note beside it"}, {Name: "Jaccard", Numeric: true}},
		Note: fmt.Sprintf("Distinct texts whose sets of character 5-grams, cleaned, have a Jaccard similarity of %g or more. %s texts are in a pair; they form %s groups, the largest of %s. ",
			n.Threshold, number(n.Texts), number(n.Groups), number(n.LargestGroup)) +
			fmt.Sprintf("%s pairs lie across the row split and %s across the group split.", number(a.Protocols[0].NearPairsAcross), number(a.Protocols[1].NearPairsAcross)),
	}
	for _, p := range n.Examples {
		t.Rows = append(t.Rows, []report.Cell{report.Text(p.A), report.Text(p.B), report.Metric.Cell(report.Of(p.Jaccard))})
	}
	if n.Pairs > len(n.Examples) {
		t.Note += fmt.Sprintf(" The %d most similar are shown.", len(n.Examples))
	}
	if n.SkippedComparisons > 0 {
		t.Note += fmt.Sprintf(" Very many texts are alike: %s comparisons were left out, so there may be more pairs.", number(n.SkippedComparisons))
	}
	return t
}

// ColumnTable says which columns give the label away.
func (a *Audit) ColumnTable() report.Table {
	t := report.Table{
		ID: "columns", Caption: "Columns that name the label", Synthetic: a.Synthetic,
		Columns: []report.Column{
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
		starts, contains := report.Of(c.StartsWithShare), report.Of(c.ContainsShare)
		if c.NonEmpty == 0 {
			starts, contains = report.Missing("no row has it"), report.Missing("no row has it")
		}
		t.Rows = append(t.Rows, []report.Cell{
			report.Text(c.Name), count(c.NonEmpty), percent(c.FilledShare), report.Percent.Cell(starts), report.Percent.Cell(contains),
		})
	}
	return t
}

// LengthTable is the lengths, and what is cut at the usual limits.
func (a *Audit) LengthTable() report.Table {
	l := a.Lengths
	t := report.Table{
		ID: "lengths", Caption: "Length of the texts", Synthetic: a.Synthetic,
		Columns: []report.Column{{Name: "Quantity"}, {Name: "Characters", Numeric: true}, {Name: "Tokens", Numeric: true}},
	}
	row := func(name string, characters float64, tokens func() float64, form report.Form) {
		v := report.Missing("no tokenizer was given")
		if l.Tokens != nil {
			v = report.Of(tokens())
		}
		t.Rows = append(t.Rows, []report.Cell{report.Text(name), report.Count.Cell(report.Of(characters)), form.Cell(v)})
	}
	row("Mean", l.Characters.Mean, func() float64 { return l.Tokens.Mean }, report.Count)
	row("Shortest", l.Characters.Min, func() float64 { return l.Tokens.Min }, report.Count)
	row("5 % are shorter than", l.Characters.P5, func() float64 { return l.Tokens.P5 }, report.Count)
	row("25 %", l.Characters.P25, func() float64 { return l.Tokens.P25 }, report.Count)
	row("Median", l.Characters.Median, func() float64 { return l.Tokens.Median }, report.Count)
	row("75 %", l.Characters.P75, func() float64 { return l.Tokens.P75 }, report.Count)
	row("95 %", l.Characters.P95, func() float64 { return l.Tokens.P95 }, report.Count)
	row("Longest", l.Characters.Max, func() float64 { return l.Tokens.Max }, report.Count)
	for _, c := range l.Truncated {
		t.Rows = append(t.Rows, []report.Cell{report.Text(fmt.Sprintf("Share of texts over %d", c.Tokens)), {Missing: "tokens are what a model's limit counts"}, percent(c.Share)})
	}
	if l.Tokens != nil {
		t.Note = fmt.Sprintf("Tokens: WordPiece of %s, [CLS] and [SEP] included. Reported: %s of the notes exceed %d.", l.Tokenizer, percentage(reported.Truncated), reported.MaxLength)
	}
	return t
}

// Made says what the numbers depend on.
func (a *Audit) Made() report.Table {
	t := report.Table{ID: "made", Caption: "What made these numbers", Synthetic: a.Synthetic, Columns: []report.Column{{Name: "What"}, {Name: "Value"}}}
	tokenizer := a.Lengths.Tokenizer
	if tokenizer == "" {
		tokenizer = "none"
	}
	for _, row := range [][2]string{
		{"Notes", a.Name}, {"Notes (SHA-256)", a.Hash}, {"Seed of the splits", fmt.Sprint(a.Seed)}, {"Tokenizer", tokenizer}, {"Definitions, version", fmt.Sprint(a.Version)},
	} {
		t.Rows = append(t.Rows, []report.Cell{report.Text(row[0]), report.Text(row[1])})
	}
	return t
}

// Page writes the audit as one page that needs nothing beside itself. Its figures are interactive where the set-up has put plotly.js into the
// checkout, and pictures elsewhere.
func (a *Audit) Page(w io.Writer) error {
	page := report.Page{Title: "Audit of " + a.Name, Synthetic: a.Synthetic}
	for _, s := range []struct {
		id, title string
		tables    []report.Table
		figures   []func() (report.Figure, error)
	}{
		{"read", "What was read", []report.Table{a.Read()}, nil},
		{"classes", "Labels", nil, []func() (report.Figure, error){a.ClassFigure, a.LabelsFigure}},
		{"together", "Labels that are filed together", []report.Table{a.CoFilingTable()}, []func() (report.Figure, error){a.CoFilingFigure}},
		{"allowed", "What the labels allow", []report.Table{a.CeilingTable()}, []func() (report.Figure, error){a.CeilingFigure}},
		{"leaks", "What leaks through a split", []report.Table{a.LeakTable(), a.NearTable()}, nil},
		{"beside", "Columns beside the text", []report.Table{a.ColumnTable()}, nil},
		{"length", "Lengths", []report.Table{a.LengthTable(), a.ClassTable()}, []func() (report.Figure, error){a.LengthFigure}},
		{"origin", "What made these numbers", []report.Table{a.Made()}, nil},
	} {
		var blocks []report.Block
		for _, draw := range s.figures {
			figure, err := draw()
			if err != nil {
				return err
			}
			blocks = append(blocks, figure)
		}
		for _, t := range s.tables {
			blocks = append(blocks, t)
		}
		body, err := report.Join(blocks...)
		if err != nil {
			return err
		}
		page.Sections = append(page.Sections, report.Section{ID: s.id, Title: s.title, Body: body})
	}
	var err error
	if page.Plotly, err = interactive(); err != nil {
		return err
	}
	return page.Write(w)
}

// plotlyFile is where the set-up puts plotly.js.
func plotlyFile(home string) string { return filepath.Join(home, ".cache", "plotly", "plotly.min.js") }

// interactive is plotly.js where the set-up has put it, and nothing elsewhere.
func interactive() (template.HTML, error) {
	home, err := Home()
	if err != nil {
		return "", nil // outside a checkout the figures are pictures
	}
	script, err := report.Script(plotlyFile(home))
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	return script, err
}
