package baseline

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Rules files notes by counting cues. It implements predict.Predictor.
//
// A label's logit is the sum over its cues of weight x matches, of which at most the rule book's number count. It is
// a decision value, not the logarithm of a probability. A text without a match gets the training shares, and so the
// majority.
type Rules struct {
	labels  []string
	book    *Rulebook
	matcher *matcher
	owners  []int     // of each cue: its label
	weights []float64 // of each cue
	prior   []float32 // logits where nothing matches
	unruled []string
	unused  []string
}

// NewRules applies a rule book to labels, which are found by their spelling without case and punctuation. counts[i] is how many training
// rows are filed under labels[i]. It fails where two labels are one specialty and where the book knows none; [Rules.Unruled] and
// [Rules.Unused] say what else is left over.
func NewRules(book *Rulebook, labels []string, counts []int) (*Rules, error) {
	if err := checkLabels(labels); err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	total, err := sumCounts(labels, counts)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	r := &Rules{labels: slices.Clone(labels), book: book}
	titles := map[string]int{} // to specialties
	for i, s := range book.specialties {
		for _, title := range s.titles {
			titles[title] = i
		}
	}
	owner := map[int]int{} // specialty to label
	for label, name := range labels {
		s, known := titles[canonicalLabel(name)]
		if !known {
			r.unruled = append(r.unruled, name)
			continue
		}
		if other, taken := owner[s]; taken {
			return nil, fmt.Errorf("%s: the labels %q and %q are both spellings of %q", book.name, labels[other], name, book.specialties[s].label)
		}
		owner[s] = label
	}
	if len(owner) == 0 {
		return nil, fmt.Errorf("%s: none of the %d labels has rules, from %q on; give a rules file for them", book.name, len(labels), labels[0])
	}
	var cues [][]pattern
	for i, s := range book.specialties {
		label, used := owner[i]
		if !used {
			r.unused = append(r.unused, s.label)
			continue
		}
		for _, c := range s.cues {
			cues = append(cues, c.words)
			r.owners, r.weights = append(r.owners, label), append(r.weights, c.weight)
		}
	}
	r.matcher = newMatcher(cues)
	var learned []int
	var shares []float64
	for label, count := range counts {
		if count > 0 {
			learned, shares = append(learned, label), append(shares, math.Log(float64(count)/float64(total)))
		}
	}
	r.prior = spread(len(labels), learned, shares)
	return r, nil
}

// Name is what tables call the model.
func (r *Rules) Name() string { return "keyword rules" }

// Unruled names the labels that the rule book does not know: no cue speaks for them.
func (r *Rules) Unruled() []string { return r.unruled }

// Unused names the specialties of the rule book that are none of the labels.
func (r *Rules) Unused() []string { return r.unused }

// Labels implements predict.Predictor.
func (r *Rules) Labels() []string { return r.labels }

// Predict implements predict.Predictor.
func (r *Rules) Predict(ctx context.Context, texts []string) ([]predict.Output, error) {
	outputs := make([]predict.Output, len(texts))
	inChunks(len(texts), rowChunk, func(low, high int) {
		for i := low; i < high && ctx.Err() == nil; i++ {
			outputs[i].Logits = r.score(texts[i])
		}
	})
	return outputs, ctx.Err()
}

func (r *Rules) score(text string) []float32 {
	counts := r.matcher.count(text)
	if len(counts) == 0 {
		return slices.Clone(r.prior)
	}
	sums := make([]float64, len(r.labels))
	for c, label := range r.owners { // in the file's order, so that sums of odd weights do not differ in their last digits
		sums[label] += r.weights[c] * float64(min(counts[c], r.book.most))
	}
	logits := make([]float32, len(sums))
	for label, sum := range sums {
		logits[label] = float32(sum)
	}
	return logits
}
