package train

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

func TestFootprintReadsWhatIsTrained(t *testing.T) {
	for c, want := range map[string]footprint{
		"train-qv":      {kept: 2, adapted: 2},
		"train-all":     {kept: 2, adapted: 6},
		"train-full":    {kept: 2},
		"train-partial": {kept: 1},
		"train-head":    {kept: 0},
	} {
		m := openCase(t, c)
		want.dim, want.hidden, want.heads = 32, 64, 4
		want.trainable, want.total = m.Parameters()
		if got := footprintOf(m); got != want {
			t.Errorf("%s: %+v, want %+v", c, got, want)
		}
	}
}

// distil is DistilBERT with LoRA on q and v.
var distil = footprint{kept: 6, dim: 768, hidden: 3072, heads: 12, adapted: 2, total: 67279144, trainable: 916264}

func TestFootprintGrowsWithWhatItCounts(t *testing.T) {
	last := int64(0)
	for _, f := range []func() int64{
		func() int64 { return distil.bytes(1, 128) },
		func() int64 { return distil.bytes(16, 128) },
		func() int64 { return distil.bytes(4, 512) },
		func() int64 { return distil.bytes(16, 512) },
	} {
		if now := f(); now <= last {
			t.Errorf("%d bytes after %d", now, last)
		} else {
			last = now
		}
	}
	// A layer more keeps what is linear in the tokens: the attention's squares are those of the layer at work alone.
	deep := distil
	deep.kept++
	if short, long := deep.bytes(16, 128)-distil.bytes(16, 128), deep.bytes(4, 512)-distil.bytes(4, 512); short != long {
		t.Errorf("a layer keeps %d bytes of 16 notes of 128 tokens, %d of 4 of 512", short, long)
	}
	full, head := distil, distil
	full.trainable = full.total
	head.kept, head.trainable = 0, 621352
	if f, l, h := full.bytes(4, 256), distil.bytes(4, 256), head.bytes(4, 256); !(f > l && l > h) {
		t.Errorf("full fine-tuning %d bytes, LoRA %d, the head %d", f, l, h)
	}
}

func TestAStepThatCannotFitIsRefusedBeforeIt(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "xla:cpu")
	for _, c := range []struct {
		micro     int
		available int64
		words     []string // of the error; none where it fits
	}{
		{0, 1 << 40, nil},
		{0, 300 << 20, []string{"a micro-batch of 2 notes of 512 tokens needs about 321 MiB", "300 MiB are free; no train.micro_batch and no max_length fit"}},
		{8, 600 << 20, []string{"a micro-batch of 8 notes of 512 tokens needs about", "600 MiB are free; train.micro_batch=5 would fit"}},
		{64, 1 << 30, []string{"a micro-batch of 64 notes of 512 tokens", "1.0 GiB are free", "train.micro_batch="}},
		{1, 1 << 20, []string{"a micro-batch of 1 notes of 512", "no train.micro_batch and no max_length fit"}},
	} {
		j := newJob(t, backend, filepath.Join(t.TempDir(), "checkpoint"))
		j.Config.MicroBatch, j.Config.BatchSize = c.micro, 64
		j.Model.Config.Dim, j.Model.Config.HiddenDim, j.Model.Config.Heads = 384, 1536, 12 // as large as MiniLM in the estimate
		j.Data.Buckets = []int{32, 128, 512}
		j.available = func() (int64, bool) { return c.available, true }
		err := j.checkMemory()
		if len(c.words) == 0 {
			if err != nil {
				t.Errorf("with %d bytes: %v", c.available, err)
			}
			continue
		}
		for _, want := range c.words {
			if !errors.Is(err, ErrNoMemory) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("with %d bytes: %v, want %q in it", c.available, err, want)
			}
		}
		if j.available = func() (int64, bool) { return 0, false }; j.checkMemory() != nil {
			t.Error("a system that does not say what is free is refused")
		}
	}
	j := newJob(t, backend, filepath.Join(t.TempDir(), "checkpoint"))
	j.available = func() (int64, bool) { return 1 << 20, true }
	if state, err := j.Run(context.Background()); !errors.Is(err, ErrNoMemory) || state.Step != 0 {
		t.Errorf("%v after step %d", err, state.Step)
	}
}

// What the advice names does fit, and a note or 32 tokens more do not.
func TestAdviceIsTheMostThatFits(t *testing.T) {
	kinds := map[string]int{}
	for available := int64(560 << 20); available < 6<<30; available += 20 << 20 {
		advice := distil.suggest(32, 512, available)
		var rows, length int
		if n, _ := fmt.Sscanf(advice, "train.micro_batch=%d would fit", &rows); n == 1 {
			kinds["rows"]++
			if distil.bytes(rows, 512) > available || rows < 31 && distil.bytes(rows+1, 512) <= available {
				t.Errorf("%d bytes: %s", available, advice)
			}
		} else if n, _ := fmt.Sscanf(advice, "no train.micro_batch fits; train.micro_batch=1 with max_length=%d would", &length); n == 1 {
			kinds["length"]++
			if distil.bytes(1, length) > available || distil.bytes(1, length+32) <= available {
				t.Errorf("%d bytes: %s", available, advice)
			}
		} else if kinds["nothing"]++; distil.bytes(1, 32) <= available {
			t.Errorf("%d bytes: %s", available, advice)
		}
	}
	if len(kinds) != 3 {
		t.Errorf("not every kind of advice was given: %v", kinds)
	}
}

func TestBackendsErrorsBecomeOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"RESOURCE_EXHAUSTED: Out of memory allocating 8589934592 bytes.\n stack": "a micro-batch of 8 notes of 256 tokens did not fit; try train.micro_batch=4",
		"failed to execute: CUDA_ERROR_OUT_OF_MEMORY: out of memory":             "a micro-batch of 8 notes of 256 tokens did not fit; try train.micro_batch=4",
		"INTERNAL: something else\nwith a trace":                                 "INTERNAL: something else",
	} {
		err := backendError(errors.New(text), 8, 256)
		if err == nil || !strings.HasSuffix(err.Error(), want) || strings.Contains(err.Error(), "\n") || errors.Is(err, ErrNoMemory) != strings.Contains(want, "fit") {
			t.Errorf("%q becomes %q", text, err)
		}
	}
	if err := backendError(errors.New("resource exhausted"), 1, 256); err == nil || !strings.Contains(err.Error(), "max_length=128") {
		t.Errorf("with nothing left to divide: %v", err)
	}
	if err := backendError(nil, 1, 1); err != nil {
		t.Error(err)
	}
}

// BenchmarkFootprint measures what a step takes beside the model, at MiniLM's shape, next to what is estimated. Each
// measurement wants a process of its own: -bench 'Footprint/lora/4x256$' -benchtime 1x.
func BenchmarkFootprint(b *testing.B) {
	for _, method := range []string{"lora", "full", "last2", "head"} {
		for _, shape := range [][2]int{{1, 128}, {16, 128}, {4, 256}, {1, 512}, {4, 512}} {
			b.Run(fmt.Sprintf("%s/%dx%d", method, shape[0], shape[1]), func(b *testing.B) {
				for b.Loop() {
					measured, estimated := measure(b, method, shape[0], shape[1])
					b.ReportMetric(float64(measured>>20), "MiB")
					b.ReportMetric(float64(estimated>>20), "estimated-MiB")
				}
			})
		}
	}
}

func measure(b *testing.B, method string, micro, length int) (measured, estimated int64) {
	b.Helper()
	check := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	backend, err := classifier.OpenBackend("xla:cpu")
	check(err)
	defer backend.Finalize()
	m := miniLM(b)
	if method != "lora" {
		merged, err := m.Merged()
		check(err)
		m, err = classifier.New(merged, nil, m.Labels, 1)
		check(err)
	}
	switch method {
	case "full":
		m.SetTrainable(classifier.TrainAll)
	case "last2":
		check(m.TrainLast(2))
	}
	rng := rand.New(rand.NewPCG(3, 4))
	data := Data{Buckets: []int{length}}
	for range micro {
		e := tokenize.Encoding{IDs: make([]int32, length)}
		for i := range e.IDs {
			e.IDs[i] = 1000 + rng.Int32N(29000)
		}
		target := make([]float32, 40)
		target[rng.IntN(40)] = 1
		data.Encodings, data.Targets = append(data.Encodings, e), append(data.Targets, target)
	}
	debug.FreeOSMemory()
	check(resetPeak())
	before, err := peakBytes()
	check(err)
	trainer, err := NewTrainer(backend, m, Config{BatchSize: micro, MicroBatch: micro, LearningRate: 3e-4, WeightDecay: 0.01, MaxGradNorm: 1})
	check(err)
	batch, err := data.lay(data.order(micro, 1, 0)[0])
	check(err)
	for range 2 {
		_, err = trainer.Step(batch)
		check(err)
	}
	after, err := peakBytes()
	check(err)
	return after - before, footprintOf(m).bytes(micro, length)
}
