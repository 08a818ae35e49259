package baseline

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// TFIDFSettings are the settings of a linear model on TF-IDF features.
type TFIDFSettings struct {
	TFIDFFeatures
	LinearSettings
}

// TFIDF is a linear model on TF-IDF features. It implements predict.Predictor.
type TFIDF struct {
	settings   TFIDFSettings
	vectorizer *vectorizer
	linear     *linear
}

// FitTFIDF fits a model to the training texts. It fails for settings out of range; label names that are missing, blank or repeated; an
// example without a label or with one out of range; fewer than two labels with rows; texts without any term that MinDF keeps; a fit that
// does not converge; and when ctx is done.
func FitTFIDF(ctx context.Context, labels []string, train []Example, settings TFIDFSettings) (*TFIDF, error) {
	t, err := newTrainingSet(labels, train)
	if err != nil {
		return nil, fmt.Errorf("TF-IDF: %w", err)
	}
	v, x, err := fitVectorizer(t.texts, t.rowCounts, settings.TFIDFFeatures)
	if err != nil {
		return nil, fmt.Errorf("TF-IDF: %w", err)
	}
	l, err := fitLinear(ctx, t, x, settings.LinearSettings)
	if err != nil {
		return nil, fmt.Errorf("TF-IDF: %w", err)
	}
	return &TFIDF{settings, v, l}, nil
}

// Name is the model's name in tables.
func (t *TFIDF) Name() string { return "TF-IDF + " + t.settings.Kind.title() }

// Settings returns the settings that the model was fitted with.
func (t *TFIDF) Settings() TFIDFSettings { return t.settings }

// Labels implements predict.Predictor.
func (t *TFIDF) Labels() []string { return t.linear.labels }

// Predict implements predict.Predictor. The logits of a text without a known term come from the biases alone.
func (t *TFIDF) Predict(ctx context.Context, texts []string) ([]predict.Output, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return t.linear.predict(t.vectorizer.transform(texts)), nil
}

// Term is a word or phrase with its weight for one label.
type Term struct {
	Term   string  `json:"term"`
	Weight float64 `json:"weight"`
}

// Terms returns the n terms with the highest weights for a label, the highest first and terms of equal weight by code points. There are
// fewer where fewer weights are positive. It fails for an unknown label and for one without training rows.
func (t *TFIDF) Terms(label string, n int) ([]Term, error) {
	index := slices.Index(t.linear.labels, label)
	if index < 0 {
		return nil, fmt.Errorf("TF-IDF: label %q is not one of the model's %d", label, len(t.linear.labels))
	}
	class, learned := slices.BinarySearch(t.linear.classes, index)
	if !learned {
		return nil, fmt.Errorf("TF-IDF: label %q has no training row, and so no terms", label)
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
