package train

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/distilbert"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/lora"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

// The golden files are transformers + peft's, see ../classifier/testdata/make_golden.py.
const testdata = "../classifier/testdata"

// tolerance is relative to a tensor's largest value. The reference itself ends up to 7e-7 from a float64 run of its steps.
const tolerance = 1e-4

type goldenBatch struct {
	IDs     [][]int32   `json:"input_ids"`
	Mask    [][]int32   `json:"attention_mask"`
	Labels  []int       `json:"labels"`
	Targets [][]float32 `json:"soft"`
}

type goldenOptimizer struct {
	LearningRate  float64 `json:"learning_rate"`
	WeightDecay   float64 `json:"weight_decay"`
	MaxGradNorm   float64 `json:"max_grad_norm"`
	WarmupSteps   int     `json:"warmup_steps"`
	TotalSteps    int     `json:"total_steps"`
	LoRAPlusRatio float64 `json:"loraplus_ratio"`
}

type goldenStep struct {
	Loss         float64 `json:"loss"`
	GradNorm     float64 `json:"grad_norm"`
	LearningRate float64 `json:"learning_rate"`
}

type goldenCase struct {
	Optimizer goldenOptimizer `json:"optimizer"`
	LossHard  float64         `json:"loss_hard"`
	LossSoft  float64         `json:"loss_soft"`
	Steps     []goldenStep    `json:"steps"`
	Decayed   []string        `json:"decayed"`
	Noise     []string        `json:"noise"`
}

type goldenFile struct {
	Batches  []goldenBatch         `json:"batches"`
	Train    map[string]goldenCase `json:"train"`
	LoRAPlus goldenCase            `json:"loraplus"`
	Scaler   []struct {
		Initial  float64   `json:"initial"`
		Interval int       `json:"interval"`
		Finite   []int     `json:"finite"`
		Scales   []float64 `json:"scales"`
	} `json:"scaler"`
	Schedule []struct {
		Warmup      int       `json:"warmup_steps"`
		Total       int       `json:"total_steps"`
		Multipliers []float64 `json:"multipliers"`
	} `json:"schedule"`
}

// openCase is the model that a golden case starts from, without dropout, in the graph that trains.
func openCase(t *testing.T, name string) *classifier.Model {
	t.Helper()
	base, err := distilbert.Load(filepath.Join(testdata, "tiny"))
	if err != nil {
		t.Fatal(err)
	}
	base.Config.Dropout, base.Config.AttentionDropout, base.Config.ClassifierDropout = 0, 0, 0
	m, err := classifier.New(base, caseAdapter(t, name, base.Config), base.Config.Labels, 1)
	if err != nil {
		t.Fatal(err)
	}
	switch name {
	case "train-full":
		m.SetTrainable(classifier.TrainAll)
	case "train-partial":
		err = m.TrainLast(1)
	case "train-head":
		m.SetTrainable(classifier.TrainHead)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// caseAdapter is the adapter that a golden case trains, or nil.
func caseAdapter(t *testing.T, name string, config distilbert.Config) *lora.Adapter {
	t.Helper()
	folder, ok := map[string]string{"train-qv": "adapter-qv", "train-all": "adapter-all", "train-loraplus": "adapter-qv"}[name]
	if !ok {
		return nil
	}
	adapter, err := lora.Read(filepath.Join(testdata, folder), classifier.Sites(config), classifier.OtherModules(), classifier.HeadNames(config))
	if err != nil {
		t.Fatal(err)
	}
	adapter.Config.Dropout = 0
	return adapter
}

// fileName is a tensor's name in the golden files.
func fileName(m *classifier.Model, name string) string {
	switch {
	case m.Adapter != nil:
		return "base_model.model." + name
	case strings.HasPrefix(name, "pre_classifier.") || strings.HasPrefix(name, "classifier."):
		return name
	}
	return "distilbert." + name
}

func (b goldenBatch) hard(classes int) [][]float32 {
	rows := make([][]float32, len(b.Labels))
	for i, label := range b.Labels {
		rows[i] = make([]float32, classes)
		rows[i][label] = 1
	}
	return rows
}

// batch lays the batch out as Data does.
func (b goldenBatch) batch(targets [][]float32) Batch {
	out := Batch{notes: len(b.IDs), targets: slices.Concat(targets...)}
	out.Size, out.Length = len(b.IDs), len(b.IDs[0])
	out.IDs = slices.Concat(b.IDs...)
	for _, row := range b.Mask {
		for _, v := range row {
			out.Mask = append(out.Mask, v == 1)
		}
	}
	return out
}

// trainer takes golden steps with the given size of micro-batches.
func (o goldenOptimizer) trainer(t *testing.T, backend compute.Backend, m *classifier.Model, batchSize, micro int) *Trainer {
	t.Helper()
	trainer, err := NewTrainer(backend, m, Config{
		LearningRate: o.LearningRate, BatchSize: batchSize, MicroBatch: micro, WarmupSteps: o.WarmupSteps,
		WeightDecay: o.WeightDecay, MaxGradNorm: o.MaxGradNorm, LoRAPlusRatio: o.LoRAPlusRatio,
	})
	if err != nil {
		t.Fatal(err)
	}
	trainer.Rate = Schedule{Peak: o.LearningRate, Warmup: o.WarmupSteps, Total: o.TotalSteps}.At
	return trainer
}

func closeTo(got, want float64) bool { return math.Abs(got-want) <= tolerance*math.Abs(want) }

var cases = []string{"train-qv", "train-all", "train-full", "train-partial", "train-head"}

// checkGradients compares what has accumulated with a file of the reference.
func checkGradients(t *testing.T, what string, trainer *Trainer, path string, noise []string) {
	t.Helper()
	want, err := weights.Open(filepath.Join(testdata, path))
	if err != nil {
		t.Fatal(err)
	}
	if len(trainer.params) != len(want.Names()) {
		t.Errorf("%s: %d tensors get a gradient, torch has %d", what, len(trainer.params), len(want.Names()))
	}
	for _, p := range trainer.params {
		key := fileName(trainer.model, p.value.Name())
		if slices.Contains(noise, key) {
			continue
		}
		wanted, err := want.Tensor(key, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := classifier.Value(p.gradient)
		if err != nil {
			t.Fatal(err)
		}
		testkit.NearAll(t, what+" gradient of "+p.value.Name(), got.Data, wanted.Data, tolerance)
	}
}

// checkFinal compares what was trained with a file of the reference.
func checkFinal(t *testing.T, what string, m *classifier.Model, folder string, noise []string) {
	t.Helper()
	final, err := weights.Open(filepath.Join(testdata, folder, "final.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(m.TrainableNames()), len(final.Names()); got != want {
		t.Errorf("%s: %d tensors are trained, torch trains %d", what, got, want)
	}
	for _, tensor := range m.TrainableNames() {
		key := fileName(m, tensor)
		if slices.Contains(noise, key) {
			continue
		}
		wanted, err := final.Tensor(key, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.Tensor(tensor)
		if err != nil {
			t.Fatal(err)
		}
		testkit.NearAll(t, what+" "+tensor, got.Data, wanted.Data, tolerance)
	}
}

// follow takes the steps of a golden case and compares each; after is called behind each of them.
func follow(t *testing.T, what string, trainer *Trainer, batches []goldenBatch, steps []goldenStep, after func(step int)) {
	t.Helper()
	for i, want := range steps {
		b := batches[i%len(batches)]
		got, err := trainer.Step(b.batch(b.hard(5)))
		if err != nil {
			t.Fatal(err)
		}
		if !closeTo(got.Loss, want.Loss) || !closeTo(got.GradNorm, want.GradNorm) {
			t.Errorf("%s step %d: loss %v and norm %v, want %v and %v", what, i+1, got.Loss, got.GradNorm, want.Loss, want.GradNorm)
		}
		if math.Abs(got.LearningRate-want.LearningRate) > 1e-12 {
			t.Errorf("%s step %d: learning rate %v, want %v", what, i+1, got.LearningRate, want.LearningRate)
		}
		if after != nil {
			after(i)
		}
	}
}

// Three steps of every method, with micro-batches of 3 and 1 on the Go backend and whole on XLA, which compiles for seconds.
func TestStepsEqualTheTrainer(t *testing.T) {
	g := testkit.ReadJSON[goldenFile](t, testdata, "golden.json")
	for name, micro := range map[string]int{"xla:cpu": 4, "go": 3} {
		backend := modelkit.Backend(t, classifier.OpenBackend, name)
		for _, c := range cases {
			if name != "go" && (c == "train-qv" || c == "train-head") { // other tests run the one, the other is part of all
				continue
			}
			what, want := name+" "+c, g.Train[c]
			m := openCase(t, c)
			trainer := want.Optimizer.trainer(t, backend, m, 4, micro)
			follow(t, what, trainer, g.Batches, want.Steps, func(step int) {
				if step == 0 {
					checkGradients(t, what, trainer, filepath.Join(c, "grad-hard.safetensors"), want.Noise)
				}
			})
			checkFinal(t, what, m, c, want.Noise)
		}
	}
}

func TestSoftTargetsHaveTorchsGradients(t *testing.T) {
	g := testkit.ReadJSON[goldenFile](t, testdata, "golden.json")
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	for _, c := range cases {
		want := g.Train[c]
		trainer := want.Optimizer.trainer(t, backend, openCase(t, c), 4, 2)
		batch := g.Batches[0].batch(g.Batches[0].Targets)
		before, err := trainer.Loss(batch)
		if err != nil {
			t.Fatal(err)
		}
		step, err := trainer.Step(batch)
		if err != nil {
			t.Fatal(err)
		}
		if !closeTo(step.Loss, want.LossSoft) || !closeTo(before, want.LossSoft) {
			t.Errorf("%s: loss %v in training, %v in inference, want %v", c, step.Loss, before, want.LossSoft)
		}
		checkGradients(t, c, trainer, filepath.Join(c, "grad-soft.safetensors"), want.Noise)
	}
}

func TestLoRAPlusEqualsPEFTs(t *testing.T) {
	g := testkit.ReadJSON[goldenFile](t, testdata, "golden.json")
	m := openCase(t, "train-loraplus")
	follow(t, "LoRA+", g.LoRAPlus.Optimizer.trainer(t, modelkit.Backend(t, classifier.OpenBackend, "go"), m, 4, 3), g.Batches, g.LoRAPlus.Steps, nil)
	checkFinal(t, "LoRA+", m, "train-loraplus", nil)
}

// Twenty steps of LoRA on q and v, with warm-up, decay and clipping, from the same weights and batches as transformers + peft.
func TestTwentyStepsFollowPEFT(t *testing.T) {
	twenty := testkit.ReadJSON[struct {
		goldenCase
		Batches []goldenBatch `json:"batches"`
	}](t, testdata, "twenty.json")
	if len(twenty.Steps) != 20 || len(twenty.Batches) != 20 {
		t.Fatalf("%d steps and %d batches", len(twenty.Steps), len(twenty.Batches))
	}
	for name, micro := range map[string]int{"xla:cpu": 6, "go": 4} {
		follow(t, name, twenty.Optimizer.trainer(t, modelkit.Backend(t, classifier.OpenBackend, name), openCase(t, "train-qv"), 6, micro), twenty.Batches, twenty.Steps, nil)
	}
}

func TestScheduleEqualsTransformers(t *testing.T) {
	for _, want := range testkit.ReadJSON[goldenFile](t, testdata, "golden.json").Schedule {
		s := Schedule{Peak: 1, Warmup: want.Warmup, Total: want.Total}
		for step, multiplier := range want.Multipliers {
			if got := s.At(step); math.Abs(got-multiplier) > 1e-12 {
				t.Errorf("warm-up %d of %d, step %d: %v, want %v", want.Warmup, want.Total, step, got, multiplier)
			}
		}
	}
}

func TestDecayExclusionsEqualTheTrainers(t *testing.T) {
	g := testkit.ReadJSON[goldenFile](t, testdata, "golden.json")
	for _, c := range cases {
		m := openCase(t, c)
		var got []string
		for _, name := range m.TrainableNames() {
			if Decays(name) {
				got = append(got, fileName(m, name))
			}
		}
		slices.Sort(got)
		want := slices.Sorted(slices.Values(g.Train[c].Decayed))
		if !slices.Equal(got, want) {
			t.Errorf("%s: weight decay on %v, the Trainer decays %v", c, got, want)
		}
	}
}
