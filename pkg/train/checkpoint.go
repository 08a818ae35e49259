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

// State is where a run stands. It is kept in the checkpoint, beside the tensors.
type State struct {
	Fingerprint string       `json:"fingerprint"`
	Step        int          `json:"step"`                   // optimiser steps done
	Losses      []float64    `json:"losses"`                 // of every step
	Epochs      []Validation `json:"epochs"`                 // of every epoch that was validated
	Best        int          `json:"best"`                   // index into Epochs
	Finished    bool         `json:"finished"`               // nothing is left to train
	Scaling     *Scaling     `json:"loss_scaling,omitempty"` // of f16
}

// A checkpoint is one safetensors file, so that it is there whole or not at all: the trainable tensors and the optimiser's
// moments by their paths in the variable store, the best epoch's tensors under bestPrefix, and as metadata the State, and what
// Cost is made from.
const (
	bestPrefix = "best:"
	stateKey   = "state"
	costKey    = "cost"
)

// Between epochs a checkpoint is written so often that a kill costs no more than checkpointEvery, but so seldom that a large
// model's, which takes seconds, is no more than one part in savingShare of the time.
const (
	checkpointEvery = 30 * time.Second
	savingShare     = 50
)

// due says whether it is time for a checkpoint. The end of an epoch writes its own.
func (j *Job) due() bool {
	return j.state.Step%j.stepsPerEpoch != 0 && time.Since(j.saved) > max(checkpointEvery, savingShare*j.saving)
}

// kept says whether a variable is part of a run's state. Frozen weights are not, they are read from the base again.
func kept(v *model.Variable) bool {
	return v.Trainable || strings.HasPrefix(v.Path(), momentScope+model.ScopeSeparator)
}

// save writes the checkpoint, unless it would hold values that no run can go on from: the loss of a step is that of the
// parameters before it, so a step can spoil them unnoticed.
func (j *Job) save() error {
	began := time.Now()
	file := make(map[string]weights.Tensor)
	for v := range j.Model.Store.IterVariables() {
		if !kept(v) {
			continue
		}
		t, err := classifier.Value(v)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(t.Data, func(x float32) bool { return !finite(float64(x)) }); i >= 0 {
			return j.diverged(fmt.Sprintf("%s holds %v", v.Path(), t.Data[i]), j.state.Step)
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
	j.ledger.look()
	cost, err := json.Marshal(j.ledger)
	if err != nil {
		return err
	}
	if err := weights.Write(j.Checkpoint, file, map[string]string{stateKey: string(state), costKey: string(cost)}); err != nil {
		return err
	}
	j.saved, j.saving = time.Now(), time.Since(began)
	return nil
}

// resume goes on from the checkpoint if there is one.
func (j *Job) resume() error {
	j.saved = time.Now()
	j.state = State{Fingerprint: j.Fingerprint}
	if j.Config.scales() {
		j.state.Scaling = &Scaling{Scale: initialScale}
	}
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

// load takes this run's checkpoint over: the state and every tensor that belongs to it.
func (j *Job) load(file *weights.File, state State) error {
	if !j.possible(state) {
		return fmt.Errorf("%s is damaged: its state, step %d with %d losses and %d validated epochs, is none of this run's", j.Checkpoint, state.Step, len(state.Losses), len(state.Epochs))
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
		if err := json.Unmarshal([]byte(cost), &j.ledger); err != nil {
			return fmt.Errorf("%s is damaged: what the run has cost so far cannot be read: %w", j.Checkpoint, err)
		}
	}
	j.state = state
	return nil
}

// shapes lists the tensors of a checkpoint with this state.
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

// possible says whether a run of this length can stand there.
func (j *Job) possible(s State) bool {
	epochs := len(s.Epochs)
	return s.Step >= 0 && s.Step <= j.schedule.Total && len(s.Losses) == s.Step &&
		epochs*j.stepsPerEpoch <= s.Step && s.Step <= (epochs+1)*j.stepsPerEpoch && // the last epoch may lack its validation
		s.Best >= 0 && s.Best <= max(0, epochs-1) &&
		(s.Scaling != nil) == j.Config.scales() && (s.Scaling == nil || s.Scaling.possible(s.Step))
}

// restore sets a variable of the model or of the optimiser.
func (j *Job) restore(path string, t weights.Tensor) error {
	return j.Model.Store.GetVariable(path).SetValue(tensors.FromFlatDataAndDimensions(t.Data, t.Shape...))
}
