package evaluate

import (
	"math"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

func TestReliabilityTable(t *testing.T) {
	// Confidences .5 and .75 with two labels each, and 1 with one: by rows five predictions, by notes three.
	s := newSet([][]int{{0, 1}, {0, 2}, {2}}, [][]float32{{.5, .25, .25}, {0, .75, .25}, {0, 0, 1}}, nil)
	e := evaluation(t, s)
	tests := []struct {
		name  string
		table Reliability
		// by bin: count, confidence, accuracy
		want map[int][3]float64
		ece  float64
	}{
		{"rows", e.RowReliability(), map[int][3]float64{7: {2, .5, .5}, 11: {2, .75, 0}, 14: {1, 1, 1}}, .3},
		{"valid", e.ValidReliability(), map[int][3]float64{7: {1, .5, 1}, 11: {1, .75, 0}, 14: {1, 1, 1}}, 1.25 / 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			testkit.Near(t, "ECE", test.table.ECE, test.ece, tolerance)
			if len(test.table.Bins) != 15 {
				t.Fatalf("%d bins", len(test.table.Bins))
			}
			for i, bin := range test.table.Bins {
				testkit.Near(t, "lower edge", bin.Low, float64(i)/15, tolerance)
				testkit.Near(t, "upper edge", bin.High, float64(i+1)/15, tolerance)
				want, filled := test.want[i]
				if !filled {
					if bin.Count != 0 || bin.Confidence != nil || bin.Accuracy != nil {
						t.Errorf("bin %d is not empty: %+v", i, bin)
					}
					continue
				}
				if bin.Count != int(want[0]) {
					t.Errorf("bin %d counts %d, want %v", i, bin.Count, want[0])
				}
				testkit.Near(t, "confidence", *bin.Confidence, want[1], tolerance)
				testkit.Near(t, "accuracy", *bin.Accuracy, want[2], tolerance)
			}
		})
	}
}

func TestBinEdges(t *testing.T) {
	for confidence, want := range map[float64]int{0: 0, 1e-9: 0, 1. / 16: 0, .07: 1, .2: 2, .5: 7, .999: 14, 1: 14, 1 + 1e-7: 14} {
		if got := binOf(confidence); got != want {
			t.Errorf("confidence %v is in bin %d, want %d", confidence, got, want)
		}
	}
}

// TestFitTemperatureUndoesScaling: logits multiplied by 3 need a temperature three times as high, and land on the same scores.
func TestFitTemperatureUndoesScaling(t *testing.T) {
	s := corpusSet(300, 4)
	plain, err := FitTemperature(s)
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.Predictions {
		p := &s.Predictions[i]
		for j := range p.Logits {
			p.Logits[j] *= 4 // a power of two keeps the float32 values exact
		}
		p.Scores = predict.Softmax(p.Logits, 1)
	}
	scaled, err := FitTemperature(s)
	if err != nil {
		t.Fatal(err)
	}
	testkit.Near(t, "temperature of scaled logits", scaled.Value, 4*plain.Value, tolerance)
	testkit.Near(t, "likelihood after", scaled.After, plain.After, tolerance)
	if !(plain.After <= plain.Before && scaled.After < scaled.Before) {
		t.Errorf("fitting made the likelihood worse: %+v, %+v", plain, scaled)
	}

	before := evaluation(t, s).Values()
	calibrated, err := s.WithTemperature(scaled.Value)
	if err != nil {
		t.Fatal(err)
	}
	after := evaluation(t, calibrated).Values()
	if after[RowECE] >= before[RowECE] || after[Brier] >= before[Brier] {
		t.Errorf("four-fold overconfidence: ECE %v -> %v, Brier %v -> %v", before[RowECE], after[RowECE], before[Brier], after[Brier])
	}
	for _, m := range []Metric{RowAccuracy, MacroF1Union, AnyValid, RecallAt3, LabelRanking} {
		testkit.Near(t, string(m)+" after scaling", after[m], before[m], tolerance)
	}
	again, err := FitTemperature(calibrated)
	if err != nil {
		t.Fatal(err)
	}
	testkit.Near(t, "temperature fitted to a calibrated set", again.Value, scaled.Value, tolerance)
}

func TestFitTemperatureAtItsLimits(t *testing.T) {
	set := func(gold int, logits ...float32) predict.Set {
		return newSet([][]int{{gold}}, [][]float32{predict.Softmax(logits, 1)}, [][]float32{logits})
	}
	tests := map[string]struct {
		set    predict.Set
		want   float64
		reason string
	}{
		"always right":      {set(0, 2, 0), minTemperature, "lowest temperature"},
		"always wrong":      {set(1, 2, 0), maxTemperature, "highest temperature"},
		"nothing to choose": {set(1, 0, 0), maxTemperature, "highest temperature"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := FitTemperature(test.set)
			if err != nil {
				t.Fatal(err)
			}
			testkit.Near(t, "temperature", got.Value, test.want, tolerance)
			if !strings.Contains(got.Reason, test.reason) {
				t.Errorf("reason %q", got.Reason)
			}
			if math.IsNaN(got.Before) || math.IsNaN(got.After) || got.After > got.Before {
				t.Errorf("likelihood %v -> %v", got.Before, got.After)
			}
		})
	}
	if _, err := FitTemperature(newSet([][]int{{0}}, [][]float32{{1, 0}}, nil)); err == nil || !strings.Contains(err.Error(), "no logits") {
		t.Errorf("without logits: %v", err)
	}
	if _, err := FitTemperature(predict.Set{Labels: []string{"a"}}); err == nil {
		t.Error("fitted to nothing")
	}
}

func TestRiskCoverage(t *testing.T) {
	// By confidence: .75 right; .5 right, .5 wrong (tied); .375 wrong.
	s := newSet([][]int{{0}, {0}, {1}, {2}}, [][]float32{{.5, .25, .25}, {.75, .25, 0}, {.5, .25, .25}, {.375, .375, .25}}, nil)
	e := evaluation(t, s)
	want := []CoveragePoint{{.75, .25, 0}, {.5, .75, 1. / 3}, {.375, 1, .5}}
	got := e.RiskCoverage()
	if len(got) != len(want) {
		t.Fatalf("curve %v", got)
	}
	for i, w := range want {
		testkit.Near(t, "threshold", got[i].Threshold, w.Threshold, tolerance)
		testkit.Near(t, "coverage", got[i].Coverage, w.Coverage, tolerance)
		testkit.Near(t, "risk", got[i].Risk, w.Risk, tolerance)
	}
	// The tied pair is half wrong at either of its two coverages: (0/1 + .5/2 + 1/3 + 2/4) / 4.
	testkit.Near(t, "AURC", e.Values()[AURC], (0+.25+1./3+.5)/4, tolerance)
}
