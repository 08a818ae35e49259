package tokenize

import (
	"errors"
	"fmt"
	"slices"
)

// minBucket is the shortest bucket of [Buckets]: the time of a shorter batch is mostly overhead.
const minBucket = 32

// Buckets returns the batch lengths for notes of up to maxLen tokens: 32, 64, 128, ... below maxLen, and maxLen.
func Buckets(maxLen int) []int {
	var buckets []int
	for length := minBucket; length < maxLen; length *= 2 {
		buckets = append(buckets, length)
	}
	return append(buckets, maxLen)
}

// Layout is the shape of a batch and the notes in its rows.
type Layout struct {
	Size   int   // rows
	Length int   // tokens of a row
	Index  []int // [Size] the index of each row's note; -1 for a padding row
}

// Plan distributes notes of the given lengths, in tokens, over batches of size rows: each note is in the shortest bucket
// that is long enough, so that there are no more shapes than buckets. Every note is in one batch. The last batch of a
// bucket is filled up with padding rows. It fails for a size below 1, for bucket lengths below 2 or none, and for a note
// that is longer than the longest bucket.
//
// The batches are ordered by length, the notes of one length in the order given.
func Plan(lengths []int, size int, buckets []int) ([]Layout, error) {
	if size < 1 {
		return nil, fmt.Errorf("a batch of %d notes: give 1 or more", size)
	}
	if len(buckets) == 0 {
		return nil, errors.New("no bucket lengths are given")
	}
	buckets = slices.Compact(slices.Sorted(slices.Values(buckets)))
	if buckets[0] < 2 {
		return nil, fmt.Errorf("a bucket of %d tokens has no room for [CLS] and [SEP]: give 2 or more", buckets[0])
	}
	notes := make([][]int, len(buckets))
	for i, length := range lengths {
		b, _ := slices.BinarySearch(buckets, length)
		if b == len(buckets) {
			return nil, fmt.Errorf("note %d has %d tokens, more than the longest bucket, %d", i+1, length, buckets[b-1])
		}
		notes[b] = append(notes[b], i)
	}
	var layouts []Layout
	for b, members := range notes {
		for chunk := range slices.Chunk(members, size) {
			index := slices.Clone(chunk)
			for len(index) < size {
				index = append(index, -1)
			}
			layouts = append(layouts, Layout{Size: size, Length: buckets[b], Index: index})
		}
	}
	return layouts, nil
}

// Batch is a batch of notes of one shape.
type Batch struct {
	IDs          []int32 // [Size, Length], row by row, padded with [PAD]
	Mask         []bool  // [Size, Length], true on tokens
	Size, Length int
	Index        []int // [Size] the index of each row's note; -1 for a padding row
}

// Batch returns the batch of a layout; encodings are those that its plan was made for, pad is the id of [PAD]. A padding row
// is a [CLS] alone: attention over a row without a token would be 0/0.
func (l Layout) Batch(encodings []Encoding, pad int32) (Batch, error) {
	b := Batch{
		IDs: make([]int32, l.Size*l.Length), Mask: make([]bool, l.Size*l.Length),
		Size: l.Size, Length: l.Length, Index: slices.Clone(l.Index),
	}
	for i := range b.IDs {
		b.IDs[i] = pad
	}
	for row, note := range l.Index {
		var ids []int32
		switch {
		case note >= len(encodings):
			return Batch{}, fmt.Errorf("the plan asks for note %d of %d", note+1, len(encodings))
		case note >= 0:
			ids = encodings[note].IDs
		case l.Index[0] >= 0:
			ids = encodings[l.Index[0]].IDs[:1]
		}
		if len(ids) == 0 || len(ids) > l.Length {
			return Batch{}, fmt.Errorf("row %d of a batch %d tokens long would hold %d tokens", row+1, l.Length, len(ids))
		}
		copy(b.IDs[row*l.Length:], ids)
		for i := range ids {
			b.Mask[row*l.Length+i] = true
		}
	}
	return b, nil
}

// Lengths returns the number of ids of each encoding, for [Plan].
func Lengths(encodings []Encoding) []int {
	lengths := make([]int, len(encodings))
	for i, e := range encodings {
		lengths[i] = len(e.IDs)
	}
	return lengths
}

// Batches returns all batches of the encodings, in the order of [Plan]; pad is the id of [PAD].
func Batches(encodings []Encoding, size int, buckets []int, pad int32) ([]Batch, error) {
	layouts, err := Plan(Lengths(encodings), size, buckets)
	if err != nil {
		return nil, err
	}
	batches := make([]Batch, len(layouts))
	for i, layout := range layouts {
		if batches[i], err = layout.Batch(encodings, pad); err != nil {
			return nil, err
		}
	}
	return batches, nil
}
