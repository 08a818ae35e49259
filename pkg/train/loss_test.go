package train

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestCrossEntropyEqualsItsFormula(t *testing.T) {
	logits := [][]float32{{1.5, -0.25, 0.75}, {-3, 12, 0.5}, {80, -80, 0}, {0.1, 0.2, 0.3}}
	targets := [][]float32{{1, 0, 0}, {0, 0.5, 0.5}, {1.0 / 3, 1.0 / 3, 1.0 / 3}, {0, 1, 0}}
	for _, name := range []string{"xla:cpu", "go"} {
		backend := modelkit.Backend(t, classifier.OpenBackend, name)
		for _, rows := range [][]float32{{1, 1, 1, 1}, {0.25, 0.25, 0.25, 0.25}, {0.5, 0, 0.5, 0}, {0, 1, 0, 0}} {
			out, err := graph.CallOnce(backend, crossEntropy, targets, rows, logits)
			if err != nil {
				t.Fatal(err)
			}
			want := 0.0
			for i, row := range logits {
				sum := 0.0
				for _, v := range row {
					sum += math.Exp(float64(v))
				}
				for k, v := range row {
					want -= float64(rows[i]) * float64(targets[i][k]) * (float64(v) - math.Log(sum))
				}
			}
			if got := float64(tensors.ToScalar[float32](out)); math.Abs(got-want) > 1e-5*math.Abs(want) {
				t.Errorf("%s, row weights %v: %v, want %v", name, rows, got, want)
			}
		}
	}
}

func TestClipScalesToTheNormAndLeavesWhatIsBelow(t *testing.T) {
	// The global norm of 3, 4 and 12 is 13.
	a, b := []float32{3, 4}, [][]float32{{12, 0}}
	for _, name := range []string{"xla:cpu", "go"} {
		backend := modelkit.Backend(t, classifier.OpenBackend, name)
		for limit, factor := range map[float64]float64{1: 1 / (13 + 1e-6), 6.5: 6.5 / (13 + 1e-6), 13.1: 1, 1000: 1} {
			out, err := graph.CallOnceN(backend, func(a, b *graph.Node) []*graph.Node {
				norm := globalNorm([]*graph.Node{a, b})
				return append(clip([]*graph.Node{a, b}, norm, limit), norm)
			}, a, b)
			if err != nil {
				t.Fatal(err)
			}
			want := []float32{float32(3 * factor), float32(4 * factor)}
			testkit.NearAll(t, "first gradient", out[0].Value().([]float32), want, tolerance)
			testkit.NearAll(t, "second gradient", out[1].Value().([][]float32)[0], []float32{float32(12 * factor), 0}, tolerance)
			if factor == 1 && out[0].Value().([]float32)[0] != 3 {
				t.Errorf("%s: a gradient below the norm of %v has changed", name, limit)
			}
			if got := tensors.ToScalar[float32](out[2]); math.Abs(float64(got)-13) > 1e-5 {
				t.Errorf("%s: the global norm is %v, want 13", name, got)
			}
		}
	}
}
