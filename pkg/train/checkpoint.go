package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

// State is a run's progress and losses. The checkpoint holds it beside the tensors.
type State struct {
	Fingerprint string       `json:"fingerprint"`
	Step        int          `json:"step"`                   // optimiser steps done
	Losses      []float64    `json:"losses"`                 // of every step
	Epochs      []Validation `json:"epochs"`                 // of every epoch that was validated
	Best        int          `json:"best"`                   // index into Epochs
	Finished    bool         `json:"finished"`               // no step is left to take
	Scaling     *Scaling     `json:"loss_scaling,omitempty"` // of f16, else nil
}

// A checkpoint is one safetensors file, which is written aside and renamed, so that it is complete or absent: the trainable tensors and
// Adam's moments by their paths in the variable store, the best epoch's tensors under bestPrefix, and as metadata the State and
// the log that Cost is computed from.
const (
	bestPrefix = "best:"
	stateKey   = "state"
	costKey    = "cost"
)

// Between epochs a checkpoint is written every checkpointEvery, which bounds what a killed process loses; less often for a large
// model, so that writing takes no more than 1/savingShare of the time.
const (
	checkpointEvery = 30 * time.Second
	savingShare     = 50
)

// checkpointDue says whether it is time for a checkpoint between epochs. The end of an epoch always writes one.
func (j *Job) checkpointDue() bool {
	return j.state.Step%j.stepsPerEpoch != 0 && time.Since(j.saved) > max(checkpointEvery, savingShare*j.saving)
}

// inCheckpoint says whether a variable belongs in a checkpoint. Frozen weights do not: they are read from the base again.
func inCheckpoint(v *model.Variable) bool {
	return v.Trainable || strings.HasPrefix(v.Path(), momentScope+model.ScopeSeparator)
}

// save writes the checkpoint, unless a value is not finite: a step's loss is that of the parameters before its update, so that an update
// can overflow without an error from Step.
func (j *Job) save() error {
	began := time.Now()
	file := make(map[string]weights.Tensor)
	for v := range j.Model.Store.IterVariables() {
		if !inCheckpoint(v) {
			continue
		}
		t, err := classifier.Value(v)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(t.Data, func(x float32) bool { return !finite(float64(x)) }); i >= 0 {
			return j.diverged(fmt.Errorf("%w: %s holds %v", ErrDiverged, v.Path(), t.Data[i]), j.state.Step)
		}
		file[v.Path()] = t
	}
	for name, t := range j.best {
		file[bestPrefix+name] = t
	}
	j.state.Fingerprint = j.Fingerprint
	state, err := json.Marshal(j.state)
	if err != nil {
		return err
	}
	j.costs.readPeak()
	cost, err := json.Marshal(j.costs)
	if err != nil {
		return err
	}
	if err := weights.Write(j.Checkpoint, file, map[string]string{stateKey: string(state), costKey: string(cost)}); err != nil {
		return err
	}
	j.saved, j.saving = time.Now(), time.Since(began)
	return nil
}

// resume restores the run from its checkpoint, if there is one.
func (j *Job) resume() error {
	j.saved = time.Now()
	j.state = State{Fingerprint: j.Fingerprint, Scaling: j.trainer.scaling}
	file, err := weights.Open(j.Checkpoint)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	var state State
	if err == nil {
		if err = json.Unmarshal([]byte(file.Metadata[stateKey]), &state); err != nil {
			err = fmt.Errorf("%s has no readable state: %w", j.Checkpoint, err)
		}
	}
	if err == nil && state.Fingerprint != j.Fingerprint {
		return fmt.Errorf("%s belongs to another run (its fingerprint is %.12s, this run's is %.12s): the settings, the data or the base weights differ; choose another folder or remove it", j.Checkpoint, state.Fingerprint, j.Fingerprint)
	}
	j.best = make(map[string]weights.Tensor)
	if err == nil {
		err = j.load(file, state)
	}
	if err != nil {
		return fmt.Errorf("%w; remove the checkpoint to start the run again", err)
	}
	return nil
}

// load restores the state and every tensor from this run's checkpoint.
func (j *Job) load(file *weights.File, state State) error {
	if !j.validState(state) {
		return fmt.Errorf("%s is damaged: its state, step %d with %d losses and %d validated epochs, cannot be this run's", j.Checkpoint, state.Step, len(state.Losses), len(state.Epochs))
	}
	shapes := j.shapes(state)
	for _, name := range file.Names() {
		shape, known := shapes[name]
		if !known {
			return fmt.Errorf("%s is damaged: tensor %q belongs to no part of this run", j.Checkpoint, name)
		}
		delete(shapes, name)
		t, err := file.Tensor(name, shape)
		if err != nil {
			return err
		}
		if tensor, ok := strings.CutPrefix(name, bestPrefix); ok {
			j.best[tensor] = t
		} else if err := j.restore(name, t); err != nil {
			return fmt.Errorf("%s: %w", j.Checkpoint, err)
		}
	}
	for name := range shapes {
		return fmt.Errorf("%s is damaged: tensor %q is missing", j.Checkpoint, name)
	}
	if cost, ok := file.Metadata[costKey]; ok {
		if err := json.Unmarshal([]byte(cost), &j.costs); err != nil {
			return fmt.Errorf("%s is damaged: the log of what the run has cost cannot be read: %w", j.Checkpoint, err)
		}
	}
	j.state = state
	j.trainer.steps, j.trainer.scaling = state.Step, state.Scaling
	return nil
}

// shapes lists the shapes of the tensors that a checkpoint with this state holds, by name.
func (j *Job) shapes(state State) map[string][]int {
	shapes := make(map[string][]int)
	for v := range j.Model.Store.IterVariables() {
		if !v.Trainable {
			continue
		}
		dims := v.Shape().Dimensions
		shapes[v.Path()] = dims
		for _, moment := range []string{firstMoment, secondMoment} {
			shapes[momentScope+v.Path()+moment] = dims
		}
		if len(state.Epochs) > 0 {
			shapes[bestPrefix+v.Name()] = dims
		}
	}
	return shapes
}

// validState says whether a run of this length can have this state.
func (j *Job) validState(s State) bool {
	epochs := len(s.Epochs)
	return s.Step >= 0 && s.Step <= j.schedule.Total && len(s.Losses) == s.Step &&
		epochs*j.stepsPerEpoch <= s.Step && s.Step <= (epochs+1)*j.stepsPerEpoch && // the last epoch may lack its validation
		s.Best >= 0 && s.Best <= max(0, epochs-1) &&
		(s.Scaling != nil) == j.Config.scalesLoss() && (s.Scaling == nil || s.Scaling.valid(s.Step))
}

// restore sets a variable of the model or of the optimiser by its path.
func (j *Job) restore(path string, t weights.Tensor) error {
	return j.Model.Store.GetVariable(path).SetValue(tensors.FromFlatDataAndDimensions(t.Data, t.Shape...))
}
