package page

import (
	"math"
	"testing"
)

func TestCells(t *testing.T) {
	for _, test := range []struct {
		name string
		cell Cell
		text string
		sort float64
	}{
		{"count", CountCell(4999), "4,999", 4999},
		{"share", PercentCell(.6288), "62.9\u00a0%", .6288},
		{"sorted", SortedCell("66 million", 66e6), "66 million", 66e6},
		{"exact", ExactCell(3e-4), "0.0003", 3e-4},
		{"exact", ExactCell(5e-5), "5e-5", 5e-5},
		{"exact share", ExactPercentCell(.6588), "65.88\u00a0%", .6588},
		{"exact score", ExactScoreCell(.537), ".537", .537},
		{"exact score", ExactScoreCell(.0007), ".0007", .0007},
		{"exact score", ExactScoreCell(1), "1", 1},
		{"range", RangeCell(2, 3, FormatExact), "2 to 3", 2},
		{"range of shares", RangeCell(.25, .35, FormatExactPercent), "25 to 35\u00a0%", .25},
		{"range of rounded shares", RangeCell(.25, .35, func(x float64) string { return FormatPercent(x, 0) }), "25 to 35\u00a0%", .25},
		{"factor", FactorCell(238), "238\u00a0×", 238},
		{"factor", FactorCell(1.64), "1.64\u00a0×", 1.64},
		{"ratio", RatioCell(Of(2.5)), "2.5\u00a0×", 2.5},
		{"ratio", RatioCell(Of(1.0 / 3)), "0.333\u00a0×", 1.0 / 3},
		{"large ratio", RatioCell(Of(1234.5)), "1,235\u00a0×", 1234.5},
		{"large ratio", RatioCell(Of(1000)), "1,000\u00a0×", 1000},
	} {
		if test.cell.Text != test.text || test.cell.Sort == nil || *test.cell.Sort != test.sort || test.cell.Missing != "" || test.cell.Strong {
			t.Errorf("%s: %+v, want %q that sorts by %v", test.name, test.cell, test.text, test.sort)
		}
	}
}

// TestCellsOfWords sort by their text, and a missing number keeps its reason.
func TestCellsOfWords(t *testing.T) {
	for _, test := range []struct {
		name string
		got  Cell
		want Cell
	}{
		{"list", ListCell([]string{"q_lin", "v_lin"}), Cell{Text: "q_lin, v_lin"}},
		{"empty list", ListCell(nil), Cell{}},
		{"missing ratio", RatioCell(Missing("nothing was counted")), Cell{Missing: "nothing was counted"}},
		{"undefined ratio", RatioCell(Of(math.Inf(1))), Cell{Missing: "undefined"}},
		{"undefined share", PercentCell(math.NaN()), Cell{Missing: "undefined"}},
	} {
		if test.got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, test.got, test.want)
		}
	}
}
