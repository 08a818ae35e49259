package evaluate

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

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
			Top2Accuracy          float64 `json:"top2_accuracy"`
			RecallAt2             float64 `json:"recall_at_2"`
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

func readGolden(t *testing.T) golden {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "golden.json"))
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
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

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.12g, want %.12g", what, got, want)
	}
}

// nearDefined compares a value that may be undefined with scikit-learn's, which is 0 there.
func nearDefined(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil {
		near(t, what+" (undefined)", 0, want)
	} else {
		near(t, what, *got, want)
	}
}

func TestGolden(t *testing.T) {
	for _, c := range readGolden(t).Cases {
		t.Run(c.Name, func(t *testing.T) {
			set := newSet(c.Gold, c.Scores, c.Logits)
			e, err := New(set)
			if err != nil {
				t.Fatal(err)
			}
			values := e.Values()
			if len(c.Metrics) != len(values) {
				t.Errorf("%d metrics in the golden file, %d here", len(c.Metrics), len(values))
			}
			for metric, want := range c.Metrics {
				got, ok := values[metric]
				if !ok {
					t.Errorf("metric %s is missing", metric)
				}
				near(t, string(metric), got, want)
			}
			near(t, "TopAccuracy(2)", e.TopAccuracy(2), c.Classes.Top2Accuracy)
			near(t, "RecallAt(2)", e.RecallAt(2), c.Classes.RecallAt2)
			near(t, "row ECE of the table", e.RowReliability().ECE, c.Metrics[RowECE])
			near(t, "valid ECE of the table", e.ValidReliability().ECE, c.Metrics[ValidECE])

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
				near(t, "temperature", got.Value, c.Temperature.Value)
				near(t, "likelihood before", got.Before, c.Temperature.Before)
				near(t, "likelihood after", got.After, c.Temperature.After)
				if got.Reason != "" {
					t.Errorf("temperature %v: %s", got.Value, got.Reason)
				}
			}
		})
	}
}

func TestGoldenMcNemar(t *testing.T) {
	for _, c := range readGolden(t).McNemar {
		near(t, fmt.Sprintf("McNemarExact(%d, %d)", c.OnlyA, c.OnlyB), McNemarExact(c.OnlyA, c.OnlyB), c.PValue)
	}
}

func TestGoldenProportions(t *testing.T) {
	g := readGolden(t)
	for _, c := range g.Wilson {
		got := Wilson(c.Right/c.Of, c.Of, c.Level)
		near(t, fmt.Sprintf("low of %v of %v", c.Right, c.Of), got.Low, c.Interval[0])
		near(t, fmt.Sprintf("high of %v of %v", c.Right, c.Of), got.High, c.Interval[1])
	}
	for _, c := range g.Newcombe {
		n := c.Counts
		got := WilsonDifference(n[0]/n[1], n[1], n[2]/n[3], n[3], c.Level)
		near(t, fmt.Sprintf("low of %v", n), got.Low, c.Interval[0])
		near(t, fmt.Sprintf("high of %v", n), got.High, c.Interval[1])
	}
	if len(g.Wilson) == 0 || len(g.Newcombe) == 0 || Wilson(.5, 0, .95) != (Interval{0, 1}) {
		t.Error("no cases, or a share of nothing is known")
	}
}

func TestGoldenAdjusted(t *testing.T) {
	g := readGolden(t)
	if len(g.Adjusted) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range g.Adjusted {
		holm, bh := Holm(c.P), BenjaminiHochberg(c.P)
		if len(holm) != len(c.Holm) || len(bh) != len(c.BenjaminiHochberg) {
			t.Fatalf("%v: %d and %d values", c.P, len(holm), len(bh))
		}
		for i := range c.P {
			near(t, fmt.Sprintf("Holm %d of %v", i, c.P), holm[i], c.Holm[i])
			near(t, fmt.Sprintf("Benjamini-Hochberg %d of %v", i, c.P), bh[i], c.BenjaminiHochberg[i])
		}
	}
}

// TestGoldenIntervals holds the ends of the intervals against the mean of 20 bootstraps in numpy, within five times the distance that
// one such bootstrap lies from another.
func TestGoldenIntervals(t *testing.T) {
	g := readGolden(t)
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
