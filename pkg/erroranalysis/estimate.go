package erroranalysis

import (
	"math"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
)

// Estimate is a number with its interval.
type Estimate struct {
	// Value is nil, with a Reason, if the number is undefined. Low and High are nil, with a Reason, if there is no interval.
	Value  *float64 `json:"value"`
	Low    *float64 `json:"low"`
	High   *float64 `json:"high"`
	Reason string   `json:"reason,omitempty"`
}

// estimator collects statistics of n texts or classes, so that one bootstrap computes the intervals of all.
type estimator struct {
	n     int
	items []statistic
}

// statistic is a number computed from how often each text or class counts.
type statistic struct {
	compute func(weights []int32) float64 // weights: shape [n]; not finite if the statistic is undefined
	into    *Estimate
	none    string // the reason if it is undefined
}

// add registers a statistic; run sets its estimate.
func (e *estimator) add(into *Estimate, none string, compute func(weights []int32) float64) {
	e.items = append(e.items, statistic{compute, into, none})
}

// run sets the estimates: values from the sample itself, intervals from the bootstrap.
func (e *estimator) run(options evaluate.Options) error {
	if e.n == 0 {
		for _, item := range e.items {
			item.into.Reason = item.none
		}
		return nil
	}
	ones := make([]int32, e.n)
	for i := range ones {
		ones[i] = 1
	}
	var defined []statistic
	for _, item := range e.items {
		v := item.compute(ones)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			item.into.Reason = item.none
			continue
		}
		item.into.Value = &v
		defined = append(defined, item)
	}
	intervals, err := evaluate.PartialIntervals(e.n, len(defined), options, func(weights []int32, out []float64) {
		for i, item := range defined {
			out[i] = item.compute(weights)
		}
	})
	if err != nil {
		return err
	}
	for i, item := range defined {
		item.into.Low, item.into.High, item.into.Reason = intervals[i].Low, intervals[i].High, intervals[i].Reason
	}
	return nil
}
