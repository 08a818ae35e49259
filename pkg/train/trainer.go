package train

import (
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/classifier"
)

// Trainer takes optimiser steps on a model, one batch each; a Job is made of them. It has three graphs: the gradients of a
// micro-batch, added to accumulators, and the loss alone, which are compiled once for each padded length; and the update of the
// parameters from the accumulators, which is compiled once.
type Trainer struct {
	// Rate returns the learning rate of the step with the given index, counted from 0. NewTrainer sets it to the configuration's
	// learning rate for every step. Set it before a step, for a schedule or another rate.
	Rate func(step int) float64

	model   *classifier.Model
	backend compute.Backend
	config  Config
	adamw   AdamW
	dtype   dtypes.DType // that the model computes in while it trains
	params  []param

	gradients *model.Exec
	update    *model.Exec
	loss      *model.Exec
	compiled  map[int]bool // padded lengths whose gradients are compiled

	steps   int      // taken so far, skipped ones included
	scaling *Scaling // of f16, else nil
}

// Step is what one optimiser step did.
type Step struct {
	Loss         float64 // mean cross entropy over the batch's notes before the update, with dropout
	GradNorm     float64 // L2 norm of all gradients before clipping; not finite where f16 has overflowed and nothing was changed
	LearningRate float64

	compiled bool // the batch's length was a new one
}

// ErrDiverged is returned where the loss, the gradients or the parameters are no longer finite.
var ErrDiverged = errors.New("training diverged")

// Scopes of the variable store: the optimiser's moments, which checkpoints keep under these names, and the accumulators.
const (
	momentScope   = model.ScopeSeparator + "AdamOptimizer"
	firstMoment   = "_1st_moment"
	secondMoment  = "_2nd_moment"
	gradientScope = model.ScopeSeparator + "gradients"
)

// NewTrainer prepares training the tensors that the model has chosen, with Adam's moments at zero. Nothing is compiled before the first
// step, unless the precision is f16 or bf16 and the backend has to be tried. Of the configuration, the keys of a whole run (epochs,
// warm-up, patience) are not used.
func NewTrainer(backend compute.Backend, m *classifier.Model, config Config) (*Trainer, error) {
	t, err := newTrainer(backend, m, config)
	if err != nil {
		return nil, err
	}
	return t, t.checkPrecision()
}

// newTrainer is NewTrainer without trying the backend.
func newTrainer(backend compute.Backend, m *classifier.Model, config Config) (*Trainer, error) {
	if err := config.checkStep(); err != nil {
		return nil, err
	}
	if config.LoRAPlusRatio > 1 && m.Adapter == nil {
		return nil, fmt.Errorf("train.loraplus_ratio is %g, but no adapter is trained: leave it out, or train with the method lora", config.LoRAPlusRatio)
	}
	dtype, err := config.compute()
	if err != nil {
		return nil, err
	}
	t := &Trainer{
		Rate:  func(int) float64 { return config.LearningRate },
		model: m, backend: backend, config: config, dtype: dtype,
		adamw:    AdamW{WeightDecay: config.WeightDecay, MaxGradNorm: config.MaxGradNorm, LoRAPlusRatio: config.LoRAPlusRatio},
		compiled: make(map[int]bool),
	}
	if config.scalesLoss() {
		t.scaling = &Scaling{Scale: initialScale}
	}
	return t, t.prepare()
}

// prepare creates the accumulators, the moments and the graphs' executors.
func (t *Trainer) prepare() error {
	store := t.model.Store
	for v := range store.IterVariables() {
		if v.Trainable {
			t.params = append(t.params, param{value: v})
		}
	}
	for i := range t.params {
		p := &t.params[i]
		path := p.value.Path()
		dims := p.value.Shape().Dimensions
		if err := errors.Join(
			zeros(store, gradientScope+path, dims, &p.gradient),
			zeros(store, momentScope+path+firstMoment, dims, &p.first),
			zeros(store, momentScope+path+secondMoment, dims, &p.second),
		); err != nil {
			return err
		}
	}
	var err error
	if t.update, err = model.NewExec(t.backend, store, t.updateGraph); err != nil {
		return err
	}
	if t.gradients, err = model.NewExec(t.backend, store, t.gradientGraph); err != nil {
		return err
	}
	if t.loss, err = model.NewExec(t.backend, store, t.lossGraph); err != nil {
		return err
	}
	t.gradients.SetMaxCache(-1)
	t.loss.SetMaxCache(-1)
	return nil
}

// zeros creates a variable of zeros that is not trained, or sets it to zero where an earlier Trainer has left it.
func zeros(store *model.Store, path string, dims []int, v **model.Variable) (err error) {
	value := tensors.FromShape(shapes.Make(dtypes.Float32, dims...))
	if *v = store.GetVariable(path); *v != nil {
		return (*v).SetValue(value)
	}
	if *v, err = store.CreateVariable(path, value); err != nil {
		return err
	}
	(*v).SetTrainable(false)
	return nil
}

// gradientGraph is the forward and backward pass of a micro-batch. It adds its gradients to the accumulators.
//
//   - ids: [rows, length] Int32; mask: [rows, length] Bool; targets: [rows, classes] Float32; weights: [rows] Float32
//   - pass: scalar Uint32, the micro-batch's number in the run, which dropout's masks depend on
//   - first: scalar Bool, whether the accumulators start at zero; scale: scalar Float32 that the loss is multiplied by
//   - result: the unscaled loss, a scalar Float32
func (t *Trainer) gradientGraph(scope *model.Scope, in []*Node) *Node {
	ids, mask, targets, weights, pass, first, scale := in[0], in[1], in[2], in[3], in[4], in[5], in[6]
	first.AssertScalar()
	scale.AssertScalar()
	g := ids.Graph()
	// [rows, length] Float32, because GoMLX accumulates gradients even for the mask, and cannot for Bool.
	mask = StopGradient(ConvertDType(mask, dtypes.Float32))
	logits := t.model.LogitsAs(t.dtype, scope, ids, mask, classifier.NewDropout(pass, t.config.Seed)) // [rows, classes]
	loss := crossEntropy(targets, weights, logits)                                                    // scalar
	values := make([]*Node, len(t.params))
	for i, p := range t.params {
		if !p.value.InUseByGraph(g) {
			panic("the loss does not depend on the trainable tensor " + p.value.Name())
		}
		values[i] = p.value.NodeValue(g)
	}
	for i, grad := range Gradient(Mul(loss, scale), values...) {
		grad.AssertDims(values[i].Shape().Dimensions...)
		v := t.params[i].gradient
		v.SetNodeValue(Where(first, grad, Add(v.NodeValue(g), grad))) // as the parameter
	}
	return loss
}

// lossGraph is the loss of a micro-batch in inference, in Float32.
//
//   - ids: [rows, length] Int32; mask: [rows, length] Bool; targets: [rows, classes] Float32; weights: [rows] Float32
//   - result: scalar Float32
func (t *Trainer) lossGraph(scope *model.Scope, ids, mask, targets, weights *Node) *Node {
	return crossEntropy(targets, weights, t.model.Logits(scope, ids, mask, nil))
}

// updateGraph is AdamW's update from the accumulators. Its inputs and its result are those of AdamW.update.
func (t *Trainer) updateGraph(_ *model.Scope, rate, correction1, correction2, scale *Node) *Node {
	return t.adamw.update(t.params, rate, correction1, correction2, scale, t.scaling != nil)
}

// Step takes one optimiser step on a batch of at most the configuration's batch size. The error wraps ErrDiverged where the loss is not
// finite, which leaves the parameters as they were, or where the gradients are not, which spoils them. In f16 a step with such
// gradients is no error: it changes no parameter and halves the loss scale.
func (t *Trainer) Step(b Batch) (Step, error) {
	if b.notes == 0 || b.notes > t.config.BatchSize {
		return Step{}, fmt.Errorf("a batch has %d notes, train.batch_size is %d", b.notes, t.config.BatchSize)
	}
	rate, update := t.rate(t.steps), t.steps+1
	scale := 1.0
	if s := t.scaling; s != nil {
		scale, update = s.Scale, update-s.Skipped
	}
	step := Step{LearningRate: rate, compiled: !t.compiled[b.Length]}
	t.compiled[b.Length] = true
	micro := t.config.MicroBatchSize(b.Length)
	for i, from := 0, 0; from < b.notes; i, from = i+1, from+micro {
		pass := uint32(t.steps*t.config.BatchSize + i)
		loss, err := call(t.gradients, append(b.microBatch(from, micro), pass, i == 0, float32(scale))...)
		if err != nil {
			return step, backendError(err, micro, b.Length)
		}
		step.Loss += loss
	}
	if !finite(step.Loss) {
		return step, fmt.Errorf("%w: the loss is %v", ErrDiverged, step.Loss)
	}
	f := newFactors(rate, update)
	var err error
	if step.GradNorm, err = call(t.update, float32(f.rate), float32(f.correction1), float32(f.correction2), float32(scale)); err != nil {
		return step, backendError(err, micro, b.Length)
	}
	if err := t.checkGradients(step.GradNorm); err != nil {
		return step, err
	}
	t.steps++
	t.model.Untrained = nil // every choice of Trainable has the head in it
	return step, nil
}

// checkGradients refuses gradients that are not finite, or adapts the loss scale to them.
func (t *Trainer) checkGradients(norm float64) error {
	if t.scaling == nil {
		if !finite(norm) {
			return fmt.Errorf("%w: the gradients have the norm %v", ErrDiverged, norm)
		}
		return nil
	}
	if t.scaling.update(finite(norm), growthInterval); t.scaling.Scale < leastScale {
		return fmt.Errorf("%w: no loss scale keeps the gradients in the range of %s", ErrDiverged, t.config.Precision)
	}
	return nil
}

// rate is the learning rate of the step with the given index. Skipped steps do not advance the schedule.
func (t *Trainer) rate(step int) float64 {
	if t.scaling != nil {
		step -= t.scaling.Skipped
	}
	return t.Rate(step)
}

// Loss returns the mean cross entropy over a batch's notes with the parameters as they are, without dropout. Nothing is changed.
func (t *Trainer) Loss(b Batch) (float64, error) {
	if b.notes == 0 {
		return 0, errors.New("a batch of no notes has no loss")
	}
	micro := t.config.MicroBatchSize(b.Length)
	sum := 0.0
	for from := 0; from < b.notes; from += micro {
		loss, err := call(t.loss, b.microBatch(from, micro)...)
		if err != nil {
			return 0, backendError(err, micro, b.Length)
		}
		sum += loss
	}
	return sum, nil
}

// call runs a graph that returns a scalar Float32, and frees its tensors at once.
func call(exec *model.Exec, args ...any) (float64, error) {
	defer func() {
		for _, arg := range args {
			if tensor, ok := arg.(*tensors.Tensor); ok {
				_ = tensor.FinalizeAll() // frees memory early; nothing depends on it
			}
		}
	}()
	out, err := exec.Call1(args...)
	if err != nil {
		return 0, err
	}
	defer out.MustFinalizeAll()
	return float64(tensors.ToScalar[float32](out)), nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
