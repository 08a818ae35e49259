package train

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/distilbert"
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

type goldenCase struct {
	Optimizer struct {
		LearningRate float64 `json:"learning_rate"`
		WeightDecay  float64 `json:"weight_decay"`
		MaxGradNorm  float64 `json:"max_grad_norm"`
		WarmupSteps  int     `json:"warmup_steps"`
		TotalSteps   int     `json:"total_steps"`
	} `json:"optimizer"`
	LossHard float64 `json:"loss_hard"`
	LossSoft float64 `json:"loss_soft"`
	Steps    []struct {
		Loss         float64 `json:"loss"`
		LearningRate float64 `json:"learning_rate"`
	} `json:"steps"`
	Decayed []string `json:"decayed"`
	Noise   []string `json:"noise"`
}

type goldenFile struct {
	Batches  []goldenBatch         `json:"batches"`
	Train    map[string]goldenCase `json:"train"`
	Schedule []struct {
		Warmup      int       `json:"warmup_steps"`
		Total       int       `json:"total_steps"`
		Multipliers []float64 `json:"multipliers"`
	} `json:"schedule"`
}

func readGolden(t *testing.T) goldenFile {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(testdata, "golden.json"))
	if err != nil {
		t.Fatal(err)
	}
	var g goldenFile
	if err := json.Unmarshal(raw, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func openBackend(t *testing.T, name string) compute.Backend {
	t.Helper()
	backend, err := classifier.OpenBackend(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	return backend
}

// openCase is the model that a golden case starts from.
func openCase(t *testing.T, name string) *classifier.Model {
	t.Helper()
	base, err := distilbert.Load(filepath.Join(testdata, "tiny"))
	if err != nil {
		t.Fatal(err)
	}
	var adapter *lora.Adapter
	if name != "train-full" {
		dir := filepath.Join(testdata, strings.Replace(name, "train", "adapter", 1))
		adapter, err = lora.Read(dir, classifier.Sites(base.Config), classifier.OtherModules(), classifier.HeadNames(base.Config))
		if err != nil {
			t.Fatal(err)
		}
	}
	m, err := classifier.New(base, adapter, base.Config.Labels, 1)
	if err != nil {
		t.Fatal(err)
	}
	if name == "train-full" {
		m.SetTrainable(classifier.TrainAll)
	}
	return m
}

// fileName is a tensor's name in the golden files.
func fileName(goldenCase, name string) string {
	switch {
	case goldenCase != "train-full":
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

func (b goldenBatch) batch(targets [][]float32) train.Batch {
	ones := slices.Repeat([]float32{1}, len(b.IDs))
	return train.Batch{
		Inputs: []*tensors.Tensor{tensors.FromValue(b.IDs), tensors.FromValue(b.Mask)},
		Labels: []*tensors.Tensor{tensors.FromValue(targets), tensors.FromValue(ones)},
	}
}

// near compares two tensors, relative to the largest wanted value.
func near(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	var worst, scale float64
	for i := range want {
		worst = max(worst, math.Abs(float64(got[i])-float64(want[i])))
		scale = max(scale, math.Abs(float64(want[i])))
	}
	if !(worst <= tolerance*max(scale, 1e-4)) {
		t.Errorf("%s: largest difference %.3g of values up to %.3g", what, worst, scale)
	}
}

func closeTo(got, want float64) bool { return math.Abs(got-want) <= tolerance*math.Abs(want) }

var cases = []string{"train-qv", "train-all", "train-full"}

func TestGradientsEqualTorch(t *testing.T) {
	g := readGolden(t)
	for _, name := range []string{"xla:cpu", "go"} {
		backend := openBackend(t, name)
		for _, c := range cases {
			for kind, targets := range map[string][][]float32{"hard": g.Batches[0].hard(5), "soft": g.Batches[0].Targets} {
				wantLoss := map[string]float64{"hard": g.Train[c].LossHard, "soft": g.Train[c].LossSoft}[kind]
				checkGradients(t, backend, fmt.Sprintf("%s %s %s", name, c, kind), c, g.Batches[0].batch(targets), wantLoss,
					filepath.Join(testdata, c, "grad-"+kind+".safetensors"), g.Train[c].Noise)
			}
		}
	}
}

func checkGradients(t *testing.T, backend compute.Backend, what, c string, b train.Batch, wantLoss float64, path string, noise []string) {
	t.Helper()
	m := openCase(t, c)
	var names []string
	out, err := model.CallOnceN(backend, m.Store, func(scope *model.Scope, in []*graph.Node) []*graph.Node {
		logits := m.Logits(scope, in[0], in[1], nil)
		loss := crossEntropy(in[2:4], []*graph.Node{logits})
		names = nil
		for v := range scope.IterVariables() {
			if v.Trainable && v.InUseByGraph(loss.Graph()) {
				names = append(names, v.Name())
			}
		}
		return append([]*graph.Node{loss}, scope.BuildTrainableVariablesGradientsGraph(loss)...)
	}, b.Inputs[0], b.Inputs[1], b.Labels[0], b.Labels[1])
	if err != nil {
		t.Fatal(err)
	}
	if loss := float64(tensors.ToScalar[float32](out[0])); !closeTo(loss, wantLoss) {
		t.Errorf("%s: loss %v, want %v", what, loss, wantLoss)
	}
	want, err := weights.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(names) != len(want.Names()) {
		t.Errorf("%s: %d tensors get a gradient, torch has %d", what, len(names), len(want.Names()))
	}
	for i, name := range names {
		key := fileName(c, name)
		if slices.Contains(noise, key) {
			continue
		}
		wanted, err := want.Tensor(key, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tensors.CopyFlatData[float32](out[i+1])
		if err != nil {
			t.Fatal(err)
		}
		near(t, what+" "+name, got, wanted.Data)
	}
}

func TestThreeStepsEqualTheTrainer(t *testing.T) {
	g := readGolden(t)
	for _, name := range []string{"xla:cpu", "go"} {
		backend := openBackend(t, name)
		for _, c := range cases {
			m, want := openCase(t, c), g.Train[c]
			o := want.Optimizer
			opt := NewAdamW(Schedule{Peak: o.LearningRate, Warmup: o.WarmupSteps, Total: o.TotalSteps}, o.WeightDecay, o.MaxGradNorm)
			trainer := train.NewTrainer(backend, m.Store, func(scope *model.Scope, in []*graph.Node) []*graph.Node {
				return []*graph.Node{m.Logits(scope, in[0], in[1], nil)}
			}, crossEntropy, opt, nil, nil)
			for i, step := range want.Steps {
				metrics, err := trainer.TrainStep(g.Batches[i].batch(g.Batches[i].hard(5)))
				if err != nil {
					t.Fatal(err)
				}
				if loss := float64(tensors.ToScalar[float32](metrics[0])); !closeTo(loss, step.Loss) {
					t.Errorf("%s %s step %d: loss %v, want %v", name, c, i+1, loss, step.Loss)
				}
				rate := optimizer.LearningRateVar(m.Store.RootScope(), dtypes.Float32, 0).MustValue()
				if got := float64(tensors.ToScalar[float32](rate)); math.Abs(got-step.LearningRate) > 1e-6*o.LearningRate {
					t.Errorf("%s %s step %d: learning rate %v, want %v", name, c, i+1, got, step.LearningRate)
				}
			}
			final, err := weights.Open(filepath.Join(testdata, c, "final.safetensors"))
			if err != nil {
				t.Fatal(err)
			}
			for _, tensor := range m.TrainableNames() {
				key := fileName(c, tensor)
				if slices.Contains(want.Noise, key) {
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
				near(t, name+" "+c+" "+tensor, got.Data, wanted.Data)
			}
		}
	}
}

func TestScheduleEqualsTransformers(t *testing.T) {
	for _, want := range readGolden(t).Schedule {
		s := Schedule{Peak: 1, Warmup: want.Warmup, Total: want.Total}
		for step, multiplier := range want.Multipliers {
			if got := s.At(step); math.Abs(got-multiplier) > 1e-12 {
				t.Errorf("warm-up %d of %d, step %d: %v, want %v", want.Warmup, want.Total, step, got, multiplier)
			}
		}
	}
}

func TestDecayExclusionsEqualTheTrainers(t *testing.T) {
	g := readGolden(t)
	for _, c := range cases {
		var got []string
		for _, name := range openCase(t, c).TrainableNames() {
			if Decays(name) {
				got = append(got, fileName(c, name))
			}
		}
		slices.Sort(got)
		want := slices.Sorted(slices.Values(g.Train[c].Decayed))
		if !slices.Equal(got, want) {
			t.Errorf("%s: weight decay on %v, the Trainer decays %v", c, got, want)
		}
	}
}
