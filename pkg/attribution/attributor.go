package attribution

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/classifier"
)

// Attributor attributes a classifier's logits to the words of notes. It compiles one graph for each batch shape.
type Attributor struct {
	classifier  *classifier.Classifier
	options     Options
	exec        *model.Exec
	replacement int32 // the id that replaces the tokens of the note in the baseline; noReplacement for zeros or removed words
	left        bool  // the tokenizer's truncation_side is left
}

const noReplacement = -1

// New prepares attribution on the backend. Attribute reads the classifier's variables when it is called, so the classifier may be trained
// in between. It fails for options that no method has and for a tokenizer without [MASK] if that is the baseline.
func New(backend compute.Backend, c *classifier.Classifier, options Options) (*Attributor, error) {
	options, err := options.complete()
	if err != nil {
		return nil, err
	}
	a := &Attributor{classifier: c, options: options, replacement: noReplacement}
	if c.Store.Scope(storeFolder).GetVariable(wordTable) == nil {
		return nil, fmt.Errorf("attribution: the model has no tensor %q", wordTable)
	}
	switch options.Baseline {
	case Masked:
		if a.replacement, err = maskID(c); err != nil {
			return nil, fmt.Errorf("attribution: %w", err)
		}
	case Padded:
		a.replacement = c.Tokenizer.PadID()
	}
	if a.left, err = truncatesLeft(c.Tokenizer); err != nil {
		return nil, fmt.Errorf("attribution: %w", err)
	}
	if options.Method == Occlusion {
		a.exec, err = model.NewExec(backend, c.Store, func(scope *model.Scope, ids, mask *graph.Node) *graph.Node {
			return c.Logits(scope, ids, mask, nil)
		})
	} else {
		a.exec, err = model.NewExec(backend, c.Store, func(scope *model.Scope, ids, mask, replaced, at, label *graph.Node) (*graph.Node, *graph.Node, *graph.Node) {
			p := pathGradient(c, scope, ids, mask, replaced, at, label, a.replacement)
			return p.logits, p.label, p.attributions()
		})
	}
	if err != nil {
		return nil, fmt.Errorf("attribution: %w", err)
	}
	a.exec.SetMaxCache(-1)
	return a, nil
}

// maskID returns the id of [MASK].
func maskID(c *classifier.Classifier) (int32, error) {
	encodings, err := c.Encode([]string{"[MASK]"})
	if err != nil {
		return 0, fmt.Errorf("[MASK]: %w; choose another baseline", err)
	}
	if ids := encodings[0].IDs; len(ids) == 3 && encodings[0].Tokens == 3 {
		return ids[1], nil
	}
	return 0, fmt.Errorf("the tokenizer in %s has no token [MASK]: choose another baseline", c.BaseDir)
}

// Attribute attributes each note's label, in the order of the notes. progress, unless nil, is called after every batch with the number of
// passes of a note through the model so far and in all: for each note one for GradientInput, Steps+2 for IntegratedGradients, and one
// more than its words for Occlusion. It stops between batches when ctx is done. It fails, naming the note, for a label that the model
// does not know, a note without words, and a logit or gradient that is not finite.
func (a *Attributor) Attribute(ctx context.Context, notes []Note, progress func(done, total int)) ([]Attribution, error) {
	readings, err := readNotes(a.classifier, notes, a.left)
	if err != nil {
		return nil, fmt.Errorf("attribution: %w", err)
	}
	r := &run{Attributor: a, progress: progress}
	attributions := make([]Attribution, len(readings))
	for i, n := range readings {
		attributions[i] = Attribution{
			NoteID: n.note.ID, Read: n.read, Truncated: n.encoding.Truncated,
			Bytes: len(n.note.Text), TextSHA256: textHash(n.note.Text),
		}
	}
	switch a.options.Method {
	case GradientInput:
		err = r.gradientInput(ctx, readings, attributions)
	case IntegratedGradients:
		err = r.integratedGradients(ctx, readings, attributions)
	case Occlusion:
		err = r.occlusion(ctx, readings, attributions)
	}
	if err != nil {
		return nil, fmt.Errorf("attribution: %w", err)
	}
	return attributions, nil
}

// setLabel sets the labels and the logit of an attribution. It fails for a logit that is not finite.
func (a *Attributor) setLabel(n reading, logits []float32, label int32, into *Attribution) error {
	best := 0
	for i, logit := range logits {
		if !finite(float64(logit)) {
			return fmt.Errorf("note %q: the model's logit of %q is %v, not a finite number: its weights are damaged, or training diverged", n.note.ID, a.classifier.Labels[i], logit)
		}
		if logit > logits[best] {
			best = i
		}
	}
	into.Label, into.Predicted = a.classifier.Labels[label], a.classifier.Labels[best]
	into.Logit = float64(logits[label])
	return nil
}

// setTokens sets the tokens and, from their sums, the spans. It fails for a value that is not finite.
func (a *Attribution) setTokens(n reading, values []float64) error {
	a.Tokens = make([]Token, len(n.encoding.IDs))
	for i, id := range n.encoding.IDs {
		if !finite(values[i]) {
			return fmt.Errorf("note %q: the attribution of token %d is %v, not a finite number: the gradient overflows", n.note.ID, i+1, values[i])
		}
		a.Tokens[i] = Token{ID: id, Start: n.spans[i].Start, End: n.spans[i].End, Value: values[i]}
	}
	sums := make([]float64, len(n.words))
	for i, w := range n.words {
		for _, v := range values[w.First:w.Last] {
			sums[i] += v
		}
	}
	a.setSpans(n.words, sums)
	return nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
