package train

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// Cost is the time and memory that a run took. It differs between equal runs, so it is kept apart from State; the checkpoint holds it,
// so that it adds up over the processes of a run that was resumed.
type Cost struct {
	StepSeconds      float64 `json:"step_seconds"`       // median of the optimiser steps that compiled no graph; 0 if there are none
	FirstStepSeconds float64 `json:"first_step_seconds"` // from the start of Run to the end of its first step, compilation included; the longest over the processes
	TrainSeconds     float64 `json:"train_seconds"`      // of all steps, compilation included, validation not
	Processes        int     `json:"processes"`          // that trained

	PeakBytes   *int64 `json:"peak_bytes"`             // largest resident memory from the start of Run on, over the processes
	PeakUnknown string `json:"peak_unknown,omitempty"` // why PeakBytes is null

	OptimizerBytes  int64 `json:"optimizer_bytes"`  // Adam's two moments
	CheckpointBytes int64 `json:"checkpoint_bytes"` // the file that Run leaves
}

// Cost returns what the run took so far, over all its processes. Call it after Run.
func (j *Job) Cost() Cost {
	j.costs.readPeak()
	c := j.costs.Cost
	if steps := slices.Sorted(slices.Values(j.costs.Micros)); len(steps) > 0 {
		c.StepSeconds = float64(steps[(len(steps)-1)/2]+steps[len(steps)/2]) / 2e6
	}
	trainable, _ := j.Model.Parameters()
	c.OptimizerBytes = 2 * 4 * int64(trainable)
	if info, err := os.Stat(j.Checkpoint); err == nil {
		c.CheckpointBytes = info.Size()
	}
	return c
}

// costLog is what Cost is computed from.
type costLog struct {
	Cost   Cost    `json:"cost"`
	Micros []int64 `json:"step_microseconds"` // of each step that compiled nothing

	started time.Time // of Run; zero where no step is left to take
	steps   int       // of this process
}

// start begins this process's part.
func (l *costLog) start(started time.Time) {
	l.started = started
	l.Cost.Processes++
	if err := resetPeak(); err != nil && l.Cost.PeakUnknown == "" {
		l.Cost.PeakUnknown = fmt.Sprintf("the system does not let a process reset its peak: %v", err)
	}
}

// add logs a step.
func (l *costLog) add(took time.Duration, compiled bool) {
	l.Cost.TrainSeconds += took.Seconds()
	if !compiled {
		l.Micros = append(l.Micros, took.Microseconds())
	}
	if l.steps++; l.steps == 1 {
		l.Cost.FirstStepSeconds = max(l.Cost.FirstStepSeconds, time.Since(l.started).Seconds())
	}
}

// readPeak updates the run's peak. Where one process cannot tell its peak, the run has none.
func (l *costLog) readPeak() {
	c := &l.Cost
	if l.started.IsZero() || c.PeakUnknown != "" {
		return
	}
	peak, err := peakBytes()
	if err != nil {
		c.PeakUnknown, c.PeakBytes = err.Error(), nil
		return
	}
	if c.PeakBytes != nil {
		peak = max(peak, *c.PeakBytes)
	}
	c.PeakBytes = &peak
}

// resetPeak sets the process's peak of resident memory to what is resident now. Only Linux can.
func resetPeak() error { return os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// peakBytes is the process's largest resident memory since resetPeak.
func peakBytes() (int64, error) { return statusBytes("VmHWM:") }

// ResidentBytes returns the process's resident memory. Only Linux can tell.
func ResidentBytes() (int64, error) { return statusBytes("VmRSS:") }

// statusBytes reads one of the amounts of memory in the process's status file.
func statusBytes(name string) (int64, error) {
	const path = "/proc/self/status"
	raw, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("the system does not say what memory a process has: %w", err)
	}
	if kib, ok := field(raw, name); ok {
		return kib << 10, nil
	}
	return 0, fmt.Errorf("%s has no readable %s", path, strings.TrimSuffix(name, ":"))
}
