package train

import (
	"errors"
	"fmt"
)

// Config is how a classifier is fine-tuned. The defaults that a profile starts from are the report's second configuration.
type Config struct {
	LearningRate float64 `yaml:"learning_rate" json:"learning_rate"` // peak of the schedule
	BatchSize    int     `yaml:"batch_size" json:"batch_size"`       // notes an optimiser step
	Epochs       int     `yaml:"epochs" json:"epochs"`
	WarmupSteps  int     `yaml:"warmup_steps" json:"warmup_steps"` // optimiser steps; shorter than a run, see Schedule
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
	case !(c.MaxGradNorm >= 0):
		return fmt.Errorf("train.max_grad_norm is %g, it must not be negative", c.MaxGradNorm)
	case c.Patience < 0:
		return fmt.Errorf("train.patience is %d, it must not be negative", c.Patience)
	}
	return nil
}

// Plan returns the schedule for the given number of training notes: T = ceil(notes / batch) x epochs steps, as the Trainer
// counts them. A warm-up as long as the run or longer would never reach the learning rate asked for, and is refused.
func (c Config) Plan(notes int) (schedule Schedule, stepsPerEpoch int, err error) {
	if notes == 0 {
		return Schedule{}, 0, errors.New("there are no notes to train on")
	}
	stepsPerEpoch = (notes + c.BatchSize - 1) / c.BatchSize
	total := stepsPerEpoch * c.Epochs
	if c.WarmupSteps >= total {
		return Schedule{}, 0, fmt.Errorf("train.warmup_steps is %d, but the run has only %d steps (%d notes, batches of %d, %d epochs): lower it, or train longer", c.WarmupSteps, total, notes, c.BatchSize, c.Epochs)
	}
	return Schedule{Peak: c.LearningRate, Warmup: c.WarmupSteps, Total: total}, stepsPerEpoch, nil
}
