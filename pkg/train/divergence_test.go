package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

// sound fails unless the checkpoint is there and every value in it is finite.
func sound(t *testing.T, path string) {
	t.Helper()
	file, err := weights.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range file.Names() {
		if _, err := file.Tensor(name, nil); err != nil { // it refuses what is not finite
			t.Error(err)
		}
	}
}

// diverged runs a job that must not end well.
func diverged(t *testing.T, what string, j *Job, words ...string) State {
	t.Helper()
	state, err := j.Run(context.Background())
	if !errors.Is(err, ErrDiverged) {
		t.Fatalf("%s: %v, want that it diverged", what, err)
	}
	for _, want := range append(words, fmt.Sprintf("of %d", j.schedule.Total), "learning rate of ", "train.learning_rate", "the last checkpoint stays") {
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error does not say %q in one line: %v", what, want, err)
		}
	}
	for _, loss := range state.Losses {
		if !finite(loss) {
			t.Errorf("%s: a loss of %v was recorded", what, loss)
		}
	}
	return state
}

func TestAnAbsurdRateStopsWithTheStep(t *testing.T) {
	j := newJob(t, modelkit.Backend(t, classifier.OpenBackend, "go"), filepath.Join(t.TempDir(), "checkpoint"))
	// Each step multiplies the weights by 1 - 9 x 0.9: they overflow soon.
	j.Config.LearningRate, j.Config.WeightDecay, j.Config.WarmupSteps, j.Config.Epochs = 9, 0.9, 0, 100
	state := diverged(t, "a rate of 9", j)
	if state.Step < 4 {
		t.Fatalf("it diverged after %d steps, before the first checkpoint", state.Step)
	}
	sound(t, j.Checkpoint)
}

func TestPoisonedNotesStopTheRun(t *testing.T) {
	j := newJob(t, modelkit.Backend(t, classifier.OpenBackend, "go"), filepath.Join(t.TempDir(), "checkpoint"))
	j.Data.Targets[17][0] = float32(math.NaN())
	state := diverged(t, "a target that is not a number", j, "the loss is NaN")
	if state.Step >= 4 {
		t.Errorf("the poisoned note comes in the first epoch, the run went on to step %d", state.Step)
	}
	for name, tensor := range trained(t, j) { // the step was not taken
		for _, v := range tensor.Data {
			if !finite(float64(v)) {
				t.Fatalf("%s holds %v", name, v)
			}
		}
	}
	if _, err := os.Stat(j.Checkpoint); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a run that never came to a checkpoint has one (%v)", err)
	}
}

// A step can spoil the parameters after its loss was seen: the checkpoint that comes next is not written.
func TestSpoiledParametersAreNotWritten(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	for _, name := range []string{"classifier.bias", "pre_classifier.weight"} {
		for _, value := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			j := newJob(t, backend, filepath.Join(t.TempDir(), "checkpoint"))
			var before []byte
			epoch := 0
			j.Validate = func(context.Context) (Validation, error) {
				if epoch++; epoch == 2 {
					tensor, err := j.Model.Tensor(name)
					if err != nil {
						return Validation{}, err
					}
					tensor.Data[1] = float32(value)
					if err := j.Model.SetTensor(name, tensor); err != nil {
						return Validation{}, err
					}
					before, err = os.ReadFile(j.Checkpoint)
					return Validation{MacroF1: 1}, err // the best epoch, even
				}
				return Validation{}, nil
			}
			diverged(t, fmt.Sprintf("%s of %v", name, value), j, name, "at step 8 of 12")
			if after, err := os.ReadFile(j.Checkpoint); err != nil || string(after) != string(before) {
				t.Errorf("%s of %v: the checkpoint has changed (%v)", name, value, err)
			}
			sound(t, j.Checkpoint)
		}
	}
}

func TestGradientsThatAreNotFiniteStopTheRun(t *testing.T) {
	j := newJob(t, modelkit.Backend(t, classifier.OpenBackend, "go"), filepath.Join(t.TempDir(), "checkpoint"))
	if err := j.prepare(); err != nil {
		t.Fatal(err)
	}
	j.schedule = Schedule{Peak: 1e-3, Total: 10}
	j.trainer.Rate = j.schedule.At
	err := j.trainer.checkGradients(math.Inf(1))
	if !errors.Is(err, ErrDiverged) || !strings.Contains(err.Error(), "the norm +Inf") {
		t.Errorf("an infinite norm: %v", err)
	}
	err = j.diverged(err, 5)
	if !errors.Is(err, ErrDiverged) || !strings.Contains(err.Error(), "the norm +Inf at step 5 of 10") || !strings.Contains(err.Error(), "0.0006") {
		t.Errorf("an infinite norm in a run: %v", err)
	}
	// With loss scaling that is a matter of the scale, until there is none left.
	j.state.Scaling = &Scaling{Scale: initialScale}
	j.trainer.scaling = j.state.Scaling
	steps := 0
	for err = nil; err == nil; steps++ {
		err = j.trainer.checkGradients(math.NaN())
	}
	if err = j.diverged(err, 34); steps != 33 || !errors.Is(err, ErrDiverged) || !strings.Contains(err.Error(), "no loss scale") || !strings.Contains(err.Error(), "bf16") {
		t.Errorf("after %d steps: %v", steps, err)
	}
}
