package train

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// drawData makes notes of random lengths, none longer than the last bucket.
func drawData(t *rapid.T) Data {
	d := Data{Buckets: tokenize.Buckets(rapid.IntRange(8, 300).Draw(t, "max length")), Pad: 0}
	longest := d.Buckets[len(d.Buckets)-1]
	for _, length := range rapid.SliceOfN(rapid.IntRange(2, longest), 1, 120).Draw(t, "lengths") {
		d.Encodings = append(d.Encodings, tokenize.Encoding{IDs: make([]int32, length), Tokens: length})
	}
	return d
}

func TestOrderTakesEveryNoteOnceInFewBatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawData(t)
		size := rapid.IntRange(1, 20).Draw(t, "size")
		seed, epoch := rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 50).Draw(t, "epoch")
		layouts := d.order(size, seed, epoch)
		notes := len(d.Encodings)
		if want := (notes + size - 1) / size; len(layouts) != want {
			t.Fatalf("%d batches of %d for %d notes, want %d", len(layouts), size, notes, want)
		}
		seen, short := make([]int, notes), 0
		for _, l := range layouts {
			if l.Size != size || len(l.Index) != size || !slices.Contains(d.Buckets, l.Length) {
				t.Fatalf("layout %+v of size %d, buckets %v", l, size, d.Buckets)
			}
			if l.Index[0] < 0 {
				t.Fatalf("a batch begins with padding: %v", l.Index)
			}
			if slices.Contains(l.Index, -1) {
				short++
			}
			for _, note := range l.Index {
				if note < 0 {
					continue
				}
				seen[note]++
				if len(d.Encodings[note].IDs) > l.Length {
					t.Fatalf("a note of %d tokens in a batch of %d", len(d.Encodings[note].IDs), l.Length)
				}
			}
		}
		for note, times := range seen {
			if times != 1 {
				t.Fatalf("note %d comes %d times", note, times)
			}
		}
		if want := min(1, notes%size); short != want {
			t.Fatalf("%d batches are filled up with padding, want %d", short, want)
		}
		if again := d.order(size, seed, epoch); !cmp.Equal(again, layouts) {
			t.Fatal("the same seed and epoch give another order")
		}
	})
}

func TestOrderKeepsShortNotesShort(t *testing.T) {
	// 40 short notes and 24 long ones in batches of 8: no batch needs to mix them.
	d := Data{Buckets: []int{32, 64}}
	for i := range 64 {
		length := 10
		if i%8 < 3 {
			length = 60
		}
		d.Encodings = append(d.Encodings, tokenize.Encoding{IDs: make([]int32, length)})
	}
	lengths := map[int]int{}
	for _, l := range d.order(8, 1, 0) {
		lengths[l.Length]++
	}
	if want := map[int]int{32: 5, 64: 3}; !cmp.Equal(lengths, want) {
		t.Errorf("batches by length: %v, want %v", lengths, want)
	}
}

func TestOrderDiffersFromEpochToEpochAndSeedToSeed(t *testing.T) {
	d := Data{Buckets: []int{32}}
	for range 64 {
		d.Encodings = append(d.Encodings, tokenize.Encoding{IDs: make([]int32, 5)})
	}
	first := d.order(8, 42, 0)
	for what, other := range map[string][]tokenize.Layout{"epoch": d.order(8, 42, 1), "seed": d.order(8, 43, 0)} {
		if cmp.Equal(first, other) {
			t.Errorf("another %s gives the same order", what)
		}
	}
}

func TestBatchHoldsItsNotesAndTheirTargets(t *testing.T) {
	const pad = 9
	d := Data{
		Encodings: []tokenize.Encoding{{IDs: []int32{2, 5, 3}}, {IDs: []int32{2, 6, 7, 3}}, {IDs: []int32{2, 3}}},
		Targets:   [][]float32{{1, 0}, {0.5, 0.5}, {0, 1}},
		Pad:       pad,
	}
	b, err := d.lay(tokenize.Layout{Size: 5, Length: 5, Index: []int{1, 0, 2, -1, -1}})
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, got, want any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	if b.notes != 3 {
		t.Errorf("the batch has %d notes, want 3", b.notes)
	}
	value := func(part any) any { return part.(*tensors.Tensor).Value() }
	third := float32(1.0 / 3)

	first := b.microBatch(0, 2)
	check("first ids", value(first[0]), [][]int32{{2, 6, 7, 3, pad}, {2, 5, 3, pad, pad}})
	check("first mask", value(first[1]), [][]bool{{true, true, true, true, false}, {true, true, true, false, false}})
	check("first targets", value(first[2]), [][]float32{{0.5, 0.5}, {1, 0}})
	check("first weights", value(first[3]), []float32{third, third})

	last := b.microBatch(2, 2) // its second row is the batch's first again, at no weight
	check("last ids", value(last[0]), [][]int32{{2, 3, pad, pad, pad}, {2, 6, 7, 3, pad}})
	check("last mask", value(last[1]), [][]bool{{true, true, false, false, false}, {true, true, true, true, false}})
	check("last targets", value(last[2]), [][]float32{{0, 1}, {0.5, 0.5}})
	check("last weights", value(last[3]), []float32{third, 0})

	if _, err := d.lay(tokenize.Layout{Size: 1, Length: 3, Index: []int{1}}); err == nil {
		t.Error("a note of 4 tokens fits into 3")
	}
}

// randomData makes notes for the tiny model: words of its vocabulary, and a class that the first word gives away.
func randomData(notes int) Data {
	rng := rand.New(rand.NewPCG(7, 7))
	d := Data{Buckets: []int{8, 16}, Pad: 0}
	for range notes {
		class := rng.IntN(5)
		ids := []int32{2, 100 + int32(class)}
		for range rng.IntN(14) {
			ids = append(ids, int32(89+rng.IntN(80)))
		}
		target := make([]float32, 5)
		target[class] = 1
		d.Encodings = append(d.Encodings, tokenize.Encoding{IDs: append(ids, 3), Tokens: len(ids) + 1})
		d.Targets = append(d.Targets, target)
	}
	return d
}
