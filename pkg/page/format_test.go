package page

import (
	"math"
	"testing"
)

func TestForms(t *testing.T) {
	for _, test := range []struct {
		form  Form
		value Value
		want  string
	}{
		{Metric, Between(.44, .412, .468), ".440 (.412–.468)"},
		{Metric, Of(1), "1.000"},
		{Metric, Of(0), ".000"},
		{Metric, Of(-.0001), ".000"},
		{Metric, Of(-.325), "−.325"},
		{Metric, Between(.01, -.02, .04), ".010 (−.020 to .040)"},
		{Metric, Of(.9996), "1.000"},
		{Percent, Between(.4395, .412, .468), "44.0\u00a0% (41.2–46.8)"},
		{Percent, Of(-.5), "−50.0\u00a0%"},
		{Count, Of(4950), "4,950"},
		{Count, Of(67900496), "67,900,496"},
		{Count, Of(-1234), "−1,234"},
		{Count, Of(999), "999"},
		{Decimal, Of(3e-4), "0.0003"},
		{Decimal, Of(5e-5), "5e-05"},
		{Decimal, Of(3.14159), "3.142"},
		{Duration, Of(0.029), "29 ms"},
		{Duration, Of(2.34), "2.3 s"},
		{Duration, Of(59.4), "59 s"},
		{Duration, Of(59.96), "1 min 00 s"},
		{Duration, Of(198.1), "3 min 18 s"},
		{Duration, Of(7199), "2 h 00 min"},
		{Metric, Missing("never predicted"), "– never predicted"},
		{Metric, Of(math.NaN()), "– undefined"},
		{Metric, Value{Number: math.Inf(1)}, "– undefined"},
		{Metric, Between(.5, math.NaN(), 1), ".500"},
	} {
		if got := test.form.String(test.value); got != test.want {
			t.Errorf("%v of %+v is %q, want %q", test.form, test.value, got, test.want)
		}
	}
}

func TestCellOfMissingValueHasNoNumber(t *testing.T) {
	c := Metric.Cell(Missing("no test notes"))
	if c.Sort != nil || c.Text != "" || c.Missing != "no test notes" {
		t.Errorf("cell %+v", c)
	}
	if c := Percent.Cell(Of(.25)); c.Sort == nil || *c.Sort != .25 || c.Text != "25.0\u00a0%" {
		t.Errorf("cell %+v", c)
	}
}

// TestFormats holds what the report writes.
func TestFormats(t *testing.T) {
	for _, test := range []struct{ what, got, want string }{
		{"count", FormatCount(0), "0"},
		{"count", FormatCount(999), "999"},
		{"count", FormatCount(4950), "4,950"},
		{"count", FormatCount(67900496), "67,900,496"},
		{"count", FormatCount(-1234), "−1,234"},

		{"share", FormatPercent(.44, 1), "44.0\u00a0%"},
		{"share", FormatPercent(.5662, 2), "56.62\u00a0%"},
		{"share", FormatPercent(.7, 0), "70\u00a0%"},
		{"share", FormatPercent(.71, 0), "71\u00a0%"},
		{"share", FormatPercent(1, 0), "100\u00a0%"},
		{"share", FormatPercent(0, 1), "0.0\u00a0%"},
		{"share", FormatPercent(.9996, 1), "100.0\u00a0%"},
		{"share", FormatPercent(-.25, 1), "−25.0\u00a0%"},
		{"share", FormatPercent(-.0001, 1), "0.0\u00a0%"},
		{"share", FormatPercent(math.NaN(), 1), "– undefined"},
		{"share", FormatPercent(math.Inf(1), 0), "– undefined"},

		{"score", FormatScore(.4395), ".440"},
		{"score", FormatScore(1), "1.000"},
		{"score", FormatScore(-.325), "−.325"},
		{"score", FormatScore(math.NaN()), "– undefined"},

		{"difference", FormatDifference(.0231), "+.023"},
		{"difference", FormatDifference(-.0231), "−.023"},
		{"difference", FormatDifference(0), "+.000"},
		{"difference", FormatDifference(1.25), "+1.250"},
		{"difference", FormatDifference(-1.25), "−1.250"},

		{"exact", FormatExact(3e-4), "0.0003"},
		{"exact", FormatExact(5e-5), "5e-5"},
		{"exact", FormatExact(1e-12), "1e-12"},
		{"exact", FormatExact(.1), "0.1"},
		{"exact", FormatExact(32), "32"},
		{"exact", FormatExact(198.1), "198.1"},
		{"exact", FormatExact(1.0 / 3), "0.333333"},

		{"exact share", FormatExactPercent(.5662), "56.62\u00a0%"},
		{"exact share", FormatExactPercent(.0135), "1.35\u00a0%"},
		{"exact share", FormatExactPercent(.371), "37.1\u00a0%"},
		{"exact share", FormatExactPercent(.1), "10\u00a0%"},
		{"exact share", FormatExactPercent(1), "100\u00a0%"},

		{"millions", FormatMillions(66362880), "66.4"},
		{"millions", FormatMillions(66000000), "66.0"},
		{"millions", FormatMillions(22713216), "22.7"},

		{"size", Bytes.String(Of(999)), "999\u00a0bytes"},
		{"size", Bytes.String(Of(1000)), "1.0\u00a0kB"},
		{"size", Bytes.String(Of(3.68e6)), "3.7\u00a0MB"},
		{"size", Bytes.String(Of(300e6)), "300\u00a0MB"},
		{"size", Bytes.String(Of(1.5e9)), "1.5\u00a0GB"},

		{"plain spaces", PlainSpaces("44.0\u00a0% of 3.7\u00a0MB"), "44.0 % of 3.7 MB"},
		{"plain spaces", PlainSpaces("none"), "none"},
	} {
		if test.got != test.want {
			t.Errorf("%s is %q, want %q", test.what, test.got, test.want)
		}
	}
}

// TestFormatsOfCellsAndText agree: a number is the same in a table and in a sentence.
func TestFormatsOfCellsAndText(t *testing.T) {
	for _, x := range []float64{0, .0004, .00051, .4395, .5, .99949, .9996, 1, -.2} {
		if cell, text := PercentCell(x).Text, FormatPercent(x, 1); cell != text {
			t.Errorf("%v is %q in a cell and %q in a text", x, cell, text)
		}
		if cell, text := Metric.Cell(Of(x)).Text, FormatScore(x); cell != text {
			t.Errorf("%v is %q in a cell and %q in a text", x, cell, text)
		}
	}
}
