package classifier

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Prediction is what a classifier says of one text.
type Prediction struct {
	Label       string  // the most probable label
	Probability float32 // of Label
	Scores      []Score // of every label, most probable first; equal ones in the order of the classifier's labels
	Tokens      int     // of the text before truncation, [CLS] and [SEP] included
	Truncated   bool    // the end of the text was not read
}

// Score is the probability of a label. Those of a prediction sum to 1.
type Score struct {
	Label       string
	Probability float32
}

// Top returns the k most probable labels, most probable first; all of them if there are fewer.
func (p Prediction) Top(k int) []Score { return p.Scores[:min(max(k, 0), len(p.Scores))] }

// Classify predicts texts, one Prediction each in their order, on the backend that Load has opened. Of a classifier from Open or
// Prepare, the first call opens the default backend. Calls from several goroutines run one after the other.
//
// A head that was initialised and not trained yet is an error, and so are texts that are blank or not UTF-8 and logits that are not finite.
func (c *Classifier) Classify(ctx context.Context, texts []string) ([]Prediction, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, errors.New("the classifier is closed")
	}
	if err := c.connect(); err != nil {
		return nil, err
	}
	return c.predictor.Classify(ctx, texts)
}

// connect opens the backend and prepares inference, once.
func (c *Classifier) connect() error {
	if c.predictor != nil {
		return nil
	}
	backend, err := OpenBackend(c.backendName)
	if err != nil {
		return err
	}
	if c.predictor, err = NewPredictor(backend, c, DefaultBatchSize); err != nil {
		backend.Finalize()
		return err
	}
	c.backend = backend
	return nil
}

// Close releases the backend that Load or Classify has opened, and what was compiled for it. The classifier cannot be used
// afterwards.
func (c *Classifier) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.backend != nil {
		c.predictor.exec.Finalize()
		c.backend.Finalize()
		c.backend, c.predictor = nil, nil
	}
	c.closed = true
}

// Classify is the classifier's on the predictor's own backend, as for a model that is being trained there.
func (p *Predictor) Classify(ctx context.Context, texts []string) ([]Prediction, error) {
	if untrained := p.classifier.Untrained; len(untrained) > 0 {
		return nil, fmt.Errorf("the head was initialised and never trained (%s): train it before it classifies", strings.Join(untrained, ", "))
	}
	notes := make([]predict.Note, len(texts))
	for i, text := range texts {
		if strings.TrimSpace(text) == "" {
			return nil, fmt.Errorf("text %d is empty: there is nothing to classify", i+1)
		}
		notes[i] = predict.Note{ID: strconv.Itoa(i + 1), Text: text}
	}
	outputs, err := predict.Run(ctx, p, notes)
	if err != nil {
		return nil, err
	}
	labels := p.Labels()
	predictions := make([]Prediction, len(outputs))
	for i, o := range outputs {
		scores := make([]Score, len(labels))
		for rank, label := range o.Top(len(labels)) {
			scores[rank] = Score{Label: labels[label], Probability: o.Scores[label]}
		}
		predictions[i] = Prediction{Label: scores[0].Label, Probability: scores[0].Probability, Scores: scores, Tokens: o.Tokens, Truncated: o.Truncated}
	}
	return predictions, nil
}
