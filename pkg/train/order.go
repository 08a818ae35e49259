package train

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// Data is the notes to learn from.
type Data struct {
	Encodings []tokenize.Encoding
	Targets   [][]float32 // [notes][classes]: a distribution over the classes each
	Buckets   []int       // padded lengths in tokens, ascending; no encoding is longer than the last
	Pad       int32       // the tokenizer's padding id
}

// check refuses data that cannot be laid out.
func (d Data) check() error {
	if len(d.Encodings) == 0 {
		return errors.New("there are no notes to train on")
	}
	if len(d.Targets) != len(d.Encodings) || len(d.Buckets) == 0 {
		return fmt.Errorf("%d notes have %d targets and %d bucket lengths", len(d.Encodings), len(d.Targets), len(d.Buckets))
	}
	classes, longest := len(d.Targets[0]), d.Buckets[len(d.Buckets)-1]
	for i, e := range d.Encodings {
		if len(e.IDs) == 0 || len(e.IDs) > longest {
			return fmt.Errorf("training note %d has %d tokens, a batch holds 1 to %d", i+1, len(e.IDs), longest)
		}
		if len(d.Targets[i]) != classes {
			return fmt.Errorf("training note %d has %d target values, the first has %d", i+1, len(d.Targets[i]), classes)
		}
	}
	return nil
}

// order returns the batches of one epoch. Notes are shuffled, then gathered with others of their length bucket, so that short
// notes are not padded to the length of long ones; what is left of a bucket moves up to the next one, so that an epoch has
// ceil(notes / size) batches and only one of them is short. The same seed and epoch give the same order.
func (d Data) order(size int, seed uint64, epoch int) []tokenize.Layout {
	rng := rand.New(rand.NewPCG(seed, uint64(epoch)))
	waiting := make([][]int, len(d.Buckets))
	var layouts []tokenize.Layout
	put := func(bucket, note int) {
		waiting[bucket] = append(waiting[bucket], note)
		if len(waiting[bucket]) == size {
			layouts = append(layouts, tokenize.Layout{Size: size, Length: d.Buckets[bucket], Index: waiting[bucket]})
			waiting[bucket] = nil
		}
	}
	for _, note := range rng.Perm(len(d.Encodings)) {
		bucket, _ := slices.BinarySearch(d.Buckets, len(d.Encodings[note].IDs))
		put(bucket, note)
	}
	last := len(d.Buckets) - 1
	for bucket := range last {
		rest := waiting[bucket]
		for _, note := range rest {
			put(bucket+1, note)
		}
	}
	if rest := waiting[last]; len(rest) > 0 {
		longest := 0
		for _, note := range rest {
			longest = max(longest, len(d.Encodings[note].IDs))
		}
		bucket, _ := slices.BinarySearch(d.Buckets, longest)
		for len(rest) < size {
			rest = append(rest, -1)
		}
		layouts = append(layouts, tokenize.Layout{Size: size, Length: d.Buckets[bucket], Index: rest})
	}
	rng.Shuffle(len(layouts), func(i, j int) { layouts[i], layouts[j] = layouts[j], layouts[i] })
	return layouts
}

// batch is the notes of one optimiser step in a fixed shape.
type batch struct {
	tokenize.Batch
	notes   int       // real rows; they come first
	targets []float32 // [Size, classes], zero in rows of padding
}

// batch lays notes out.
func (d Data) batch(layout tokenize.Layout) (batch, error) {
	laid, err := layout.Batch(d.Encodings, d.Pad)
	if err != nil {
		return batch{}, err
	}
	classes := len(d.Targets[0])
	b := batch{Batch: laid, targets: make([]float32, laid.Size*classes)}
	for row, note := range b.Index {
		if note >= 0 {
			copy(b.targets[row*classes:], d.Targets[note])
			b.notes++
		}
	}
	return b, nil
}

// part is the micro-batch of the given size that begins with a row. Every micro-batch has that size, so that a length compiles
// once: what the batch lacks at its end is filled up with its first row, at a weight of zero.
//
//   - ids [size, length] Int32, mask [size, length] Bool, targets [size, classes] Float32
//   - weights [size] Float32: one by the batch's number of notes, so that the weighted sum over all parts is the mean
func (b batch) part(from, size int) []any {
	classes := len(b.targets) / b.Size
	weights := make([]float32, size)
	rows := make([]int, size) // the batch's row in each of the part's
	for i := range rows {
		if from+i < b.notes {
			rows[i], weights[i] = from+i, 1/float32(b.notes)
		}
	}
	return []any{
		tensors.FromFlatDataAndDimensions(pick(b.IDs, b.Length, rows), size, b.Length),
		tensors.FromFlatDataAndDimensions(pick(b.Mask, b.Length, rows), size, b.Length),
		tensors.FromFlatDataAndDimensions(pick(b.targets, classes, rows), size, classes),
		tensors.FromFlatDataAndDimensions(weights, size),
	}
}

// pick gathers rows of the given width.
func pick[T any](flat []T, width int, rows []int) []T {
	out := make([]T, 0, len(rows)*width)
	for _, row := range rows {
		out = append(out, flat[row*width:(row+1)*width]...)
	}
	return out
}
