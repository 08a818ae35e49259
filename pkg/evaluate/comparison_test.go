package evaluate

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

func TestCompare(t *testing.T) {
	good := corpusSet(400, 7)
	good.Model = "good"
	// The worse model loses the first gold label's lead on every third note.
	bad := good
	bad.Model = "bad"
	bad.Predictions = slices.Clone(good.Predictions)
	for i := range bad.Predictions {
		p := &bad.Predictions[i]
		p.Logits = slices.Clone(p.Logits)
		if i%3 == 0 {
			for _, label := range p.Gold {
				p.Logits[label] -= 4
			}
		}
		p.Scores = predict.Softmax(p.Logits, 1)
	}
	slices.Reverse(bad.Predictions)

	c, err := Compare(bad, good, Options{Resamples: 500, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	back, err := Compare(good, bad, Options{Resamples: 500, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Metrics) != len(Metrics()) || c.A != "bad" || c.B != "good" || c.Notes != 400 {
		t.Fatalf("comparison of %q and %q, %d notes, %d metrics", c.A, c.B, c.Notes, len(c.Metrics))
	}
	for m, d := range c.Metrics {
		testkit.Near(t, string(m)+": difference", d.Difference, d.B-d.A, tolerance)
		other := back.Metrics[m]
		testkit.Near(t, string(m)+" the other way round", -other.Difference, d.Difference, tolerance)
		testkit.Near(t, string(m)+": low the other way round", -*other.High, *d.Low, tolerance)
		testkit.Near(t, string(m)+": p the other way round", *other.PValue, *d.PValue, tolerance)
		if !(*d.Low <= *d.High && *d.PValue > 0 && *d.PValue <= 1) {
			t.Errorf("%s: interval [%v, %v], p %v", m, *d.Low, *d.High, *d.PValue)
		}
	}
	if d := c.Metrics[AnyValid]; !(*d.Low > 0 && *d.PValue < .01) {
		t.Errorf("a third of the notes spoilt, but any-valid differs by %+v, p %v", d.Difference, *d.PValue)
	}
	var onlyBad, onlyGood int
	bySame := map[string]predict.Prediction{}
	for _, p := range bad.Predictions {
		bySame[p.NoteID] = p
	}
	for _, p := range good.Predictions {
		a := slices.Contains(p.Gold, bySame[p.NoteID].Top(1)[0])
		b := slices.Contains(p.Gold, p.Top(1)[0])
		if a && !b {
			onlyBad++
		}
		if b && !a {
			onlyGood++
		}
	}
	if c.McNemar.OnlyA != onlyBad || c.McNemar.OnlyB != onlyGood || c.McNemar.PValue != McNemarExact(onlyBad, onlyGood) {
		t.Errorf("McNemar %+v, want %d and %d", c.McNemar, onlyBad, onlyGood)
	}
	if c.McNemar.PValue > .001 {
		t.Errorf("McNemar p %v for %d against %d", c.McNemar.PValue, onlyBad, onlyGood)
	}

	// Drawing the same notes for both is what makes the interval narrow: it is well inside that of the metrics themselves.
	alone, err := Summarize(good, Options{Resamples: 500, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	paired, single := c.Metrics[LabelRanking], alone.Metrics[LabelRanking]
	if *paired.High-*paired.Low >= math.Sqrt2*(*single.High-*single.Low) {
		t.Errorf("paired interval %v wide, a single model's %v", *paired.High-*paired.Low, *single.High-*single.Low)
	}
}

func TestCompareAModelWithItself(t *testing.T) {
	s := corpusSet(50, 2)
	c, err := Compare(s, s, Options{Resamples: 50})
	if err != nil {
		t.Fatal(err)
	}
	for m, d := range c.Metrics {
		if d.Difference != 0 || *d.Low != 0 || *d.High != 0 || *d.PValue != 1 {
			t.Errorf("%s: %+v", m, d)
		}
	}
	if c.McNemar != (McNemar{PValue: 1}) {
		t.Errorf("McNemar %+v", c.McNemar)
	}
}

func TestCompareRefuses(t *testing.T) {
	tests := map[string]struct {
		change func(*predict.Set)
		want   string
	}{
		"corpus":     {func(s *predict.Set) { s.CorpusHash = "other" }, `different corpora, "h" and "other"`},
		"part":       {func(s *predict.Set) { s.Part = "train" }, `different parts, "test" and "train"`},
		"labels":     {func(s *predict.Set) { s.Labels = slices.Clone(s.Labels); s.Labels[0] = "x" }, "labels differ"},
		"fewer":      {func(s *predict.Set) { s.Predictions = s.Predictions[1:] }, "one has 5 notes, the other 4"},
		"other note": {func(s *predict.Set) { s.Predictions[4].NoteID = "n9999" }, `note "n0004" is in only one`},
		"other gold": {func(s *predict.Set) { s.Predictions[2].Gold = []int{39} }, `note "n0002" has gold labels`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a, b := corpusSet(5, 1), corpusSet(5, 1)
			test.change(&b)
			if _, err := Compare(a, b, Options{}); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want it to say %q", err, test.want)
			}
		})
	}
}

func TestPValue(t *testing.T) {
	tests := []struct {
		differences []float64
		want        float64
	}{
		{[]float64{1, 2, 3}, 2 * 1. / 4},
		{[]float64{-3, -2, -1}, 2 * 1. / 4},
		{[]float64{-1, 1, 2, 3, 4, 5, 6, 7, 8}, 2 * 2. / 10},
		{[]float64{0, 0, 0}, 1},
		{[]float64{-1, 1}, 1},
	}
	for _, test := range tests {
		testkit.Near(t, "p", pValue(test.differences), test.want, tolerance)
	}
}

func TestSummarize(t *testing.T) {
	s := corpusSet(200, 5)
	s.Synthetic = true
	got, err := Summarize(s, Options{Resamples: 200, Seed: 9, Level: .9})
	if err != nil {
		t.Fatal(err)
	}
	wide, err := Summarize(s, Options{Resamples: 200, Seed: 9, Level: .99})
	if err != nil {
		t.Fatal(err)
	}
	if got.Notes != 200 || got.Rows != 399 || got.Labels != 40 || !got.Synthetic || got.Temperature != 1 {
		t.Errorf("%d notes, %d rows, %d labels, synthetic %v, temperature %v", got.Notes, got.Rows, got.Labels, got.Synthetic, got.Temperature)
	}
	if got.Interval != (Method{"percentile bootstrap over notes", .9, 200, 9}) {
		t.Errorf("interval %+v", got.Interval)
	}
	present, predicted := map[int]bool{}, map[int]bool{}
	for _, p := range s.Predictions {
		predicted[p.Top(1)[0]] = true
		for _, label := range p.Gold {
			present[label] = true
		}
	}
	if got.LabelsPresent != len(present) || got.LabelsPredicted != len(predicted) {
		t.Errorf("%d labels present and %d predicted, want %d and %d", got.LabelsPresent, got.LabelsPredicted, len(present), len(predicted))
	}
	for _, name := range Metrics() {
		m, ok := got.Metrics[name]
		if !ok {
			t.Fatalf("no %s", name)
		}
		if w := wide.Metrics[name]; !(*m.Low < *m.High && *w.Low <= *m.Low && *w.High >= *m.High) {
			t.Errorf("%s: 90 %% interval [%v, %v], 99 %% [%v, %v]", name, *m.Low, *m.High, *w.Low, *w.High)
		}
		if m.CeilingIsBound != slices.Contains(bounded, name) {
			t.Errorf("%s: its ceiling is a bound: %v", name, m.CeilingIsBound)
		}
		if m.LowerIsBetter != (m.ShareOfCeiling == nil) {
			t.Errorf("%s: lower is better %v, share of the ceiling %v", name, m.LowerIsBetter, m.ShareOfCeiling)
		}
	}
	testkit.Near(t, "share of the ceiling", *got.Metrics[RowAccuracy].ShareOfCeiling, got.Metrics[AnyValid].Value, tolerance)

	data, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var back Summary
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(back); err != nil || string(again) != string(data) {
		t.Errorf("the JSON does not read back: %v", err)
	}
}

func TestSummarizeOneNote(t *testing.T) {
	s := corpusSet(1, 1)
	got, err := Summarize(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Compare(s, s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range Metrics() {
		if v := got.Metrics[m]; v.Low != nil || v.High != nil || v.Reason == "" {
			t.Errorf("%s: %+v", m, v)
		}
		if d := c.Metrics[m]; d.Low != nil || d.PValue != nil || d.Reason == "" {
			t.Errorf("%s: %+v", m, d)
		}
	}
	if _, err := json.Marshal(got); err != nil {
		t.Error(err)
	}
}

func TestOptionsRefused(t *testing.T) {
	s := corpusSet(3, 1)
	for want, options := range map[string]Options{
		"1 bootstrap resamples are too few":  {Resamples: 1},
		"-5 bootstrap resamples are too few": {Resamples: -5},
		"level 1 is not between":             {Level: 1},
		"level NaN is not between":           {Level: math.NaN()},
	} {
		if _, err := Summarize(s, options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Summarize: %v, want %q", err, want)
		}
		if _, err := Compare(s, s, options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Compare: %v, want %q", err, want)
		}
		if _, err := Intervals(3, 1, options, func([]int32, []float64) {}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Intervals: %v, want %q", err, want)
		}
	}
}
