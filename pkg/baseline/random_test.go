package baseline

import (
	"fmt"
	"math"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

func TestRandomDrawsByTheShares(t *testing.T) {
	const texts = 6000
	notes := make([]string, texts)
	for i := range notes {
		notes[i] = fmt.Sprint("note ", i)
	}
	labels := []string{"a", "b", "c", "d"}
	even, err := NewRandomUniform(labels, 1)
	if err != nil {
		t.Fatal(err)
	}
	shares, err := NewRandomPrior(labels, []int{6, 0, 3, 1}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		model *Random
		want  []float64
	}{{even, []float64{.25, .25, .25, .25}}, {shares, []float64{.6, 0, .3, .1}}} {
		outputs, err := test.model.Predict(t.Context(), notes)
		if err != nil {
			t.Fatal(err)
		}
		counts := make([]float64, len(labels))
		for _, o := range outputs {
			counts[predict.Prediction{Logits: o.Logits}.Top(1)[0]]++
		}
		for label, count := range counts {
			// Five standard errors: a right draw fails once in millions of seeds, and the seed is fixed.
			if p := test.want[label]; math.Abs(count/texts-p) > 5*math.Sqrt(p*(1-p)/texts) {
				t.Errorf("%s: label %d was drawn for %.3f of the notes, want %.3f", test.model.Name(), label, count/texts, p)
			}
		}
	}
}

func TestRandomDependsOnSeedAndTextAlone(t *testing.T) {
	texts := []string{"one", "two", "", "three"}
	model := func(seed uint64) *Random {
		r, err := NewRandomUniform([]string{"a", "b", "c"}, seed)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	all, err := model(3).Predict(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		alone, err := model(3).Predict(t.Context(), []string{text})
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(all[i], alone[0]); diff != "" {
			t.Errorf("%q in a batch and alone:\n%s", text, diff)
		}
	}
	other, err := model(4).Predict(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Equal(all[0].Logits, other[0].Logits) || slices.Equal(all[0].Logits, all[1].Logits) {
		t.Error("another seed or another text gives the same draw")
	}
}

func TestRandomRefuses(t *testing.T) {
	_, err := NewRandomUniform(nil, 1)
	testkit.Refused(t, "no labels", err, "no labels")
	_, err = NewRandomUniform([]string{"a", "a"}, 1)
	testkit.Refused(t, "twice", err, `"a" occurs twice`)
	_, err = NewRandomPrior([]string{"a", "b"}, []int{1}, 1)
	testkit.Refused(t, "counts", err, "1 row counts for 2 labels")
	_, err = NewRandomPrior([]string{"a", "b"}, []int{1, -1}, 1)
	testkit.Refused(t, "negative", err, `"b" has a row count of -1`)
	_, err = NewRandomPrior([]string{"a", "b"}, []int{0, 0}, 1)
	testkit.Refused(t, "none", err, "no training rows")
}
