package train

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"

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

// batch lays notes out in a fixed shape, so that a bucket compiles once; rows of padding weigh nothing.
//
//   - inputs: ids [size, length] Int32, mask [size, length] Bool
//   - labels: targets [size, classes] Float32, row weights [size] Float32
func (d Data) batch(layout tokenize.Layout) (train.Batch, error) {
	b, err := layout.Batch(d.Encodings, d.Pad)
	if err != nil {
		return train.Batch{}, err
	}
	classes := len(d.Targets[0])
	targets := make([]float32, b.Size*classes)
	rows := make([]float32, b.Size)
	for row, note := range b.Index {
		if note >= 0 {
			copy(targets[row*classes:], d.Targets[note])
			rows[row] = 1
		}
	}
	return train.Batch{
		Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(b.IDs, b.Size, b.Length), tensors.FromFlatDataAndDimensions(b.Mask, b.Size, b.Length)},
		Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(targets, b.Size, classes), tensors.FromFlatDataAndDimensions(rows, b.Size)},
	}, nil
}
