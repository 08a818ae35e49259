package train

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
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

// A job is made of the steps that a caller can take: with the same batches and rates they give the same losses and tensors, bit by bit.
func TestStepsEqualTheJobs(t *testing.T) {
	for _, name := range []string{"go", "xla:cpu"} {
		backend := modelkit.Backend(t, classifier.OpenBackend, name)
		job := newJob(t, backend, filepath.Join(t.TempDir(), "checkpoint"))
		job.Data.Buckets = []int{16}
		state := runJob(t, job)

		same := newJob(t, backend, "")
		same.Data.Buckets = []int{16}
		trainer, err := NewTrainer(backend, same.Model, same.Config)
		if err != nil {
			t.Fatal(err)
		}
		schedule, stepsPerEpoch := same.Config.Plan(len(same.Data.Encodings))
		trainer.Rate = schedule.At
		for i, want := range state.Losses {
			layout := same.Data.order(same.Config.BatchSize, same.Config.Seed, i/stepsPerEpoch)[i%stepsPerEpoch]
			notes := slices.DeleteFunc(layout.Index, func(note int) bool { return note < 0 })
			batch, err := same.Data.Batch(notes...)
			if err != nil {
				t.Fatal(err)
			}
			step, err := trainer.Step(batch)
			if err != nil {
				t.Fatal(err)
			}
			if step.Loss != want || step.LearningRate != schedule.At(i) || !(step.GradNorm > 0) {
				t.Errorf("%s step %d: %+v, the job has the loss %v and the rate %v", name, i+1, step, want, schedule.At(i))
			}
		}
		if len(state.Losses) != 12 || !cmp.Equal(trained(t, same), trained(t, job)) {
			t.Errorf("%s: after %d steps the tensors differ", name, len(state.Losses))
		}
	}
}

func TestLossFallsOnARepeatedBatch(t *testing.T) {
	j := still(newJob(t, modelkit.Backend(t, classifier.OpenBackend, "go"), ""))
	trainer, err := NewTrainer(j.Backend, j.Model, j.Config)
	if err != nil {
		t.Fatal(err)
	}
	batch, err := j.Data.Batch(0, 1, 2, 3, 4, 5, 6)
	if err != nil {
		t.Fatal(err)
	}
	loss := func() float64 {
		t.Helper()
		loss, err := trainer.Loss(batch)
		if err != nil {
			t.Fatal(err)
		}
		return loss
	}
	before, tensors := loss(), trained(t, j)
	if again := loss(); again != before || !cmp.Equal(trained(t, j), tensors) {
		t.Errorf("looking at the loss changes it from %v to %v", before, again)
	}
	for i := range 6 {
		step, err := trainer.Step(batch)
		if err != nil {
			t.Fatal(err)
		}
		after := loss()
		if math.Abs(step.Loss-before) > 1e-5*before { // without dropout
			t.Errorf("step %d has the loss %v, before it was %v", i+1, step.Loss, before)
		}
		if !(after < before) {
			t.Errorf("step %d: the loss goes from %v to %v", i+1, before, after)
		}
		before = after
	}
}

// A second trainer on a model starts with Adam's moments at zero, at the rate that it is given.
func TestASecondTrainerStartsAnew(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	update := func(warm bool, rate float64) (before, after map[string]weights.Tensor) {
		t.Helper()
		j := still(newJob(t, backend, ""))
		batch, err := j.Data.Batch(0, 1, 2)
		if err != nil {
			t.Fatal(err)
		}
		take := func(rate float64) {
			t.Helper()
			config := j.Config
			config.LearningRate = rate
			trainer, err := NewTrainer(backend, j.Model, config)
			if err != nil {
				t.Fatal(err)
			}
			if step, err := trainer.Step(batch); err != nil || step.LearningRate != rate {
				t.Fatalf("%+v, %v", step, err)
			}
		}
		start := trained(t, j)
		if warm {
			take(9e-3)
			for name, tensor := range start {
				if err := j.Model.SetTensor(name, tensor); err != nil {
					t.Fatal(err)
				}
			}
		}
		take(rate)
		return start, trained(t, j)
	}
	start, first := update(false, 1e-3)
	if _, second := update(true, 1e-3); !cmp.Equal(second, first) {
		t.Error("an earlier trainer's moments are in the second one's step")
	}
	_, faster := update(false, 3e-3)
	const bias = "classifier.bias" // no weight decay: Adam's first step is the rate in each value
	for i, from := range start[bias].Data {
		slow, fast := float64(first[bias].Data[i]-from), float64(faster[bias].Data[i]-from)
		if math.Abs(math.Abs(slow)-1e-3) > 1e-6 || math.Abs(fast-3*slow) > 1e-6 {
			t.Errorf("%s moves by %v at a rate of 1e-3 and by %v at 3e-3", bias, slow, fast)
		}
	}
}

func TestATrainedHeadClassifies(t *testing.T) {
	c, err := classifier.Prepare(filepath.Join(testdata, "tiny"), nil, []string{"heart", "bone"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	data, err := NewData(c, []string{"chest pain", "knee fracture"}, [][]string{{"heart"}, {"bone"}})
	if err != nil {
		t.Fatal(err)
	}
	batch, err := data.Batch(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	trainer, err := NewTrainer(backend, c.Model, Config{LearningRate: 1e-2, BatchSize: 2})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Untrained) != 4 {
		t.Fatalf("untrained before the first step: %v", c.Untrained)
	}
	for range 20 {
		if _, err := trainer.Step(batch); err != nil {
			t.Fatal(err)
		}
	}
	predictor, err := classifier.NewPredictor(backend, c, 2)
	if err != nil {
		t.Fatal(err)
	}
	predictions, err := predictor.Classify(t.Context(), []string{"chest pain", "knee fracture"})
	if err != nil || predictions[0].Label != "heart" || predictions[1].Label != "bone" {
		t.Errorf("%v, %v", predictions, err)
	}
}

func TestTrainerRefusesWhatItCannotTrain(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	for what, c := range map[string]struct {
		model  string
		change func(*Config)
		want   string
	}{
		"no rate":              {"train-qv", func(c *Config) { c.LearningRate = 0 }, "train.learning_rate is 0"},
		"LoRA+ without LoRA":   {"train-head", func(c *Config) { c.LoRAPlusRatio = 16 }, "train.loraplus_ratio is 16"},
		"another precision":    {"train-qv", func(c *Config) { c.Precision = "int8" }, `train.precision is "int8"`},
		"one that Go has none": {"train-qv", func(c *Config) { c.Precision = "f16" }, "take train.precision=f32"},
	} {
		config := Config{LearningRate: 1e-3, BatchSize: 4}
		c.change(&config)
		if _, err := NewTrainer(backend, openCase(t, c.model), config); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q in it", what, err, c.want)
		}
	}
	trainer, err := NewTrainer(backend, openCase(t, "train-qv"), Config{LearningRate: 1e-3, BatchSize: 4})
	if err != nil {
		t.Fatal(err)
	}
	batch, err := randomData(5).Batch(0, 1, 2, 3, 4)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trainer.Step(batch); err == nil || !strings.Contains(err.Error(), "5 notes, train.batch_size is 4") {
		t.Errorf("a batch that is too large: %v", err)
	}
	if _, err := trainer.Step(Batch{}); err == nil || !strings.Contains(err.Error(), "0 notes") {
		t.Errorf("a step on nothing: %v", err)
	}
	if _, err := trainer.Loss(Batch{}); err == nil || !strings.Contains(err.Error(), "no notes") {
		t.Errorf("the loss of nothing: %v", err)
	}
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
		trainer, err := NewTrainer(backend, j.Model, j.Config)
		if err != nil {
			t.Fatal(err)
		}
		trainer.Rate = func(int) float64 { return 0 }
		var b Batch
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
			if _, err := trainer.Step(b); err != nil {
				t.Fatal(err)
			}
		}
		trainer.steps = step
		out, err := trainer.Step(b)
		if err != nil {
			t.Fatal(err)
		}
		return out.Loss
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
		trainer := want.Optimizer.trainer(t, modelkit.Backend(t, classifier.OpenBackend, name), m, 4, 3)
		trainer.scaling = &Scaling{Scale: math.Exp2(129)} // more than a Float32
		before, err := m.Trained()
		if err != nil {
			t.Fatal(err)
		}
		skipped := 0
		for i := range want.Steps {
			b := g.Batches[i].batch(g.Batches[i].hard(5))
			for {
				out, err := trainer.Step(b)
				if err != nil {
					t.Fatal(err)
				}
				if !closeTo(out.Loss, want.Steps[i].Loss) {
					t.Errorf("%s step %d: loss %v, want %v", name, i+1, out.Loss, want.Steps[i].Loss)
				}
				if finite(out.GradNorm) {
					if !closeTo(out.GradNorm, want.Steps[i].GradNorm) {
						t.Errorf("%s step %d: norm %v, want %v", name, i+1, out.GradNorm, want.Steps[i].GradNorm)
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
		s := trainer.scaling
		if skipped < 2 || s.Skipped != skipped || s.Scale != math.Exp2(float64(129-skipped)) || s.Good != 3 {
			t.Errorf("%s: %d steps skipped, scaling %+v", name, skipped, s)
		}
	}
}
