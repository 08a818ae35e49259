package train

import (
	"math"
	"strings"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"
)

// AdamW is the optimiser of the Hugging Face Trainer: gradients clipped to a global norm, Adam, and decoupled weight decay
// (Loshchilov and Hutter, 2019, https://arxiv.org/abs/1711.05101) on everything but biases and LayerNorms. Why it is not GoMLX's, the
// package's documentation says.
//
// With LoRAPlusRatio above 1 it is that of LoRA+ (Hayou et al., 2024, https://arxiv.org/abs/2402.12354) with the groups of PEFT's
// create_loraplus_optimizer: the B matrices and all one-dimensional tensors (the head's biases) have that many times the learning rate
// of the A matrices and the head's weights. Weight decay applies to the same tensors as without.
type AdamW struct {
	WeightDecay   float64
	MaxGradNorm   float64 // 0 leaves the gradients as they are
	LoRAPlusRatio float64 // 0 is 1
}

// Betas and epsilon are the Trainer's defaults.
const (
	beta1   = 0.9
	beta2   = 0.999
	epsilon = 1e-8
)

// param is a tensor that is trained, its accumulated gradient, and Adam's first and second moment of the gradient; all have one shape.
type param struct {
	value, gradient, first, second *model.Variable
}

// factors are the scalars that differ between updates.
type factors struct {
	rate        float64 // learning rate
	correction1 float64 // bias correction 1 - beta1^t of the t-th update, counted from 1
	correction2 float64 // sqrt(1 - beta2^t)
}

func newFactors(rate float64, update int) factors {
	t := float64(update)
	return factors{rate: rate, correction1: 1 - math.Pow(beta1, t), correction2: math.Sqrt(1 - math.Pow(beta2, t))}
}

// Decays says whether weight decay applies to a tensor of that name: as in the Trainer, not to biases and LayerNorms.
func Decays(name string) bool {
	lower := strings.ToLower(name)
	return !strings.HasSuffix(lower, "bias") && !strings.Contains(lower, "layernorm") && !strings.Contains(lower, "layer_norm")
}

// rateRatio is the factor on the learning rate of a tensor with that name and rank.
func (o AdamW) rateRatio(name string, rank int) float64 {
	if o.LoRAPlusRatio > 1 && (strings.Contains(name, "lora_B") || rank == 1) {
		return o.LoRAPlusRatio
	}
	return 1
}

// update adds one update of the parameters and their moments to the graph.
//
//   - rate, correction1, correction2: scalars, see factors
//   - scale: scalar that the loss was multiplied by
//   - guarded: change nothing where a gradient is not finite
//   - result: scalar, the global norm of the gradients before clipping
func (o AdamW) update(params []param, rate, correction1, correction2, scale *Node, guarded bool) (norm *Node) {
	for _, scalar := range []*Node{rate, correction1, correction2, scale} {
		scalar.AssertScalar()
	}
	g := rate.Graph()
	grads := make([]*Node, len(params)) // each as its parameter
	for i, p := range params {
		grads[i] = Div(p.gradient.NodeValue(g), scale)
	}
	norm = globalNorm(grads) // scalar
	if o.MaxGradNorm > 0 {
		grads = clip(grads, norm, o.MaxGradNorm)
	}
	set := func(v *model.Variable, value *Node) {
		value.AssertDims(v.Shape().Dimensions...)
		if guarded {
			value = Where(IsFinite(norm), value, v.NodeValue(g))
		}
		v.SetNodeValue(value)
	}
	for i, p := range params {
		value, grad := p.value.NodeValue(g), grads[i] // as the parameter, and so are all others but the rate
		grad.AssertDims(value.Shape().Dimensions...)
		rate := MulScalar(rate, o.rateRatio(p.value.Name(), value.Rank())) // scalar
		if o.WeightDecay > 0 && Decays(p.value.Name()) {
			value = Mul(value, OneMinus(MulScalar(rate, o.WeightDecay)))
		}
		first := Add(MulScalar(p.first.NodeValue(g), beta1), MulScalar(grad, 1-beta1))
		second := Add(MulScalar(p.second.NodeValue(g), beta2), MulScalar(Square(grad), 1-beta2))
		denominator := AddScalar(Div(Sqrt(second), correction2), epsilon)
		set(p.value, Sub(value, Mul(Div(rate, correction1), Div(first, denominator))))
		set(p.first, first)
		set(p.second, second)
	}
	return norm
}

// clip scales all gradients by min(1, limit / (norm + 1e-6)), as torch's clip_grad_norm_ does. Their shapes stay.
func clip(grads []*Node, norm *Node, limit float64) []*Node {
	norm.AssertScalar()
	factor := MinScalar(Div(ConstAs(norm, limit), AddScalar(norm, 1e-6)), 1) // scalar
	factor.AssertScalar()
	clipped := make([]*Node, len(grads))
	for i, grad := range grads {
		clipped[i] = Mul(grad, factor) // as grad
	}
	return clipped
}

// globalNorm is the L2 norm over all values of all gradients: a scalar.
func globalNorm(grads []*Node) *Node {
	var total *Node // scalar
	for _, grad := range grads {
		square := ReduceAllSum(Square(grad)) // scalar
		if total == nil {
			total = square
		} else {
			total = Add(total, square)
		}
	}
	total.AssertScalar()
	return Sqrt(total)
}
