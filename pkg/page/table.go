package page

import (
	"errors"
	"fmt"
	"html/template"
	"slices"
)

// Column is one column of a table.
type Column struct {
	Name string
	// Numeric columns are aligned to the right and sort by number, largest first.
	Numeric bool
	// Note explains the column under the table; it may be empty.
	Note string
}

// Cell is one cell of a table. [Form.Cell] makes those of numbers, [Text] the others.
type Cell struct {
	Text string
	// Sort is the number that the cell sorts by; nil to sort by its text.
	Sort *float64
	// Missing is why the cell has no value. It stands under the table, and the cell shows a dash.
	Missing string
	// Strong sets the cell apart, such as the best value of a column.
	Strong bool
}

// Text returns a cell of words.
func Text(s string) Cell { return Cell{Text: s} }

// Best returns the cell set apart from its column.
func (c Cell) Best() Cell {
	c.Strong = true
	return c
}

// Table is a table with its caption. The first column names its rows.
type Table struct {
	// ID is the table's anchor in a page; it may be empty.
	ID      string
	Caption string
	Columns []Column
	// Rows holds one cell for each column.
	Rows [][]Cell
	// Note stands under the table; it may be empty.
	Note string
	// Synthetic marks results on synthetic notes.
	Synthetic bool
}

// check returns what is wrong with the table, with its caption.
func (t Table) check() error {
	switch {
	case t.Caption == "":
		return errors.New("a table has no caption: give it one")
	case len(t.Columns) == 0:
		return fmt.Errorf("table %q has no columns", t.Caption)
	case t.ID != "" && !IsAnchor(t.ID):
		return fmt.Errorf("table %q: the id %q is not lower-case letters, digits and hyphens", t.Caption, t.ID)
	}
	for i, row := range t.Rows {
		if len(row) != len(t.Columns) {
			return fmt.Errorf("table %q: row %d has %d cells for %d columns", t.Caption, i+1, len(row), len(t.Columns))
		}
	}
	return nil
}

// reasons returns the distinct reasons of missing cells, in the order of the rows; a reason's letter is its place.
func (t Table) reasons() []string {
	var reasons []string
	for _, row := range t.Rows {
		for _, c := range row {
			if c.Missing != "" && !slices.Contains(reasons, c.Missing) {
				reasons = append(reasons, c.Missing)
			}
		}
	}
	return reasons
}

// letter returns the i-th mark: a to z, then aa and so on.
func letter(i int) string {
	s := string(rune('a' + i%26))
	if i >= 26 {
		return letter(i/26-1) + s
	}
	return s
}

type tableView struct {
	Table
	// PrintSize is the size of its letters in print, in points, where it is not the usual one; PrintClass is what else it takes.
	PrintSize  float64
	PrintClass string
	// Short says that print does not divide it.
	Short   bool
	Body    [][]cellView
	Reasons []noteView
	Notes   []noteView
}

type cellView struct {
	Cell
	Head, Numeric bool
	Mark          string
}

type noteView struct{ Name, Text string }

// HTML renders the table. It fails where a row does not have one cell for each column.
func (t Table) HTML() (template.HTML, error) {
	if err := t.check(); err != nil {
		return "", err
	}
	view := tableView{Table: t, Short: t.keepTogether()}
	size, class := t.printStyle()
	view.PrintClass = class
	if size < printSize {
		view.PrintSize = size
	}
	reasons := t.reasons()
	for i, r := range reasons {
		view.Reasons = append(view.Reasons, noteView{letter(i), r})
	}
	for _, c := range t.Columns {
		if c.Note != "" {
			view.Notes = append(view.Notes, noteView{c.Name, c.Note})
		}
	}
	for _, row := range t.Rows {
		cells := make([]cellView, len(row))
		for i, c := range row {
			cells[i] = cellView{Cell: c, Head: i == 0, Numeric: t.Columns[i].Numeric}
			if c.Missing != "" {
				cells[i].Mark = letter(slices.Index(reasons, c.Missing))
			}
		}
		view.Body = append(view.Body, cells)
	}
	return render("table", view)
}
