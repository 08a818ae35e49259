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
