package attribution

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// word is a word of a note and its tokens, First up to, not including, Last.
type word struct {
	tokenize.Span
	First, Last int
}

// reading is a tokenized note.
type reading struct {
	note     Note
	encoding tokenize.Encoding // truncated to the model's length
	spans    []tokenize.Span   // of each token, [CLS] and [SEP] included
	words    []word
	read     tokenize.Span
	label    int32 // the label to attribute; anyLabel for the predicted one
}

// anyLabel stands for the label with the highest logit.
const anyLabel = -1

// readNotes tokenizes notes and finds their words. left says that the tokenizer's truncation_side is left. It fails for a label that the
// model does not know and for a note without words.
func readNotes(c *classifier.Classifier, notes []Note, left bool) ([]reading, error) {
	texts := make([]string, len(notes))
	for i, n := range notes {
		if !utf8.ValidString(n.Text) {
			return nil, fmt.Errorf("note %q is not UTF-8", n.ID)
		}
		texts[i] = n.Text
	}
	encodings, err := c.Encode(texts)
	if err != nil {
		return nil, err
	}
	readings := make([]reading, len(notes))
	for i, n := range notes {
		r := reading{note: n, encoding: encodings[i], label: anyLabel}
		if n.Label != "" {
			if r.label = int32(slices.Index(c.Labels, n.Label)); r.label < 0 {
				return nil, fmt.Errorf("note %q: the model has no label %q among its %d: take one of them, or none for the predicted one", n.ID, n.Label, len(c.Labels))
			}
		}
		if len(r.encoding.IDs) <= 2 {
			return nil, fmt.Errorf("note %q has no words: there is nothing to attribute", n.ID)
		}
		if err := r.locate(c.Tokenizer, left); err != nil {
			return nil, fmt.Errorf("note %q: %w", n.ID, err)
		}
		readings[i] = r
	}
	return readings, nil
}

// locate sets the spans of the note's tokens and its words. left says that the note is truncated at its beginning.
func (r *reading) locate(t *tokenize.Tokenizer, left bool) error {
	whole, spans, err := t.EncodeSpans(r.note.Text)
	if err != nil {
		return err
	}
	kept := len(r.encoding.IDs) - 2
	first := 1
	if left {
		first = len(whole.IDs) - 1 - kept
	}
	if first < 1 || first+kept >= len(whole.IDs) || !slices.Equal(whole.IDs[first:first+kept], r.encoding.IDs[1:1+kept]) {
		return fmt.Errorf("the %d tokens that the model reads are not found among the %d of the whole note", kept, len(whole.IDs)-2)
	}
	r.spans = make([]tokenize.Span, kept+2)
	copy(r.spans[1:], spans[first:first+kept])
	limit := len(r.note.Text) // of the last word: the first token that was cut off
	if !left && first+kept < len(whole.IDs)-1 {
		limit = max(spans[first+kept].Start, spans[first+kept-1].End)
	}
	r.words = mergeWords(r.note.Text, r.spans[1:1+kept], limit)
	for i := range r.words {
		r.words[i].First++ // [CLS]
		r.words[i].Last++
	}
	r.read = tokenize.Span{End: len(r.note.Text)}
	if r.encoding.Truncated && left {
		r.read.Start = r.words[0].Start
	} else if r.encoding.Truncated {
		r.read.End = r.words[len(r.words)-1].End
	}
	return nil
}

// truncatesLeft says whether the tokenizer truncates notes at their beginning: it truncates a note of two different tokens to one.
func truncatesLeft(t *tokenize.Tokenizer) (bool, error) {
	const probe = "[CLS] [SEP]"
	whole, err := t.Encode(probe, 0)
	if err != nil {
		return false, err
	}
	cut, err := t.Encode(probe, 3)
	if err != nil {
		return false, err
	}
	first, last := whole.IDs[1], whole.IDs[len(whole.IDs)-2]
	return first != last && cut.IDs[1] == last, nil
}

// mergeWords merges the tokens of each word, and tokens that overlap, because one character can become several tokens. The words are in
// ascending order and do not overlap. A word includes the combining marks that follow it, which belong to no token, up to limit.
func mergeWords(text string, spans []tokenize.Span, limit int) []word {
	var words []word
	for i, s := range spans {
		w := word{s, i, i + 1}
		for len(words) > 0 {
			before := words[len(words)-1]
			if before.End <= w.Start && !continues(text, before.Span, w.Span) {
				break
			}
			w.Start, w.End, w.First = min(before.Start, w.Start), max(before.End, w.End), before.First
			words = words[:len(words)-1]
		}
		words = append(words, w)
	}
	for i := range words {
		end := limit
		if i+1 < len(words) {
			end = words[i+1].Start
		}
		for words[i].End < end {
			r, size := utf8.DecodeRuneInString(text[words[i].End:])
			if !unicode.Is(unicode.M, r) {
				break
			}
			words[i].End += size
		}
	}
	return words
}

// continues says whether the token b belongs to the word of the token a: BERT splits text at white space, and punctuation and Chinese
// characters are words of their own. Between the two there may be characters that normalisation drops.
func continues(text string, a, b tokenize.Span) bool {
	if strings.ContainsFunc(text[a.End:b.Start], unicode.IsSpace) {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(text[a.Start:a.End])
	first, _ := utf8.DecodeRuneInString(text[b.Start:b.End])
	return !standsAlone(last) && !standsAlone(first)
}

// standsAlone says whether a character is a word of its own in BERT's pre-tokenizer: all ASCII characters but letters, digits and
// controls, Unicode's punctuation, ideographs; and white space, in which some added tokens end.
func standsAlone(r rune) bool {
	if r < utf8.RuneSelf {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsControl(r) || unicode.IsSpace(r)
	}
	return unicode.IsPunct(r) || unicode.Is(unicode.Han, r) || unicode.IsSpace(r)
}
