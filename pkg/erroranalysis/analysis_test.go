package erroranalysis

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

func TestCases(t *testing.T) {
	s := random(60, 8, 3)
	in := s.input()
	a := analyse(t, in, quick)
	e, err := evaluate.New(in.Test)
	if err != nil {
		t.Fatal(err)
	}
	values := e.Values()
	valid, share := 0.0, 0.0
	for i, c := range a.Cases {
		p := in.Test.Predictions[i]
		if c.ID != p.NoteID || c.Predicted != s.labels[s.predicted[i]] || len(c.Top) != 5 || c.Top[0].Label != c.Predicted || c.Top[0].Confidence != c.Confidence {
			t.Fatalf("case %d: %+v", i, c)
		}
		if c.Valid != slices.Contains(s.gold[i], s.predicted[i]) || c.Valid != (c.BestRank == 1) || c.Valid != (c.Margin == 0) || !slices.Contains(c.Labels, c.BestLabel) {
			t.Errorf("case %d: valid %v, best rank %d, margin %v", i, c.Valid, c.BestRank, c.Margin)
		}
		if ranked := p.Top(8)[c.BestRank-1]; s.labels[ranked] != c.BestLabel {
			t.Errorf("case %d: %q is not in place %d", i, c.BestLabel, c.BestRank)
		}
		if !slices.Equal(c.Sections, Headings(s.texts[i])) || c.Year < 2000 {
			t.Errorf("case %d: sections %q, year %d", i, c.Sections, c.Year)
		}
		if c.Valid {
			valid++
		}
		share += c.RowAccuracy
	}
	n := float64(len(a.Cases))
	testkit.Near(t, "any-valid", valid/n, values[evaluate.AnyValid], tolerance)
	testkit.Near(t, "document accuracy", share/n, values[evaluate.DocumentAccuracy], tolerance)
	nearDefined(t, "row error", a.Errors.Row.Value, 1-values[evaluate.RowAccuracy])
	nearDefined(t, "any-valid error", a.Errors.Valid.Value, 1-values[evaluate.AnyValid])
	total := 0
	for _, q := range a.Length.Quarters {
		total += q.Texts
	}
	if total != 60 || len(a.Length.Bounds) != 3 {
		t.Errorf("quarters of %d texts, bounds %v", total, a.Length.Bounds)
	}
}

// TestPlanted: what random plants is found, and what it does not is not.
func TestPlanted(t *testing.T) {
	s := random(700, 8, 3)
	a := analyse(t, s.input(), Options{Bootstrap: evaluate.Options{Resamples: 300}})
	if a.Length.Valid.Verdict != Holds || a.Length.Row.Verdict != Holds {
		t.Errorf("length: %s; %s", a.Length.Valid.Words, a.Length.Row.Words)
	}
	worst := a.Worst[1]
	if worst.Reading != ValidReading || len(worst.Slices) == 0 || !slices.Equal(worst.Slices[0].Conditions, []Condition{{FieldGold, "label 01"}}) {
		t.Fatalf("worst slices: %+v", worst)
	}
	if w := worst.Slices[0]; *w.Valid.Inside.Value != 1 || w.Adjusted > 1e-6 || w.Words != "texts filed under label 01" {
		t.Errorf("worst slice: %+v", w)
	}
	if !slices.ContainsFunc(worst.Slices, func(w Worst) bool {
		return slices.ContainsFunc(w.Conditions, func(c Condition) bool { return c.Field == FieldTruncated || c.Field == FieldLength })
	}) {
		t.Errorf("the long texts are not among the worst: %+v", worst.Slices)
	}
	for _, w := range worst.Slices {
		if w.Texts < 10 || *w.Valid.Excess.Low <= 0 || w.Adjusted > worst.Level {
			t.Errorf("slice %s: %+v", w.Words, w.Valid)
		}
	}

	// Answers drawn without looking at the text: no slice of it stands out beyond the level, and nothing concentrates.
	blind := random(700, 8, 5)
	blind.truncated, blind.characters = nil, nil
	for i := range blind.predicted {
		blind.predicted[i] = i * 7 % 3
	}
	b := analyse(t, blind.input(), Options{Bootstrap: evaluate.Options{Resamples: 300}, SearchFields: []Field{FieldSection, FieldFirstSection, FieldYear}})
	for _, search := range b.Worst {
		if search.Significant != 0 || search.Tested == 0 || !strings.HasPrefix(search.Words, "None of ") {
			t.Errorf("slices of blind answers: %+v", search)
		}
	}
	if b.Similarity.Valid.Verdict == Holds || b.Length.Valid.Findings[2].Value != nil {
		t.Errorf("blind answers: %s; %s", b.Similarity.Valid.Words, b.Length.Valid.Words)
	}
}

func TestJSON(t *testing.T) {
	a := analyse(t, random(50, 6, 9).input(), quick)
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var back Analysis
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(*a, back) {
		t.Errorf("the JSON does not read back:\n%s", gocmp.Diff(*a, back))
	}
}

func TestOrderChangesNothing(t *testing.T) {
	in := random(40, 6, 4).input()
	want := analyse(t, in, quick)
	in.Test.Predictions = slices.Clone(in.Test.Predictions)
	slices.Reverse(in.Test.Predictions)
	if diff := gocmp.Diff(want, analyse(t, in, quick)); diff != "" {
		t.Errorf("the order of the predictions matters:\n%s", diff)
	}
	// The model's labels may stand in another order than the corpus's.
	in.Test.Labels = slices.Clone(in.Test.Labels)
	slices.Reverse(in.Test.Labels)
	for i := range in.Test.Predictions {
		p := &in.Test.Predictions[i]
		p.Scores = slices.Clone(p.Scores)
		slices.Reverse(p.Scores)
		p.Gold = slices.Clone(p.Gold)
		for j := range p.Gold {
			p.Gold[j] = 5 - p.Gold[j]
		}
		slices.Sort(p.Gold)
	}
	got := analyse(t, in, quick)
	for i := range got.Cases {
		if got.Cases[i].Predicted != want.Cases[i].Predicted || got.Cases[i].Valid != want.Cases[i].Valid {
			t.Errorf("case %d: %+v, want %+v", i, got.Cases[i], want.Cases[i])
		}
	}
	if *got.Errors.Row.Value != *want.Errors.Row.Value {
		t.Error("the order of the labels changes the error rate")
	}
	testkit.Near(t, "the correlation with other labels first", *got.Imbalance.Row.Findings[0].Value, *want.Imbalance.Row.Findings[0].Value, tolerance)
}

func TestRowsOfATextUnderARowSplit(t *testing.T) {
	// The text stands under labels 0 and 2; only the row of label 0 is in the test part.
	s := sample{labels: labelNames(3), gold: [][]int{{0, 2}, {1}}, predicted: []int{2, 1}}
	in := s.input()
	in.Test.Predictions[0].Gold = []int{0}
	in.Train = [][]int{{2}, {1}} // its other row is in the training part
	a := analyse(t, in, quick)
	c := a.Cases[0]
	if !c.Valid || c.RowAccuracy != 0 || !slices.Equal(c.Gold, []string{"label 00"}) || !slices.Equal(c.Labels, []string{"label 00", "label 02"}) {
		t.Errorf("%+v", c)
	}
	if a.Errors.Row.Wrong != 1 || a.Errors.Row.Of != 2 || a.Errors.Valid.Wrong != 0 || a.Similarity.CoFiled != 1 {
		t.Errorf("errors %+v, co-filed %d", a.Errors, a.Similarity.CoFiled)
	}
}

func TestTemperature(t *testing.T) {
	in := random(30, 5, 8).input()
	for i := range in.Test.Predictions {
		p := &in.Test.Predictions[i]
		p.Logits = make([]float32, 5)
		for j := range p.Logits {
			p.Logits[j] = 20 * p.Scores[j]
		}
		p.Scores = predict.Softmax(p.Logits, 1)
	}
	options := quick
	plain := analyse(t, in, options)
	options.Temperature = 4
	calm := analyse(t, in, options)
	if calm.Temperature != 4 || plain.Temperature != 1 {
		t.Errorf("temperatures %v and %v", plain.Temperature, calm.Temperature)
	}
	for i, c := range calm.Cases {
		if c.Predicted != plain.Cases[i].Predicted || !(c.Confidence < plain.Cases[i].Confidence) {
			t.Errorf("case %d: %v at temperature 4, %v before", i, c.Confidence, plain.Cases[i].Confidence)
		}
	}
}

func TestInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := random(rapid.IntRange(1, 60).Draw(t, "texts"), rapid.IntRange(2, 9).Draw(t, "labels"), rapid.Uint64().Draw(t, "seed"))
		a := analyse(t, s.input(), Options{Bootstrap: evaluate.Options{Resamples: 5}, MinSupport: rapid.IntRange(1, 8).Draw(t, "support")})
		rows, cross := 0, 0
		for _, c := range a.Cases {
			rows += len(c.Gold)
		}
		for _, c := range a.Kinds.Crossings {
			cross += c.Right + c.CoFiled + c.Misread
		}
		if a.Errors.Row.Of != rows || cross != rows {
			t.Fatalf("%d rows, %d in the rate, %d by kind", rows, a.Errors.Row.Of, cross)
		}
		classes := 0
		for _, c := range a.Imbalance.Classes {
			classes += c.Row.Wrong
		}
		banded := 0
		for _, b := range a.Imbalance.Bands {
			banded += b.Row.Wrong
		}
		if classes != a.Errors.Row.Wrong || banded != classes || a.Similarity.WrongRows != classes {
			t.Fatalf("wrong rows: %d, by class %d, by band %d, by pair %d", a.Errors.Row.Wrong, classes, banded, a.Similarity.WrongRows)
		}
		if both := a.Length.Truncated.Valid.Wrong + a.Length.Whole.Valid.Wrong; both != a.Errors.Valid.Wrong {
			t.Fatalf("misread texts: %d, truncated or not %d", a.Errors.Valid.Wrong, both)
		}
		for _, s := range a.Slices {
			if s.Reason == "" && (s.Valid.Inside.Wrong+s.Valid.Rest.Wrong != a.Errors.Valid.Wrong || s.Row.Inside.Of+s.Row.Rest.Of != rows) {
				t.Fatalf("%s and the rest are not the whole: %+v", s.Words, s)
			}
		}
		for _, r := range []Rate{a.Errors.Row, a.Errors.Valid} {
			if !(0 <= *r.Low && *r.Low <= *r.Value && *r.Value <= *r.High && *r.High <= 1) {
				t.Fatalf("rate %v, %v to %v", *r.Value, *r.Low, *r.High)
			}
		}
		for _, e := range a.Examples {
			if (e.ID == "") == (e.Reason == "") {
				t.Fatalf("example %+v", e)
			}
		}
	})
}

// TestRateAgainstBootstrap: the score interval of a rate of clustered rows is about as wide as its bootstrap's.
func TestRateAgainstBootstrap(t *testing.T) {
	a := analyse(t, random(500, 8, 12).input(), quick)
	for _, r := range Readings() {
		want, err := evaluate.Intervals(len(a.Cases), 1, evaluate.Options{Resamples: 2000}, func(weights []int32, out []float64) {
			var sum outcome
			for i, w := range weights {
				o := a.Cases[i].outcome(r)
				sum.wrong += float64(w) * o.wrong
				sum.total += float64(w) * o.total
			}
			out[0] = sum.wrong / sum.total
		})
		if err != nil {
			t.Fatal(err)
		}
		got := a.Errors.Of(r)
		if ratio := (*got.High - *got.Low) / (want[0].High - want[0].Low); ratio < .9 || ratio > 1.1 {
			t.Errorf("%s: [%v, %v], bootstrap %+v", r, *got.Low, *got.High, want[0])
		}
	}
}
