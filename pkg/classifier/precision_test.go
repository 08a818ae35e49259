package classifier

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// gradientName is a tensor that every product of the encoder's backward pass leads to.
const gradientName = "distilbert.transformer.layer.0.attention.q_lin.lora_B.weight"

// passIn runs the training graph without dropout in a type: logits, and the gradient of the sum of their squares.
func passIn(t *testing.T, backend compute.Backend, m *Model, b batch, dtype dtypes.DType) (logits, gradient []float32) {
	t.Helper()
	exec, err := model.NewExec(backend, m.Store, func(scope *model.Scope, ids, mask *graph.Node) []*graph.Node {
		logits := m.LogitsAs(dtype, scope, ids, mask, NewDropout(graph.Const(ids.Graph(), int32(1)), 7))
		loss := graph.ReduceAllSum(graph.Square(logits))
		return []*graph.Node{logits, graph.Gradient(loss, scope.Store().Scope(scopeName).GetVariable(gradientName).NodeValue(ids.Graph()))[0]}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	out, err := exec.Call(b.IDs, b.Mask)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range out {
		if o.DType() != dtypes.Float32 {
			t.Fatalf("output %d is %s, want Float32", i, o.DType())
		}
	}
	return flat(t, out[0]), flat(t, out[1])
}

// Each rounding to a type of b bits is off by up to 2^-b relative, and a logit is the end of about twenty products one after the
// other, whose errors add up as a random walk: 8 roundings are allowed. In the gradient a unit of the head's ReLU that is
// nearer to 0 than the error switches as a whole, so that only its direction can be asked for.
func TestMixedPrecisionIsNearFloat32(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	backend := modelkit.Backend(t, OpenBackend, "xla:cpu")
	m := openTiny(t, "adapter-all")
	m.Config.Dropout, m.Config.AttentionDropout, m.Config.ClassifierDropout, m.Adapter.Config.Dropout = 0, 0, 0, 0
	wantLogits, wantGradient := passIn(t, backend, m, g.Batches[0], dtypes.Float32)
	for dtype, unit := range map[dtypes.DType]float64{dtypes.BFloat16: 1. / 256, dtypes.Float16: 1. / 2048} {
		logits, gradient := passIn(t, backend, m, g.Batches[0], dtype)
		testkit.NearAll(t, dtype.String()+" logits", logits, wantLogits, 8*unit)
		if slices.Equal(logits, wantLogits) {
			t.Errorf("%s gives Float32's logits to the last bit: nothing was computed in it", dtype)
		}
		if c := cosine(gradient, wantGradient); !(c > 0.95) {
			t.Errorf("%s: the gradient's cosine with Float32's is %v", dtype, c)
		}
	}
}

func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
	}
	return ab / math.Sqrt(aa*bb)
}

func TestCheckCompute(t *testing.T) {
	for _, name := range backends {
		backend := modelkit.Backend(t, OpenBackend, name)
		if err := CheckDType(backend, dtypes.Float32); err != nil {
			t.Error(err)
		}
		for _, dtype := range []dtypes.DType{dtypes.BFloat16, dtypes.Float16} {
			err := CheckDType(backend, dtype)
			if name == "go" { // its linear layer is Float32 and Float64 alone
				testkit.Refused(t, dtype.String(), err, backend.Name(), dtype.String(), "Float32")
			} else if err != nil {
				t.Error(err)
			}
		}
		testkit.Refused(t, "integers", CheckDType(backend, dtypes.Int32), "cannot compute in Int32")
	}
}
