package baseline

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Embedder returns the vectors of texts, one a text and in the order of the texts, all of the same size. Equal texts must have equal
// vectors.
type Embedder interface {
	Embed(ctx context.Context, texts []string) ([]Embedding, error)
}

// Embedding is the vector of a text.
type Embedding struct {
	Vector []float32
	// Tokens is the text's length before truncation.
	Tokens int
	// Truncated is whether the encoder got only a part of the text.
	Truncated bool
}

// Frozen is a linear model on the vectors of an encoder that is not trained, as they are, neither scaled nor centred. It implements
// predict.Predictor.
type Frozen struct {
	embedder Embedder
	size     int
	penalty  LinearSettings
	linear   *linear
}

// FitFrozen fits a model to the vectors of the training texts; each distinct text is embedded once. It fails as [FitTFIDF] does, when the
// embedder fails, and for vectors that are empty, of different sizes or not finite.
func FitFrozen(ctx context.Context, labels []string, train []Example, e Embedder, p LinearSettings) (*Frozen, error) {
	t, err := newTrainingSet(labels, train)
	if err != nil {
		return nil, fmt.Errorf("frozen encoder: %w", err)
	}
	x, size, err := embedTraining(ctx, e, t)
	if err != nil {
		return nil, err
	}
	l, err := fitLinear(ctx, t, x, p)
	if err != nil {
		return nil, fmt.Errorf("frozen encoder: %w", err)
	}
	return &Frozen{e, size, p, l}, nil
}

// Name is the model's name in tables.
func (f *Frozen) Name() string { return "frozen encoder + " + f.penalty.Kind.title() }

// Settings returns the settings that the model was fitted with.
func (f *Frozen) Settings() LinearSettings { return f.penalty }

// Labels implements predict.Predictor.
func (f *Frozen) Labels() []string { return f.linear.labels }

// Predict implements predict.Predictor. The outputs have the embedder's token counts.
func (f *Frozen) Predict(ctx context.Context, texts []string) ([]predict.Output, error) {
	if len(texts) == 0 {
		return nil, ctx.Err()
	}
	embeddings, err := embed(ctx, f.embedder, texts)
	if err != nil {
		return nil, err
	}
	x, err := vectorMatrix(embeddings, f.size)
	if err != nil {
		return nil, err
	}
	outputs := f.linear.predict(x)
	for i, e := range embeddings {
		outputs[i].Tokens, outputs[i].Truncated = e.Tokens, e.Truncated
	}
	return outputs, nil
}

// embedTraining returns the vectors of the training texts, [texts, size], and their size.
func embedTraining(ctx context.Context, e Embedder, t *trainingSet) (*matrix, int, error) {
	embeddings, err := embed(ctx, e, t.texts)
	if err != nil {
		return nil, 0, err
	}
	size := len(embeddings[0].Vector)
	if size == 0 {
		return nil, 0, errors.New("frozen encoder: the vector of text 0 is empty")
	}
	x, err := vectorMatrix(embeddings, size)
	return x, size, err
}

func embed(ctx context.Context, e Embedder, texts []string) ([]Embedding, error) {
	embeddings, err := e.Embed(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("frozen encoder: %w", err)
	}
	if len(embeddings) != len(texts) {
		return nil, fmt.Errorf("frozen encoder: %d vectors for %d texts", len(embeddings), len(texts))
	}
	return embeddings, nil
}

// vectorMatrix returns the vectors as the rows of a matrix, [texts, size].
func vectorMatrix(embeddings []Embedding, size int) (*matrix, error) {
	rows := make([]sparseRow, len(embeddings))
	for i, e := range embeddings {
		if len(e.Vector) != size {
			return nil, fmt.Errorf("frozen encoder: the vector of text %d has %d values, not %d", i, len(e.Vector), size)
		}
		for j, v := range e.Vector {
			value := float64(v)
			if math.IsNaN(value) || math.IsInf(value, 0) {
				return nil, fmt.Errorf("frozen encoder: value %d of text %d's vector is %v", j, i, v)
			}
			if value != 0 {
				rows[i].add(j, value)
			}
		}
	}
	return newMatrix(size, rows), nil
}
