package train

import (
	"strings"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// AdamW is the optimiser of the Hugging Face Trainer around GoMLX's Adam: gradients clipped to a global norm, a learning rate
// that warms up and decays linearly, and decoupled weight decay (Loshchilov and Hutter, 2019, https://arxiv.org/abs/1711.05101)
// on everything but biases and LayerNorms.
type AdamW struct {
	Schedule    Schedule
	WeightDecay float64
	MaxGradNorm float64 // 0 leaves the gradients as they are
	adam        optimizer.Interface
}

// Betas and epsilon as the Trainer sets them.
const (
	beta1   = 0.9
	beta2   = 0.999
	epsilon = 1e-8
)

// NewAdamW returns the optimiser for a schedule.
func NewAdamW(schedule Schedule, weightDecay, maxGradNorm float64) *AdamW {
	return &AdamW{
		Schedule:    schedule,
		WeightDecay: weightDecay,
		MaxGradNorm: maxGradNorm,
		adam:        optimizer.Adam().Betas(beta1, beta2).Epsilon(epsilon).LearningRate(schedule.Peak).Done(),
	}
}

// Decays says whether weight decay applies to a tensor: not to biases and LayerNorms, as the Trainer has it.
func Decays(name string) bool {
	lower := strings.ToLower(name)
	return !strings.HasSuffix(lower, "bias") && !strings.Contains(lower, "layernorm") && !strings.Contains(lower, "layer_norm")
}

// UpdateGraph implements optimizer.Interface: it adds one optimiser step on the loss to the graph.
func (o *AdamW) UpdateGraph(scope *model.Scope, g *Graph, loss *Node) {
	grads := scope.BuildTrainableVariablesGradientsGraph(loss)
	o.UpdateGraphWithGradients(scope, grads, loss.DType())
}

// UpdateGraphWithGradients implements train.OptimizeWithGradients, which accumulation calls.
func (o *AdamW) UpdateGraphWithGradients(scope *model.Scope, grads []*Node, dtype dtypes.DType) {
	g := grads[0].Graph()
	if o.MaxGradNorm > 0 {
		grads = clip(grads, o.MaxGradNorm)
	}
	step := optimizer.GetGlobalStepVar(scope).NodeValue(g) // scalar Int64: steps taken so far
	rate := o.Schedule.graph(ConvertDType(step, dtype))    // scalar
	optimizer.LearningRateVar(scope, dtype, o.Schedule.Peak).SetNodeValue(rate)
	if o.WeightDecay > 0 {
		keep := OneMinus(MulScalar(rate, o.WeightDecay)) // scalar
		for v := range scope.IterVariables() {
			if v.Trainable && v.InUseByGraph(g) && Decays(v.Name()) {
				v.SetNodeValue(Mul(v.NodeValue(g), keep))
			}
		}
	}
	o.adam.(interface {
		UpdateGraphWithGradients(scope *model.Scope, grads []*Node, dtype dtypes.DType)
	}).UpdateGraphWithGradients(scope, grads, dtype)
}

// Clear implements optimizer.Interface.
func (o *AdamW) Clear(scope *model.Scope) error { return o.adam.Clear(scope) }

// clip scales all gradients by min(1, limit / (norm + 1e-6)), as torch's clip_grad_norm_ does.
func clip(grads []*Node, limit float64) []*Node {
	factor := MinScalar(Div(ConstAs(grads[0], limit), AddScalar(globalNorm(grads), 1e-6)), 1) // scalar
	clipped := make([]*Node, len(grads))
	for i, grad := range grads {
		clipped[i] = Mul(grad, factor)
	}
	return clipped
}

// globalNorm is the L2 norm over all values of all gradients: a scalar.
func globalNorm(grads []*Node) *Node {
	var total *Node
	for _, grad := range grads {
		square := ReduceAllSum(Square(grad))
		if total == nil {
			total = square
		} else {
			total = Add(total, square)
		}
	}
	return Sqrt(total)
}
