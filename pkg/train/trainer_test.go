package train

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

// still takes dropout from a job.
func still(j *Job) *Job {
	c := &j.Model.Config
	c.Dropout, c.AttentionDropout, c.ClassifierDropout, j.Model.Adapter.Config.Dropout = 0, 0, 0, 0
	return j
}

// However a batch is divided, the step is that of the batch: 30 notes in batches of 8, the last of which has 6.
func TestMicroBatchesAddUpToTheBatch(t *testing.T) {
	for _, c := range []struct {
		backend string
		micros  []int
	}{{"go", []int{1, 2, 3, 5, 7}}, {"xla:cpu", []int{3}}} {
		backend := modelkit.Backend(t, classifier.OpenBackend, c.backend)
		run := func(micro int) (State, map[string]weights.Tensor) {
			j := still(newJob(t, backend, filepath.Join(t.TempDir(), "checkpoint")))
			j.Config.MicroBatch, j.Config.LearningRate = micro, 1e-3
			if c.backend != "go" {
				j.Data.Buckets = []int{16}
			}
			return runJob(t, j), trained(t, j)
		}
		state, want := run(8)
		for _, micro := range c.micros {
			got, tensors := run(micro)
			for i, loss := range got.Losses {
				if math.Abs(loss-state.Losses[i]) > 1e-5*state.Losses[i] {
					t.Errorf("%s, micro-batches of %d, step %d: loss %v, want %v", c.backend, micro, i+1, loss, state.Losses[i])
				}
			}
			for name, tensor := range tensors {
				testkit.NearAll(t, name, tensor.Data, want[name].Data, tolerance)
			}
		}
	}
}

// The masks come from the seed, the step and the micro-batch's place in the step, and from nothing else.
func TestDropoutDiffersBetweenMicroBatches(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	loss := func(notes, step int, seed uint64, warm int) float64 {
		t.Helper()
		j := newJob(t, backend, filepath.Join(t.TempDir(), "checkpoint"))
		j.Config.MicroBatch, j.Config.Seed = 1, seed
		trainer := j.trainer()
		var b batch
		for range notes { // the same note again and again
			b.IDs = append(b.IDs, 2, 101, 95, 96, 97, 98, 99, 3)
			b.targets = append(b.targets, 0, 1, 0, 0, 0)
		}
		b.Size, b.Length, b.notes = notes, 8, notes
		b.Mask = make([]bool, len(b.IDs))
		for i := range b.Mask {
			b.Mask[i] = true
		}
		for range warm {
			if _, err := trainer.TrainStep(b); err != nil { // at a learning rate of 0
				t.Fatal(err)
			}
		}
		j.state.Step = step
		out, err := trainer.TrainStep(b)
		if err != nil {
			t.Fatal(err)
		}
		return out.loss
	}
	first := loss(1, 0, 42, 0)
	if again := loss(1, 0, 42, 2); again != first {
		t.Errorf("the same step has another mask in a later call: loss %v, then %v", first, again)
	}
	seen := map[float64]string{first: "the first"}
	for what, other := range map[string]float64{
		"two micro-batches": loss(2, 0, 42, 0), "three": loss(3, 0, 42, 0), "step 2": loss(1, 1, 42, 0), "step 3": loss(1, 2, 42, 0), "seed 142": loss(1, 0, 142, 0),
	} {
		if same, ok := seen[other]; ok {
			t.Errorf("%s has the loss of %s, %v: the masks are the same", what, same, other)
		}
		seen[other] = what
	}
}

func TestScalingEqualsGradScaler(t *testing.T) {
	for _, c := range testkit.ReadJSON[goldenFile](t, testdata, "golden.json").Scaler {
		s := Scaling{Scale: c.Initial}
		for i, finite := range c.Finite {
			if s.update(finite == 1, c.Interval); s.Scale != c.Scales[i] {
				t.Errorf("from %v every %d: scale %v after step %d, want %v", c.Initial, c.Interval, s.Scale, i+1, c.Scales[i])
			}
		}
	}
}

// A scale that is far too large costs steps, which change nothing and wait with the learning rate, until it fits; from there on
// the run is that of a fitting scale.
func TestOverflowSkipsTheStep(t *testing.T) {
	g := testkit.ReadJSON[goldenFile](t, testdata, "golden.json")
	want := g.Train["train-qv"]
	for _, name := range []string{"go", "xla:cpu"} {
		m := openCase(t, "train-qv")
		j := want.Optimizer.job(modelkit.Backend(t, classifier.OpenBackend, name), m, 4, 3)
		j.state.Scaling = &Scaling{Scale: math.Exp2(129)} // more than a Float32
		trainer := j.trainer()
		before, err := m.Trained()
		if err != nil {
			t.Fatal(err)
		}
		skipped := 0
		for i := range want.Steps {
			b := g.Batches[i].batch(g.Batches[i].hard(5))
			for {
				out, err := trainer.TrainStep(b)
				if err != nil {
					t.Fatal(err)
				}
				if err := j.judge(out); err != nil {
					t.Fatal(err)
				}
				j.state.Step++
				if !closeTo(out.loss, want.Steps[i].Loss) {
					t.Errorf("%s step %d: loss %v, want %v", name, i+1, out.loss, want.Steps[i].Loss)
				}
				if finite(out.norm) {
					if !closeTo(out.norm, want.Steps[i].GradNorm) {
						t.Errorf("%s step %d: norm %v, want %v", name, i+1, out.norm, want.Steps[i].GradNorm)
					}
					break
				}
				skipped++
				if i == 0 {
					if now, err := m.Trained(); err != nil || !cmp.Equal(now, before) {
						t.Errorf("%s: a skipped step has changed the parameters (%v)", name, err)
					}
				}
			}
		}
		checkFinal(t, name, m, "train-qv", nil)
		s := j.state.Scaling
		if skipped < 2 || s.Skipped != skipped || s.Scale != math.Exp2(float64(129-skipped)) || s.Good != 3 {
			t.Errorf("%s: %d steps skipped, scaling %+v", name, skipped, s)
		}
	}
}
