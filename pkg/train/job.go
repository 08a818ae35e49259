package train

import (
	"context"
	"errors"
	"fmt"
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

	// Validate evaluates the model on held-out notes after each epoch.
	Validate func(ctx context.Context) (Validation, error)

	// Checkpoint is the file that holds the run's state. Where it exists, Run resumes from it.
	Checkpoint string

	// Fingerprint identifies the run by its settings, data and base weights. The checkpoint of another run is refused.
	Fingerprint string

	// Progress is called after every step and every validation. It may be nil.
	Progress func(Progress)

	trainer       *Trainer
	schedule      Schedule
	stepsPerEpoch int
	state         State
	best          map[string]weights.Tensor // the best epoch's tensors
	saved         time.Time                 // when the checkpoint was last written
	saving        time.Duration             // how long that took
	costs         costLog
	available     func() (bytes int64, known bool) // memory that is free; nil asks the system
}

// Progress says how far a run is.
type Progress struct {
	Step, Steps    int // optimiser steps done and planned
	Epoch, Epochs  int // counted from 1
	Loss           float64
	NotesPerSecond float64 // since this process started training
	Remaining      time.Duration
	Validation     *Validation // set once an epoch is validated
}

// Validation is a model's metrics on held-out notes.
type Validation struct {
	Loss     float64 `json:"loss"`      // mean cross entropy
	Accuracy float64 `json:"accuracy"`  // over rows
	MacroF1  float64 `json:"macro_f1"`  // over rows and the union of true and predicted labels; it selects the best epoch
	AnyValid float64 `json:"any_valid"` // share of texts whose predicted label is one of theirs
}

// ErrStopped is returned by a run whose context ended. Its checkpoint is complete, and the same call resumes from it.
var ErrStopped = errors.New("training stopped")

// Run trains until the last epoch or until patience runs out, and leaves the best epoch's tensors in the model. Cost says what it
// took. A run that diverges returns ErrDiverged and leaves its last checkpoint, which holds finite values only.
func (j *Job) Run(ctx context.Context) (State, error) {
	started := time.Now()
	if err := j.prepare(); err != nil {
		return State{}, err
	}
	if err := j.resume(); err != nil {
		return State{}, err
	}
	if !j.state.Finished {
		if err := j.trainer.checkPrecision(); err != nil {
			return j.state, err
		}
		if err := j.checkMemory(); err != nil {
			return j.state, err
		}
		j.costs.start(started)
	}
	for !j.state.Finished {
		epoch := len(j.state.Epochs)
		if err := j.epoch(ctx, epoch); err != nil {
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

// prepare checks the job and makes its trainer.
func (j *Job) prepare() error {
	if err := j.Config.Check(); err != nil {
		return err
	}
	if err := j.Data.check(); err != nil {
		return err
	}
	j.schedule, j.stepsPerEpoch = j.Config.Plan(len(j.Data.Encodings))
	var err error
	if j.trainer, err = newTrainer(j.Backend, j.Model, j.Config); err != nil {
		return err
	}
	j.trainer.Rate = j.schedule.At
	return nil
}

// epoch takes the remaining steps of an epoch.
func (j *Job) epoch(ctx context.Context, epoch int) error {
	if ctx.Err() != nil {
		return j.stop()
	}
	done := j.state.Step - epoch*j.stepsPerEpoch
	for _, layout := range j.Data.order(j.Config.BatchSize, j.Config.Seed, epoch)[done:] {
		b, err := j.Data.lay(layout)
		if err != nil {
			return err
		}
		began := time.Now()
		step, err := j.trainer.Step(b)
		switch {
		case errors.Is(err, ErrDiverged):
			return j.diverged(err, j.state.Step+1)
		case err != nil:
			return fmt.Errorf("training failed after step %d of %d: %w", j.state.Step, j.schedule.Total, err)
		}
		j.costs.add(time.Since(began), step.compiled)
		j.record(step)
		if ctx.Err() != nil {
			return j.stop()
		}
		if j.checkpointDue() {
			if err := j.save(); err != nil {
				return err
			}
		}
	}
	return nil
}

// diverged adds to an ErrDiverged the step at which the run ends, counted from 1, and what may help.
func (j *Job) diverged(err error, step int) error {
	help := "a lower train.learning_rate or a longer train.warmup_steps may help"
	if j.state.Scaling != nil {
		help += ", or train.precision=bf16, which has the range of f32"
	}
	return fmt.Errorf("%w at step %d of %d, with a learning rate of %g; the last checkpoint stays, and %s",
		err, step, j.schedule.Total, j.trainer.rate(step-1), help)
}

// record adds a step to the state and reports it.
func (j *Job) record(step Step) {
	j.state.Step++
	j.state.Losses = append(j.state.Losses, step.Loss)
	if j.Progress != nil {
		elapsed := time.Since(j.costs.started)
		steps := j.costs.steps
		j.Progress(Progress{
			Step: j.state.Step, Steps: j.schedule.Total,
			Epoch: (j.state.Step-1)/j.stepsPerEpoch + 1, Epochs: j.Config.Epochs,
			Loss:           step.Loss,
			NotesPerSecond: float64(steps*j.Config.BatchSize) / elapsed.Seconds(),
			Remaining:      elapsed / time.Duration(steps) * time.Duration(j.schedule.Total-j.state.Step),
		})
	}
}

// endEpoch validates, keeps the tensors if they are the best so far, decides whether training is finished, and writes a checkpoint.
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
	outOfPatience := j.Config.Patience > 0 && epoch-j.state.Best >= j.Config.Patience
	j.state.Finished = outOfPatience || epoch+1 == j.Config.Epochs
	if j.Progress != nil {
		j.Progress(Progress{Step: j.state.Step, Steps: j.schedule.Total, Epoch: epoch + 1, Epochs: j.Config.Epochs, Loss: j.state.Losses[len(j.state.Losses)-1], Validation: &v})
	}
	return j.save()
}

// stop writes a checkpoint and returns ErrStopped.
func (j *Job) stop() error {
	if err := j.save(); err != nil {
		return err
	}
	return fmt.Errorf("%w at step %d of %d; the same command goes on from %s", ErrStopped, j.state.Step, j.schedule.Total, j.Checkpoint)
}
