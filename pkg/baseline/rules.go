package baseline

import (
	"context"
	"fmt"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Rules classifies notes by cues, words and phrases. It implements predict.Predictor.
//
// A label's logit is the sum over its cues of weight x matches, with at most as many matches of a cue as the rule book allows. It is a
// decision value, not a log-probability. A text without any match gets the log-shares of the training rows, and so the majority class.
type Rules struct {
	labels    []string
	book      *Rulebook
	matcher   *matcher
	cueLabels []int     // of each of the matcher's cues: its label
	weights   []float64 // of each of the matcher's cues
	prior     []float32 // logits of a text without a match
	unruled   []string
	unused    []string
}

// NewRules assigns the specialties of a rule book to labels, by their spelling without case and punctuation. counts has the number of each
// label's training rows. It fails for labels and counts that [NewRandomPrior] refuses, two labels of one specialty, and
// labels that are all unknown to the book; [Rules.UnknownLabels] and [Rules.Unused] list what was not assigned.
func NewRules(book *Rulebook, labels []string, counts []int) (*Rules, error) {
	if err := checkLabels(labels); err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	total, err := checkCounts(labels, counts)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	r := &Rules{labels: slices.Clone(labels), book: book}
	specialties := map[string]int{} // by canonical spelling
	for i, s := range book.specialties {
		for _, spelling := range s.spellings {
			specialties[spelling] = i
		}
	}
	assigned := map[int]int{} // the labels of specialties
	for label, name := range labels {
		s, known := specialties[canonicalLabel(name)]
		if !known {
			r.unruled = append(r.unruled, name)
			continue
		}
		if other, taken := assigned[s]; taken {
			return nil, fmt.Errorf("%s: the labels %q and %q are both spellings of %q", book.name, labels[other], name, book.specialties[s].label)
		}
		assigned[s] = label
	}
	if len(assigned) == 0 {
		return nil, fmt.Errorf("%s: none of the %d labels has rules, from %q on; give a rules file for them", book.name, len(labels), labels[0])
	}
	var cues [][]pattern
	for i, s := range book.specialties {
		label, used := assigned[i]
		if !used {
			r.unused = append(r.unused, s.label)
			continue
		}
		for _, c := range s.cues {
			cues = append(cues, c.patterns)
			r.cueLabels, r.weights = append(r.cueLabels, label), append(r.weights, c.weight)
		}
	}
	r.matcher = newMatcher(cues)
	learned, logs := logShares(counts, total)
	r.prior = labelLogits(len(labels), learned, logs)
	return r, nil
}

// Name is the model's name in tables.
func (r *Rules) Name() string { return "keyword rules" }

// UnknownLabels lists the labels that the rule book does not know. They have no cues.
func (r *Rules) UnknownLabels() []string { return r.unruled }

// Unused lists the specialties of the rule book that are none of the labels.
func (r *Rules) Unused() []string { return r.unused }

// Labels implements predict.Predictor.
func (r *Rules) Labels() []string { return r.labels }

// Predict implements predict.Predictor.
func (r *Rules) Predict(ctx context.Context, texts []string) ([]predict.Output, error) {
	outputs := make([]predict.Output, len(texts))
	inChunks(len(texts), rowChunk, func(low, high int) {
		for i := low; i < high && ctx.Err() == nil; i++ {
			outputs[i].Logits = r.logits(texts[i])
		}
	})
	return outputs, ctx.Err()
}

func (r *Rules) logits(text string) []float32 {
	counts := r.matcher.count(text)
	if len(counts) == 0 {
		return slices.Clone(r.prior)
	}
	sums := make([]float64, len(r.labels))
	for cue, label := range r.cueLabels { // in a fixed order, unlike the map's: the last digits of a sum depend on it
		sums[label] += r.weights[cue] * float64(min(counts[cue], r.book.maxMatches))
	}
	logits := make([]float32, len(sums))
	for label, sum := range sums {
		logits[label] = float32(sum)
	}
	return logits
}
