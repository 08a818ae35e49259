package train

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/classifier"
)

// footprint is what a step's memory on the CPU depends on.
type footprint struct {
	kept             int // encoder layers whose activations the backward pass needs
	dim, hidden      int
	heads            int
	adapted          int // adapted linear layers in each encoder layer
	total, trainable int // parameters
}

// footprintOf returns a model's footprint.
func footprintOf(m *classifier.Model) footprint {
	c := m.Config
	f := footprint{dim: c.Dim, hidden: c.HiddenDim, heads: c.Heads}
	f.trainable, f.total = m.Parameters()
	lowest := c.Layers // the gradient of a trained tensor needs the activations of its layer and of all above
	for _, name := range m.TrainableNames() {
		if rest, ok := strings.CutPrefix(name, "embeddings."); ok && rest != "" {
			lowest = 0
		}
		if _, rest, ok := strings.Cut(name, "transformer.layer."); ok {
			number, _, _ := strings.Cut(rest, ".")
			if layer, err := strconv.Atoi(number); err == nil {
				lowest = min(lowest, layer)
			}
		}
	}
	f.kept = c.Layers - lowest
	if m.Adapter != nil && c.Layers > 0 {
		f.adapted = len(m.Adapter.Sites) / c.Layers
	}
	return f
}

// Measured on XLA's CPU backend with the shape of MiniLM (6 layers of 384, 12 heads). BenchmarkFootprint prints measured and estimated
// bytes side by side.
const (
	compilingBytes = 320 << 20 // while XLA compiles, before there are activations
	runningBytes   = 180 << 20 // compiled code, and what the allocator keeps after compiling
	copies         = 7         // gradients, moments, the update's results and the best epoch, for each trainable parameter
)

// bytes estimates the memory of a step beyond what the process holds before the first one, for a micro-batch of rows notes of the
// given padded length: the model's copy on the device and several copies of what is trained; the activations, linear in the tokens,
// of each layer that the backward pass goes through; and those of one layer at a time with the attention's probabilities and their
// gradient, quadratic in the length, which the backward pass computes again instead of keeping them. Measurements, without a best
// epoch, were from 14 % below to 15 % above it in f32, and up to 25 % above it in bf16 and f16, which the CPU computes by way of f32.
func (f footprint) bytes(rows, length int) int64 {
	const float = 4
	tokens := float64(rows) * float64(length)
	layer := tokens * float64((9+2*f.adapted)*f.dim+3*f.hidden)
	working := tokens * float64(4*f.dim+2*f.hidden+2*length*f.heads)
	activations := int64(float * (float64(f.kept)*layer + working))
	return max(compilingBytes, runningBytes+activations) + float*int64(f.total+copies*f.trainable)
}

// checkMemory compares what a step needs with what is free, before the first step. It does so for XLA on the CPU only, and where the
// system says what is free; otherwise the backend reports what does not fit.
func (j *Job) checkMemory() error {
	available, known := j.availableBytes()
	if on := j.Backend.Description(); !known || !strings.HasPrefix(on, "xla:") || strings.HasPrefix(on, "xla:cuda") {
		return nil
	}
	f := footprintOf(j.Model)
	worst, length := int64(0), 0
	for _, bucket := range j.Data.Buckets {
		if need := f.bytes(j.Config.MicroBatchSize(bucket), bucket); need >= worst {
			worst, length = need, bucket
		}
	}
	if worst <= available {
		return nil
	}
	micro := j.Config.MicroBatchSize(length)
	return fmt.Errorf("%w: a micro-batch of %d notes of %d tokens needs about %s, and %s are free; %s",
		ErrNoMemory, micro, length, size(worst), size(available), f.suggest(micro, length, available))
}

// outOfMemoryError is the error for a backend that ran out of memory on a micro-batch. The backend does not say how much would fit, so
// it suggests half.
func outOfMemoryError(micro, length int) error {
	next := fmt.Sprintf("train.micro_batch=%d", micro/2)
	if micro == 1 {
		next = fmt.Sprintf("max_length=%d, for train.micro_batch cannot be less", max(3, length/2))
	}
	return fmt.Errorf("%w: a micro-batch of %d notes of %d tokens did not fit; try %s", ErrNoMemory, micro, length, next)
}

// ErrNoMemory is returned by a run whose steps do not fit into memory.
var ErrNoMemory = errors.New("out of memory")

// suggest says which setting fits into the given memory.
func (f footprint) suggest(micro, length int, available int64) string {
	for rows := micro - 1; rows > 0; rows-- {
		if f.bytes(rows, length) <= available {
			return fmt.Sprintf("train.micro_batch=%d would fit", rows)
		}
	}
	for shorter := (length - 1) / 32 * 32; shorter > 0; shorter -= 32 {
		if f.bytes(1, shorter) <= available {
			return fmt.Sprintf("no train.micro_batch fits; train.micro_batch=1 with max_length=%d would", shorter)
		}
	}
	return "no train.micro_batch and no max_length fit"
}

// availableBytes is the memory that is free, if it is known.
func (j *Job) availableBytes() (int64, bool) {
	if j.available != nil {
		return j.available()
	}
	return availableMemory(os.DirFS("/"))
}

// isOutOfMemory says whether a backend's error is that it ran out of memory.
func isOutOfMemory(err error) bool {
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "resource_exhausted") || strings.Contains(text, "resource exhausted") || strings.Contains(text, "out of memory")
}

// backendError makes one line of a backend's error on a micro-batch of the given size and padded length.
func backendError(err error, micro, length int) error {
	if err == nil {
		return nil
	}
	if isOutOfMemory(err) {
		return outOfMemoryError(micro, length)
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(line)
}

// size formats a number of bytes.
func size(bytes int64) string {
	if bytes < 1<<30 {
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
}
