package evaluate

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// spoilt returns the set under another name with the gold labels' logits lowered on every step-th note.
func spoilt(s predict.Set, name string, step int) predict.Set {
	s.Model = name
	s.Predictions = slices.Clone(s.Predictions)
	for i := range s.Predictions {
		p := &s.Predictions[i]
		p.Logits = slices.Clone(p.Logits)
		if i%step == 0 {
			for _, label := range p.Gold {
				p.Logits[label] -= 5
			}
		}
		p.Scores = predict.Softmax(p.Logits, 1)
	}
	return s
}

func TestCompareAll(t *testing.T) {
	reference := corpusSet(300, 7)
	reference.Model = "TF-IDF"
	models := []predict.Set{spoilt(reference, "much worse", 3), spoilt(reference, "the same", 1000), spoilt(reference, "worse", 8)}
	metrics := []Metric{AnyValid, AURC}
	f, err := CompareAll(reference, models, metrics, Options{Resamples: 400, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if f.Reference != "TF-IDF" || f.Notes != 300 || len(f.Comparisons) != 3 || len(f.Verdicts) != 6 {
		t.Fatalf("%+v", f)
	}
	for i, m := range metrics {
		var p []float64
		for _, v := range f.Verdicts[3*i : 3*i+3] {
			p = append(p, *v.PValue)
		}
		for j, want := range Holm(p) {
			v := f.Verdicts[3*i+j]
			alone, err := Compare(reference, models[j], Options{Resamples: 400, Seed: 3})
			if err != nil {
				t.Fatal(err)
			}
			if v.Metric != m || v.Model != models[j].Model || *v.PValue != *alone.Metrics[m].PValue {
				t.Errorf("verdict %d: %+v", 3*i+j, v)
			}
			testkit.Near(t, "adjusted", *v.Adjusted, want, tolerance)
		}
	}
	for i, want := range []struct {
		outcome       Outcome
		better, worse bool
		words         string
	}{
		{Below, false, true, "much worse is below TF-IDF in Any valid label @1 by ."},
		{NotSignificant, false, false, "the same and TF-IDF do not differ significantly in Any valid label @1 (difference "},
		{Below, false, true, "worse is below TF-IDF in Any valid label @1 by "},
		{Above, false, true, "much worse is above TF-IDF in AURC (lower is better) by ."},
		{NotSignificant, false, false, "the same and TF-IDF do not differ"},
		{Above, false, true, "worse is above TF-IDF in AURC"},
	} {
		v := f.Verdicts[i]
		if v.Outcome != want.outcome || v.Better != want.better || v.Worse != want.worse || !strings.HasPrefix(v.Words, want.words) || !strings.HasSuffix(v.Words, "at 5 % after Holm over 3 comparisons") {
			t.Errorf("verdict %d: %s, better %v, worse %v: %s", i, v.Outcome, v.Better, v.Worse, v.Words)
		}
	}
	if c := f.Comparisons[0].McNemar; c.Adjusted == nil || *c.Adjusted < c.PValue || *c.Adjusted > .001 {
		t.Errorf("McNemar %+v", c)
	}
	data, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{`"verdicts":[{"metric":"any_valid"`, `"adjusted_p_value":`, `"difference":-`, `"words":"much worse is below`} {
		if !strings.Contains(string(data), key) {
			t.Errorf("no %s in the JSON", key)
		}
	}
}

func TestCompareAllOneNote(t *testing.T) {
	s := corpusSet(1, 1)
	f, err := CompareAll(s, []predict.Set{spoilt(s, "other", 1)}, nil, Options{Resamples: 50})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Verdicts) != len(Metrics()) {
		t.Fatalf("%d verdicts", len(f.Verdicts))
	}
	for _, v := range f.Verdicts {
		if v.Outcome != Undecided || v.Adjusted != nil || !strings.HasSuffix(v.Words, "a single note has no interval") {
			t.Errorf("%s: %+v", v.Metric, v)
		}
	}
}

func TestCompareAllRefuses(t *testing.T) {
	s := corpusSet(5, 1)
	s.Model = "reference"
	other := spoilt(s, "other", 2)
	foreign := spoilt(s, "foreign", 2)
	foreign.CorpusHash = "elsewhere"
	for want, call := range map[string]func() (Family, error){
		`no model to compare with "reference"`:                func() (Family, error) { return CompareAll(s, nil, nil, Options{}) },
		`no metric "accuracy"`:                                func() (Family, error) { return CompareAll(s, []predict.Set{other}, []Metric{"accuracy"}, Options{}) },
		`are called "other"`:                                  func() (Family, error) { return CompareAll(s, []predict.Set{other, other}, nil, Options{}) },
		`are called "reference"`:                              func() (Family, error) { return CompareAll(s, []predict.Set{s}, nil, Options{}) },
		`different corpora, "h" and "elsewhere"`:              func() (Family, error) { return CompareAll(s, []predict.Set{foreign}, nil, Options{}) },
		"none of 1 comparisons could be significant; take 39": func() (Family, error) { return CompareAll(s, []predict.Set{other}, nil, Options{Resamples: 20}) },
	} {
		if _, err := call(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want it to say %q", err, want)
		}
	}
}

// TestAdjustedProperties: adjusting keeps the order, never lowers, and Holm is never below Benjamini-Hochberg.
func TestAdjustedProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 30).Draw(t, "p")
		holm, bh := Holm(p), BenjaminiHochberg(p)
		for i := range p {
			if !(holm[i] >= bh[i]-1e-15 && bh[i] >= p[i]-1e-15 && holm[i] <= 1) {
				t.Fatalf("p %v, Benjamini-Hochberg %v, Holm %v", p[i], bh[i], holm[i])
			}
			for j := range p {
				if p[i] < p[j] && (holm[i] > holm[j] || bh[i] > bh[j]) {
					t.Fatalf("the order of %v and %v is lost", p[i], p[j])
				}
			}
		}
	})
}

func TestWilsonProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Float64Range(.5, 1e6).Draw(t, "n")
		share, other := rapid.Float64Range(0, 1).Draw(t, "share"), rapid.Float64Range(0, 1).Draw(t, "other")
		a, b := Wilson(share, n, .9), Wilson(share, n, .99)
		const rounding = 1e-12
		if !(0 <= b.Low && b.Low <= a.Low+rounding && a.Low <= share && share <= a.High && a.High <= b.High+rounding && b.High <= 1) {
			t.Fatalf("share %v of %v: %v, %v", share, n, a, b)
		}
		d := WilsonDifference(share, n, other, 2*n, .95)
		back := WilsonDifference(other, 2*n, share, n, .95)
		if math.Abs(d.Low+back.High) > 1e-12 || d.Low > share-other || d.High < share-other || d.Low < -1-1e-12 || d.High > 1+1e-12 {
			t.Fatalf("difference %v, the other way round %v", d, back)
		}
	})
}
