package corpus

import (
	"fmt"
	"slices"
	"strings"
)

// extensions are the columns that Options.With may name.
var extensions = []string{"description", "keywords"}

func checkWith(with []string) error {
	for i, column := range with {
		if !slices.Contains(extensions, column) {
			return fmt.Errorf("a text cannot be extended with %q; %s can be added", column, strings.Join(extensions, " and "))
		}
		if slices.Contains(with[:i], column) {
			return fmt.Errorf("a text cannot be extended with %s twice", column)
		}
	}
	return nil
}

// extend appends the columns of c.With to the texts of the rows and notes, each on a line of its own.
func (c *Corpus) extend() error {
	for _, column := range c.With {
		if !slices.ContainsFunc(c.Rows, func(r Row) bool { return r.column(column) != "" }) {
			return fmt.Errorf("%s: no row has %s, which the texts are to be extended with", c.Name, column)
		}
	}
	if len(c.With) == 0 {
		return nil
	}
	for i := range c.Notes {
		note := &c.Notes[i]
		for _, column := range c.With {
			var values []string
			for _, r := range note.Rows {
				values = append(values, c.Rows[r].column(column))
			}
			slices.Sort(values)
			note.Text = appendLines(note.Text, slices.Compact(values)...)
		}
	}
	for i := range c.Rows {
		row := &c.Rows[i]
		for _, column := range c.With {
			row.Text = appendLines(row.Text, row.column(column))
		}
	}
	return nil
}

// column returns one of the columns that a text may be extended with, without surrounding blanks.
func (r *Row) column(name string) string {
	if name == "keywords" {
		return strings.TrimSpace(r.Keywords)
	}
	return strings.TrimSpace(r.Description)
}

func appendLines(text string, lines ...string) string {
	for _, line := range lines {
		if line != "" {
			text += "\n" + line
		}
	}
	return text
}
