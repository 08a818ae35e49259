package train

import (
	"math"
	"strings"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"
)

// AdamW is the optimiser of the Hugging Face Trainer: gradients clipped to a global norm, Adam, and decoupled weight decay
// (Loshchilov and Hutter, 2019, https://arxiv.org/abs/1711.05101) on everything but biases and LayerNorms. GoMLX's Adam has
// one rate and one decay for all tensors, so it cannot be had from there.
//
// With LoRAPlusRatio above 1 it is that of LoRA+ (Hayou et al., 2024, https://arxiv.org/abs/2402.12354) with the groups of
// PEFT's create_loraplus_optimizer: the B matrices and all one-dimensional tensors (the head's biases) learn at that many times
// the rate, the A matrices and the head's weights at the rate itself, and the decay is the same as without.
type AdamW struct {
	WeightDecay   float64
	MaxGradNorm   float64 // 0 leaves the gradients as they are
	LoRAPlusRatio float64 // 0 is 1
}

// Betas and epsilon as the Trainer sets them.
const (
	beta1   = 0.9
	beta2   = 0.999
	epsilon = 1e-8
)

// param is a tensor that is trained, with its gradient and the moments of it, all of its shape.
type param struct {
	value, gradient, first, second *model.Variable
}

// pace is what changes from update to update.
type pace struct {
	rate        float64 // learning rate
	correction1 float64 // 1 - beta1^t in the t-th update, counted from 1
	correction2 float64 // sqrt(1 - beta2^t)
}

func newPace(rate float64, update int) pace {
	t := float64(update)
	return pace{rate: rate, correction1: 1 - math.Pow(beta1, t), correction2: math.Sqrt(1 - math.Pow(beta2, t))}
}

// Decays says whether weight decay applies to a tensor: not to biases and LayerNorms, as the Trainer has it.
func Decays(name string) bool {
	lower := strings.ToLower(name)
	return !strings.HasSuffix(lower, "bias") && !strings.Contains(lower, "layernorm") && !strings.Contains(lower, "layer_norm")
}

// ratio is how many times the learning rate a tensor of that name and rank learns at.
func (o AdamW) ratio(name string, rank int) float64 {
	if o.LoRAPlusRatio > 1 && (strings.Contains(name, "lora_B") || rank == 1) {
		return o.LoRAPlusRatio
	}
	return 1
}

// update adds one update of the parameters and their moments to the graph.
//
//   - rate, correction1, correction2: scalars, see pace
//   - scale: scalar that the loss was multiplied by
//   - guarded: leave everything as it is where a gradient is not finite
//   - result: scalar, the global norm of the gradients before clipping
func (o AdamW) update(params []param, rate, correction1, correction2, scale *Node, guarded bool) (norm *Node) {
	g := rate.Graph()
	grads := make([]*Node, len(params))
	for i, p := range params {
		grads[i] = Div(p.gradient.NodeValue(g), scale)
	}
	norm = globalNorm(grads)
	if o.MaxGradNorm > 0 {
		grads = clip(grads, norm, o.MaxGradNorm)
	}
	set := func(v *model.Variable, value *Node) {
		if guarded {
			value = Where(IsFinite(norm), value, v.NodeValue(g))
		}
		v.SetNodeValue(value)
	}
	for i, p := range params {
		value, grad := p.value.NodeValue(g), grads[i]
		rate := MulScalar(rate, o.ratio(p.value.Name(), value.Rank())) // scalar
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

// clip scales all gradients by min(1, limit / (norm + 1e-6)), as torch's clip_grad_norm_ does.
func clip(grads []*Node, norm *Node, limit float64) []*Node {
	factor := MinScalar(Div(ConstAs(norm, limit), AddScalar(norm, 1e-6)), 1) // scalar
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
