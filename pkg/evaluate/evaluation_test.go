package evaluate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// drawSet draws up to notes notes over up to labels labels, often with tied scores.
func drawSet(t *rapid.T, labels, notes int) predict.Set {
	l := rapid.IntRange(1, labels).Draw(t, "labels")
	n := rapid.IntRange(1, notes).Draw(t, "notes")
	gold, scores := make([][]int, n), make([][]float32, n)
	for i := range n {
		gold[i] = rapid.SliceOfNDistinct(rapid.IntRange(0, l-1), 1, l, rapid.ID[int]).Draw(t, "gold")
		slices.Sort(gold[i])
		parts := rapid.SliceOfN(rapid.IntRange(1, 4), l, l).Draw(t, "parts")
		sum := 0
		for _, part := range parts {
			sum += part
		}
		for _, part := range parts {
			scores[i] = append(scores[i], float32(part)/float32(sum))
		}
	}
	return newSet(gold, scores, nil)
}

// answer replaces the scores of every note by ones that rank the given labels first, in their order.
func answer(s predict.Set, first func(p predict.Prediction) []int) predict.Set {
	s.Predictions = slices.Clone(s.Predictions)
	for i := range s.Predictions {
		p := &s.Predictions[i]
		l := len(s.Labels)
		points := make([]float32, l)
		for j, label := range first(*p) {
			points[label] = float32(l - j)
		}
		sum := float32(0)
		for _, v := range points {
			sum += v
		}
		for j := range points {
			points[j] /= sum
		}
		p.Scores, p.Logits = points, nil
	}
	return s
}

func evaluation(t interface {
	Helper()
	Fatal(...any)
}, s predict.Set,
) *Evaluation {
	t.Helper()
	e, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

const rounding = 1e-6 // float32 scores enter some sums

func TestBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := evaluation(t, drawSet(t, 6, 12))
		values, ceilings := e.Values(), e.Ceilings()
		for _, m := range Metrics() {
			v, c := values[m], ceilings[m]
			highest := 1.0
			if m == Brier {
				highest = 2
			}
			if !(v >= 0 && v <= highest+rounding && c >= 0 && c <= highest+rounding) {
				t.Errorf("%s = %v with ceiling %v, outside of [0, %v]", m, v, c, highest)
			}
			if m.LowerIsBetter() && v < c-rounding || !m.LowerIsBetter() && v > c+rounding {
				t.Errorf("%s = %v is better than its ceiling %v", m, v, c)
			}
		}
	})
}

func TestIdentities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := evaluation(t, drawSet(t, 6, 12))
		v, c := e.Values(), e.Ceilings()
		same := func(what string, a, b float64) {
			if math.Abs(a-b) > 1e-12 {
				t.Errorf("%s: %v and %v differ", what, a, b)
			}
		}
		same("row accuracy as a share of its ceiling is any-valid", v[RowAccuracy]/c[RowAccuracy], v[AnyValid])
		same("weighted recall is row accuracy", v[WeightedRecall], v[RowAccuracy])
		same("recall@1 is document accuracy", v[RecallAt1], v[DocumentAccuracy])
		curve := e.RiskCoverage()
		last := curve[len(curve)-1]
		same("the curve ends at full coverage", last.Coverage, 1)
		same("the risk there is 1 - any-valid", last.Risk, 1-v[AnyValid])
	})
}

// TestOrderOfNotes: neither a value nor an interval depends on the order in which the predictions are listed.
func TestOrderOfNotes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t, 5, 10)
		before, err := Summarize(s, Options{Resamples: 20})
		if err != nil {
			t.Fatal(err)
		}
		shuffled := s
		shuffled.Predictions = rapid.Permutation(s.Predictions).Draw(t, "order")
		after, err := Summarize(shuffled, Options{Resamples: 20})
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(before, after); diff != "" {
			t.Errorf("the order matters:\n%s", diff)
		}
	})
}

// TestPerfectPredictor: a model that ranks exactly a note's labels first reaches every ceiling that does not depend on which of
// them it names, and one that names the rarest reaches that of balanced accuracy.
func TestPerfectPredictor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t, 6, 12)
		support := make([]int, len(s.Labels))
		for _, p := range s.Predictions {
			for _, label := range p.Gold {
				support[label]++
			}
		}
		perfect := evaluation(t, answer(s, func(p predict.Prediction) []int {
			labels := slices.Clone(p.Gold)
			slices.SortStableFunc(labels, func(a, b int) int { return support[a] - support[b] })
			return labels
		}))
		v, c := perfect.Values(), perfect.Ceilings()
		for _, m := range []Metric{
			RowAccuracy, WeightedRecall, BalancedAccuracy, Top3Accuracy, Top5Accuracy, AnyValid, DocumentAccuracy,
			RecallAt1, RecallAt3, RecallAt5, LabelRanking, AURC,
		} {
			if math.Abs(v[m]-c[m]) > 1e-12 {
				t.Errorf("%s = %v, but its ceiling is %v", m, v[m], c[m])
			}
		}
		// Spreading the mass evenly over a note's labels is what gives the lowest Brier score.
		even := s
		even.Predictions = slices.Clone(s.Predictions)
		for i := range even.Predictions {
			p := &even.Predictions[i]
			p.Scores = make([]float32, len(s.Labels))
			for _, label := range p.Gold {
				p.Scores[label] = 1 / float32(len(p.Gold))
			}
		}
		if got, want := evaluation(t, even).Values()[Brier], c[Brier]; math.Abs(got-want) > rounding {
			t.Errorf("even scores have Brier %v, but the floor is %v", got, want)
		}
	})
}

// TestTieRule: of equal scores the lower index is predicted, and it fills the top k from below.
func TestTieRule(t *testing.T) {
	tied := make([]float32, 8)
	for i := range tied {
		tied[i] = .125
	}
	// scikit-learn's top_k_accuracy_score fills the top k from above.
	for _, test := range []struct {
		gold              []int
		valid, top3, top5 float64
	}{
		{[]int{0, 1, 2}, 1, 1, 1},
		{[]int{5, 6, 7}, 0, 0, 0},
		{[]int{0, 7}, 1, .5, .5},
		{[]int{2, 3}, 0, .5, 1},
		{[]int{4, 5}, 0, 0, .5},
	} {
		v := evaluation(t, newSet([][]int{test.gold}, [][]float32{tied}, nil)).Values()
		what := fmt.Sprintf("labels %v of eight tied ones: ", test.gold)
		testkit.Near(t, what+"any-valid", v[AnyValid], test.valid, tolerance)
		testkit.Near(t, what+"top-3 accuracy", v[Top3Accuracy], test.top3, tolerance)
		testkit.Near(t, what+"recall@3", v[RecallAt3], test.top3, tolerance)
		testkit.Near(t, what+"top-5 accuracy", v[Top5Accuracy], test.top5, tolerance)
		testkit.Near(t, what+"recall@5", v[RecallAt5], test.top5, tolerance)
		testkit.Near(t, what+"label ranking gives tied labels the worst rank", v[LabelRanking], float64(len(test.gold))/8, tolerance)
	}
}

func TestNewRefuses(t *testing.T) {
	whole := func() predict.Set { return newSet([][]int{{0}, {1}}, [][]float32{{.5, .5}, {.5, .5}}, nil) }
	tests := map[string]struct {
		change func(*predict.Set)
		want   string
	}{
		"no predictions": {func(s *predict.Set) { s.Predictions = nil }, "there are no predictions"},
		"no gold":        {func(s *predict.Set) { s.Predictions[1].Gold = nil }, `note "n0001" has no gold label`},
		"not a number":   {func(s *predict.Set) { s.Predictions[1].Scores[0] = float32(math.NaN()) }, `note "n0001", label 0: score NaN`},
		"gold unknown":   {func(s *predict.Set) { s.Predictions[0].Gold = []int{2} }, "gold label 2 is not among the 2 labels"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := whole()
			test.change(&s)
			if _, err := New(s); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want it to say %q", err, test.want)
			}
		})
	}
}

func TestNewLeavesItsInputAlone(t *testing.T) {
	s := newSet([][]int{{0}, {1}}, [][]float32{{.75, .25}, {.75, .25}}, nil)
	slices.Reverse(s.Predictions)
	evaluation(t, s)
	if s.Predictions[0].NoteID != "n0001" {
		t.Error("New reordered the caller's predictions")
	}
}

// TestUndefinedClasses: what has no value has a reason.
func TestUndefinedClasses(t *testing.T) {
	e := evaluation(t, newSet([][]int{{0}, {1}}, [][]float32{{.1, .2, .4, .3}, {.6, .4, 0, 0}}, nil))
	classes := e.Confusion().Classes()
	for i, want := range []struct {
		precision, recall, f1 bool
		reason                string
	}{
		{true, true, true, ""},
		{false, true, true, "never predicted"},
		{true, false, true, "no note has this label, so it has no recall"},
		{false, false, false, "none was predicted"},
	} {
		c := classes[i]
		if (c.Precision != nil) != want.precision || (c.Recall != nil) != want.recall || (c.F1 != nil) != want.f1 {
			t.Errorf("%s: precision %v, recall %v, F1 %v", c.Label, c.Precision, c.Recall, c.F1)
		}
		if !strings.Contains(c.Reason, want.reason) || (want.reason == "") != (c.Reason == "") {
			t.Errorf("%s: reason %q, want %q", c.Label, c.Reason, want.reason)
		}
	}
}

func TestMetricNames(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Metrics() {
		if seen[string(m)] || seen[m.Title()] || m.Title() == string(m) {
			t.Errorf("metric %q, titled %q, is not told apart", m, m.Title())
		}
		seen[string(m)], seen[m.Title()] = true, true
	}
	if got := Metric("none").Title(); got != "none" {
		t.Errorf("an unknown metric is titled %q", got)
	}
}

// corpusSet draws a set of the size and label structure of a real test part: many notes under two labels, a few large labels.
func corpusSet(notes int, seed uint64) predict.Set {
	random := rand.New(rand.NewPCG(seed, 1))
	gold, logits, scores := make([][]int, notes), make([][]float32, notes), make([][]float32, notes)
	for i := range notes {
		for len(gold[i]) < 1+i%3 {
			label := int(random.ExpFloat64() * 6)
			if label < 40 && !slices.Contains(gold[i], label) {
				gold[i] = append(gold[i], label)
			}
		}
		slices.Sort(gold[i])
		for range 40 {
			logits[i] = append(logits[i], float32(random.NormFloat64()*1.5))
		}
		for _, label := range gold[i] {
			logits[i][label] += 2.5
		}
		scores[i] = predict.Softmax(logits[i], 1)
	}
	return newSet(gold, scores, logits)
}

func BenchmarkSummarize(b *testing.B) {
	s := corpusSet(2350, 1)
	for b.Loop() {
		if _, err := Summarize(s, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
