package train

// Schedule is the learning rate over a run, as transformers' get_linear_schedule_with_warmup: linear warm-up from 0 to Peak over Warmup
// optimiser steps, then linear decay to 0 at step Total.
type Schedule struct {
	Peak          float64
	Warmup, Total int
}

// At returns the learning rate of the given step, counted from 0.
func (s Schedule) At(step int) float64 {
	if step < s.Warmup {
		return s.Peak * float64(step) / float64(max(1, s.Warmup))
	}
	return s.Peak * max(0, float64(s.Total-step)/float64(max(1, s.Total-s.Warmup)))
}
