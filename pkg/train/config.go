package train

import (
	"fmt"
	"math"
)

// Config is how a classifier is fine-tuned. The defaults that a profile starts from are the report's second configuration.
type Config struct {
	LearningRate float64 `yaml:"learning_rate" json:"learning_rate"` // peak of the schedule
	BatchSize    int     `yaml:"batch_size" json:"batch_size"`       // notes an optimiser step
	Epochs       int     `yaml:"epochs" json:"epochs"`
	WarmupSteps  int     `yaml:"warmup_steps" json:"warmup_steps"` // optimiser steps, see Schedule
	WeightDecay  float64 `yaml:"weight_decay" json:"weight_decay"`
	MaxGradNorm  float64 `yaml:"max_grad_norm" json:"max_grad_norm"` // 0 does not clip
	Patience     int     `yaml:"patience" json:"patience"`           // epochs without a better validation macro-F1 before stopping; 0 never stops
	Seed         uint64  `yaml:"seed" json:"seed"`                   // of the head, the adapter, the data order and dropout
}

// Check refuses values that no run can have.
func (c Config) Check() error {
	switch {
	case !(c.LearningRate > 0 && c.LearningRate < 10):
		return fmt.Errorf("train.learning_rate is %g, it must be above 0 and below 10", c.LearningRate)
	case c.BatchSize <= 0:
		return fmt.Errorf("train.batch_size is %d, it must be positive", c.BatchSize)
	case c.Epochs <= 0:
		return fmt.Errorf("train.epochs is %d, it must be positive", c.Epochs)
	case c.WarmupSteps < 0:
		return fmt.Errorf("train.warmup_steps is %d, it must not be negative", c.WarmupSteps)
	case !(c.WeightDecay >= 0 && c.WeightDecay < 1):
		return fmt.Errorf("train.weight_decay is %g, it must be at least 0 and below 1", c.WeightDecay)
	case !(c.MaxGradNorm >= 0 && c.MaxGradNorm <= math.MaxFloat32):
		return fmt.Errorf("train.max_grad_norm is %g, it must be a number that is not negative", c.MaxGradNorm)
	case c.Patience < 0:
		return fmt.Errorf("train.patience is %d, it must not be negative", c.Patience)
	}
	return nil
}

// Plan returns the schedule for the given number of training examples: T = ceil(examples / batch) x epochs steps, as the
// Trainer counts them.
func (c Config) Plan(examples int) (schedule Schedule, stepsPerEpoch int) {
	stepsPerEpoch = (examples + c.BatchSize - 1) / c.BatchSize
	return Schedule{Peak: c.LearningRate, Warmup: c.WarmupSteps, Total: stepsPerEpoch * c.Epochs}, stepsPerEpoch
}

// Remark says what is odd about the schedule for that many examples, or "".
func (c Config) Remark(examples int) string {
	schedule, _ := c.Plan(examples)
	if schedule.Warmup >= schedule.Total {
		return fmt.Sprintf("the warm-up of %d steps is as long as the run of %d, so that the learning rate never reaches %g: lower train.warmup_steps or train longer",
			schedule.Warmup, schedule.Total, c.LearningRate)
	}
	return ""
}
