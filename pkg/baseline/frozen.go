package baseline

import (
	"context"
	"fmt"
	"math"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Embedder turns texts into vectors, all of one size, in the order of the texts. What a vector is, such as the mean over a text's
// tokens, is the embedder's affair; one text must always give the same.
type Embedder interface {
	Embed(ctx context.Context, texts []string) ([]Embedding, error)
}

// Embedding is the vector of a text.
type Embedding struct {
	Vector []float32
	// Tokens is the text's length before truncation, in the encoder's tokens.
	Tokens int
	// Truncated says that the encoder did not see the whole text.
	Truncated bool
}

// Frozen is logistic regression on the vectors of an encoder that is not trained. It implements predict.Predictor. Vectors are
// taken as they are, neither scaled nor centred.
type Frozen struct {
	embedder Embedder
	size     int
	penalty  Penalty
	linear   *linear
}

// FitFrozen fits the model to the training texts, each of which is embedded once. It fails as [FitText] does, where the embedder
// fails, and for vectors that are empty, of different sizes or not finite.
func FitFrozen(ctx context.Context, labels []string, train []Example, e Embedder, p Penalty) (*Frozen, error) {
	f, err := gather(labels, train)
	if err != nil {
		return nil, fmt.Errorf("frozen encoder: %w", err)
	}
	x, size, err := embedTraining(ctx, e, f)
	if err != nil {
		return nil, err
	}
	l, err := fitLinear(ctx, f, x, p)
	if err != nil {
		return nil, fmt.Errorf("frozen encoder: %w", err)
	}
	return &Frozen{e, size, p, l}, nil
}

// Name is what tables call the model.
func (f *Frozen) Name() string { return "frozen encoder + " + f.penalty.Kind.title() }

// Settings returns what the model was fitted with.
func (f *Frozen) Settings() Penalty { return f.penalty }

// Labels implements predict.Predictor.
func (f *Frozen) Labels() []string { return f.linear.labels }

// Predict implements predict.Predictor.
func (f *Frozen) Predict(ctx context.Context, texts []string) ([]predict.Output, error) {
	if len(texts) == 0 {
		return nil, ctx.Err()
	}
	embeddings, err := embed(ctx, f.embedder, texts)
	if err != nil {
		return nil, err
	}
	x, err := stack(embeddings, f.size)
	if err != nil {
		return nil, err
	}
	outputs := f.linear.decide(x)
	for i, e := range embeddings {
		outputs[i].Tokens, outputs[i].Truncated = e.Tokens, e.Truncated
	}
	return outputs, nil
}

// embedTraining returns the vectors of the training texts and their size.
func embedTraining(ctx context.Context, e Embedder, f *filing) (*matrix, int, error) {
	embeddings, err := embed(ctx, e, f.texts)
	if err != nil {
		return nil, 0, err
	}
	size := len(embeddings[0].Vector)
	if size == 0 {
		return nil, 0, fmt.Errorf("frozen encoder: the vector of text 0 is empty")
	}
	x, err := stack(embeddings, size)
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

// stack makes vectors the rows of a matrix.
func stack(embeddings []Embedding, size int) (*matrix, error) {
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
				rows[i].at, rows[i].values = append(rows[i].at, int32(j)), append(rows[i].values, value)
			}
		}
	}
	return newMatrix(size, rows), nil
}
