package erroranalysis

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// tolerance is for sums in another order: both sides compute in float64.
const tolerance = 1e-9

type golden struct {
	Data struct {
		Labels     int
		Document   []int
		Gold       [][]int
		Train      [][]int
		Predicted  []int
		Characters []int
		Tokens     []int
		Truncated  []bool
	}
	Trained  []int
	Readings map[Reading]struct {
		Values    map[string]float64
		Intervals map[string]struct {
			Low, High float64
			LowSD     float64 `json:"low_sd"`
			HighSD    float64 `json:"high_sd"`
		}
		Observed float64
		Classes  map[string]float64
		Slices   map[string]struct {
			Texts                           int
			Inside, Low, High, Rest, Excess float64
			ExcessLow                       float64 `json:"excess_low"`
			ExcessHigh                      float64 `json:"excess_high"`
			PValue                          float64 `json:"p_value"`
		}
	}
	Pairs        map[string][3]int
	Correlations []struct {
		X, Y              []float64
		Pearson, Spearman float64
	}
}

func readGolden(t *testing.T) (golden, Input) {
	t.Helper()
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	d := g.Data
	return g, sample{
		labels: labelNames(d.Labels), gold: d.Gold, predicted: d.Predicted, characters: d.Characters, tokens: d.Tokens,
		truncated: d.Truncated, train: d.Train, document: d.Document,
	}.input()
}

// nearDefined fails unless a number is defined and that of the reference.
func nearDefined(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil {
		t.Errorf("%s is undefined, want %.12g", what, want)
		return
	}
	testkit.Near(t, what, *got, want, tolerance)
}

// TestGoldenClaims holds every claim's effect against scipy's and numpy's, and its interval within five times the distance that one
// reference bootstrap lies from another. It takes more resamples than these, so that the distance is mostly theirs.
func TestGoldenClaims(t *testing.T) {
	g, in := readGolden(t)
	for seed := range uint64(2) {
		a := analyse(t, in, Options{Bootstrap: evaluate.Options{Seed: seed, Resamples: 4000}})
		for r, want := range g.Readings {
			checked := 0
			for _, p := range a.Patterns() {
				for _, f := range p.Of(r).Findings {
					name := string(p.Key) + "/" + string(f.Key)
					value, ok := want.Values[name]
					if !ok {
						t.Errorf("the golden file has no %s", name)
						continue
					}
					checked++
					nearDefined(t, string(r)+" "+name, f.Value, value)
					interval := want.Intervals[name]
					if f.Low == nil {
						// The rarest classes are missing from more than one resample in twenty.
						if name != "imbalance/rare" || f.Reason == "" {
							t.Errorf("%s %s has no interval: %q", r, name, f.Reason)
						}
						continue
					}
					if math.Abs(*f.Low-interval.Low) > 5*interval.LowSD+1e-12 || math.Abs(*f.High-interval.High) > 5*interval.HighSD+1e-12 {
						t.Errorf("seed %d, %s %s: interval [%.4f, %.4f], want [%.4f, %.4f] within 5 times [%.4f, %.4f]",
							seed, r, name, *f.Low, *f.High, interval.Low, interval.High, interval.LowSD, interval.HighSD)
					}
				}
			}
			if checked != len(want.Values) {
				t.Errorf("%s: %d claims, the golden file has %d", r, checked, len(want.Values))
			}
		}
		nearDefined(t, "observed", a.Similarity.RowConcentration.Observed, g.Readings[RowReading].Observed)
		nearDefined(t, "observed", a.Similarity.ValidConcentration.Observed, g.Readings[ValidReading].Observed)
	}
}

func TestGoldenClassesAndPairs(t *testing.T) {
	g, in := readGolden(t)
	a := analyse(t, in, quick)
	for label, c := range a.Imbalance.Classes {
		if c.Train != g.Trained[label] {
			t.Errorf("%s: %d training texts, want %d", c.Label, c.Train, g.Trained[label])
		}
		for r, want := range g.Readings {
			value, tested := want.Classes[strconv.Itoa(label)]
			if tested {
				nearDefined(t, fmt.Sprintf("%s error of %s", r, c.Label), c.Of(r).Value, value)
			} else if c.Of(r).Value != nil || c.Of(r).Reason == "" || c.Texts != 0 {
				t.Errorf("%s has no test texts, but %+v", c.Label, c.Rates)
			}
		}
	}
	rows, valid := 0, 0
	for _, p := range a.Similarity.Pairs {
		key := fmt.Sprintf("%d %d", labelNumber(t, p.Gold), labelNumber(t, p.Predicted))
		if want, ok := g.Pairs[key]; !ok || want != [3]int{p.Texts, p.Valid, p.Together} || p.Misread != p.Texts-p.Valid {
			t.Errorf("pair %s: %+v, want %v", key, p, want)
		}
		rows += p.Texts
		valid += p.Valid
	}
	if len(a.Similarity.Pairs) != len(g.Pairs) || rows != a.Similarity.WrongRows || valid != a.Similarity.CoFiled || rows != a.Errors.Row.Wrong {
		t.Errorf("%d pairs, want %d; %d rows", len(a.Similarity.Pairs), len(g.Pairs), rows)
	}
}

func labelNumber(t *testing.T, label string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimPrefix(label, "label "))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestGoldenSlices(t *testing.T) {
	g, in := readGolden(t)
	a := analyse(t, in, quick)
	for name, condition := range map[string]Condition{
		"gold": {FieldGold, "label 00"}, "truncated": {FieldTruncated, "yes"}, "longest": {FieldLength, "longest quarter"}, "two labels": {FieldLabels, "2"},
	} {
		s, err := a.Slice(condition)
		if err != nil {
			t.Fatal(err)
		}
		for r, readings := range g.Readings {
			want, got, what := readings.Slices[name], s.Of(r), string(r)+" "+name+": "
			if s.Texts != want.Texts {
				t.Errorf("%s%d texts, want %d", what, s.Texts, want.Texts)
			}
			nearDefined(t, what+"inside", got.Inside.Value, want.Inside)
			nearDefined(t, what+"low", got.Inside.Low, want.Low)
			nearDefined(t, what+"high", got.Inside.High, want.High)
			nearDefined(t, what+"rest", got.Rest.Value, want.Rest)
			nearDefined(t, what+"excess", got.Excess.Value, want.Excess)
			nearDefined(t, what+"excess low", got.Excess.Low, want.ExcessLow)
			nearDefined(t, what+"excess high", got.Excess.High, want.ExcessHigh)
			nearDefined(t, what+"p", got.PValue, want.PValue)
		}
	}
}

func TestGoldenCorrelations(t *testing.T) {
	g, _ := readGolden(t)
	if len(g.Correlations) == 0 {
		t.Fatal("no cases")
	}
	for i, c := range g.Correlations {
		pearson, spearman := Pearson(c.X, c.Y), Spearman(c.X, c.Y)
		testkit.Near(t, fmt.Sprintf("Pearson %d", i), pearson, c.Pearson, tolerance)
		testkit.Near(t, fmt.Sprintf("Spearman %d", i), spearman, c.Spearman, tolerance)
	}
	for _, c := range [][2][]float64{{{}, {}}, {{1}, {2}}, {{1, 1, 1}, {1, 2, 3}}, {{1, 2}, {5, 5}}} {
		if !math.IsNaN(Pearson(c[0], c[1])) || !math.IsNaN(Spearman(c[0], c[1])) {
			t.Errorf("%v has a correlation", c)
		}
	}
}
