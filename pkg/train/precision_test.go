package train

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

func TestPrecisionNamesAType(t *testing.T) {
	for precision, want := range map[string]dtypes.DType{"": dtypes.Float32, "f32": dtypes.Float32, "bf16": dtypes.BFloat16, "f16": dtypes.Float16} {
		c := good
		c.Precision = precision
		if got, err := c.compute(); err != nil || got != want || c.Check() != nil || c.scalesLoss() != (want == dtypes.Float16) {
			t.Errorf("%q: %s, loss scaling %t, %v", precision, got, c.scalesLoss(), err)
		}
	}
	c := good
	c.Precision = "fp16"
	if err := c.Check(); err == nil || err.Error() != `train.precision is "fp16", it must be f32, bf16 or f16` {
		t.Errorf("fp16: %v", err)
	}
}

// mixedJob is newJob's run in the given precision, for so many epochs of 4 steps, of notes of one padded length.
func mixedJob(t *testing.T, backend compute.Backend, precision string, epochs int) *Job {
	t.Helper()
	j := newJob(t, backend, filepath.Join(t.TempDir(), "checkpoint"))
	j.Data.Buckets = []int{16}
	j.Config.MicroBatch, j.Config.Precision, j.Config.Epochs = 4, precision, epochs
	return j
}

// cosine is that of the angle between two ways that training took from the same parameters.
func cosine(from, a, b map[string]weights.Tensor) float64 {
	var ab, aa, bb float64
	for name, start := range from {
		for i, at := range start.Data {
			x, y := float64(a[name].Data[i])-float64(at), float64(b[name].Data[i])-float64(at)
			ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
		}
	}
	return ab / math.Sqrt(aa*bb)
}

// Twenty steps with dropout, whose masks are the same in every type, at a rate that lowers the loss by a fifth. The unit is the
// type's rounding error, 2^-8 and 2^-11, and a loss may be off by 8: that many roundings the classifier's own test allows the
// logits that it comes from. The parameters drift apart too, but the errors of the gradients change from step to step while
// what drives the parameters stays, so that the same bound holds to the end. In the mean of 4 steps such noise halves.
func TestMixedPrecisionFollowsFloat32(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "xla:cpu")
	var start map[string]weights.Tensor
	run := func(precision string) (State, map[string]weights.Tensor) {
		j := mixedJob(t, backend, precision, 5)
		start = trained(t, j)
		return runJob(t, j), trained(t, j)
	}
	want, end := run("f32")
	if first, last := mean(want.Losses[:4]), mean(want.Losses[16:]); len(want.Losses) != 20 || !(last < 0.85*first) {
		t.Fatalf("the loss goes from %v to %v in %d steps: there is nothing to follow", first, last, len(want.Losses))
	}
	for precision, unit := range map[string]float64{"bf16": 1. / 256, "f16": 1. / 2048} {
		got, tensors := run(precision)
		for i, loss := range got.Losses {
			if !(math.Abs(loss-want.Losses[i]) <= 8*unit*want.Losses[i]) {
				t.Errorf("%s step %d: loss %v, in f32 %v", precision, i+1, loss, want.Losses[i])
			}
		}
		if loss, ends := mean(got.Losses[16:]), mean(want.Losses[16:]); !(math.Abs(loss-ends) <= 4*unit*ends) {
			t.Errorf("%s ends with a loss of %v, f32 with %v", precision, loss, ends)
		}
		if cmp.Equal(got.Losses, want.Losses) {
			t.Errorf("%s gives the losses of f32 to the last bit: nothing was computed in it", precision)
		}
		if c := cosine(start, tensors, end); !(c > 0.99) {
			t.Errorf("%s: the cosine of the way that the parameters went with f32's is %v", precision, c)
		}
		if scaled := got.Scaling != nil; scaled != (precision == "f16") || scaled && *got.Scaling != (Scaling{Scale: initialScale, Good: 20}) {
			t.Errorf("%s: loss scaling %+v", precision, got.Scaling)
		}
	}
}

// Targets of 16 instead of 1 make the gradients too large for the first scales. A run that goes on from a checkpoint after some
// steps were skipped for it has the scale, the count of good steps and the schedule's delay of the one that was not stopped,
// and ends in the same bytes.
func TestResumedF16EqualsUninterrupted(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "xla:cpu")
	job := func() *Job {
		j := mixedJob(t, backend, "f16", 3)
		j.Model = openCase(t, "train-head") // the least to compile
		for _, target := range j.Data.Targets {
			for class := range target {
				target[class] *= 16
			}
		}
		return j
	}
	bytes := func(j *Job) string {
		path := filepath.Join(t.TempDir(), "final")
		if err := weights.Write(path, trained(t, j), nil); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	const stop = 6
	whole, resumed := job(), job()
	whole.Progress = func(p Progress) {
		if p.Step != stop || p.Validation != nil {
			return
		}
		if err := whole.save(); err != nil { // as between epochs, whenever it is time
			t.Fatal(err)
		}
		checkpoint, err := os.ReadFile(whole.Checkpoint)
		if err == nil {
			err = os.WriteFile(resumed.Checkpoint, checkpoint, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	want := runJob(t, whole)
	first := 0
	resumed.Progress = func(p Progress) {
		if first == 0 {
			first = p.Step
		}
	}
	validated := 1
	resumed.Validate = func(context.Context) (Validation, error) {
		validated++
		return Validation{MacroF1: 0.1 * float64(validated)}, nil
	}
	got := runJob(t, resumed)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the state differs (-whole +resumed):\n%s", diff)
	}
	if bytes(resumed) != bytes(whole) {
		t.Error("the tensors differ")
	}
	s := want.Scaling
	if first != stop+1 || s == nil || s.Skipped < 2 || s.Skipped > stop-2 || s.Good != 12-s.Skipped || s.Scale != math.Ldexp(initialScale, -s.Skipped) {
		t.Errorf("the run goes on with step %d, want %d, after some were skipped for the scale: %+v", first, stop+1, s)
	}
}

func TestABackendThatCannotIsNamedBeforeTheFirstStep(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	for precision, dtype := range map[string]string{"bf16": "BFloat16", "f16": "Float16"} {
		j := newJob(t, backend, filepath.Join(t.TempDir(), "checkpoint"))
		j.Config.Precision = precision
		state, err := j.Run(context.Background())
		if err == nil || state.Step != 0 {
			t.Fatalf("%s: %v after step %d", precision, err, state.Step)
		}
		for _, want := range []string{"train.precision is " + precision, "take train.precision=f32", backend.Name(), dtype} {
			if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v, want %q in one line", precision, err, want)
			}
		}
		if _, err := os.Stat(j.Checkpoint); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: a run that never started has a checkpoint (%v)", precision, err)
		}
	}
}
