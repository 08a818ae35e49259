package classifier

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// forward runs a graph that maps ids and mask, both [batch, length], to [batch, width] on notes, in batches of similar length. It
// returns a row [width] for each note, in the notes' order.
func (c *Classifier) forward(ctx context.Context, exec *model.Exec, batchSize int, encodings []tokenize.Encoding, width int) ([][]float32, error) {
	if len(encodings) == 0 {
		return nil, nil
	}
	batches, err := tokenize.Batches(encodings, min(batchSize, len(encodings)), tokenize.Buckets(c.MaxLength), c.Tokenizer.PadID())
	if err != nil {
		return nil, err
	}
	rows := make([][]float32, len(encodings))
	for _, b := range batches {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		flat, err := run(exec, b) // [batch, width]
		if err != nil {
			return nil, fmt.Errorf("a batch of %d notes of %d tokens failed: %w", b.Size, b.Length, err)
		}
		for row, note := range b.Index {
			if note >= 0 {
				rows[note] = flat[row*width : (row+1)*width : (row+1)*width]
			}
		}
	}
	return rows, nil
}

// run runs a graph on one batch and copies its result into memory.
func run(exec *model.Exec, b tokenize.Batch) ([]float32, error) {
	out, err := exec.Call1(tensors.FromFlatDataAndDimensions(b.IDs, b.Size, b.Length), tensors.FromFlatDataAndDimensions(b.Mask, b.Size, b.Length))
	if err != nil {
		return nil, err
	}
	defer out.MustFinalizeAll()
	return tensors.CopyFlatData[float32](out)
}
