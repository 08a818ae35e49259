package baseline

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// TextSettings are a text model's: its features, and how it is fitted to them.
type TextSettings struct {
	Features
	Penalty
}

// Text is a linear model on TF-IDF features. It implements predict.Predictor.
type Text struct {
	settings   TextSettings
	vectorizer *vectorizer
	linear     *linear
}

// FitText fits a text model to the training texts. It fails for settings out of range, labels or examples that are not usable (see
// [Example]), fewer than two labels with rows, texts that have no term to learn from, and when ctx is done.
func FitText(ctx context.Context, labels []string, train []Example, settings TextSettings) (*Text, error) {
	f, err := gather(labels, train)
	if err != nil {
		return nil, fmt.Errorf("TF-IDF: %w", err)
	}
	v, x, err := fitVectorizer(f.texts, f.sizes, settings.Features)
	if err != nil {
		return nil, fmt.Errorf("TF-IDF: %w", err)
	}
	l, err := fitLinear(ctx, f, x, settings.Penalty)
	if err != nil {
		return nil, fmt.Errorf("TF-IDF: %w", err)
	}
	return &Text{settings, v, l}, nil
}

// Name is what tables call the model.
func (t *Text) Name() string { return "TF-IDF + " + t.settings.Kind.title() }

// Settings returns what the model was fitted with.
func (t *Text) Settings() TextSettings { return t.settings }

// Labels implements predict.Predictor.
func (t *Text) Labels() []string { return t.linear.labels }

// Predict implements predict.Predictor. A text without a known term gets the biases.
func (t *Text) Predict(ctx context.Context, texts []string) ([]predict.Output, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return t.linear.decide(t.vectorizer.transform(texts)), nil
}

// Term is a word or a phrase with its weight for one label.
type Term struct {
	Term   string  `json:"term"`
	Weight float64 `json:"weight"`
}

// Terms returns the n terms that speak most for a label, the highest weight first and of equal weights in the terms' order. Only
// positive weights are listed. A label that the model does not know or that has no training row is an error.
func (t *Text) Terms(label string, n int) ([]Term, error) {
	at := slices.Index(t.linear.labels, label)
	if at < 0 {
		return nil, fmt.Errorf("TF-IDF: label %q is not one of the model's %d", label, len(t.linear.labels))
	}
	class, learned := slices.BinarySearch(t.linear.classes, at)
	if !learned {
		return nil, fmt.Errorf("TF-IDF: label %q has no training row, so no term speaks for it", label)
	}
	var terms []Term
	for i, term := range t.vectorizer.terms {
		if w := t.linear.weights[i*len(t.linear.classes)+class]; w > 0 {
			terms = append(terms, Term{term, w})
		}
	}
	slices.SortStableFunc(terms, func(a, b Term) int { return cmp.Compare(b.Weight, a.Weight) })
	return terms[:min(max(n, 0), len(terms))], nil
}
