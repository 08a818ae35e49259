package baseline

import (
	"fmt"
	"slices"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"gonum.org/v1/gonum/floats"
)

const (
	// featureTolerance allows for rounding in another order of the same arithmetic.
	featureTolerance = 1e-9
	// modelTolerance is how far the solver's weights may be from the optimum, as a part of their norm.
	modelTolerance = gradientTolerance
)

// golden is the file that testdata/make_golden.py writes with scikit-learn.
type golden struct {
	Labels      []string
	Train, Test []Example
	Spaces      []struct {
		Features TFIDFFeatures
		Terms    []string
		IDF      []float64
		Rows     []struct {
			At     []int32
			Values []float64
		}
	}
	Models []struct {
		LinearSettings
		Classes          []int
		Coefficients     []float64
		Decisions        []float64
		LogProbabilities []float64 `json:"log_probabilities"`
	}
	Dense struct {
		Vectors          [][]float32
		Classes          []int
		Held             [][]float32
		LogProbabilities []float64 `json:"log_probabilities"`
	}
}

// near fails unless the distance of got from want is at most tolerance x want's norm.
func near(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	if distance, norm := floats.Distance(got, want, 2), floats.Norm(want, 2); !(distance <= tolerance*norm) {
		t.Errorf("%s: relative distance %.3g, more than %g", what, distance/norm, tolerance)
	}
}

func textsOf(examples []Example) []string {
	texts := make([]string, len(examples))
	for i, e := range examples {
		texts[i] = e.Text
	}
	return texts
}

func TestFeaturesEqualScikitLearn(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	train, err := newTrainingSet(g.Labels, g.Train)
	if err != nil {
		t.Fatal(err)
	}
	for _, space := range g.Spaces {
		t.Run(fmt.Sprint(space.Features), func(t *testing.T) {
			v, x, err := fitVectorizer(train.texts, train.rowCounts, space.Features)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(v.terms, space.Terms) {
				t.Fatalf("terms\n%q\nwant\n%q", v.terms, space.Terms)
			}
			near(t, "idf", v.idf, space.IDF, featureTolerance)
			held := v.transform(textsOf(g.Test))
			for i, want := range space.Rows {
				columns, values := held.byRow.line(i)
				if !slices.Equal(columns, want.At) {
					t.Fatalf("text %d has the terms %v, want %v", i, columns, want.At)
				}
				near(t, fmt.Sprintf("text %d", i), values, want.Values, featureTolerance)
			}
			again := v.transform(train.texts)
			if !slices.Equal(again.byRow.values, x.byRow.values) || !slices.Equal(again.byColumn.index, x.byColumn.index) {
				t.Error("the training rows differ from what transform makes of their texts")
			}
		})
	}
}

// only returns the rows of some labels.
func only(examples []Example, labels []int) []Example {
	var kept []Example
	for _, e := range examples {
		own := slices.DeleteFunc(slices.Clone(e.Labels), func(label int) bool { return !slices.Contains(labels, label) })
		if len(own) > 0 {
			kept = append(kept, Example{e.Text, own})
		}
	}
	return kept
}

func TestModelsEqualScikitLearn(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	for _, want := range g.Models {
		t.Run(fmt.Sprint(want.LinearSettings, want.Classes), func(t *testing.T) {
			m, err := FitTFIDF(t.Context(), g.Labels, only(g.Train, want.Classes), TFIDFSettings{TFIDFFeatures{1, 2, 2, true}, want.LinearSettings})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(m.linear.classes, want.Classes) {
				t.Fatalf("learned %v, want %v", m.linear.classes, want.Classes)
			}
			width := len(want.Classes)
			values := func(k int) []float64 { // of class k on the test texts
				x := m.vectorizer.transform(textsOf(g.Test))
				all := make([]float64, x.rows*width)
				x.times(m.linear.weights, m.linear.biases, all)
				var own []float64
				for i := k; i < len(all); i += width {
					own = append(own, all[i])
				}
				return own
			}
			weights := func(k int) []float64 {
				var own []float64
				for i := k; i < len(m.linear.weights); i += width {
					own = append(own, m.linear.weights[i])
				}
				return own
			}
			if width == 2 {
				// Of two classes scikit-learn has one weight vector: the second's for the SVM, the difference for logistic regression.
				w, v := weights(1), values(1)
				if want.Kind == Logistic {
					for i, other := range weights(0) {
						w[i] -= other
					}
					for i, other := range values(0) {
						v[i] -= other
					}
				}
				near(t, "weights", w, want.Coefficients, modelTolerance)
				near(t, "decision values", v, want.Decisions, modelTolerance)
			} else {
				near(t, "weights", weights(0), want.Coefficients, modelTolerance)
				for k := range width {
					var decisions []float64
					for i := k; i < len(want.Decisions); i += width {
						decisions = append(decisions, want.Decisions[i])
					}
					near(t, fmt.Sprintf("decision values of class %d", k), values(k), decisions, modelTolerance)
				}
			}
			if want.Kind == Logistic {
				outputs, err := m.Predict(t.Context(), textsOf(g.Test))
				if err != nil {
					t.Fatal(err)
				}
				var got []float64
				for _, o := range outputs {
					for _, label := range want.Classes {
						got = append(got, float64(o.Logits[label]))
					}
				}
				near(t, "log-probabilities", got, want.LogProbabilities, modelTolerance)
			}
		})
	}
}

func TestDenseVectorsEqualScikitLearn(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	e := table{}
	var train []Example
	for i, v := range g.Dense.Vectors {
		text := fmt.Sprint("train ", i)
		e[text] = v
		train = append(train, Example{text, g.Dense.Classes[i : i+1]})
	}
	var held []string
	for i, v := range g.Dense.Held {
		held = append(held, fmt.Sprint("held ", i))
		e[held[i]] = v
	}
	m, err := FitFrozen(t.Context(), []string{"a", "b", "c"}, train, e, LinearSettings{Kind: Logistic, C: 10})
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := m.Predict(t.Context(), held)
	if err != nil {
		t.Fatal(err)
	}
	var got []float64
	for _, o := range outputs {
		for _, v := range o.Logits {
			got = append(got, float64(v))
		}
	}
	near(t, "log-probabilities", got, g.Dense.LogProbabilities, modelTolerance)
}
