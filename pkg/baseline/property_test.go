package baseline

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

var drawWord = rapid.SampledFrom([]string{"heart", "lung", "knee", "x", "MRI", "T2", "Éa", "of", "the", "ΑΣ", "follow-up", "2nd"})

func drawText(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(drawWord, 0, 12).Draw(t, "words"), rapid.SampledFrom([]string{" ", ", ", "\n"}).Draw(t, "mark"))
}

// drawCorpus draws examples with at least two labels and a term.
func drawCorpus(t *rapid.T) (labels []string, train []Example) {
	count := rapid.IntRange(2, 5).Draw(t, "labels")
	for i := range count {
		labels = append(labels, fmt.Sprint("label ", i))
	}
	train = []Example{{"heart failure", []int{0}}, {"knee pain", []int{1}}}
	for range rapid.IntRange(0, 12).Draw(t, "texts") {
		train = append(train, Example{drawText(t), rapid.SliceOfN(rapid.IntRange(0, count-1), 1, 3).Draw(t, "own")})
	}
	return labels, train
}

// TestFitIsTheOptimum computes the gradient row by row and over all columns, independently of the solver's grouped rows and merged
// columns.
func TestFitIsTheOptimum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels, train := drawCorpus(t)
		p := LinearSettings{rapid.SampledFrom(kinds).Draw(t, "kind"), rapid.Float64Range(.01, 50).Draw(t, "C"), rapid.Bool().Draw(t, "balanced")}
		set, err := newTrainingSet(labels, train)
		if err != nil {
			t.Fatal(err)
		}
		_, x, err := fitVectorizer(set.texts, set.rowCounts, TFIDFFeatures{1, 2, 1, true})
		if err != nil {
			t.Fatal(err)
		}
		l, err := fitLinear(t.Context(), set, x, p)
		if err != nil {
			t.Fatal(err)
		}
		width := len(set.classes)
		values := make([]float64, x.rows*width)
		x.times(l.weights, l.biases, values)
		weights := set.classWeights(p.Balanced)
		scale := 1.0 // of the penalty; two classes of logistic regression count twice, see newCrossEntropy
		if p.Kind == Logistic && width == 2 {
			scale = 2
		}
		gradient := make([]float64, (x.columns+1)*width)
		squaredWeights := 0.0
		for i, w := range l.weights {
			gradient[i] = scale * w
			squaredWeights += w * w
		}
		if p.Kind == SVM {
			copy(gradient[x.columns*width:], l.biases)
		}
		for i, rows := range set.rows {
			own := values[i*width : (i+1)*width]
			for _, s := range rows {
				for k, v := range own {
					g, side := 0.0, -1.0
					if k == s.class {
						side = 1
					}
					if p.Kind == SVM {
						weight := weights[s.class]
						if side < 0 && width > 2 {
							weight = 1
						}
						g = -2 * weight * side * max(0, 1-side*v)
					} else {
						sum := 0.0
						for _, other := range own {
							sum += math.Exp(other - v)
						}
						g = weights[s.class] * (1/sum - max(0, side))
					}
					g *= p.C * float64(s.rows)
					at, entries := x.byRow.line(i)
					for e, column := range at {
						gradient[int(column)*width+k] += g * entries[e]
					}
					gradient[x.columns*width+k] += g
				}
			}
		}
		square := 0.0
		for _, g := range gradient {
			square += g * g
		}
		if p.Kind == SVM {
			for _, b := range l.biases {
				squaredWeights += b * b
			}
		}
		if limit := 2*gradientTolerance*math.Sqrt(float64(width)*squaredWeights) + 1e-9*p.C*float64(set.total); math.Sqrt(square) > limit {
			t.Fatalf("%v: the gradient has norm %.3g, more than %.3g", p, math.Sqrt(square), limit)
		}
	})
}

// TestVectorizerRows checks that terms are sorted and frequent enough, that rows have length 1, and that merging columns keeps the inner
// products.
func TestVectorizerRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels, train := drawCorpus(t)
		set, err := newTrainingSet(labels, train)
		if err != nil {
			t.Fatal(err)
		}
		features := TFIDFFeatures{1, rapid.IntRange(1, 3).Draw(t, "most"), rapid.IntRange(1, 2).Draw(t, "min_df"), rapid.Bool().Draw(t, "sublinear")}
		v, x, err := fitVectorizer(set.texts, set.rowCounts, features)
		if err != nil {
			return // no term may be in two rows
		}
		if !slices.IsSorted(v.terms) || len(slices.Compact(slices.Clone(v.terms))) != len(v.terms) {
			t.Fatalf("the terms are not strictly ascending: %q", v.terms)
		}
		for j := range v.terms {
			texts, _ := x.byColumn.line(j)
			rows := 0
			for _, i := range texts {
				rows += set.rowCounts[i]
			}
			if rows < features.MinDF {
				t.Fatalf("term %q is in %d rows, fewer than min_df %d", v.terms[j], rows, features.MinDF)
			}
		}
		for i := range set.texts {
			at, values := x.byRow.line(i)
			square := 0.0
			for e := range at {
				square += values[e] * values[e]
			}
			if len(at) > 0 && math.Abs(square-1) > 1e-12 {
				t.Fatalf("%q has a row of squared length %v", set.texts[i], square)
			}
		}
		merged, columns := x.mergeSingletons()
		for i := range set.texts {
			for j := range set.texts {
				if a, b := inner(x, i, j), inner(merged, i, j); math.Abs(a-b) > 1e-12 {
					t.Fatalf("rows %d and %d: the inner product was %v and is %v", i, j, a, b)
				}
			}
		}
		for j, m := range columns {
			if m.column < 0 || m.column >= merged.columns || !(m.scale > 0) {
				t.Fatalf("column %d is merged into %+v of %d columns", j, m, merged.columns)
			}
		}
	})
}

func inner(m *matrix, i, j int) float64 {
	at, values := m.byRow.line(i)
	dense := make([]float64, m.columns)
	for e, column := range at {
		dense[column] = values[e]
	}
	at, values = m.byRow.line(j)
	sum := 0.0
	for e, column := range at {
		sum += values[e] * dense[column]
	}
	return sum
}

// TestWrightOmega checks that the result solves u + log u = y.
func TestWrightOmega(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := rapid.Float64Range(-700, 1e6).Draw(t, "y")
		u := wrightOmega(y)
		if !(u > 0) || math.Abs(u+math.Log(u)-y) > 1e-13*(1+math.Abs(y)) {
			t.Fatalf("wrightOmega(%v) = %v, but u + log u = %v", y, u, u+math.Log(u))
		}
	})
}

// TestPredictionsDoNotDependOnBatch predicts texts in one batch and one by one.
func TestPredictionsDoNotDependOnBatch(t *testing.T) {
	rules, err := BuiltinRules()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		labels, train := drawCorpus(t)
		labels[0], labels[1] = "Urology", "Orthopedic"
		counts := countRows(labels, train)
		text, err := FitTFIDF(t.Context(), labels, train, TFIDFSettings{TFIDFFeatures{1, 2, 1, true}, LinearSettings{SVM, 1, false}})
		if err != nil {
			t.Fatal(err)
		}
		ruled, err := NewRules(rules, labels, counts)
		if err != nil {
			t.Fatal(err)
		}
		random, err := NewRandomPrior(labels, counts, 7)
		if err != nil {
			t.Fatal(err)
		}
		texts := []string{drawText(t), drawText(t), "knee and knees", ""}
		for _, p := range []predict.Predictor{text, ruled, random} {
			batch, err := p.Predict(t.Context(), texts)
			if err != nil {
				t.Fatal(err)
			}
			for i := range texts {
				alone, err := p.Predict(t.Context(), texts[i:i+1])
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(alone[0].Logits, batch[i].Logits) {
					t.Fatalf("%T: %q alone gives %v, in a batch %v", p, texts[i], alone[0].Logits, batch[i].Logits)
				}
			}
		}
	})
}
