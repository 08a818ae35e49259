package attribution

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"

	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// Note is a text with the label to attribute.
type Note struct {
	ID   string
	Text string
	// Label is the label whose logit is attributed; empty for the predicted one.
	Label string
}

// Span is a word of a note: bytes Start up to, not including, End, both on boundaries of UTF-8 characters.
type Span struct {
	Start, End int
	// Weight is the word's attribution divided by the note's [Attribution.Scale]: from -1 (against the label) to 1 (for it), and 1 or
	// -1 for the word with the largest absolute attribution.
	Weight float64
}

// Token is a token that the model read.
type Token struct {
	ID         int32
	Start, End int     // bytes of the note; 0, 0 for [CLS] and [SEP]
	Value      float64 // its attribution, in logits
}

// Attribution is the contributions of the words of one note to one label's logit.
type Attribution struct {
	NoteID string
	// Label is the label whose logit is attributed; Predicted is the one with the highest logit.
	Label, Predicted string
	// Logit is the label's logit for the note as the model read it.
	Logit float64
	// BaselineLogit is the label's logit for the baseline; nil for methods other than [IntegratedGradients].
	BaselineLogit *float64
	// Scale is the largest absolute attribution of a word, in logits: Scale times a span's Weight is the word's attribution. If it is 0,
	// all weights are 0.
	Scale float64
	// Spans holds the words that the model read, in ascending order and without overlap.
	Spans []Span
	// Read is the part of the note that the model read, the whole note without truncation. Notes are truncated at their end, so that
	// Read.Start is 0, unless the tokenizer's truncation_side is left.
	Read tokenize.Span
	// Truncated says that the model did not read the whole note.
	Truncated bool
	// Bytes and TextSHA256 are the note's length and hash, with which [Attribution.Fits] checks that the offsets are those of a text.
	Bytes      int
	TextSHA256 string
	// Tokens holds the attributions of the tokens, [CLS] and [SEP] included, whose sums are those of the spans. It is nil for
	// [Occlusion], which attributes words, and for an attribution that was read from a file.
	Tokens []Token
}

// Value returns a span's attribution in logits.
func (a Attribution) Value(s Span) float64 { return a.Scale * s.Weight }

// Sum returns the sum of the attributions, in logits.
func (a Attribution) Sum() float64 {
	sum := 0.0
	for _, s := range a.Spans {
		sum += a.Value(s)
	}
	return sum
}

// Gap returns the error of the completeness axiom, in logits: the sum of the attributions minus the difference between the logits of note
// and baseline. It is 0 for a method without a baseline logit.
func (a Attribution) Gap() float64 {
	if a.BaselineLogit == nil {
		return 0
	}
	return a.Sum() - (a.Logit - *a.BaselineLogit)
}

// Fits returns an error unless text is the one that was attributed, byte for byte.
func (a Attribution) Fits(text string) error {
	if len(text) != a.Bytes || textHash(text) != a.TextSHA256 {
		return fmt.Errorf("attribution: note %q: the attribution belongs to another text of %d bytes, not to this one of %d; attribute it again", a.NoteID, a.Bytes, len(text))
	}
	return nil
}

func textHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// setSpans sets Scale and Spans from the words and their attributions.
func (a *Attribution) setSpans(words []word, values []float64) {
	for _, v := range values {
		a.Scale = max(a.Scale, math.Abs(v))
	}
	a.Spans = make([]Span, len(words))
	for i, w := range words {
		a.Spans[i] = Span{Start: w.Start, End: w.End}
		if a.Scale > 0 {
			a.Spans[i].Weight = values[i] / a.Scale
		}
	}
}
