package page

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
)

// SimpleTable is a table of a few values in the cells of a notebook: text stands as it is, numbers sort and stand to the right.
//
//	page.SimpleTable("Long notes", []string{"Label", "Notes"}, []any{"Surgery", 12}, []any{"Urology", 3})
func SimpleTable(caption string, columns []string, rows ...[]any) Table {
	t := Table{ID: identifier(caption), Caption: caption}
	for _, name := range columns {
		t.Columns = append(t.Columns, Column{Name: name, Numeric: len(t.Columns) > 0})
	}
	for _, row := range rows {
		var cells []Cell
		for i, value := range row {
			cell := simpleCell(value)
			if cell.Sort == nil && cell.Missing == "" && i < len(t.Columns) {
				t.Columns[i].Numeric = false
			}
			cells = append(cells, cell)
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

// simpleCell is any value as a cell.
func simpleCell(value any) Cell {
	switch v := value.(type) {
	case Cell:
		return v
	case Value:
		return Decimal.Cell(v)
	}
	switch v := reflect.ValueOf(value); {
	case v.CanInt():
		return CountCell(int(v.Int()))
	case v.CanUint():
		return CountCell(int(v.Uint()))
	case v.CanFloat():
		return Decimal.Cell(Of(v.Float()))
	}
	return Text(fmt.Sprint(value))
}

// SimpleBars is a bar chart of one number for each label, in their order.
func SimpleBars(title string, labels []string, values []float64) (Figure, error) {
	switch {
	case len(labels) != len(values):
		return Figure{}, fmt.Errorf("figure %q has %d labels for %d values", title, len(labels), len(values))
	case len(labels) == 0:
		return Figure{}, fmt.Errorf("figure %q has no bars", title)
	}
	group := Group{Name: title}
	highest := 0
	for i, v := range values {
		group.Values = append(group.Values, Of(v))
		if v > values[highest] {
			highest = i
		}
	}
	about := About{
		ID: identifier(title), Title: title,
		Alt: fmt.Sprintf("The highest of %d bars is %s, with %s.", len(labels), labels[highest], FormatExact(values[highest])),
	}
	return Bars(BarsSpec{About: about, Axis: Axis{Title: title}, Form: Decimal, Labels: labels, Groups: []Group{group}})
}

var notIdentifier = regexp.MustCompile(`[^a-z0-9]+`)

// identifier makes an anchor of a title.
func identifier(title string) string {
	id := strings.Trim(notIdentifier.ReplaceAllString(strings.ToLower(title), "-"), "-")
	if !IsAnchor(id) { // it begins with a digit, or there is nothing
		id = strings.TrimSuffix("block-"+id, "-")
	}
	return id
}
