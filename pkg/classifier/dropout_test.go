package classifier

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
)

const (
	dropRows, dropColumns = 64, 512
	dropSize              = dropRows * dropColumns
)

// dropRates are tried at one site each, the first twice.
var dropRates = []float64{0.1, 0.1, 0.2, 0.5, 0}

// drops runs Apply on 1, 2, 3, ... at one site for each of dropRates, and gives the results with the gradient of their sum.
func drops(t *testing.T, exec *graph.Exec, step int32) (outputs [][]float32, gradients []float32) {
	t.Helper()
	all, err := exec.Call(step)
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range all {
		data, err := tensors.CopyFlatData[float32](out)
		if err != nil {
			t.Fatal(err)
		}
		outputs = append(outputs, data)
	}
	last := len(outputs) - 1
	return outputs[:last], outputs[last]
}

func dropGraph(seed uint64) func(step *graph.Node) []*graph.Node {
	return func(step *graph.Node) []*graph.Node {
		g := step.Graph()
		values := make([][]float32, dropRows)
		for i := range values {
			values[i] = make([]float32, dropColumns)
			for j := range values[i] {
				values[i][j] = float32(i*dropColumns + j + 1)
			}
		}
		x := graph.Const(g, values)
		dropout := NewDropout(step, seed)
		var out []*graph.Node
		total := graph.ScalarZero(g, x.DType())
		for _, rate := range dropRates {
			y := dropout.Apply(x, rate)
			out = append(out, y)
			total = graph.Add(total, graph.ReduceAllSum(y))
		}
		return append(out, graph.Gradient(total, x)[0])
	}
}

func TestDropout(t *testing.T) {
	for _, name := range backends {
		t.Run(name, func(t *testing.T) {
			backend := modelkit.Backend(t, OpenBackend, name)
			exec, err := graph.NewExec(backend, dropGraph(3))
			if err != nil {
				t.Fatal(err)
			}
			first, gradients := drops(t, exec, 1)
			wantGradients := make([]float64, dropSize)
			for site, rate := range dropRates {
				dropped := 0
				keep := 1 / (1 - rate)
				for i, v := range first[site] {
					if v == 0 {
						dropped++
						continue
					}
					wantGradients[i] += keep
					if want := float64(i+1) * keep; math.Abs(float64(v)-want) > 1e-6*want {
						t.Fatalf("site %d: value %d is %v, want %v or 0", site, i, v, want)
					}
				}
				// Six standard deviations of a binomial count.
				if expected := rate * dropSize; math.Abs(float64(dropped)-expected) > 6*math.Sqrt(expected*(1-rate)) {
					t.Errorf("site %d: %d of %d values are dropped at rate %v", site, dropped, dropSize, rate)
				}
			}
			for i, want := range wantGradients { // what was dropped gets none
				if math.Abs(float64(gradients[i])-want) > 1e-5 {
					t.Fatalf("value %d gets the gradient %v, want %v", i, gradients[i], want)
				}
			}

			again, _ := drops(t, exec, 1)
			next, _ := drops(t, exec, 2)
			for site := range dropRates {
				if !slices.Equal(again[site], first[site]) {
					t.Errorf("site %d: the same step draws another mask", site)
				}
			}
			independent(t, "two sites", first[0], first[1], 0.1)
			independent(t, "two steps", first[0], next[0], 0.1)
			other, err := graph.NewExec(backend, dropGraph(4))
			if err != nil {
				t.Fatal(err)
			}
			seeded, _ := drops(t, other, 1)
			independent(t, "two seeds", first[0], seeded[0], 0.1)
			rows := first[3] // a row's mask says nothing about the next one's
			independent(t, "two rows", rows[:dropSize/2], rows[dropSize/2:], 0.5)
		})
	}
}

// independent checks that as many values are dropped in both as two independent masks would drop.
func independent(t *testing.T, what string, a, b []float32, rate float64) {
	t.Helper()
	both := 0
	for i := range a {
		if a[i] == 0 && b[i] == 0 {
			both++
		}
	}
	expected := rate * rate * float64(len(a))
	if math.Abs(float64(both)-expected) > 6*math.Sqrt(expected*(1-rate*rate)) {
		t.Errorf("%s: %d values are dropped in both, about %.0f are expected", what, both, expected)
	}
}

func TestDropoutIsTheSameOnBothBackends(t *testing.T) {
	var masks [][]float32
	for _, name := range backends {
		exec, err := graph.NewExec(modelkit.Backend(t, OpenBackend, name), dropGraph(9))
		if err != nil {
			t.Fatal(err)
		}
		out, _ := drops(t, exec, 12345)
		masks = append(masks, out[3])
	}
	for i := range masks[0] {
		if (masks[0][i] == 0) != (masks[1][i] == 0) {
			t.Fatalf("value %d is dropped by one backend alone", i)
		}
	}
}
