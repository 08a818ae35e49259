package train

import (
	"fmt"
	"math"
)

// Config is the hyperparameters of fine-tuning. In the keys that may be left out, the comment says what zero means.
type Config struct {
	LearningRate float64 `yaml:"learning_rate" json:"learning_rate"` // peak of the schedule

	// BatchSize is how many notes an optimiser step learns from, the Trainer's per_device_train_batch_size times
	// gradient_accumulation_steps. MicroBatch is how many of them are in memory at once, its per_device_train_batch_size. It need not
	// divide the batch size, and changes only memory, speed, the last bits of the result and dropout's masks. 0 chooses it by the
	// notes' length, see Micro.
	BatchSize  int `yaml:"batch_size" json:"batch_size"`
	MicroBatch int `yaml:"micro_batch" json:"micro_batch,omitempty"`

	Epochs      int     `yaml:"epochs" json:"epochs"`
	WarmupSteps int     `yaml:"warmup_steps" json:"warmup_steps"` // optimiser steps, see Schedule
	WeightDecay float64 `yaml:"weight_decay" json:"weight_decay"`
	MaxGradNorm float64 `yaml:"max_grad_norm" json:"max_grad_norm"` // 0 does not clip
	Patience    int     `yaml:"patience" json:"patience"`           // epochs in a row without a better validation macro-F1 before stopping; 0 never stops
	Seed        uint64  `yaml:"seed" json:"seed"`                   // of the head, the adapter, the data order and dropout

	// LoRAPlusRatio is the learning rate of the adapter's B matrices divided by that of its A matrices, as in LoRA+; see AdamW. 0 or
	// 1 gives both the same.
	LoRAPlusRatio float64 `yaml:"loraplus_ratio" json:"loraplus_ratio,omitempty"`

	// Precision is the type that the model computes in while it trains: f32, bf16 or f16; empty is f32. The weights, their
	// gradients, the optimiser's state and what is saved are always f32, and so are validation and inference, whose results then do
	// not depend on it. f16 scales the loss, see Scaling.
	Precision string `yaml:"precision" json:"precision,omitempty"`
}

// Check refuses values that no run can have. The error begins with the key and its value.
func (c Config) Check() error {
	switch {
	case c.Epochs <= 0:
		return fmt.Errorf("train.epochs is %d, it must be positive", c.Epochs)
	case c.WarmupSteps < 0:
		return fmt.Errorf("train.warmup_steps is %d, it must not be negative", c.WarmupSteps)
	case c.Patience < 0:
		return fmt.Errorf("train.patience is %d, it must not be negative", c.Patience)
	}
	return c.checkStep()
}

// checkStep is Check without the keys that a single optimiser step does not use.
func (c Config) checkStep() error {
	switch {
	case !(c.LearningRate > 0 && c.LearningRate < 10):
		return fmt.Errorf("train.learning_rate is %g, it must be above 0 and below 10", c.LearningRate)
	case c.BatchSize <= 0:
		return fmt.Errorf("train.batch_size is %d, it must be positive", c.BatchSize)
	case c.MicroBatch < 0:
		return fmt.Errorf("train.micro_batch is %d, it must be positive, or 0 to choose by the notes' length", c.MicroBatch)
	case !(c.WeightDecay >= 0 && c.WeightDecay < 1):
		return fmt.Errorf("train.weight_decay is %g, it must be at least 0 and below 1", c.WeightDecay)
	case !(c.MaxGradNorm >= 0 && c.MaxGradNorm <= math.MaxFloat32):
		return fmt.Errorf("train.max_grad_norm is %g, it must be a number that is not negative", c.MaxGradNorm)
	case c.LoRAPlusRatio != 0 && !(c.LoRAPlusRatio >= 1 && c.LoRAPlusRatio <= 1000):
		return fmt.Errorf("train.loraplus_ratio is %g, it must be from 1 to 1000, or 0 for none", c.LoRAPlusRatio)
	}
	_, err := c.compute()
	return err
}

// MicroBatchSize is the size of a micro-batch of notes with the given padded length. Where MicroBatch is 0, they come to about 1,024 tokens: 16
// notes of up to 64 tokens, 8 of up to 128, 4 of up to 256, 2 of more. On the CPU, more tokens at once take more memory and, for
// long notes, more time, because they do not fit into the caches; fewer gain nothing.
func (c Config) MicroBatchSize(length int) int {
	micro := c.MicroBatch
	if micro == 0 {
		switch {
		case length > 256:
			micro = 2
		case length > 128:
			micro = 4
		case length > 64:
			micro = 8
		default:
			micro = 16
		}
	}
	return min(micro, c.BatchSize)
}

// Plan returns the schedule for the given number of training examples: T = ceil(examples / batch) x epochs steps, as the
// Trainer counts them.
func (c Config) Plan(examples int) (schedule Schedule, stepsPerEpoch int) {
	stepsPerEpoch = (examples + c.BatchSize - 1) / c.BatchSize
	return Schedule{Peak: c.LearningRate, Warmup: c.WarmupSteps, Total: stepsPerEpoch * c.Epochs}, stepsPerEpoch
}

// Warning is a warning about the schedule for that many examples, or "".
func (c Config) Warning(examples int) string {
	schedule, _ := c.Plan(examples)
	if schedule.Warmup >= schedule.Total {
		return fmt.Sprintf("the warm-up of %d steps is as long as the run of %d, so that the learning rate never reaches %g: lower train.warmup_steps or train longer",
			schedule.Warmup, schedule.Total, c.LearningRate)
	}
	return ""
}
