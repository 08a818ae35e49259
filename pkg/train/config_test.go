package train

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

var good = Config{LearningRate: 3e-4, BatchSize: 16, Epochs: 5, WarmupSteps: 100, WeightDecay: 0.01, MaxGradNorm: 1, Patience: 2, Seed: 42}

func TestCheckNamesTheKey(t *testing.T) {
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for key, change := range map[string][]func(*Config){
		"train.learning_rate": {
			func(c *Config) { c.LearningRate = 0 }, func(c *Config) { c.LearningRate = -1 }, func(c *Config) { c.LearningRate = 10 },
			func(c *Config) { c.LearningRate = math.NaN() }, func(c *Config) { c.LearningRate = math.Inf(1) },
		},
		"train.batch_size":   {func(c *Config) { c.BatchSize = 0 }, func(c *Config) { c.BatchSize = -1 }},
		"train.epochs":       {func(c *Config) { c.Epochs = 0 }},
		"train.warmup_steps": {func(c *Config) { c.WarmupSteps = -1 }},
		"train.weight_decay": {
			func(c *Config) { c.WeightDecay = -0.1 }, func(c *Config) { c.WeightDecay = 1 }, func(c *Config) { c.WeightDecay = math.NaN() },
		},
		"train.max_grad_norm": {
			func(c *Config) { c.MaxGradNorm = -1 }, func(c *Config) { c.MaxGradNorm = math.NaN() }, func(c *Config) { c.MaxGradNorm = math.Inf(1) },
		},
		"train.patience": {func(c *Config) { c.Patience = -1 }},
	} {
		for _, f := range change {
			c := good
			f(&c)
			if err := c.Check(); err == nil || !strings.HasPrefix(err.Error(), key+" is ") {
				t.Errorf("%+v: %v, want an error about %s", c, err, key)
			}
		}
	}
}

func TestPlanCountsStepsAsTheTrainerDoes(t *testing.T) {
	for _, c := range []struct{ examples, batch, epochs, perEpoch int }{
		{3371, 16, 5, 211}, {32, 16, 3, 2}, {33, 16, 3, 3}, {1, 16, 2, 1}, {15, 1, 1, 15},
	} {
		config := good
		config.BatchSize, config.Epochs = c.batch, c.epochs
		schedule, perEpoch := config.Plan(c.examples)
		want := Schedule{Peak: config.LearningRate, Warmup: config.WarmupSteps, Total: c.perEpoch * c.epochs}
		if perEpoch != c.perEpoch || schedule != want {
			t.Errorf("%d notes by %d: %+v, %d steps an epoch, want %+v, %d", c.examples, c.batch, schedule, perEpoch, want, c.perEpoch)
		}
		notes := Data{Buckets: []int{16}, Encodings: randomData(c.examples).Encodings}
		if got := len(notes.order(c.batch, 1, 0)); got != perEpoch {
			t.Errorf("%d notes by %d: an epoch has %d batches, the plan %d", c.examples, c.batch, got, perEpoch)
		}
	}
}

func TestRemarkOnAWarmUpAsLongAsTheRun(t *testing.T) {
	if got := good.Remark(16 * 20); !strings.Contains(got, "warm-up of 100 steps") || !strings.Contains(got, "run of 100") {
		t.Errorf("100 steps: %q", got)
	}
	if got := good.Remark(16*20 + 1); got != "" {
		t.Errorf("105 steps: %q", got)
	}
}

func TestScheduleInTheGraphEqualsAt(t *testing.T) {
	for _, name := range []string{"xla:cpu", "go"} {
		backend := openBackend(t, name)
		for _, s := range []Schedule{{3e-4, 100, 1055}, {1e-3, 0, 7}, {1, 20, 12}, {2, 5, 5}, {0.5, 1, 1}} {
			exec, err := graph.NewExec(backend, func(step *graph.Node) *graph.Node { return s.graph(step) })
			if err != nil {
				t.Fatal(err)
			}
			for step := 0; step <= s.Total+2; step += 1 + s.Total/50 {
				out, err := exec.Call1(float32(step))
				if err != nil {
					t.Fatal(err)
				}
				if got, want := float64(tensors.ToScalar[float32](out)), s.At(step); math.Abs(got-want) > 1e-6*s.Peak {
					t.Errorf("%s %+v: step %d has %v, want %v", name, s, step, got, want)
				}
			}
		}
	}
}
