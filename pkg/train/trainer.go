package train

import (
	"errors"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/classifier"
)

// trainer runs a job's optimiser steps with two graphs. One takes a micro-batch through the model and adds its gradients to
// accumulators; it is compiled once for each padded length. The other updates the parameters from the accumulators; it is
// compiled once.
type trainer struct {
	job      *Job
	adamw    AdamW
	compute  dtypes.DType // that the model computes in
	params   []param
	pass     *model.Exec
	update   *model.Exec
	compiled map[int]bool // padded lengths that were met
}

// outcome is what a step did.
type outcome struct {
	loss     float64 // mean over the batch's notes, before the update
	norm     float64 // of the gradients, before clipping
	compiled bool    // a graph was compiled on the way
}

// Folders of the variable store: the optimiser's moments, which checkpoints keep under these names, and the accumulators.
const (
	momentScope   = model.ScopeSeparator + "AdamOptimizer"
	firstMoment   = "_1st_moment"
	secondMoment  = "_2nd_moment"
	gradientScope = model.ScopeSeparator + "gradients"
)

// trainer returns what takes the job's steps.
func (j *Job) trainer() *trainer {
	return &trainer{
		job:      j,
		adamw:    AdamW{WeightDecay: j.Config.WeightDecay, MaxGradNorm: j.Config.MaxGradNorm, LoRAPlusRatio: j.Config.LoRAPlusRatio},
		compiled: make(map[int]bool),
	}
}

// prepare makes the variables that training needs beside the model's; nothing is compiled yet. Once is enough.
func (t *trainer) prepare() error {
	if t.pass != nil {
		return nil
	}
	var err error
	if t.compute, err = t.job.Config.compute(); err != nil {
		return err
	}
	store := t.job.Model.Store
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
	if t.update, err = model.NewExec(t.job.Backend, store, t.updateGraph); err != nil {
		return err
	}
	if t.pass, err = model.NewExec(t.job.Backend, store, t.passGraph); err != nil {
		return err
	}
	t.pass.SetMaxCache(-1)
	return nil
}

// zeros finds a variable that training needs beside the model's, or creates it.
func zeros(store *model.Store, path string, dims []int, v **model.Variable) (err error) {
	if *v = store.GetVariable(path); *v == nil {
		if *v, err = store.CreateVariable(path, tensors.FromShape(shapes.Make(dtypes.Float32, dims...))); err != nil {
			return err
		}
		(*v).SetTrainable(false)
	}
	return nil
}

// passGraph is the forward and backward pass of a micro-batch.
//
//   - ids: [rows, length] Int32; mask: [rows, length] Bool; targets: [rows, classes] Float32; weights: [rows] Float32
//   - draw: scalar Uint32, the number of the pass in the run, which dropout's masks come from
//   - first: scalar Bool, whether the accumulators start anew; scale: scalar Float32 that the loss is multiplied by
//   - result: the unscaled loss, a scalar Float32
func (t *trainer) passGraph(scope *model.Scope, in []*Node) *Node {
	ids, mask, targets, weights, draw, first, scale := in[0], in[1], in[2], in[3], in[4], in[5], in[6]
	g := ids.Graph()
	mask = StopGradient(ConvertDType(mask, dtypes.Float32)) // GoMLX adds up gradients even for it, and cannot for Bool
	logits := t.job.Model.LogitsIn(t.compute, scope, ids, mask, classifier.NewDropout(draw, t.job.Config.Seed))
	loss := crossEntropy(targets, weights, logits)
	values := make([]*Node, len(t.params))
	for i, p := range t.params {
		if !p.value.InUseByGraph(g) {
			panic("the loss does not depend on the trainable tensor " + p.value.Name())
		}
		values[i] = p.value.NodeValue(g)
	}
	for i, grad := range Gradient(Mul(loss, scale), values...) {
		v := t.params[i].gradient
		v.SetNodeValue(Where(first, grad, Add(v.NodeValue(g), grad)))
	}
	return loss
}

// updateGraph is AdamW's update from the accumulated gradients. Its inputs are those of AdamW.update.
func (t *trainer) updateGraph(_ *model.Scope, rate, correction1, correction2, scale *Node) *Node {
	return t.adamw.update(t.params, rate, correction1, correction2, scale, t.job.state.Scaling != nil)
}

// TrainStep takes an optimiser step where the job's state stands. If the loss is not finite, the parameters stay as they are.
// With loss scaling they do so too if the norm is not finite.
func (t *trainer) TrainStep(b batch) (outcome, error) {
	if err := t.prepare(); err != nil {
		return outcome{}, err
	}
	state := &t.job.state
	out := outcome{compiled: !t.compiled[b.Length]}
	t.compiled[b.Length] = true
	scale, skipped := 1.0, 0
	if s := state.Scaling; s != nil {
		scale, skipped = s.Scale, s.Skipped
	}
	micro := t.job.Config.Micro(b.Length)
	for i, from := 0, 0; from < b.notes; i, from = i+1, from+micro {
		draw := uint32(state.Step*t.job.Config.BatchSize + i)
		loss, err := call(t.pass, append(b.part(from, micro), draw, i == 0, float32(scale))...)
		if err != nil {
			return out, explain(err, micro, b.Length)
		}
		out.loss += loss
	}
	if !finite(out.loss) {
		return out, nil
	}
	p := newPace(t.job.schedule.At(state.Step-skipped), state.Step-skipped+1)
	var err error
	out.norm, err = call(t.update, float32(p.rate), float32(p.correction1), float32(p.correction2), float32(scale))
	return out, explain(err, micro, b.Length)
}

// call runs a graph that gives one Float32, and frees its tensors at once.
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
