package evaluate

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// TestIntervalsOfAMean compares with what is known: the mean of n values has a normal interval of the known width.
func TestIntervalsOfAMean(t *testing.T) {
	const n = 400
	values := make([]float64, n)
	mean, square := 0.0, 0.0
	for i := range values {
		values[i] = math.Mod(float64(i)*0.618034, 1)
		mean += values[i] / n
		square += values[i] * values[i] / n
	}
	got, err := Intervals(n, 2, Options{Resamples: 4000, Seed: 11}, func(weights []int32, out []float64) {
		sum, drawn := 0.0, int32(0)
		for i, w := range weights {
			sum += float64(w) * values[i]
			drawn += w
		}
		if drawn != n {
			t.Fatalf("%d notes drawn, want %d", drawn, n)
		}
		out[0], out[1] = sum/n, -sum/n
	})
	if err != nil {
		t.Fatal(err)
	}
	half := 1.959964 * math.Sqrt((square-mean*mean)/n)
	if math.Abs(got[0].Low-(mean-half)) > half/10 || math.Abs(got[0].High-(mean+half)) > half/10 {
		t.Errorf("interval %+v, want about [%v, %v]", got[0], mean-half, mean+half)
	}
	testkit.Near(t, "the interval of the negative", got[1].Low, -got[0].High, tolerance)
}

func TestIntervalsAreSeeded(t *testing.T) {
	draw := func(seed uint64) []Interval {
		got, err := Intervals(30, 1, Options{Resamples: 50, Seed: seed}, func(weights []int32, out []float64) {
			out[0] = 0
			for i, w := range weights {
				out[0] += float64(i) * float64(w)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if !slices.Equal(draw(1), draw(1)) {
		t.Error("one seed gives two intervals")
	}
	if slices.Equal(draw(1), draw(2)) {
		t.Error("two seeds give the same interval")
	}
}

func TestIntervalsRefuse(t *testing.T) {
	undefined := func(weights []int32, out []float64) { out[0], out[1] = 1, 0/float64(weights[0]*0) }
	if _, err := Intervals(3, 2, Options{}, undefined); err == nil || !strings.Contains(err.Error(), "statistic 1 is undefined in 1000 of 1000 resamples") {
		t.Errorf("undefined statistic: %v", err)
	}
	if _, err := Intervals(0, 1, Options{}, undefined); err == nil || !strings.Contains(err.Error(), "no notes") {
		t.Errorf("no notes: %v", err)
	}
}

func TestPercentile(t *testing.T) {
	// numpy.quantile([1, 2, 3, 4, 10], [.05, .95]) is [1.2, 8.8].
	got := percentile([]float64{1, 2, 3, 4, 10}, .9)
	testkit.Near(t, "low", got.Low, 1.2, tolerance)
	testkit.Near(t, "high", got.High, 8.8, tolerance)
	if got := percentile([]float64{7}, .95); got != (Interval{7, 7}) {
		t.Errorf("one value: %+v", got)
	}
}

func TestPartialIntervals(t *testing.T) {
	statistic := func(weights []int32, out []float64) {
		drawn := 0.0
		for i, w := range weights {
			drawn += float64(w) * float64(i)
		}
		out[0], out[1], out[2] = drawn, math.NaN(), drawn
		if weights[0] == 0 { // in about one of e resamples
			out[2] = math.Inf(1)
		}
	}
	whole, err := Intervals(20, 1, Options{Seed: 5}, func(weights []int32, out []float64) {
		var three [3]float64
		statistic(weights, three[:])
		out[0] = three[0]
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := PartialIntervals(20, 3, Options{Seed: 5}, statistic)
	if err != nil {
		t.Fatal(err)
	}
	if got[0].Undefined != 0 || *got[0].Low != whole[0].Low || *got[0].High != whole[0].High {
		t.Errorf("defined: %+v, want %+v", got[0], whole[0])
	}
	for i, most := range map[int]int{1: 1000, 2: 450} {
		if got[i].Low != nil || got[i].High != nil || got[i].Reason == "" || got[i].Undefined > most || got[i].Undefined < most*2/3 {
			t.Errorf("undefined: %+v", got[i])
		}
	}
	rare, err := PartialIntervals(20, 1, Options{Seed: 5}, func(weights []int32, out []float64) {
		out[0] = float64(weights[1])
		if weights[0] > 3 {
			out[0] = math.NaN()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if rare[0].Undefined == 0 || rare[0].Low == nil || *rare[0].Low != 0 {
		t.Errorf("seldom undefined: %+v", rare[0])
	}
	if one, err := PartialIntervals(1, 3, Options{}, statistic); err != nil || one[0].Low != nil || one[0].Reason != oneNote {
		t.Errorf("one note: %+v, %v", one, err)
	}
}
