package tokenize

import (
	"fmt"
	"slices"
)

// Window is a stretch of a note's tokens, ready for a model.
type Window struct {
	IDs []int32 // [CLS], the tokens, [SEP]
	// First and Last bound the stretch: tokens First up to, not including, Last of the note, counted from 0 without
	// [CLS] and [SEP]. So IDs[1+i] is the note's token First+i, whose span is number 1+First+i of
	// [Tokenizer.EncodeSpans].
	First, Last int
}

// Windows gives a whole note as windows of at most length ids, of which each shares overlap tokens with the one before
// it. Every token is in a window; an empty note is one window of [CLS] and [SEP]. The windows are those that
// transformers gives for truncation=True, max_length=length, stride=overlap and return_overflowing_tokens=True, so the
// first is what [Tokenizer.Encode] keeps, and only the last one may be short. Where the folder sets truncation_side to
// left, they go from the note's end to its start.
//
// A length below 3 has no room for a token, and an overlap must be 0 or more and less than length-2; all else is an
// error, as is text that is not UTF-8.
func (t *Tokenizer) Windows(text string, length, overlap int) ([]Window, error) {
	if length < 3 {
		return nil, fmt.Errorf("a window of %d tokens leaves no room beside [CLS] and [SEP]: give 3 or more", length)
	}
	room := length - 2
	if overlap < 0 || overlap >= room {
		return nil, fmt.Errorf("windows of %d tokens cannot share %d: give 0 to %d", length, overlap, room-1)
	}
	e, err := t.Encode(text, 0)
	if err != nil {
		return nil, err
	}
	tokens := e.IDs[1 : len(e.IDs)-1]
	var windows []Window
	for skipped, done := 0, false; !done; skipped += room - overlap {
		first, last := skipped, len(tokens)
		if done = last-first <= room; !done {
			last = first + room
		}
		if t.def.truncateLeft {
			first, last = len(tokens)-last, len(tokens)-first
		}
		windows = append(windows, Window{
			IDs:   slices.Concat(e.IDs[:1], tokens[first:last], e.IDs[len(e.IDs)-1:]),
			First: first, Last: last,
		})
	}
	return windows, nil
}
