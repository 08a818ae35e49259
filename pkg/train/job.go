package train

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

// Job is one fine-tuning run.
type Job struct {
	Model   *classifier.Model
	Backend compute.Backend
	Config  Config
	Data    Data

	// Validate runs the model on held-out notes after an epoch.
	Validate func(ctx context.Context) (Validation, error)

	// Checkpoint is the file that the run's state is kept in; a run that finds one goes on from it.
	Checkpoint string

	// Fingerprint says what makes this run: settings, data, base weights. A checkpoint of another one is refused.
	Fingerprint string

	// Progress is told of every step. It may be nil.
	Progress func(Progress)

	schedule      Schedule
	stepsPerEpoch int
	state         State
	best          map[string]weights.Tensor
	saved         time.Time
}

// Progress is where a run is.
type Progress struct {
	Step, Steps    int // optimiser steps done and planned
	Epoch, Epochs  int // counted from 1
	Loss           float64
	NotesPerSecond float64 // since this process started training
	Remaining      time.Duration
	Validation     *Validation // set once an epoch is validated
}

// Validation is how the model does on held-out notes.
type Validation struct {
	Loss     float64 `json:"loss"`      // mean cross entropy
	Accuracy float64 `json:"accuracy"`  // over rows
	MacroF1  float64 `json:"macro_f1"`  // over rows, by the union of true and predicted labels; the best epoch is chosen by it
	AnyValid float64 `json:"any_valid"` // share of texts whose predicted label is one of theirs
}

// checkpointEvery bounds what a kill can cost.
const checkpointEvery = 30 * time.Second

// ErrStopped is returned by a run whose context ended. Its checkpoint is whole, and the same call goes on from it.
var ErrStopped = errors.New("training stopped")

// Run trains until the last epoch or until patience runs out, and leaves the best epoch's tensors in the model.
func (j *Job) Run(ctx context.Context) (State, error) {
	if err := j.Config.Check(); err != nil {
		return State{}, err
	}
	if err := j.Data.check(); err != nil {
		return State{}, err
	}
	j.schedule, j.stepsPerEpoch = j.Config.Plan(len(j.Data.Encodings))
	if err := j.resume(); err != nil {
		return State{}, err
	}
	loop := train.NewLoop(j.trainer())
	started, done := time.Now(), j.state.Step
	var stepErr error // as it was before the loop put its own words around it
	loop.OnStep("record", 0, func(_ *train.Loop, metrics []*tensors.Tensor) error {
		stepErr = j.record(ctx, metrics, started, done)
		return stepErr
	})
	for !j.state.Finished {
		if err := ctx.Err(); err != nil {
			return j.state, j.stop()
		}
		epoch := len(j.state.Epochs)
		rest := (epoch+1)*j.stepsPerEpoch - j.state.Step // 0 where only the validation is left
		if _, err := loop.RunSteps(epochData{j, epoch, j.stepsPerEpoch - rest}, rest); err != nil {
			switch {
			case errors.Is(stepErr, ErrStopped):
				return j.state, j.stop()
			case stepErr != nil:
				return j.state, stepErr
			}
			return j.state, fmt.Errorf("training failed after step %d of %d: %w", j.state.Step, j.schedule.Total, err)
		}
		if err := j.endEpoch(ctx, epoch); err != nil {
			if ctx.Err() != nil {
				return j.state, j.stop()
			}
			return j.state, fmt.Errorf("after step %d of %d: %w", j.state.Step, j.schedule.Total, err)
		}
	}
	for name, t := range j.best {
		if err := j.Model.SetTensor(name, t); err != nil {
			return j.state, err
		}
	}
	return j.state, nil
}

// trainer builds the training step: logits with dropout, cross entropy, AdamW.
func (j *Job) trainer() *train.Trainer {
	modelFn := func(scope *model.Scope, inputs []*graph.Node) []*graph.Node {
		g := inputs[0].Graph()
		step := optimizer.GetGlobalStepVar(scope).NodeValue(g)
		return []*graph.Node{j.Model.Logits(scope, inputs[0], inputs[1], classifier.NewDropout(step, j.Config.Seed))}
	}
	opt := NewAdamW(j.schedule, j.Config.WeightDecay, j.Config.MaxGradNorm)
	return train.NewTrainer(j.Backend, j.Model.Store, modelFn, crossEntropy, opt, nil, nil)
}

// record notes one step's loss, tells of it, and keeps the checkpoint fresh.
func (j *Job) record(ctx context.Context, metrics []*tensors.Tensor, started time.Time, before int) error {
	loss := float64(tensors.ToScalar[float32](metrics[0]))
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return fmt.Errorf("training diverged: the loss is %v at step %d of %d, with a learning rate of %g; the last checkpoint stays, and a lower train.learning_rate or a longer train.warmup_steps may help",
			loss, j.state.Step+1, j.schedule.Total, j.schedule.At(j.state.Step))
	}
	j.state.Step++
	j.state.Losses = append(j.state.Losses, loss)
	if j.Progress != nil {
		elapsed := time.Since(started)
		steps := j.state.Step - before
		j.Progress(Progress{
			Step: j.state.Step, Steps: j.schedule.Total,
			Epoch: (j.state.Step-1)/j.stepsPerEpoch + 1, Epochs: j.Config.Epochs,
			Loss:           loss,
			NotesPerSecond: float64(steps*j.Config.BatchSize) / elapsed.Seconds(),
			Remaining:      elapsed / time.Duration(steps) * time.Duration(j.schedule.Total-j.state.Step),
		})
	}
	if ctx.Err() != nil {
		return ErrStopped
	}
	if time.Since(j.saved) > checkpointEvery && j.state.Step%j.stepsPerEpoch != 0 {
		return j.save()
	}
	return nil
}

// endEpoch validates, keeps the tensors if they are the best so far, and decides whether to go on.
func (j *Job) endEpoch(ctx context.Context, epoch int) error {
	v, err := j.Validate(ctx)
	if err != nil {
		return err
	}
	j.state.Epochs = append(j.state.Epochs, v)
	if epoch == 0 || v.MacroF1 > j.state.Epochs[j.state.Best].MacroF1 {
		j.state.Best = epoch
		if j.best, err = j.Model.Trained(); err != nil {
			return err
		}
	}
	patient := j.Config.Patience == 0 || epoch-j.state.Best < j.Config.Patience
	j.state.Finished = !patient || epoch+1 == j.Config.Epochs
	if j.Progress != nil {
		j.Progress(Progress{Step: j.state.Step, Steps: j.schedule.Total, Epoch: epoch + 1, Epochs: j.Config.Epochs, Loss: j.state.Losses[len(j.state.Losses)-1], Validation: &v})
	}
	return j.save()
}

func (j *Job) stop() error {
	if err := j.save(); err != nil {
		return err
	}
	return fmt.Errorf("%w at step %d of %d; the same command goes on from %s", ErrStopped, j.state.Step, j.schedule.Total, j.Checkpoint)
}

// epochData yields what is left of an epoch's batches.
type epochData struct {
	job   *Job
	epoch int
	skip  int
}

// Name implements train.Dataset.
func (d epochData) Name() string { return fmt.Sprintf("epoch %d", d.epoch+1) }

// Iter implements train.Dataset.
func (d epochData) Iter() iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		j := d.job
		for _, layout := range j.Data.order(j.Config.BatchSize, j.Config.Seed, d.epoch)[d.skip:] {
			if !yield(j.Data.batch(layout)) {
				return
			}
		}
	}
}
