package train

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/distilbert"
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

// BenchmarkStep is one training step of configuration 2 on XLA, without compilation.
func BenchmarkStep(b *testing.B) {
	backend, err := classifier.OpenBackend("xla:cpu")
	if err != nil {
		b.Fatal(err)
	}
	defer backend.Finalize()
	for _, length := range []int{128, 512} {
		b.Run(fmt.Sprintf("16x%d", length), func(b *testing.B) {
			m := miniLM(b)
			rng := rand.New(rand.NewPCG(3, 4))
			data := Data{Buckets: []int{length}}
			for range 16 {
				e := tokenize.Encoding{IDs: make([]int32, length)}
				for i := range e.IDs {
					e.IDs[i] = 1000 + rng.Int32N(29000)
				}
				target := make([]float32, 40)
				target[rng.IntN(40)] = 1
				data.Encodings, data.Targets = append(data.Encodings, e), append(data.Targets, target)
			}
			job := &Job{Model: m, Backend: backend, Config: Config{BatchSize: 16, Epochs: 1, LearningRate: 3e-4, WeightDecay: 0.01, MaxGradNorm: 1}, Data: data}
			job.schedule = Schedule{Peak: 3e-4, Warmup: 100, Total: 1000}
			trainer := job.trainer()
			step := func() {
				batch, err := data.batch(data.order(16, 1, 0)[0])
				if err != nil {
					b.Fatal(err)
				}
				if _, err := trainer.TrainStep(batch); err != nil {
					b.Fatal(err)
				}
			}
			step()
			for b.Loop() {
				step()
			}
			b.ReportMetric(16*float64(b.N)/b.Elapsed().Seconds(), "notes/s")
		})
	}
}
