package train

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// Cost is what a run took. It differs from run to run, so it stands apart from State; a checkpoint keeps it, so that a run of
// several processes has one.
type Cost struct {
	StepSeconds      float64 `json:"step_seconds"`       // median of an optimiser step, without those that compiled a graph; 0 if there is no other
	FirstStepSeconds float64 `json:"first_step_seconds"` // from the start of Run to the end of its first step, compilation included; the longest over the processes
	TrainSeconds     float64 `json:"train_seconds"`      // of all steps, compilation included, validation not
	Processes        int     `json:"processes"`          // that took a step

	PeakBytes   *int64 `json:"peak_bytes"`             // largest resident memory from the start of Run on, over the processes
	PeakUnknown string `json:"peak_unknown,omitempty"` // why PeakBytes is null

	OptimizerBytes  int64 `json:"optimizer_bytes"`  // Adam's two moments
	CheckpointBytes int64 `json:"checkpoint_bytes"` // the file that Run leaves
}

// Cost says what the run took so far, over all its processes. Call it after Run.
func (j *Job) Cost() Cost {
	j.ledger.look()
	c := j.ledger.Cost
	if steps := slices.Sorted(slices.Values(j.ledger.Micros)); len(steps) > 0 {
		c.StepSeconds = float64(steps[(len(steps)-1)/2]+steps[len(steps)/2]) / 2e6
	}
	trainable, _ := j.Model.Parameters()
	c.OptimizerBytes = 2 * 4 * int64(trainable)
	if info, err := os.Stat(j.Checkpoint); err == nil {
		c.CheckpointBytes = info.Size()
	}
	return c
}

// ledger is what Cost is made from.
type ledger struct {
	Cost   Cost    `json:"cost"`
	Micros []int64 `json:"step_microseconds"` // of every step that compiled nothing

	started time.Time // of Run, zero where nothing is left to train
	steps   int       // that this process took
}

// begin opens this process's part.
func (l *ledger) begin(started time.Time) {
	l.started = started
	l.Cost.Processes++
	if err := resetPeak(); err != nil && l.Cost.PeakUnknown == "" {
		l.Cost.PeakUnknown = fmt.Sprintf("the system does not let a process reset its peak: %v", err)
	}
}

func (l *ledger) step(took time.Duration, compiled bool) {
	l.Cost.TrainSeconds += took.Seconds()
	if !compiled {
		l.Micros = append(l.Micros, took.Microseconds())
	}
	if l.steps++; l.steps == 1 {
		l.Cost.FirstStepSeconds = max(l.Cost.FirstStepSeconds, time.Since(l.started).Seconds())
	}
}

// look reads the peak. Once it is unknown in one process, it is so for the run.
func (l *ledger) look() {
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

// resetPeak sets the process's peak of resident memory to what is resident now. Linux alone can.
func resetPeak() error { return os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// peakBytes is the process's largest resident memory since resetPeak.
func peakBytes() (int64, error) { return statusBytes("VmHWM:") }

// ResidentBytes is what the process has in memory now. Linux alone can tell.
func ResidentBytes() (int64, error) { return statusBytes("VmRSS:") }

// statusBytes reads an amount of memory that the kernel states of the process.
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
