package attribution

import (
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Set is the attributions of notes of one corpus by one method for one model.
type Set struct {
	CorpusHash string   // content hash of the corpus that the notes come from
	Model      string   // fingerprint of the model, different for models that compute different logits
	Labels     []string // the model's, in its order
	MaxLength  int      // most tokens that the model reads of a note, [CLS] and [SEP] included
	Synthetic  bool     // the notes are synthetic; results must say so
	Method     Method
	Baseline   Baseline
	Steps      int // of IntegratedGradients; 0 for the other methods
	// Attributions holds one attribution for each pair of note and label; a note may have several.
	Attributions []Attribution
}

// Set returns a set of attributions that a computed, for the corpus and the model with this hash and this fingerprint.
func (a *Attributor) Set(corpusHash, fingerprint string, synthetic bool, attributions []Attribution) Set {
	return Set{
		CorpusHash: corpusHash, Model: fingerprint, Labels: slices.Clone(a.classifier.Labels), MaxLength: a.classifier.MaxLength, Synthetic: synthetic,
		Method: a.options.Method, Baseline: a.options.Baseline, Steps: a.options.Steps, Attributions: attributions,
	}
}

// Validate returns an error for a set that is not valid: no corpus, model or method, labels that are missing or repeated, a pair of note
// and label that occurs twice, spans that overlap or lie outside the part that was read, values that are not finite, weights that are
// not relative to the largest.
func (s Set) Validate() error {
	if err := s.validate(); err != nil {
		return fmt.Errorf("attribution: %w", err)
	}
	return nil
}

func (s Set) validate() error {
	switch {
	case strings.TrimSpace(s.CorpusHash) == "":
		return fmt.Errorf("the set names no corpus: give its content hash")
	case strings.TrimSpace(s.Model) == "":
		return fmt.Errorf("the set names no model: give its fingerprint")
	case s.MaxLength < 3:
		return fmt.Errorf("the set's length of %d tokens cannot hold [CLS], a word and [SEP]", s.MaxLength)
	case len(s.Labels) == 0:
		return fmt.Errorf("the set has no labels")
	}
	if err := checkMethod(s.Method, s.Baseline, s.Steps); err != nil {
		return err
	}
	known := make(map[string]bool, len(s.Labels))
	for i, label := range s.Labels {
		if label == "" || known[label] || !utf8.ValidString(label) {
			return fmt.Errorf("label %d, %q, is blank, repeated or not UTF-8", i, label)
		}
		known[label] = true
	}
	type key struct{ note, label string }
	seen := make(map[key]bool, len(s.Attributions))
	for _, a := range s.Attributions {
		k := key{a.NoteID, a.Label}
		switch {
		case a.NoteID == "" || !utf8.ValidString(a.NoteID):
			return fmt.Errorf("a note's id is empty or not UTF-8: %q", a.NoteID)
		case !known[a.Label]:
			return fmt.Errorf("note %q: label %q is not one of the model's %d", a.NoteID, a.Label, len(s.Labels))
		case !known[a.Predicted]:
			return fmt.Errorf("note %q: the predicted label %q is not one of the model's %d", a.NoteID, a.Predicted, len(s.Labels))
		case seen[k]:
			return fmt.Errorf("note %q is attributed twice for label %q", a.NoteID, a.Label)
		case (a.BaselineLogit != nil) != (s.Method == IntegratedGradients):
			return fmt.Errorf("note %q: method %q and the logit of a baseline go together, and no other method's", a.NoteID, IntegratedGradients)
		}
		seen[k] = true
		if err := a.validate(); err != nil {
			return fmt.Errorf("note %q: %w", a.NoteID, err)
		}
	}
	return nil
}

func (a Attribution) validate() error {
	whole := a.Read.Start == 0 && a.Read.End == a.Bytes
	raw, err := hex.DecodeString(a.TextSHA256)
	switch {
	case !finite(a.Logit) || a.BaselineLogit != nil && !finite(*a.BaselineLogit):
		return fmt.Errorf("a logit is not a finite number")
	case !finite(a.Scale) || a.Scale < 0:
		return fmt.Errorf("the scale %v is not a finite number from 0 on", a.Scale)
	case err != nil || len(raw) != 32 || a.TextSHA256 != strings.ToLower(a.TextSHA256):
		return fmt.Errorf("text_sha256 %q is not 64 hexadecimal digits", a.TextSHA256)
	case a.Read.Start < 0 || a.Read.End > a.Bytes || !a.Truncated && !whole:
		return fmt.Errorf("bytes %d to %d were read of %d, truncated: %t", a.Read.Start, a.Read.End, a.Bytes, a.Truncated)
	case len(a.Spans) == 0:
		return fmt.Errorf("it has no words")
	}
	last, largest := a.Read.Start, 0.0
	for i, s := range a.Spans {
		if s.Start < last || s.End <= s.Start || s.End > a.Read.End {
			return fmt.Errorf("word %d, bytes %d to %d, overlaps the one before it or lies outside bytes %d to %d that were read", i+1, s.Start, s.End, a.Read.Start, a.Read.End)
		}
		if !finite(s.Weight) {
			return fmt.Errorf("word %d: the weight %v is not a finite number", i+1, s.Weight)
		}
		last, largest = s.End, max(largest, math.Abs(s.Weight))
	}
	if largest != 1 && !(largest == 0 && a.Scale == 0) {
		return fmt.Errorf("the largest weight is %v at a scale of %v: weights are relative to the weightiest word, 1 or -1", largest, a.Scale)
	}
	return nil
}
