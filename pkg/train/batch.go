package train

import (
	"errors"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// Batch is the notes of one optimiser step: ids and mask [Size, Length] with a target distribution for each row. Data makes it.
type Batch struct {
	tokenize.Batch
	notes   int       // rows that are notes and no padding; they come first
	targets []float32 // [Size, classes], zero in rows of padding
}

// Batch lays out the notes with the given indices, padded to the shortest bucket that holds them all.
func (d Data) Batch(notes ...int) (Batch, error) {
	if err := d.check(); err != nil {
		return Batch{}, err
	}
	if len(notes) == 0 {
		return Batch{}, errors.New("a batch of no notes cannot be trained on")
	}
	longest := 0
	for _, note := range notes {
		if note < 0 || note >= len(d.Encodings) {
			return Batch{}, fmt.Errorf("there is no note with the index %d, there are %d notes", note, len(d.Encodings))
		}
		longest = max(longest, len(d.Encodings[note].IDs))
	}
	return d.lay(tokenize.Layout{Size: len(notes), Length: d.Buckets[d.bucket(longest)], Index: notes})
}

// All lays out every note as one batch.
func (d Data) All() (Batch, error) {
	notes := make([]int, len(d.Encodings))
	for i := range notes {
		notes[i] = i
	}
	return d.Batch(notes...)
}

// lay fills a layout with notes and their targets.
func (d Data) lay(layout tokenize.Layout) (Batch, error) {
	tokens, err := layout.Batch(d.Encodings, d.Pad)
	if err != nil {
		return Batch{}, err
	}
	classes := len(d.Targets[0])
	b := Batch{Batch: tokens, targets: make([]float32, tokens.Size*classes)}
	for row, note := range b.Index {
		if note >= 0 {
			copy(b.targets[row*classes:], d.Targets[note])
			b.notes++
		}
	}
	return b, nil
}

// microBatch is the micro-batch of the given size that starts at a row. All micro-batches have that size, so that each length is
// compiled once: the last one is filled up with copies of the first row of the batch, at weight zero.
//
//   - ids: [size, length] Int32; mask: [size, length] Bool; targets: [size, classes] Float32
//   - weights: [size] Float32, 1/notes each, so that the weighted sum over all micro-batches is the mean over the batch
func (b Batch) microBatch(from, size int) []any {
	classes := len(b.targets) / b.Size
	weights := make([]float32, size)
	rows := make([]int, size) // of the batch, for each row of the micro-batch
	for i := range rows {
		if from+i < b.notes {
			rows[i], weights[i] = from+i, 1/float32(b.notes)
		}
	}
	return []any{
		tensors.FromFlatDataAndDimensions(gather(b.IDs, b.Length, rows), size, b.Length),
		tensors.FromFlatDataAndDimensions(gather(b.Mask, b.Length, rows), size, b.Length),
		tensors.FromFlatDataAndDimensions(gather(b.targets, classes, rows), size, classes),
		tensors.FromFlatDataAndDimensions(weights, size),
	}
}

// gather copies rows of the given width, in the order of their indices: [n*width] to [len(rows)*width].
func gather[T any](flat []T, width int, rows []int) []T {
	out := make([]T, 0, len(rows)*width)
	for _, row := range rows {
		out = append(out, flat[row*width:(row+1)*width]...)
	}
	return out
}
