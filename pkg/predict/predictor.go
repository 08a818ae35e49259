package predict

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Predictor is a model that predicts the label of a text.
type Predictor interface {
	// Labels returns the names of the labels, in the order of the values of every Output.
	Labels() []string
	// Predict returns one Output for each text, in the order of the texts. It chooses its own batches and stops with an error when
	// ctx is done.
	Predict(ctx context.Context, texts []string) ([]Output, error)
}

// Output is what a Predictor returns for one text: logits, scores or both.
type Output struct {
	// Logits, shape [labels], are the values before the softmax; nil for a model that has no logits.
	Logits []float32
	// Scores, shape [labels], are probabilities; nil stands for the softmax of Logits.
	Scores []float32
	// Tokens is the text's length before truncation, in the model's tokens; 0 for a model that counts none.
	Tokens int
	// Truncated says that the model read only a part of the text.
	Truncated bool
}

// Note is the input of Run: a text with its id and the names of its gold labels, which may be missing.
type Note struct {
	ID   string
	Text string
	Gold []string
}

// Run predicts the notes and returns one Prediction for each, in the order of the notes. It fails for a note with a label that the
// predictor does not know, as the predictor does, and for outputs that are not as many as the notes or not valid; see [Set.Validate].
func Run(ctx context.Context, p Predictor, notes []Note) ([]Prediction, error) {
	labels := p.Labels()
	index := make(map[string]int, len(labels))
	for i, label := range labels {
		index[label] = i
	}
	texts := make([]string, len(notes))
	predictions := make([]Prediction, len(notes))
	for i, note := range notes {
		gold := make([]int, 0, len(note.Gold))
		for _, label := range note.Gold {
			at, ok := index[label]
			if !ok {
				return nil, fmt.Errorf("predict: note %q is filed under %q, which is not one of the model's %d labels", note.ID, label, len(labels))
			}
			gold = append(gold, at)
		}
		slices.Sort(gold)
		texts[i] = note.Text
		predictions[i] = Prediction{NoteID: note.ID, Gold: slices.Compact(gold), Characters: utf8.RuneCountInString(note.Text)}
	}

	outputs, err := p.Predict(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("predict: %w", err)
	}
	if len(outputs) != len(notes) {
		return nil, fmt.Errorf("predict: the model gave %d outputs for %d notes", len(outputs), len(notes))
	}
	for i, output := range outputs {
		q := &predictions[i]
		q.Logits, q.Scores = output.Logits, output.Scores
		q.Tokens, q.Truncated = output.Tokens, output.Truncated
		if q.Scores == nil {
			q.Scores = Softmax(q.Logits, 1)
		}
		if err := q.validate(len(labels), 1); err != nil {
			return nil, fmt.Errorf("predict: %w", err)
		}
	}
	return predictions, nil
}
