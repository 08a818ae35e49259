package train

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/distilbert"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/lora"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

// miniLM is the shape of all-MiniLM-L6-v2, with random weights: speed does not depend on their values.
func miniLM(b *testing.B) *classifier.Model {
	b.Helper()
	config := distilbert.Config{
		ModelType: "distilbert", VocabSize: 30522, MaxPositions: 512, Dim: 384, Layers: 6, Heads: 12, HiddenDim: 1536, Activation: "gelu",
		Dropout: 0.1, AttentionDropout: 0.1, ClassifierDropout: 0.2, LayerNormEps: 1e-12, InitializerRange: 0.02,
	}
	rng := rand.New(rand.NewPCG(1, 2))
	base := &distilbert.Weights{Config: config, Tensors: make(map[string]weights.Tensor)}
	for _, s := range config.EncoderShapes() {
		t := weights.New(s.Dims...)
		for i := range t.Data {
			t.Data[i] = float32(rng.NormFloat64() * 0.02)
		}
		base.Tensors[s.Name] = t
	}
	labels := make([]string, 40)
	for i := range labels {
		labels[i] = fmt.Sprint("label ", i)
	}
	adapter, err := lora.New(lora.Config{Rank: 16, Alpha: 32, Dropout: 0.1, TargetModules: []string{"q_lin", "v_lin"}}, classifier.Sites(config), nil, 1)
	if err != nil {
		b.Fatal(err)
	}
	m, err := classifier.New(base, adapter, labels, 1)
	if err != nil {
		b.Fatal(err)
	}
	return m
}

// BenchmarkStep is one optimiser step of configuration 2 on XLA, without compilation, by micro-batches.
func BenchmarkStep(b *testing.B) {
	backend := modelkit.Backend(b, classifier.OpenBackend, "xla:cpu")
	for _, length := range []int{128, 256, 512} {
		for _, micro := range []int{16, 8, 4, 2} {
			b.Run(fmt.Sprintf("16x%d/micro=%d", length, micro), func(b *testing.B) {
				m := miniLM(b)
				rng := rand.New(rand.NewPCG(3, 4))
				data := Data{Buckets: []int{length}}
				for range 16 {
					target := make([]float32, 40)
					target[rng.IntN(40)] = 1
					data.Encodings = append(data.Encodings, tokenize.Encoding{IDs: randomIDs(rng, length)})
					data.Targets = append(data.Targets, target)
				}
				config := Config{BatchSize: 16, MicroBatch: micro, Epochs: 1, LearningRate: 3e-4, WeightDecay: 0.01, MaxGradNorm: 1}
				trainer, err := NewTrainer(backend, m, config)
				if err != nil {
					b.Fatal(err)
				}
				bench(b, 16, func() error {
					batch, err := data.lay(data.order(16, 1, 0)[0])
					if err != nil {
						return err
					}
					_, err = trainer.Step(batch)
					return err
				})
			})
		}
	}
}

// BenchmarkPredict is inference on XLA, without compilation.
func BenchmarkPredict(b *testing.B) {
	backend := modelkit.Backend(b, classifier.OpenBackend, "xla:cpu")
	for _, shape := range [][2]int{{1, 128}, {4, 128}, {16, 128}, {1, 512}, {4, 512}, {8, 512}, {32, 512}} {
		rows, length := shape[0], shape[1]
		b.Run(fmt.Sprintf("%dx%d", rows, length), func(b *testing.B) {
			m := miniLM(b)
			exec, err := model.NewExec(backend, m.Store, func(scope *model.Scope, ids, mask *graph.Node) *graph.Node {
				return m.Logits(scope, ids, mask, nil)
			})
			if err != nil {
				b.Fatal(err)
			}
			defer exec.Finalize()
			mask := make([]bool, rows*length)
			for i := range mask {
				mask[i] = true
			}
			ids := tensors.FromFlatDataAndDimensions(randomIDs(rand.New(rand.NewPCG(3, 4)), rows*length), rows, length)
			tokens := tensors.FromFlatDataAndDimensions(mask, rows, length)
			bench(b, rows, func() error {
				out, err := exec.Call1(ids, tokens)
				if err != nil {
					return err
				}
				_, err = tensors.CopyFlatData[float32](out) // waits for it
				out.MustFinalizeAll()
				return err
			})
		})
	}
}

func randomIDs(rng *rand.Rand, n int) []int32 {
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = 1000 + rng.Int32N(29000)
	}
	return ids
}

// bench times a function that takes so many notes at once, after a first call that compiles. The processor's seconds tell more than
// the clock's where other programs share the machine.
func bench(b *testing.B, notes int, call func() error) {
	b.Helper()
	if err := call(); err != nil {
		b.Fatal(err)
	}
	before := cpuSeconds(b)
	for b.Loop() {
		if err := call(); err != nil {
			b.Fatal(err)
		}
	}
	all := float64(notes * b.N)
	b.ReportMetric(all/b.Elapsed().Seconds(), "notes/s")
	b.ReportMetric(1e3*(cpuSeconds(b)-before)/all, "cpu-ms/note")
}

func cpuSeconds(b *testing.B) float64 {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}
