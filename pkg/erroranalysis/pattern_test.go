package erroranalysis

import "testing"

func TestVerdicts(t *testing.T) {
	for _, test := range []struct {
		low, high      float64
		none, smallest float64
		want           Verdict
	}{
		{1.05, 1.6, 1, 1.1, Holds},
		{.9, 1.6, 1, 1.1, Undecided},
		{1, 1.6, 1, 1.1, Undecided},
		{.6, 1.05, 1, 1.1, DoesNotHold},
		{1.02, 1.08, 1, 1.1, DoesNotHold}, // there, and too small to count
		{-.6, -.05, 0, -.1, Holds},
		{-.6, .1, 0, -.1, Undecided},
		{-.08, .4, 0, -.1, DoesNotHold},
		{.1, .4, 0, -.1, DoesNotHold},
	} {
		value := (test.low + test.high) / 2
		f := Finding{Claim: "c", Effect: "e", None: test.none, Smallest: test.smallest, Estimate: Estimate{Value: &value, Low: &test.low, High: &test.high}}
		f.decide()
		if f.Verdict != test.want {
			t.Errorf("%v to %v: %s, want %s", test.low, test.high, f.Verdict, test.want)
		}
	}
}

// TestPatternVerdicts: all that can be tested must hold; what cannot be does not count.
func TestPatternVerdicts(t *testing.T) {
	effect := func(low, high float64) Estimate {
		value := (low + high) / 2
		return Estimate{Value: &value, Low: &low, High: &high}
	}
	holds, not, open, none := effect(1.2, 2), effect(.5, .9), effect(.9, 2), Estimate{Reason: "there are no texts"}
	for _, test := range []struct {
		effects []Estimate
		want    Verdict
	}{
		{[]Estimate{holds, holds}, Holds},
		{[]Estimate{holds, none}, Holds},
		{[]Estimate{holds, open}, Undecided},
		{[]Estimate{holds, open, not}, DoesNotHold},
		{[]Estimate{none}, Undecided},
	} {
		var p Pattern
		for _, e := range test.effects {
			p.ratio(RowReading, "n", "claim", "ratio", Side{"these", e.Value}).Estimate = e
		}
		p.decide()
		if p.Row.Verdict != test.want || p.Row.Words == "" || p.Valid.Verdict != Undecided {
			t.Errorf("%s: %s, want %s", p.Row.Verdict, p.Row.Words, test.want)
		}
	}
}

func TestFindingWords(t *testing.T) {
	var p Pattern
	low, value, high, mean := .95, 1.5, 2.0, 4061.7
	p.ratio(RowReading, "n", "misread rows are longer", "ratio of the means", Side{"misread", &mean}, Side{"right", nil}).Estimate = Estimate{Value: &value, Low: &low, High: &high}
	p.ratio(RowReading, "n", "truncated texts are misread more often", "ratio", Side{"these", nil}).Estimate = Estimate{Reason: "no text was truncated"}
	p.correlation(RowReading, "n", "rare classes are misread", "r").Estimate = Estimate{Value: &[]float64{-.0421}[0], Reason: "a single note has no interval"}
	p.decide()
	want := "misread rows are longer: undecided (misread 4,062; ratio of the means 1.50, .95 to 2.00); " +
		"truncated texts are misread more often: undecided, as no text was truncated; " +
		"rare classes are misread: undecided (r −.042, no interval: a single note has no interval)"
	if p.Row.Words != want {
		t.Errorf("%s\nwant %s", p.Row.Words, want)
	}
}
