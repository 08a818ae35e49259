package evaluate

import (
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// halves returns an overconfident model's predictions of two parts of one corpus.
func halves() (validation, test predict.Set) {
	whole := corpusSet(600, 4)
	whole.Predictions = slices.Clone(whole.Predictions)
	for i := range whole.Predictions {
		p := &whole.Predictions[i]
		p.Logits = slices.Clone(p.Logits)
		for j := range p.Logits {
			p.Logits[j] *= 4
		}
		p.Scores = predict.Softmax(p.Logits, 1)
	}
	validation, test = whole, whole
	validation.Part, validation.Predictions = "validation", whole.Predictions[:300]
	test.Part, test.Predictions = "test", whole.Predictions[300:]
	return validation, test
}

func TestScale(t *testing.T) {
	validation, test := halves()
	s, err := Scale(validation, test, Options{Resamples: 200})
	if err != nil {
		t.Fatal(err)
	}
	alone, err := FitTemperature(validation)
	if err != nil {
		t.Fatal(err)
	}
	if s.Temperature != alone || s.Temperature.Value < 2 || s.FittedNotes != 300 || s.Notes != 300 || s.Fitted != "validation" || s.Part != "test" {
		t.Errorf("%+v", s)
	}
	if !(s.After.LogLoss < s.Before.LogLoss) {
		t.Errorf("log loss %v before, %v after", s.Before.LogLoss, s.After.LogLoss)
	}
	for _, m := range []Metric{RowECE, Brier} {
		before, after, change := s.Before.Metrics[m], s.After.Metrics[m], s.Change[m]
		testkit.Near(t, "change", change.Difference, after.Value-before.Value, tolerance)
		if !(*change.High < 0 && *before.Low <= before.Value) {
			t.Errorf("%s: %+v before, %+v after, change %+v", m, before, after, change)
		}
	}
	testkit.Near(t, "ECE of the table", s.Before.RowReliability.ECE, s.Before.Metrics[RowECE].Value, tolerance)
	testkit.Near(t, "ECE of the table after", s.After.ValidReliability.ECE, s.After.Metrics[ValidECE].Value, tolerance)

	// What the set's own temperature is changes nothing.
	warm, err := test.WithTemperature(7)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Scale(validation, warm, Options{Resamples: 200})
	if err != nil {
		t.Fatal(err)
	}
	testkit.Near(t, "another temperature to start from", again.After.Metrics[RowECE].Value, s.After.Metrics[RowECE].Value, tolerance)
	testkit.Near(t, "the log loss before", again.Before.LogLoss, s.Before.LogLoss, tolerance)
}

func TestScaleRefuses(t *testing.T) {
	for want, change := range map[string]func(validation, test *predict.Set){
		"different models":           func(_, test *predict.Set) { test.Model = "other" },
		"fitted on another part":     func(validation, _ *predict.Set) { validation.Part = "test" },
		`different corpora, "h" and`: func(_, test *predict.Set) { test.CorpusHash = "other" },
		`note "n0299" is in both`: func(validation, test *predict.Set) {
			test.Predictions = append(slices.Clone(test.Predictions), validation.Predictions[299])
		},
		"no logits to fit":             func(validation, test *predict.Set) { strip(validation); strip(test) },
		"has no logits, so its scores": func(_, test *predict.Set) { strip(test) },
	} {
		validation, test := halves()
		change(&validation, &test)
		if _, err := Scale(validation, test, Options{Resamples: 50}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want it to say %q", err, want)
		}
	}
}

func strip(s *predict.Set) {
	s.Predictions = slices.Clone(s.Predictions)
	for i := range s.Predictions {
		s.Predictions[i].Logits = nil
	}
}
