package train

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
)

func TestCostAddsUpOverProcesses(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	first := newJob(t, backend, filepath.Join(t.TempDir(), "checkpoint"))
	interruptAfter(t, first, 5, false)
	one := first.Cost()
	second := newJob(t, backend, first.Checkpoint)
	runJob(t, second)
	two := second.Cost()
	third := newJob(t, backend, first.Checkpoint)
	runJob(t, third) // finished already
	three := third.Cost()

	info, err := os.Stat(first.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	trainable, _ := first.Model.Parameters()
	for i, c := range []Cost{one, two, three} {
		if c.Processes != min(i+1, 2) || !(c.StepSeconds > 0 && c.FirstStepSeconds >= c.StepSeconds && c.TrainSeconds > 0) {
			t.Errorf("after process %d: %+v", i+1, c)
		}
		if c.OptimizerBytes != int64(8*trainable) || i > 0 && c.CheckpointBytes != info.Size() {
			t.Errorf("after process %d: an optimiser state of %d bytes and a checkpoint of %d, want %d and %d", i+1, c.OptimizerBytes, c.CheckpointBytes, 8*trainable, info.Size())
		}
		if (c.PeakBytes == nil) == (c.PeakUnknown == "") || c.PeakBytes != nil && *c.PeakBytes < 1<<20 {
			t.Errorf("after process %d: a peak of %v, %q", i+1, c.PeakBytes, c.PeakUnknown)
		}
	}
	if two.TrainSeconds <= one.TrainSeconds || two.FirstStepSeconds < one.FirstStepSeconds {
		t.Errorf("the second process made the cost less: %+v, then %+v", one, two)
	}
	if three.TrainSeconds != two.TrainSeconds || three.StepSeconds != two.StepSeconds {
		t.Errorf("a run that was finished already cost more: %+v, then %+v", two, three)
	}
	// 12 steps in buckets of 8 and 16: each process compiles each of the lengths that it meets once.
	if n := len(second.costs.Micros); n < 12-4 || n > 12-2 {
		t.Errorf("%d of 12 steps compiled nothing", n)
	}
}

func TestCostLeavesCompilationOut(t *testing.T) {
	var l costLog
	l.started = time.Now()
	for i, took := range []time.Duration{10 * time.Second, 2 * time.Second, 4 * time.Second, 9 * time.Second, 3 * time.Second} {
		l.add(took, i == 0 || i == 3)
	}
	j := &Job{Model: openCase(t, "train-qv"), costs: l}
	if c := j.Cost(); c.StepSeconds != 3 || math.Abs(c.TrainSeconds-28) > 1e-9 {
		t.Errorf("cost %+v, want a median of 3 s and 28 s in all", c)
	}
	j.costs.add(5*time.Second, false)
	if c := j.Cost(); c.StepSeconds != 3.5 {
		t.Errorf("a median of %v s over 2, 3, 4 and 5", c.StepSeconds)
	}
}

// Once a process of the run could not tell its peak, the run has none, and says why.
func TestUnknownPeakStaysUnknown(t *testing.T) {
	j := &Job{Model: openCase(t, "train-qv")}
	j.costs.started = time.Now()
	j.costs.Cost.PeakUnknown = "the reason"
	if c := j.Cost(); c.PeakBytes != nil || c.PeakUnknown != "the reason" {
		t.Errorf("%+v", c)
	}
}

func TestPeakIsReset(t *testing.T) {
	if err := resetPeak(); err != nil {
		t.Logf("this system cannot: %v", err)
		return
	}
	big := make([]byte, 256<<20)
	for i := 0; i < len(big); i += 4096 {
		big[i] = 1
	}
	with, err := peakBytes()
	if err != nil {
		t.Fatal(err)
	}
	size := int64(len(big))
	runtime.KeepAlive(big)
	big = nil
	debug.FreeOSMemory()
	if err := resetPeak(); err != nil {
		t.Fatal(err)
	}
	without, err := peakBytes()
	if err != nil {
		t.Fatal(err)
	}
	if with < size || with-without < size/2 {
		t.Errorf("a peak of %d bytes with %d in use, of %d without", with, size, without)
	}
}
