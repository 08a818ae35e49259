package baseline

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

var nan32 = float32(math.NaN())

var (
	plain = TFIDFFeatures{LeastWords: 1, MostWords: 2, MinDF: 2, Sublinear: true}
	kinds = []Kind{SVM, Logistic}
)

// TestUnlearnedLabels checks that a label without training rows is ranked last and has the score 0 at any temperature in use.
func TestUnlearnedLabels(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json") // the label Letters, with the index 2, has no rows
	for _, kind := range kinds {
		m, err := FitTFIDF(t.Context(), g.Labels, g.Train, TFIDFSettings{plain, LinearSettings{kind, 100, true}})
		if err != nil {
			t.Fatal(err)
		}
		var notes []predict.Note
		for i, e := range g.Test {
			notes = append(notes, predict.Note{ID: string(rune('a' + i)), Text: e.Text, Gold: []string{"Letters"}})
		}
		predictions, err := predict.Run(t.Context(), m, notes)
		if err != nil {
			t.Fatal(err)
		}
		set := predict.Set{Labels: g.Labels, Predictions: predictions}
		for _, temperature := range []float64{.05, 1, 50} {
			scaled, err := set.WithTemperature(temperature)
			if err != nil {
				t.Fatal(err)
			}
			if err := scaled.Validate(); err != nil {
				t.Fatal(err)
			}
			for _, p := range scaled.Predictions {
				if order := p.Top(len(g.Labels)); order[len(order)-1] != 2 || p.Scores[2] != 0 {
					t.Errorf("%s at temperature %v: the label without rows is ranked in %v with score %v", kind, temperature, order, p.Scores[2])
				}
			}
		}
		_, err = m.Terms("Letters", 3)
		testkit.Refused(t, "terms", err, `"Letters" has no training row`)
	}
}

func TestTermsBelongToTheirLabel(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	m, err := FitTFIDF(t.Context(), g.Labels, g.Train, TFIDFSettings{plain, LinearSettings{SVM, 1, true}})
	if err != nil {
		t.Fatal(err)
	}
	for label, want := range map[string][]string{
		"Orthopedic": {"knee", "fracture", "femur", "arthroscopy", "cast", "ångström"},
		"Neurology":  {"seizure", "reflex", "gait", "tremor", "σοφος", "nci"},
	} {
		terms, err := m.Terms(label, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(terms) != 3 || terms[0].Weight < terms[1].Weight || terms[2].Weight <= 0 {
			t.Errorf("%s: %v", label, terms)
		}
		if !slices.ContainsFunc(want, func(word string) bool { return strings.Contains(terms[0].Term, word) }) {
			t.Errorf("%s: the first term is %q, want one of %q", label, terms[0].Term, want)
		}
	}
	if all, err := m.Terms("Surgery", 1<<20); err != nil || len(all) == 0 || len(all) >= len(m.vectorizer.terms) {
		t.Errorf("Surgery has %d terms with positive weights, error %v", len(all), err)
	}
	_, err = m.Terms("Astrology", 3)
	testkit.Refused(t, "unknown label", err, `"Astrology"`)
}

// TestTuneTextIsReproducible tunes with one and with many goroutines, and from examples of one label instead of several.
func TestTuneTextIsReproducible(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	var rows []Example
	for _, e := range g.Train {
		for _, label := range e.Labels {
			rows = append(rows, Example{e.Text, []int{label}})
		}
	}
	for _, kind := range kinds {
		var models []*TFIDF
		var records []*Tuned
		for i, train := range [][]Example{g.Train, g.Train, rows} {
			procs := runtime.GOMAXPROCS(1 + 6*(i%2))
			m, tuned, err := TuneTFIDF(t.Context(), g.Labels, train, g.Test, TFIDFGrid(kind))
			runtime.GOMAXPROCS(procs)
			if err != nil {
				t.Fatal(err)
			}
			models, records = append(models, m), append(records, tuned)
		}
		for i, m := range models[1:] {
			if !slices.Equal(m.linear.weights, models[0].linear.weights) || !slices.Equal(m.linear.biases, models[0].linear.biases) {
				t.Errorf("%s: run %d has other weights", kind, i+1)
			}
			if diff := gocmp.Diff(records[0], records[i+1]); diff != "" {
				t.Errorf("%s: run %d was tuned otherwise:\n%s", kind, i+1, diff)
			}
		}
		r := records[0]
		for i, c := range r.Candidates {
			best := r.Candidates[r.Chosen].MacroF1
			if c.MacroF1 > best || c.MacroF1 == best && i < r.Chosen {
				t.Errorf("%s: candidate %d has %v, but %d with %v was chosen", kind, i, c.MacroF1, r.Chosen, best)
			}
		}
		if want := TFIDFGrid(kind)[r.Chosen]; models[0].Settings() != want || r.Model != models[0].Name() {
			t.Errorf("the model %q has the settings %v, chosen were %v for %q", models[0].Name(), models[0].Settings(), want, r.Model)
		}
	}
}

func TestTextRefuses(t *testing.T) {
	labels := []string{"a", "b"}
	good := []Example{{"heart and lung", []int{0}}, {"knee and hip", []int{1}}}
	settings := TFIDFSettings{TFIDFFeatures{1, 1, 1, false}, LinearSettings{SVM, 1, false}}
	with := func(change func(*TFIDFSettings)) TFIDFSettings { s := settings; change(&s); return s }
	for name, test := range map[string]struct {
		labels   []string
		train    []Example
		settings TFIDFSettings
		want     string
	}{
		"no labels":      {nil, good, settings, "no labels"},
		"repeated label": {[]string{"a", "a"}, good, settings, `"a" occurs twice`},
		"blank label":    {[]string{"a", " "}, good, settings, "label 1 is blank"},
		"no texts":       {labels, nil, settings, "no training texts"},
		"no label":       {labels, []Example{good[0], {"x", nil}}, settings, "training text 1 has no label"},
		"out of range":   {labels, []Example{{"x", []int{2}}}, settings, "has label 2, but there are 2 labels"},
		"one label":      {labels, good[:1], settings, `every training row has the label "a"`},
		"no words":       {labels, []Example{{"x . -", []int{0}}, {"", []int{1}}}, settings, "no training text has a word"},
		"min_df":         {labels, good, with(func(s *TFIDFSettings) { s.MinDF = 3 }), "none of the 5 terms is in min_df = 3"},
		"min_df 0":       {labels, good, with(func(s *TFIDFSettings) { s.MinDF = 0 }), "min_df is 0"},
		"words":          {labels, good, with(func(s *TFIDFSettings) { s.LeastWords = 2 }), "terms of 2 to 1 words"},
		"kind":           {labels, good, with(func(s *TFIDFSettings) { s.Kind = "tree" }), `unknown kind of linear model "tree"`},
		"C":              {labels, good, with(func(s *TFIDFSettings) { s.C = 0 }), "C is 0"},
		"C not finite":   {labels, good, with(func(s *TFIDFSettings) { s.C = math.Inf(1) }), "C is +Inf"},
	} {
		_, err := FitTFIDF(t.Context(), test.labels, test.train, test.settings)
		testkit.Refused(t, name, err, "TF-IDF", test.want)
	}
	_, _, err := TuneTFIDF(t.Context(), labels, good, nil, TFIDFGrid(SVM))
	testkit.Refused(t, "no validation", err, "no validation texts")
	_, _, err = TuneTFIDF(t.Context(), labels, good, good, nil)
	testkit.Refused(t, "no grid", err, "the grid is empty")
	_, _, err = TuneTFIDF(t.Context(), labels, good, good, []TFIDFSettings{settings, {TFIDFFeatures{1, 1, 1, true}, LinearSettings{SVM, -1, true}}})
	testkit.Refused(t, "bad candidate", err, "candidate 1", "C is -1")

	stopped, stop := context.WithCancel(t.Context())
	stop()
	for _, kind := range kinds {
		settings.Kind = kind
		m, err := FitTFIDF(t.Context(), labels, good, settings)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Predict(stopped, []string{"x"}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: a stopped prediction gives %v", kind, err)
		}
		if _, err := FitTFIDF(stopped, labels, good, settings); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: a stopped fit gives %v", kind, err)
		}
		if _, _, err := TuneTFIDF(stopped, labels, good, good, []TFIDFSettings{settings}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: stopped tuning gives %v", kind, err)
		}
	}
}
