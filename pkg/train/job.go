package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gomlx/compute"

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
	saved         time.Time     // when the checkpoint was last written
	saving        time.Duration // how long that took
	ledger        ledger
	available     func() (bytes int64, known bool) // memory that is free; nil asks the system
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

// ErrStopped is returned by a run whose context ended. Its checkpoint is whole, and the same call goes on from it.
var ErrStopped = errors.New("training stopped")

// ErrDiverged is returned by a run whose loss, gradients or parameters are no longer finite. Its last checkpoint stays as it
// is, and holds finite values only.
var ErrDiverged = errors.New("training diverged")

// Run trains until the last epoch or until patience runs out, and leaves the best epoch's tensors in the model. Cost says what
// it took.
func (j *Job) Run(ctx context.Context) (State, error) {
	started := time.Now()
	if err := j.check(); err != nil {
		return State{}, err
	}
	j.schedule, j.stepsPerEpoch = j.Config.Plan(len(j.Data.Encodings))
	trainer := j.trainer()
	if err := trainer.prepare(); err != nil {
		return State{}, err
	}
	if err := j.resume(); err != nil {
		return State{}, err
	}
	if !j.state.Finished {
		if err := j.computes(); err != nil {
			return j.state, err
		}
		if err := j.fits(); err != nil {
			return j.state, err
		}
		j.ledger.begin(started)
	}
	for !j.state.Finished {
		epoch := len(j.state.Epochs)
		if err := j.epoch(ctx, trainer, epoch); err != nil {
			return j.state, err
		}
		if err := j.endEpoch(ctx, epoch); err != nil {
			switch {
			case ctx.Err() != nil:
				return j.state, j.stop()
			case errors.Is(err, ErrDiverged):
				return j.state, err
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

func (j *Job) check() error {
	if err := j.Config.Check(); err != nil {
		return err
	}
	if j.Config.LoRAPlusRatio > 1 && j.Model.Adapter == nil {
		return fmt.Errorf("train.loraplus_ratio is %g, but no adapter is trained: leave it out, or train with the method lora", j.Config.LoRAPlusRatio)
	}
	return j.Data.check()
}

// epoch takes the steps that are left of an epoch.
func (j *Job) epoch(ctx context.Context, trainer *trainer, epoch int) error {
	if ctx.Err() != nil {
		return j.stop()
	}
	done := j.state.Step - epoch*j.stepsPerEpoch
	for _, layout := range j.Data.order(j.Config.BatchSize, j.Config.Seed, epoch)[done:] {
		b, err := j.Data.batch(layout)
		if err != nil {
			return err
		}
		began := time.Now()
		out, err := trainer.TrainStep(b)
		if err != nil {
			return fmt.Errorf("training failed after step %d of %d: %w", j.state.Step, j.schedule.Total, err)
		}
		if err := j.judge(out); err != nil {
			return err
		}
		j.ledger.step(time.Since(began), out.compiled)
		j.record(out)
		if ctx.Err() != nil {
			return j.stop()
		}
		if j.due() {
			if err := j.save(); err != nil {
				return err
			}
		}
	}
	return nil
}

// judge stops a run that has diverged, and lets the loss scale follow the gradients.
func (j *Job) judge(out outcome) error {
	switch s := j.state.Scaling; {
	case !finite(out.loss):
		return j.diverged(fmt.Sprintf("the loss is %v", out.loss), j.state.Step+1)
	case s == nil && !finite(out.norm):
		return j.diverged(fmt.Sprintf("the gradients have the norm %v", out.norm), j.state.Step+1)
	case s != nil:
		if s.update(finite(out.norm), growthInterval); s.Scale < leastScale {
			return j.diverged(fmt.Sprintf("no loss scale keeps the gradients in the range of %s", j.Config.Precision), j.state.Step+1)
		}
	}
	return nil
}

// diverged says at which step a run came to its end, and what may help.
func (j *Job) diverged(what string, step int) error {
	help := "a lower train.learning_rate or a longer train.warmup_steps may help"
	if j.state.Scaling != nil {
		help += ", or train.precision=bf16, which has the range of f32"
	}
	return fmt.Errorf("%w: %s at step %d of %d, with a learning rate of %g; the last checkpoint stays, and %s",
		ErrDiverged, what, step, j.schedule.Total, j.rate(step-1), help)
}

// rate is the learning rate of the step with the given index, which the state has come to.
func (j *Job) rate(step int) float64 {
	if j.state.Scaling != nil {
		step -= j.state.Scaling.Skipped
	}
	return j.schedule.At(step)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// record notes a step and tells of it.
func (j *Job) record(out outcome) {
	j.state.Step++
	j.state.Losses = append(j.state.Losses, out.loss)
	if j.Progress != nil {
		elapsed := time.Since(j.ledger.started)
		steps := j.ledger.steps
		j.Progress(Progress{
			Step: j.state.Step, Steps: j.schedule.Total,
			Epoch: (j.state.Step-1)/j.stepsPerEpoch + 1, Epochs: j.Config.Epochs,
			Loss:           out.loss,
			NotesPerSecond: float64(steps*j.Config.BatchSize) / elapsed.Seconds(),
			Remaining:      elapsed / time.Duration(steps) * time.Duration(j.schedule.Total-j.state.Step),
		})
	}
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
