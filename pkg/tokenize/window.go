package tokenize

import (
	"fmt"
	"slices"
)

// Window is consecutive tokens of a note as a model's input.
type Window struct {
	IDs []int32 // [CLS], the tokens, [SEP]
	// First and Last are the tokens' bounds: First up to, not including, Last of the note, counted from 0 without [CLS]
	// and [SEP]. So IDs[1+i] is the note's token First+i, whose span is number 1+First+i of [Tokenizer.EncodeSpans].
	First, Last int
}

// Windows splits a note into windows of at most length ids, each of which shares overlap tokens with the one before it.
// Every token is in a window; an empty note is one window of [CLS] and [SEP]. The windows are those of transformers with
// truncation=True, max_length=length, stride=overlap and return_overflowing_tokens=True: the first is [Tokenizer.Encode]'s,
// and only the last one may be shorter. If truncation_side is left, they go from the note's end to its start.
//
// It fails for a length below 3, for an overlap that is negative or not below length-2, and for text that is not UTF-8.
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
