package train

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"

	"github.com/specialist-nlp/specialist/pkg/classifier"
)

// compute is the type that the model computes in while it trains.
func (c Config) compute() (dtypes.DType, error) {
	switch c.Precision {
	case "", "f32":
		return dtypes.Float32, nil
	case "bf16":
		return dtypes.BFloat16, nil
	case "f16":
		return dtypes.Float16, nil
	}
	return dtypes.InvalidDType, fmt.Errorf("train.precision is %q, it must be f32, bf16 or f16", c.Precision)
}

// checkPrecision refuses a backend that cannot compute in the configuration's precision.
func (t *Trainer) checkPrecision() error {
	if err := classifier.CheckDType(t.backend, t.dtype); err != nil {
		return fmt.Errorf("train.precision is %s, which this backend cannot compute in; take train.precision=f32, or another backend: %w", t.config.Precision, err)
	}
	return nil
}

// scalesLoss says whether the loss is scaled.
func (c Config) scalesLoss() bool { return c.Precision == "f16" }

// Scaling is the dynamic loss scaling of mixed-precision training in f16 (Micikevicius et al., 2018,
// https://arxiv.org/abs/1710.03740), whose gradients vanish below 6e-8: the loss is multiplied by Scale before its gradients
// are taken, and they are divided by it again. It follows torch.amp.GradScaler: a step whose gradients are not finite changes
// no parameter and halves the scale, and 2,000 good steps in a row double it. As with the Trainer, such a step counts, but the
// learning rate's schedule waits.
type Scaling struct {
	Scale   float64 `json:"scale"`
	Good    int     `json:"good"`    // steps since the scale last changed
	Skipped int     `json:"skipped"` // steps that changed no parameter
}

// GradScaler's defaults, and the scale below which training is given up: there the gradients themselves are out of f16's range.
const (
	initialScale   = 1 << 16
	growthFactor   = 2
	backoffFactor  = 0.5
	growthInterval = 2000
	leastScale     = 1.0 / (1 << 16)
)

// update adapts the scale after a step; interval is how many good steps in a row double it.
func (s *Scaling) update(finite bool, interval int) {
	if !finite {
		s.Scale *= backoffFactor
		s.Good = 0
		s.Skipped++
		return
	}
	if s.Good++; s.Good == interval {
		s.Scale *= growthFactor
		s.Good = 0
	}
}

// valid says whether a run can have this state after that many steps.
func (s *Scaling) valid(steps int) bool {
	return s.Scale >= leastScale && finite(s.Scale) && s.Good >= 0 && s.Good < growthInterval && s.Skipped >= 0 && s.Skipped <= steps
}
