package predict

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestTop(t *testing.T) {
	tests := []struct {
		name           string
		scores, logits []float32
		k              int
		want           []int
	}{
		{"descending", []float32{.1, .6, .3}, nil, 2, []int{1, 2}},
		{"ties take the lower index first", []float32{.2, .3, .3, .2}, nil, 4, []int{1, 2, 0, 3}},
		{"all tied", []float32{.25, .25, .25, .25}, nil, 3, []int{0, 1, 2}},
		{"k beyond the labels", []float32{.4, .6}, nil, 9, []int{1, 0}},
		{"k of zero", []float32{.4, .6}, nil, 0, []int{}},
		{"negative k", []float32{.4, .6}, nil, -1, []int{}},
		{"logits decide where scores are rounded to a tie", []float32{1, 0, 0}, []float32{500, 10, 20}, 3, []int{0, 2, 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Prediction{Scores: test.scores, Logits: test.logits}.Top(test.k)
			if !slices.Equal(got, test.want) {
				t.Errorf("Top(%d) = %v, want %v", test.k, got, test.want)
			}
		})
	}
}

func TestTopIsArgmaxRepeated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Few distinct values, so that ties are common.
		scores := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 3), func(i int) float32 { return float32(i) / 4 }), 1, 12).Draw(t, "scores")
		k := rapid.IntRange(0, 14).Draw(t, "k")
		remaining := slices.Clone(scores)
		var want []int
		for range min(k, len(scores)) {
			best := 0
			for i := range remaining {
				if cmp.Compare(remaining[i], remaining[best]) > 0 {
					best = i
				}
			}
			want = append(want, best)
			remaining[best] = -1
		}
		if got := (Prediction{Scores: scores}).Top(k); !slices.Equal(got, want) {
			t.Fatalf("Top(%d) of %v = %v, want %v", k, scores, got, want)
		}
	})
}

func TestSoftmax(t *testing.T) {
	// log(1), log(2), log(5), all shifted so far that exp alone would overflow.
	logits := []float32{1000, 1000 + float32(math.Log(2)), 1000 + float32(math.Log(5))}
	for i, want := range []float64{.125, .25, .625} {
		if got := Softmax(logits, 1)[i]; math.Abs(float64(got)-want) > 1e-4 {
			t.Errorf("softmax[%d] = %v, want %v", i, got, want)
		}
	}
	got := Softmax([]float32{0, float32(2 * math.Log(3))}, 2)
	if math.Abs(float64(got[1])-.75) > 1e-6 {
		t.Errorf("at temperature 2: %v, want [.25 .75]", got)
	}
	if got := Softmax(nil, 1); got != nil {
		t.Errorf("softmax of nothing = %v", got)
	}
}
