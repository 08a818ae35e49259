package tokenize

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestBuckets(t *testing.T) {
	for maxLen, want := range map[int][]int{512: {32, 64, 128, 256, 512}, 128: {32, 64, 128}, 100: {32, 64, 100}, 32: {32}, 16: {16}} {
		if got := Buckets(maxLen); !slices.Equal(got, want) {
			t.Errorf("%d: %v, want %v", maxLen, got, want)
		}
	}
}

func TestBatches(t *testing.T) {
	encodings := []Encoding{
		{IDs: []int32{2, 7, 3}}, {IDs: []int32{2, 8, 8, 8, 3}}, {IDs: []int32{2, 3}}, {IDs: []int32{2, 9, 9, 3}},
	}
	got, err := Batches(encodings, 2, []int{6, 4, 8, 6}, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := []Batch{
		{
			IDs:  []int32{2, 7, 3, 1, 2, 3, 1, 1},
			Mask: []bool{true, true, true, false, true, true, false, false}, Size: 2, Length: 4, Index: []int{0, 2},
		},
		{
			IDs:  []int32{2, 9, 9, 3, 2, 1, 1, 1},
			Mask: []bool{true, true, true, true, true, false, false, false}, Size: 2, Length: 4, Index: []int{3, -1},
		},
		{
			IDs:  []int32{2, 8, 8, 8, 3, 1, 2, 1, 1, 1, 1, 1},
			Mask: []bool{true, true, true, true, true, false, true, false, false, false, false, false}, Size: 2, Length: 6, Index: []int{1, -1},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if none, err := Batches(nil, 2, []int{4}, 0); err != nil || len(none) != 0 {
		t.Errorf("no notes: %v, %v", none, err)
	}
}

func TestPlanProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		buckets := rapid.SliceOfN(rapid.IntRange(2, 40), 1, 5).Draw(t, "buckets")
		lengths := rapid.SliceOfN(rapid.IntRange(2, slices.Max(buckets)), 0, 60).Draw(t, "lengths")
		size := rapid.IntRange(1, 9).Draw(t, "size")
		layouts, err := Plan(lengths, size, buckets)
		if err != nil {
			t.Fatal(err)
		}
		seen, partial := make([]int, len(lengths)), map[int]int{}
		for _, l := range layouts {
			if l.Size != size || len(l.Index) != size || !slices.Contains(buckets, l.Length) || l.Index[0] < 0 {
				t.Fatalf("layout %+v", l)
			}
			if slices.Contains(l.Index, -1) {
				partial[l.Length]++
			}
			for _, note := range l.Index {
				if note < 0 {
					continue
				}
				seen[note]++
				for _, b := range buckets {
					if b >= lengths[note] && b < l.Length {
						t.Fatalf("%d tokens in a batch of %d, with a bucket of %d", lengths[note], l.Length, b)
					}
				}
				if lengths[note] > l.Length {
					t.Fatalf("%d tokens in a batch of %d", lengths[note], l.Length)
				}
			}
		}
		for note, times := range seen {
			if times != 1 {
				t.Fatalf("note %d comes %d times", note, times)
			}
		}
		for length, n := range partial {
			if n > 1 {
				t.Fatalf("%d partial batches of %d", n, length)
			}
		}
	})
}

func TestPlanErrors(t *testing.T) {
	for want, err := range map[string]error{
		"note 2 has 9 tokens, more than the longest bucket, 8": second(Plan([]int{3, 9}, 2, []int{8, 4})),
		"a batch of 0 notes":            second(Plan([]int{3}, 0, []int{8})),
		"no bucket lengths":             second(Plan([]int{3}, 1, nil)),
		"a bucket of 1 tokens":          second(Plan([]int{3}, 1, []int{8, 1})),
		"the plan asks for note 3 of 1": second(Layout{Size: 1, Length: 4, Index: []int{2}}.Batch(make([]Encoding, 1), 0)),
		"would hold 5 tokens":           second(Layout{Size: 1, Length: 4, Index: []int{0}}.Batch([]Encoding{{IDs: make([]int32, 5)}}, 0)),
		"would hold 0 tokens":           second(Layout{Size: 1, Length: 4, Index: []int{0}}.Batch([]Encoding{{}}, 0)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func second[T any](_ T, err error) error { return err }
