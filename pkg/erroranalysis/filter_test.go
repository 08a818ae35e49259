package erroranalysis

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// TestFilter holds the filter against a second way of saying what a query means.
func TestFilter(t *testing.T) {
	s := random(80, 6, 21)
	a := analyse(t, s.input(), quick)
	rapid.Check(t, func(t *rapid.T) {
		q := Query{
			Gold:      rapid.SampledFrom(append([]string{""}, s.labels...)).Draw(t, "gold"),
			Predicted: rapid.SampledFrom(append([]string{""}, s.labels...)).Draw(t, "predicted"),
			Outcome:   rapid.SampledFrom([]Outcome{AnyOutcome, Right, Wrong}).Draw(t, "outcome"),
		}
		q.MinConfidence = rapid.Float64Range(0, 1).Draw(t, "low")
		q.MaxConfidence = rapid.Float64Range(q.MinConfidence, 1).Draw(t, "high")
		if rapid.Bool().Draw(t, "truncated") {
			q.Slice = []Condition{{FieldTruncated, "yes"}, {FieldSection, "HISTORY"}}
		}
		got, err := a.Filter(q)
		if err != nil {
			t.Fatal(err)
		}
		high := q.MaxConfidence
		if high == 0 {
			high = 1
		}
		var want []string
		for i, c := range a.Cases {
			right := slices.Contains(s.gold[i], s.predicted[i])
			if (q.Gold == "" || slices.Contains(c.Gold, q.Gold)) && (q.Predicted == "" || c.Predicted == q.Predicted) &&
				c.Confidence >= q.MinConfidence && c.Confidence <= high && (q.Slice == nil || s.truncated[i]) &&
				(q.Outcome == AnyOutcome || (q.Outcome == Right) == right) {
				want = append(want, c.ID)
			}
		}
		var ids []string
		for i, c := range got.Cases {
			ids = append(ids, c.ID)
			if i > 0 && c.Confidence > got.Cases[i-1].Confidence {
				t.Fatal("the least certain is not last")
			}
		}
		slices.Sort(ids)
		if !slices.Equal(ids, want) || got.Of != 80 || got.Words == "" {
			t.Fatalf("%v, want %v: %s", ids, want, got.Words)
		}
	})
}

func TestFilterWords(t *testing.T) {
	s := random(80, 6, 21)
	s.labels = append(s.labels, "never")
	a := analyse(t, s.input(), quick)
	for want, q := range map[string]Query{
		"80 of 80 texts; ": {},
		"None of the 80 texts: filed under never and misread.": {Gold: "never", Outcome: Wrong},
		" of 80 texts filed under label 01, read as label 00, truncated: yes, with a confidence from 50 % to 62.5 % and misread; ": {
			Gold: "label 01", Predicted: "label 00", Slice: []Condition{{FieldTruncated, "yes"}}, MinConfidence: .5, MaxConfidence: .625, Outcome: Wrong,
		},
	} {
		got, err := a.Filter(q)
		if err != nil {
			t.Fatal(err)
		}
		none := strings.Replace(want, " of 80 texts ", "None of the 80 texts: ", 1)
		if !strings.Contains(got.Words, want) && !strings.Contains(got.Words, strings.TrimSuffix(none, "; ")) {
			t.Errorf("%q does not say %q", got.Words, want)
		}
	}
}

func TestFilterRefuses(t *testing.T) {
	a := analyse(t, random(30, 6, 21).input(), quick)
	for _, test := range []struct {
		query Query
		want  []string
	}{
		{Query{Gold: "label 3"}, []string{`no label "label 3"`, `nearest is "label 03"`}},
		{Query{Predicted: "LABEL 5!"}, []string{`no label "LABEL 5!"`, `nearest is "label 05"`}},
		{Query{Slice: []Condition{{"lenght", "x"}}}, []string{`no field "lenght"`, `nearest is "length"`}},
		{Query{Slice: []Condition{{FieldSection, "HISTROY"}}}, []string{`no value of section "HISTROY"`, `nearest is "HISTORY"`}},
		{Query{MinConfidence: .8, MaxConfidence: .3}, []string{"0.8 to 0.3 is not a range"}},
		{Query{MaxConfidence: 70}, []string{"0 to 70 is not a range"}},
		{Query{Outcome: "wrnog"}, []string{`no outcome "wrnog"`, `"wrong"`}},
	} {
		_, err := a.Filter(test.query)
		testkit.Refused(t, fmt.Sprintf("%+v", test.query), err, append(test.want, "erroranalysis: ")...)
	}
}

func TestSliceRefuses(t *testing.T) {
	s := random(30, 6, 21)
	s.labels = append(s.labels, "never")
	a := analyse(t, s.input(), quick)
	for _, test := range []struct {
		conditions []Condition
		want       []string
	}{
		{nil, []string{"needs a condition"}},
		{[]Condition{{FieldGold, "never"}}, []string{"texts filed under never: no test text is in this slice"}},
		{[]Condition{{FieldSection, "HISTORY"}}, []string{"every test text is in this slice"}},
		{[]Condition{{FieldGold, "nevr"}}, []string{`nearest is "never"`}},
		{[]Condition{{FieldYear, "1999"}}, []string{`no value of year "1999"`, "nearest is"}},
	} {
		_, err := a.Slice(test.conditions...)
		testkit.Refused(t, fmt.Sprint(test.conditions), err, test.want...)
	}
	few := 0
	for _, slice := range a.Slices {
		if slice.Reason != "" {
			few++
			if slice.Valid.Inside.Value != nil || slice.Row.Excess.Reason != slice.Reason {
				t.Errorf("%s: %+v", slice.Words, slice)
			}
		}
	}
	if few == 0 {
		t.Error("no slice has too few texts")
	}
}

func TestValues(t *testing.T) {
	s := random(30, 6, 21)
	a := analyse(t, s.input(), quick)
	for _, f := range Fields() {
		values, err := a.Values(f)
		if err != nil || len(values) == 0 || f.Title() == string(f) {
			t.Fatalf("%s: %v, %v", f, values, err)
		}
		total := 0
		for _, v := range values {
			total += v.Texts
		}
		if f != FieldGold && f != FieldSection && total != 30 {
			t.Errorf("%s: %v sum to %d", f, values, total)
		}
	}
	gold, _ := a.Values(FieldGold)
	for i, v := range gold {
		if v.Value != s.labels[i] {
			t.Errorf("label %d is %q", i, v.Value)
		}
	}
	sections, _ := a.Values(FieldSection)
	if sections[0] != (Value{"HISTORY", 30}) {
		t.Errorf("sections %v", sections)
	}
	_, err := a.Values("colour")
	testkit.Refused(t, "an unknown field", err, `no field "colour"`)
}
