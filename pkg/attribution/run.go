package attribution

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// run is one call of Attribute.
type run struct {
	*Attributor
	progress    func(done, total int)
	done, total int // passes of a note through the model
	size        int // rows of every batch
}

// plan sets the number of passes and the batch size, the same for all of them so that there is one graph for each length.
func (r *run) plan(passes int) {
	r.total, r.size = passes, max(1, min(r.options.BatchSize, passes))
}

// point is a point of the path from a note's baseline, 0, to the note, 1.
type point struct {
	note   int
	at     float64
	weight float64 // of the quadrature
	label  int32   // anyLabel for the predicted one
}

// gradients runs the gradient graph at the points and passes its outputs on, point by point: the logits, shape [classes], the label whose
// logit was differentiated, and the contributions of the note's tokens, shape [tokens].
func (r *run) gradients(ctx context.Context, readings []reading, points []point, take func(p point, logits []float32, label int32, values []float32) error) error {
	encodings := make([]tokenize.Encoding, len(points))
	for i, p := range points {
		encodings[i] = readings[p.note].encoding
	}
	return r.batches(ctx, encodings, func(b tokenize.Batch) error {
		replaced := make([]bool, b.Size*b.Length)
		at, label := make([]float32, b.Size), make([]int32, b.Size)
		for row, i := range b.Index {
			if i < 0 {
				continue
			}
			at[row], label[row] = float32(points[i].at), points[i].label
			for j := 1; j < len(encodings[i].IDs)-1; j++ { // all but [CLS] and [SEP]
				replaced[row*b.Length+j] = true
			}
		}
		out, err := r.call(b, tensors.FromFlatDataAndDimensions(replaced, b.Size, b.Length), at, label)
		if err != nil {
			return err
		}
		classes := len(r.classifier.Labels)
		labels, err := flat[int32](out[1])
		if err != nil {
			return err
		}
		logits, err := flat[float32](out[0])
		if err != nil {
			return err
		}
		values, err := flat[float32](out[2])
		if err != nil {
			return err
		}
		for row, i := range b.Index {
			if i < 0 {
				continue
			}
			tokens := values[row*b.Length:][:len(encodings[i].IDs)]
			if err := take(points[i], logits[row*classes:][:classes], labels[row], tokens); err != nil {
				return err
			}
		}
		return nil
	})
}

// logits runs the classifier and passes the logits of each encoding on, shape [classes].
func (r *run) logits(ctx context.Context, encodings []tokenize.Encoding, take func(i int, logits []float32) error) error {
	return r.batches(ctx, encodings, func(b tokenize.Batch) error {
		out, err := r.call(b)
		if err != nil {
			return err
		}
		logits, err := flat[float32](out[0])
		if err != nil {
			return err
		}
		classes := len(r.classifier.Labels)
		for row, i := range b.Index {
			if i >= 0 {
				if err := take(i, logits[row*classes:][:classes]); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// batches builds batches of the encodings, of one size and a few lengths, and runs each.
func (r *run) batches(ctx context.Context, encodings []tokenize.Encoding, each func(tokenize.Batch) error) error {
	c := r.classifier
	layouts, err := tokenize.Plan(tokenize.Lengths(encodings), r.size, tokenize.Buckets(c.MaxLength))
	if err != nil {
		return err
	}
	for _, layout := range layouts {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := layout.Batch(encodings, c.Tokenizer.PadID())
		if err != nil {
			return err
		}
		if err := each(b); err != nil {
			return err
		}
		for _, i := range layout.Index {
			if i >= 0 {
				r.done++
			}
		}
		if r.progress != nil {
			r.progress(r.done, r.total)
		}
	}
	return nil
}

// call runs the graph on a batch and the graph's further inputs.
func (r *run) call(b tokenize.Batch, further ...any) ([]*tensors.Tensor, error) {
	out, err := r.exec.Call(append([]any{
		tensors.FromFlatDataAndDimensions(b.IDs, b.Size, b.Length),
		tensors.FromFlatDataAndDimensions(b.Mask, b.Size, b.Length),
	}, further...)...)
	if err != nil {
		return nil, fmt.Errorf("a batch of %d notes of %d tokens failed: %w", b.Size, b.Length, err)
	}
	return out, nil
}

// flat copies a tensor's values from the backend and releases the tensor.
func flat[T float32 | int32](t *tensors.Tensor) ([]T, error) {
	defer t.MustFinalizeAll()
	return tensors.CopyFlatData[T](t)
}
