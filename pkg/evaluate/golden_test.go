package evaluate

import (
	"fmt"
	"math"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// tolerance is for sums in another order: both sides compute in float64 from the same float32 scores.
const tolerance = 1e-9

type golden struct {
	Cases []struct {
		Name    string
		Gold    [][]int
		Scores  [][]float32
		Logits  [][]float32
		Metrics map[Metric]float64
		Classes struct {
			Precision, Recall, F1 []float64
			Support               []int
			Confusion             [][]int
		}
		Temperature *struct {
			Value  float64
			Before float64 `json:"nll_before"`
			After  float64 `json:"nll_after"`
		}
	}
	McNemar []struct {
		OnlyA  int     `json:"only_a"`
		OnlyB  int     `json:"only_b"`
		PValue float64 `json:"p_value"`
	}
	Wilson []struct {
		Right, Of float64
		Level     float64
		Interval  [2]float64
	}
	Newcombe []struct {
		Counts   [4]float64
		Level    float64
		Interval [2]float64
	}
	Adjusted []struct {
		P                 []float64
		Holm              []float64
		BenjaminiHochberg []float64 `json:"benjamini_hochberg"`
	}
	Bootstrap struct {
		Case      string
		Resamples int
		Intervals map[Metric]struct {
			Low    float64
			LowSD  float64 `json:"low_sd"`
			High   float64
			HighSD float64 `json:"high_sd"`
		}
	}
}

func newSet(gold [][]int, scores, logits [][]float32) predict.Set {
	s := predict.Set{Model: "m", Part: "test", CorpusHash: "h"}
	for i := range scores[0] {
		s.Labels = append(s.Labels, fmt.Sprintf("label %d", i))
	}
	for i := range scores {
		p := predict.Prediction{NoteID: fmt.Sprintf("n%04d", i), Gold: gold[i], Scores: scores[i]}
		if logits != nil {
			p.Logits = logits[i]
		}
		s.Predictions = append(s.Predictions, p)
	}
	return s
}

// nearDefined compares a value that may be undefined with scikit-learn's, which is 0 there.
func nearDefined(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil {
		testkit.Near(t, what+" (undefined)", 0, want, tolerance)
	} else {
		testkit.Near(t, what, *got, want, tolerance)
	}
}

func TestGolden(t *testing.T) {
	for _, c := range testkit.ReadJSON[golden](t, "testdata", "golden.json").Cases {
		t.Run(c.Name, func(t *testing.T) {
			set := newSet(c.Gold, c.Scores, c.Logits)
			e, err := New(set)
			if err != nil {
				t.Fatal(err)
			}
			values := e.Values()
			for metric := range values {
				if _, known := c.Metrics[metric]; !known {
					t.Errorf("the golden file has no metric %s; add it to testdata/make_golden.py and run that", metric)
				}
			}
			for metric, want := range c.Metrics {
				got, ok := values[metric]
				if !ok {
					t.Errorf("metric %s is missing", metric)
				}
				testkit.Near(t, string(metric), got, want, tolerance)
			}
			testkit.Near(t, "row ECE of the table", e.RowReliability().ECE, c.Metrics[RowECE], tolerance)
			testkit.Near(t, "valid ECE of the table", e.ValidReliability().ECE, c.Metrics[ValidECE], tolerance)

			confusion := e.Confusion()
			for i, class := range confusion.Classes() {
				for j, want := range c.Classes.Confusion[i] {
					if got := confusion.Counts[i][j]; got != want {
						t.Errorf("confusion[%d][%d] = %d, want %d", i, j, got, want)
					}
				}
				if class.Support != c.Classes.Support[i] {
					t.Errorf("%s: support %d, want %d", class.Label, class.Support, c.Classes.Support[i])
				}
				nearDefined(t, class.Label+": precision", class.Precision, c.Classes.Precision[i])
				nearDefined(t, class.Label+": recall", class.Recall, c.Classes.Recall[i])
				nearDefined(t, class.Label+": F1", class.F1, c.Classes.F1[i])
			}
			if c.Temperature != nil {
				got, err := FitTemperature(set)
				if err != nil {
					t.Fatal(err)
				}
				testkit.Near(t, "temperature", got.Value, c.Temperature.Value, tolerance)
				testkit.Near(t, "likelihood before", got.Before, c.Temperature.Before, tolerance)
				testkit.Near(t, "likelihood after", got.After, c.Temperature.After, tolerance)
				if got.Reason != "" {
					t.Errorf("temperature %v: %s", got.Value, got.Reason)
				}
			}
		})
	}
}

func TestGoldenMcNemar(t *testing.T) {
	for _, c := range testkit.ReadJSON[golden](t, "testdata", "golden.json").McNemar {
		testkit.Near(t, fmt.Sprintf("McNemarExact(%d, %d)", c.OnlyA, c.OnlyB), McNemarExact(c.OnlyA, c.OnlyB), c.PValue, tolerance)
	}
}

func TestGoldenProportions(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	for _, c := range g.Wilson {
		got := Wilson(c.Right/c.Of, c.Of, c.Level)
		testkit.Near(t, fmt.Sprintf("low of %v of %v", c.Right, c.Of), got.Low, c.Interval[0], tolerance)
		testkit.Near(t, fmt.Sprintf("high of %v of %v", c.Right, c.Of), got.High, c.Interval[1], tolerance)
	}
	for _, c := range g.Newcombe {
		n := c.Counts
		got := WilsonDifference(n[0]/n[1], n[1], n[2]/n[3], n[3], c.Level)
		testkit.Near(t, fmt.Sprintf("low of %v", n), got.Low, c.Interval[0], tolerance)
		testkit.Near(t, fmt.Sprintf("high of %v", n), got.High, c.Interval[1], tolerance)
	}
	if len(g.Wilson) == 0 || len(g.Newcombe) == 0 || Wilson(.5, 0, .95) != (Interval{0, 1}) {
		t.Error("no cases, or a share of nothing is known")
	}
}

func TestGoldenAdjusted(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	if len(g.Adjusted) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range g.Adjusted {
		holm, bh := Holm(c.P), BenjaminiHochberg(c.P)
		if len(holm) != len(c.Holm) || len(bh) != len(c.BenjaminiHochberg) {
			t.Fatalf("%v: %d and %d values", c.P, len(holm), len(bh))
		}
		for i := range c.P {
			testkit.Near(t, fmt.Sprintf("Holm %d of %v", i, c.P), holm[i], c.Holm[i], tolerance)
			testkit.Near(t, fmt.Sprintf("Benjamini-Hochberg %d of %v", i, c.P), bh[i], c.BenjaminiHochberg[i], tolerance)
		}
	}
}

// TestGoldenIntervals holds the ends of the intervals against the mean of 20 bootstraps in numpy, within five times the distance that
// one such bootstrap lies from another.
func TestGoldenIntervals(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	for _, c := range g.Cases {
		if c.Name != g.Bootstrap.Case {
			continue
		}
		for seed := range uint64(3) {
			s, err := Summarize(newSet(c.Gold, c.Scores, nil), Options{Resamples: g.Bootstrap.Resamples, Seed: seed})
			if err != nil {
				t.Fatal(err)
			}
			for metric, want := range g.Bootstrap.Intervals {
				got := s.Metrics[metric]
				if math.Abs(*got.Low-want.Low) > 5*want.LowSD || math.Abs(*got.High-want.High) > 5*want.HighSD {
					t.Errorf("seed %d, %s: interval [%.5f, %.5f], want [%.5f, %.5f] within 5 times [%.5f, %.5f]",
						seed, metric, *got.Low, *got.High, want.Low, want.High, want.LowSD, want.HighSD)
				}
			}
		}
		return
	}
	t.Fatalf("the golden file has no case %q", g.Bootstrap.Case)
}
