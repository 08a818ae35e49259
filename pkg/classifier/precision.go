package classifier

import (
	"fmt"
	"math"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/nn"
)

// CheckDType tests whether a backend can compute in a type, for LogitsAs, on a small linear layer and its gradient. The error names
// the backend and the type.
func CheckDType(backend compute.Backend, dtype dtypes.DType) error {
	switch dtype {
	case dtypes.Float32:
		return nil
	case dtypes.BFloat16, dtypes.Float16:
	default:
		return fmt.Errorf("a model cannot compute in %s, only in %s, %s or %s", dtype, dtypes.Float32, dtypes.BFloat16, dtypes.Float16)
	}
	refuse := func(reason string) error {
		reason, _, _ = strings.Cut(reason, "\n")
		return fmt.Errorf("backend %q cannot compute in %s, take %s: %s", backend.Name(), dtype, dtypes.Float32, reason)
	}
	// The gradient of relu(w1 + 2 w2) is 1 and 2, exact in every type. It is nn.Dense as in the model, because a backend may have a
	// kernel for it that supports fewer types than its other operations.
	exec, err := NewExec(backend, func(w *Node) *Node {
		w.AssertDims(1, 2)
		weight := ConvertDType(w, dtype)                                                   // [1, 2]
		x := ConvertDType(Const(w.Graph(), [][]float32{{1, 2}}), dtype)                    // [1, 2]
		bias := ConvertDType(Const(w.Graph(), []float32{0}), dtype)                        // [1]
		out := activation.Relu(nn.Dense(x, weight, bias, compute.DenseLayoutOutputsInput)) // [1, 1]
		out.AssertDims(1, 1)
		grad := Gradient(ReduceAllSum(ConvertDType(out, dtypes.Float32)), w)[0] // [1, 2] Float32
		grad.AssertDims(1, 2)
		return grad
	})
	if err != nil {
		return refuse(err.Error())
	}
	defer exec.Finalize()
	out, err := exec.Call1([][]float32{{1, 1}})
	if err != nil {
		return refuse(err.Error())
	}
	defer out.MustFinalizeAll()
	got, err := tensors.CopyFlatData[float32](out)
	if err != nil {
		return refuse(err.Error())
	}
	for i, want := range []float64{1, 2} {
		if math.Abs(float64(got[i])-want) > 1e-3 {
			return refuse(fmt.Sprintf("a gradient comes out as %v instead of %v", got[i], want))
		}
	}
	return nil
}
