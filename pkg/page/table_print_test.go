package page

import (
	"strings"
	"testing"
)

// TestTableOnASheet: letters get smaller before intervals leave their numbers, and these before words are cut.
func TestTableOnASheet(t *testing.T) {
	text := func(columns, rows int, cell string, numeric bool) Table {
		table := Table{Caption: "c"}
		for range columns {
			table.Columns = append(table.Columns, Column{Name: "n", Numeric: numeric})
		}
		for range rows {
			row := make([]Cell, columns)
			for i := range row {
				row[i] = Text(cell)
			}
			table.Rows = append(table.Rows, row)
		}
		return table
	}
	const interval = ".440 (.412–.468)"
	for _, test := range []struct {
		name        string
		table       Table
		least, most float64
		class       string
		short       bool
	}{
		{"few columns", text(3, 25, interval, true), printSize, printSize, "", true},
		{"one row more", text(3, 26, interval, true), printSize, printSize, "", false},
		{"more columns", text(6, 3, interval, true), wholeSize, printSize - .1, "", true},
		{"many columns", text(9, 3, interval, true), wordSize, printSize, wrapsIntervals, true},
		{"long words", text(9, 3, "Otorhinolaryngological", false), wordSize, wordSize, cutsWords, true},
		{"sentences", text(3, 9, strings.Repeat("some words ", 20), false), printSize, printSize, "", false},
	} {
		size, class := test.table.printStyle()
		if size < test.least || size > test.most || class != test.class || test.table.keepTogether() != test.short {
			t.Errorf("%s: %v points, class %q, short %v; want %v to %v, %q, %v", test.name, size, class, test.table.keepTogether(), test.least, test.most, test.class, test.short)
		}
	}
}
