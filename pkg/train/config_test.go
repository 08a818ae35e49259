package train

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
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
		"train.patience":    {func(c *Config) { c.Patience = -1 }},
		"train.micro_batch": {func(c *Config) { c.MicroBatch = -1 }},
		"train.loraplus_ratio": {
			func(c *Config) { c.LoRAPlusRatio = 0.5 }, func(c *Config) { c.LoRAPlusRatio = -16 }, func(c *Config) { c.LoRAPlusRatio = math.NaN() },
			func(c *Config) { c.LoRAPlusRatio = math.Inf(1) },
		},
		"train.precision": {func(c *Config) { c.Precision = "int8" }, func(c *Config) { c.Precision = "F32" }, func(c *Config) { c.Precision = "float16" }},
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
	if got := good.Warning(16 * 20); !strings.Contains(got, "warm-up of 100 steps") || !strings.Contains(got, "run of 100") {
		t.Errorf("100 steps: %q", got)
	}
	if got := good.Warning(16*20 + 1); got != "" {
		t.Errorf("105 steps: %q", got)
	}
}

func TestSettingsLeftOutAreAsBefore(t *testing.T) {
	raw, err := json.Marshal(good)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"learning_rate":0.0003,"batch_size":16,"epochs":5,"warmup_steps":100,"weight_decay":0.01,"max_grad_norm":1,"patience":2,"seed":42}`
	if string(raw) != want {
		t.Errorf("a run's settings are hashed as %s, want %s", raw, want)
	}
}

func TestMicroBatchByLength(t *testing.T) {
	for _, c := range []struct{ batch, micro, length, want int }{
		{16, 0, 512, 2},
		{16, 0, 257, 2},
		{16, 0, 256, 4},
		{16, 0, 129, 4},
		{16, 0, 128, 8},
		{16, 0, 65, 8},
		{16, 0, 64, 16},
		{32, 0, 8, 16},
		{1, 0, 512, 1},
		{3, 0, 128, 3},
		{16, 5, 512, 5},
		{16, 5, 32, 5},
		{4, 100, 32, 4},
	} {
		config := good
		config.BatchSize, config.MicroBatch = c.batch, c.micro
		if got := config.MicroBatchSize(c.length); got != c.want {
			t.Errorf("batch %d, micro-batch %d, %d tokens: %d notes, want %d", c.batch, c.micro, c.length, got, c.want)
		}
	}
}
