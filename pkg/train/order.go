package train

import (
	"math/rand/v2"

	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// order returns the batches of one epoch. Notes are shuffled, then collected by length bucket, so that short notes are not padded to
// the length of long ones; the rest of a bucket that fills no batch moves up to the next bucket, so that an epoch has
// ceil(notes / size) batches of which at most one is short. The same seed and epoch give the same order.
func (d Data) order(size int, seed uint64, epoch int) []tokenize.Layout {
	rng := rand.New(rand.NewPCG(seed, uint64(epoch)))
	pending := make([][]int, len(d.Buckets)) // notes of each bucket that are in no batch yet
	var layouts []tokenize.Layout
	add := func(bucket, note int) {
		pending[bucket] = append(pending[bucket], note)
		if len(pending[bucket]) == size {
			layouts = append(layouts, tokenize.Layout{Size: size, Length: d.Buckets[bucket], Index: pending[bucket]})
			pending[bucket] = nil
		}
	}
	for _, note := range rng.Perm(len(d.Encodings)) {
		add(d.bucket(len(d.Encodings[note].IDs)), note)
	}
	last := len(d.Buckets) - 1
	for bucket := range last {
		rest := pending[bucket]
		for _, note := range rest {
			add(bucket+1, note)
		}
	}
	if rest := pending[last]; len(rest) > 0 {
		longest := 0
		for _, note := range rest {
			longest = max(longest, len(d.Encodings[note].IDs))
		}
		for len(rest) < size {
			rest = append(rest, -1)
		}
		layouts = append(layouts, tokenize.Layout{Size: size, Length: d.Buckets[d.bucket(longest)], Index: rest})
	}
	rng.Shuffle(len(layouts), func(i, j int) { layouts[i], layouts[j] = layouts[j], layouts[i] })
	return layouts
}
