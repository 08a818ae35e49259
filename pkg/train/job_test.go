package train

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

// newJob trains tiny with adapter-qv and dropout on 30 notes, in 4 steps an epoch of 2 or 3 micro-batches each.
func newJob(t *testing.T, backend compute.Backend, checkpoint string) *Job {
	t.Helper()
	epochs := 0
	m := openCase(t, "train-qv")
	m.Config.Dropout, m.Config.AttentionDropout, m.Config.ClassifierDropout, m.Adapter.Config.Dropout = 0.1, 0.1, 0.2, 0.1
	return &Job{
		Model: m, Backend: backend, Data: randomData(30),
		Config: Config{LearningRate: 1e-2, BatchSize: 8, MicroBatch: 3, Epochs: 3, WarmupSteps: 2, WeightDecay: 0.01, MaxGradNorm: 1, Seed: 42},
		Validate: func(ctx context.Context) (Validation, error) {
			epochs++
			return Validation{MacroF1: 0.1 * float64(epochs)}, ctx.Err()
		},
		Checkpoint: checkpoint, Fingerprint: "the fingerprint of this very run",
	}
}

func runJob(t *testing.T, j *Job) State {
	t.Helper()
	state, err := j.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func trained(t *testing.T, j *Job) map[string]weights.Tensor {
	t.Helper()
	tensors, err := j.Model.Trained()
	if err != nil {
		t.Fatal(err)
	}
	return tensors
}

func TestRunTrainsWhatItIsMeantTo(t *testing.T) {
	j := newJob(t, modelkit.Backend(t, classifier.OpenBackend, "go"), filepath.Join(t.TempDir(), "checkpoint"))
	j.Config.Epochs, j.Config.LearningRate = 30, 2e-2
	frozen := map[string]weights.Tensor{}
	names := j.Model.TrainableNames()
	for _, s := range j.Model.Config.EncoderShapes() {
		v, err := j.Model.Tensor(s.Name)
		if err != nil {
			t.Fatal(err)
		}
		frozen[s.Name] = v
	}
	before := trained(t, j)
	var steps []int
	j.Progress = func(p Progress) {
		if p.Validation != nil {
			return
		}
		steps = append(steps, p.Step)
		if p.Steps != 120 || p.Epochs != 30 || p.Epoch != (p.Step-1)/4+1 || p.Loss <= 0 || p.NotesPerSecond <= 0 || p.Remaining < 0 {
			t.Errorf("progress %+v", p)
		}
	}
	state := runJob(t, j)
	if len(steps) != 120 || steps[0] != 1 || !slices.IsSorted(steps) || steps[119] != 120 {
		t.Errorf("steps told of: %v", steps)
	}
	if !state.Finished || state.Step != 120 || len(state.Losses) != 120 || len(state.Epochs) != 30 || state.Fingerprint != j.Fingerprint {
		t.Errorf("state: %+v", state)
	}
	if first, last := mean(state.Losses[:4]), mean(state.Losses[80:]); !(last < first/2) {
		t.Errorf("the loss went from %v to %v: nothing is learned", first, last)
	}
	for name, was := range frozen {
		if now, err := j.Model.Tensor(name); err != nil || !slices.Equal(now.Data, was.Data) {
			t.Errorf("the frozen tensor %s has changed (%v)", name, err)
		}
	}
	after := trained(t, j)
	for _, name := range names {
		if slices.Equal(before[name].Data, after[name].Data) {
			t.Errorf("the trainable tensor %s has not changed", name)
		}
	}
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

func TestEarlyStoppingKeepsTheBestEpoch(t *testing.T) {
	for _, c := range []struct {
		f1       []float64
		patience int
		epochs   int // trained
		best     int
	}{
		{[]float64{0.1, 0.5, 0.3, 0.4, 0.9}, 2, 4, 1},
		{[]float64{0.1, 0.5, 0.3, 0.6, 0.2}, 2, 5, 3},
		{[]float64{0.5, 0.5, 0.5, 0.5, 0.5}, 2, 3, 0},
		{[]float64{0.5, 0.4, 0.3, 0.2, 0.1}, 0, 5, 0},
		{[]float64{0, 0.1, 0.2, 0.3, 0.4}, 1, 5, 4},
	} {
		j := newJob(t, modelkit.Backend(t, classifier.OpenBackend, "go"), filepath.Join(t.TempDir(), "checkpoint"))
		j.Config.Epochs, j.Config.Patience = 5, c.patience
		var epochs []map[string]weights.Tensor
		j.Validate = func(context.Context) (Validation, error) {
			epochs = append(epochs, trained(t, j))
			return Validation{MacroF1: c.f1[len(epochs)-1]}, nil
		}
		state := runJob(t, j)
		if len(state.Epochs) != c.epochs || len(epochs) != c.epochs || state.Best != c.best || state.Step != 4*c.epochs {
			t.Errorf("%v with patience %d: %d epochs, best %d, want %d, %d", c.f1, c.patience, len(state.Epochs), state.Best, c.epochs, c.best)
			continue
		}
		got := trained(t, j)
		for i, epoch := range epochs {
			if same := cmp.Equal(got, epoch); same != (i == c.best) {
				t.Errorf("%v: the tensors are those of epoch %d: %t, the best is %d", c.f1, i, same, c.best)
			}
		}
		// The checkpoint holds the best epoch too: a later process ends up with the same tensors, without training.
		again := newJob(t, j.Backend, j.Checkpoint)
		again.Config = j.Config
		again.Validate = nil
		if state2 := runJob(t, again); !cmp.Equal(state, state2) || !cmp.Equal(trained(t, again), got) {
			t.Errorf("%v: a finished run that is read again differs", c.f1)
		}
	}
}

// interruptAfter runs a job until a step is done or, with validation, until the epoch that ends with it is being validated.
func interruptAfter(t *testing.T, j *Job, step int, validation bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	last := 0
	j.Progress = func(p Progress) {
		if last = p.Step; p.Step == step && !validation {
			cancel()
		}
	}
	validate := j.Validate
	j.Validate = func(ctx context.Context) (Validation, error) {
		if last == step && validation {
			cancel()
		}
		return validate(ctx)
	}
	_, err := j.Run(ctx)
	if !errors.Is(err, ErrStopped) || !strings.Contains(err.Error(), fmt.Sprintf("at step %d of 12", step)) || !strings.Contains(err.Error(), j.Checkpoint) {
		t.Fatalf("interrupted after step %d: %v", step, err)
	}
}

// A run that is stopped anywhere and goes on in another process ends exactly as one that was not.
func TestResumedRunEqualsUninterrupted(t *testing.T) {
	for _, c := range []struct {
		backend string
		micro   int // of batches of 8
		stops   []int
	}{
		{"go", 3, []int{1, 3, 4, 5, 8, 11, 12}}, {"go", 0, []int{5, 8}}, {"go", 1, []int{6}}, {"go", 4, []int{7}}, {"xla:cpu", 5, []int{6}},
	} {
		backend := modelkit.Backend(t, classifier.OpenBackend, c.backend)
		job := func(checkpoint string) *Job {
			j := newJob(t, backend, checkpoint)
			j.Config.MicroBatch = c.micro
			if c.backend != "go" {
				j.Data.Buckets = []int{16} // one shape less to compile
			}
			return j
		}
		whole := job(filepath.Join(t.TempDir(), "checkpoint"))
		wantState := runJob(t, whole)
		want := trained(t, whole)
		for _, stop := range c.stops {
			for _, validation := range []bool{false, true} {
				if validation && stop%4 != 0 {
					continue
				}
				what := fmt.Sprintf("%s, micro-batches of %d, stopped after step %d (while validating: %t)", c.backend, c.micro, stop, validation)
				dir := t.TempDir()
				first := job(filepath.Join(dir, "checkpoint"))
				interruptAfter(t, first, stop, validation)
				second := job(first.Checkpoint)
				validated := (stop - 1) / 4
				second.Validate = func(context.Context) (Validation, error) {
					validated++
					return Validation{MacroF1: 0.1 * float64(validated)}, nil
				}
				state := runJob(t, second)
				if diff := cmp.Diff(wantState, state); diff != "" {
					t.Errorf("%s: the state differs (-whole +resumed):\n%s", what, diff)
				}
				if !cmp.Equal(trained(t, second), want) {
					t.Errorf("%s: the tensors differ", what)
				}
				if files, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(files) != 1 {
					t.Errorf("%s: files %q, %v", what, files, err)
				}
			}
		}
	}
}

func TestRunRepeatsItself(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	run := func(change func(*Job)) (State, map[string]weights.Tensor) {
		j := newJob(t, backend, filepath.Join(t.TempDir(), "checkpoint"))
		change(j)
		return runJob(t, j), trained(t, j)
	}
	state, tensors := run(func(*Job) {})
	if again, tensorsAgain := run(func(*Job) {}); !cmp.Equal(state, again) || !cmp.Equal(tensors, tensorsAgain) {
		t.Error("the same run twice gives different results")
	}
	if other, _ := run(func(j *Job) { j.Config.Seed = 43 }); cmp.Equal(state.Losses, other.Losses) {
		t.Error("another seed gives the same losses")
	}
	if other, _ := run(func(j *Job) { j.Model.Adapter.Config.Dropout = 0 }); cmp.Equal(state.Losses, other.Losses) {
		t.Error("the adapter's dropout makes no difference")
	}
}

func TestFailuresNameWhatFailed(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	broken := errors.New("the notes have vanished")
	for name, c := range map[string]struct {
		change func(*Job)
		want   string
	}{
		"configuration":                      {func(j *Job) { j.Config.BatchSize = 0 }, "train.batch_size"},
		"no notes":                           {func(j *Job) { j.Data = Data{Buckets: []int{16}} }, "no notes to train on"},
		"validation":                         {func(j *Job) { j.Validate = func(context.Context) (Validation, error) { return Validation{}, broken } }, broken.Error()},
		"no folder":                          {func(j *Job) { j.Checkpoint = filepath.Join(t.TempDir(), "missing", "checkpoint") }, filepath.Join("missing", "checkpoint")},
		"a note longer than the last bucket": {func(j *Job) { j.Data.Buckets = []int{4, 8} }, "a batch holds 1 to 8"},
	} {
		j := newJob(t, backend, filepath.Join(t.TempDir(), "checkpoint"))
		c.change(j)
		if _, err := j.Run(context.Background()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q in it", name, err, c.want)
		}
	}
}
