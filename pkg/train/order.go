package train

import (
	"math/rand/v2"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gomlx/gomlx/ml/train"
)

// Example is one note to learn from.
type Example struct {
	IDs     []int32   // token ids with [CLS] and [SEP], no padding
	Targets []float32 // distribution over the classes; sums to 1
}

// order returns the batches of one epoch: indices of examples, each batch with the length that it is padded to. Examples are
// shuffled, then gathered with others of their length bucket, so that short notes are not padded to the length of long ones;
// what is left of a bucket moves up to the next one, so that an epoch has ceil(examples / size) batches and only one of them
// is short. The same seed and epoch give the same order.
func order(examples []Example, buckets []int, size int, seed uint64, epoch int) []slot {
	rng := rand.New(rand.NewPCG(seed, uint64(epoch)))
	waiting := make([][]int, len(buckets))
	var batches []slot
	emit := func(bucket int) {
		batches = append(batches, slot{Examples: waiting[bucket], Length: buckets[bucket]})
		waiting[bucket] = nil
	}
	for _, i := range rng.Perm(len(examples)) {
		b, _ := slices.BinarySearch(buckets, len(examples[i].IDs))
		b = min(b, len(buckets)-1)
		waiting[b] = append(waiting[b], i)
		if len(waiting[b]) == size {
			emit(b)
		}
	}
	for b := range buckets {
		if b == len(buckets)-1 {
			if len(waiting[b]) > 0 {
				emit(b)
			}
			break
		}
		for _, i := range waiting[b] {
			waiting[b+1] = append(waiting[b+1], i)
			if len(waiting[b+1]) == size {
				emit(b + 1)
			}
		}
		waiting[b] = nil
	}
	rng.Shuffle(len(batches), func(i, j int) { batches[i], batches[j] = batches[j], batches[i] })
	return batches
}

// slot is the examples of one batch and the length that they are padded to.
type slot struct {
	Examples []int
	Length   int
}

// tensors lays a batch out in fixed shapes, so that a bucket compiles once: a short batch is filled up with rows of weight 0.
//
//   - inputs: ids [size, length] Int32, mask [size, length] Int32
//   - labels: targets [size, classes] Float32, weights [size] Float32
func (s slot) tensors(examples []Example, size, classes int, pad int32) train.Batch {
	ids := slices.Repeat([]int32{pad}, size*s.Length)
	mask := make([]int32, size*s.Length)
	targets := make([]float32, size*classes)
	rows := make([]float32, size)
	for row := range size {
		if row >= len(s.Examples) {
			mask[row*s.Length] = 1 // one position to attend to, so that the row is finite
			continue
		}
		e := examples[s.Examples[row]]
		n := copy(ids[row*s.Length:(row+1)*s.Length], e.IDs)
		for j := range n {
			mask[row*s.Length+j] = 1
		}
		copy(targets[row*classes:], e.Targets)
		rows[row] = 1
	}
	return train.Batch{
		Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(ids, size, s.Length), tensors.FromFlatDataAndDimensions(mask, size, s.Length)},
		Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(targets, size, classes), tensors.FromFlatDataAndDimensions(rows, size)},
	}
}
