package baseline

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Random ranks the labels at random, by the seed and the text alone, so that neither the order nor the batches of the texts matter. A logit is
// the logarithm of the label's probability plus Gumbel noise: the first label is then a draw by the probabilities, and the ranking a draw
// without replacement (the Gumbel-max trick). Its softmax is no probability of anything. It implements predict.Predictor.
type Random struct {
	name             string
	seed             uint64
	labels           []string
	drawn            []int     // the labels with a probability above 0, ascending
	logProbabilities []float64 // of drawn
}

// NewRandomUniform draws every label with the same probability. It fails for labels that are missing, blank or repeated.
func NewRandomUniform(labels []string, seed uint64) (*Random, error) {
	return newRandom("random (even)", labels, slices.Repeat([]int{1}, len(labels)), seed)
}

// NewRandomPrior draws a label with its share of the training rows as probability; counts has the number of each label's rows. A
// label without rows is ranked last. It fails as [NewRandomUniform] and [NewPrior] do.
func NewRandomPrior(labels []string, counts []int, seed uint64) (*Random, error) {
	return newRandom("random (training shares)", labels, counts, seed)
}

func newRandom(name string, labels []string, counts []int, seed uint64) (*Random, error) {
	if err := checkLabels(labels); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	total, err := checkCounts(labels, counts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	r := &Random{name: name, seed: seed, labels: slices.Clone(labels)}
	r.drawn, r.logProbabilities = logShares(counts, total)
	return r, nil
}

// logShares returns the labels with rows, ascending, and the logarithms of their shares of the total.
func logShares(counts []int, total int) (labels []int, logs []float64) {
	for label, count := range counts {
		if count > 0 {
			labels, logs = append(labels, label), append(logs, math.Log(float64(count)/float64(total)))
		}
	}
	return labels, logs
}

// Name is the model's name in tables.
func (r *Random) Name() string { return r.name }

// Labels implements predict.Predictor.
func (r *Random) Labels() []string { return r.labels }

// Predict implements predict.Predictor.
func (r *Random) Predict(ctx context.Context, texts []string) ([]predict.Output, error) {
	outputs := make([]predict.Output, len(texts))
	values := make([]float64, len(r.drawn))
	for i, text := range texts {
		seed := sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, r.seed), text...))
		rng := rand.New(rand.NewChaCha8(seed))
		for k, p := range r.logProbabilities {
			// Minus the logarithm of an exponential variate is Gumbel noise; an exact 0 would make it infinite.
			values[k] = p - math.Log(max(rng.ExpFloat64(), math.SmallestNonzeroFloat64))
		}
		outputs[i].Logits = labelLogits(len(r.labels), r.drawn, values)
	}
	return outputs, ctx.Err()
}
