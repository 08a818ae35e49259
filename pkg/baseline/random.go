package baseline

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Random answers by a draw that depends on the seed and the text alone, so that neither order nor batches change it. The logits are
// each label's log share plus Gumbel noise: the first is then drawn by the shares, and the ranking as if drawn on without
// replacement (the Gumbel-max trick). The scores carry the draw, no belief.
type Random struct {
	name   string
	seed   uint64
	labels []string
	drawn  []int     // labels with a share, ascending
	shares []float64 // of drawn, logarithms
}

// NewRandom draws from all labels evenly.
func NewRandom(labels []string, seed uint64) (*Random, error) {
	return newRandom("random (even)", labels, slices.Repeat([]int{1}, len(labels)), seed)
}

// NewRandomPrior draws by the labels' shares in the training rows: counts[i] is how many are filed under labels[i]. A label without
// rows is never drawn.
func NewRandomPrior(labels []string, counts []int, seed uint64) (*Random, error) {
	return newRandom("random (training shares)", labels, counts, seed)
}

func newRandom(name string, labels []string, counts []int, seed uint64) (*Random, error) {
	if err := checkLabels(labels); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	total, err := sumCounts(labels, counts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	r := &Random{name: name, seed: seed, labels: slices.Clone(labels)}
	for label, count := range counts {
		if count > 0 {
			r.drawn = append(r.drawn, label)
			r.shares = append(r.shares, math.Log(float64(count)/float64(total)))
		}
	}
	return r, nil
}

// sumCounts adds up one count a label. Another number of them, a negative one, and nothing to count are errors.
func sumCounts(labels []string, counts []int) (int, error) {
	if len(counts) != len(labels) {
		return 0, fmt.Errorf("%d counts for %d labels: give one a label", len(counts), len(labels))
	}
	total := 0
	for label, count := range counts {
		if count < 0 {
			return 0, fmt.Errorf("label %q has a count of %d", labels[label], count)
		}
		total += count
	}
	if total == 0 {
		return 0, errors.New("there are no training rows to count")
	}
	return total, nil
}

// Name is what tables call the model.
func (r *Random) Name() string { return r.name }

// Labels implements predict.Predictor.
func (r *Random) Labels() []string { return r.labels }

// Predict implements predict.Predictor.
func (r *Random) Predict(ctx context.Context, texts []string) ([]predict.Output, error) {
	outputs := make([]predict.Output, len(texts))
	values := make([]float64, len(r.drawn))
	for i, text := range texts {
		key := sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, r.seed), text...))
		rng := rand.New(rand.NewChaCha8(key))
		for k, share := range r.shares {
			values[k] = share - math.Log(max(rng.ExpFloat64(), math.SmallestNonzeroFloat64))
		}
		outputs[i].Logits = spread(len(r.labels), r.drawn, values)
	}
	return outputs, ctx.Err()
}
