package audit

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/specialist-nlp/specialist/pkg/corpus"
)

// NearThreshold is the least Jaccard similarity of near duplicates.
const NearThreshold = 0.8

// NearDuplicates is about pairs of distinct texts whose sets of character 5-grams, in cleaned form, have a Jaccard similarity of at least
// Threshold.
//
// Candidates come from MinHash and locality-sensitive hashing, which misses a pair at the threshold with a probability of about 1e-6, and one
// above it with less; every candidate is verified exactly. So that time grows linearly even if very many texts are similar, a text is
// compared with at most 4,096 others and has at most 256 candidates, and at most 16 candidates a text are verified in all (262,144 in a
// small corpus). SkippedComparisons is the number of comparisons that this left out; if it is not 0, Pairs is a lower bound.
type NearDuplicates struct {
	Threshold          float64 `json:"threshold"`
	Pairs              int     `json:"pairs"`
	Texts              int     `json:"texts"`         // that are in a pair
	Groups             int     `json:"groups"`        // of texts joined by pairs
	LargestGroup       int     `json:"largest_group"` // texts
	SkippedComparisons int     `json:"skipped_comparisons"`
	// Examples are the most similar pairs, at most 20.
	Examples []NearPair `json:"examples"`
}

// NearPair is two near duplicates, by the ids of their notes.
type NearPair struct {
	A       string  `json:"a"`
	B       string  `json:"b"`
	Jaccard float64 `json:"jaccard"`
}

const (
	nearExamples = 20
	maxCompared  = 4096
	maxPartners  = 256
	// verifiedEach times the number of texts, but at least verifiedLeast, is how many candidates are verified.
	verifiedEach  = 16
	verifiedLeast = 1 << 18
	// Candidates are verified only if at least previewNeeds of previewSize values of their sketches agree in their lowest byte. The share
	// of agreement at the threshold has a standard deviation of 0.025, and previewNeeds is nearly five of them below.
	previewSize  = 256
	previewNeeds = 174
	// workersMost bounds the memory of the grammars, 9 MB each.
	workersMost = 16
)

// nearPair is two notes, by index; the key of a sorts before that of b.
type nearPair struct {
	a, b    int32
	jaccard float64
}

// outline is a text's data for the search of candidates.
type outline struct {
	grams   int32         // number of distinct ones
	bands   [bands]uint32 // hashes of the sketch's bands
	preview [previewSize]byte
}

// alike says whether two texts may be near duplicates and are to be verified.
func (o *outline) alike(other *outline) bool {
	if float64(min(o.grams, other.grams)) < NearThreshold*float64(max(o.grams, other.grams)) {
		return false
	}
	agree := 0
	for i, b := range o.preview {
		if b == other.preview[i] {
			agree++
		}
	}
	return agree >= previewNeeds
}

// nearPairs returns the pairs of near duplicates, ordered by the keys of their texts, and how many comparisons were skipped.
func nearPairs(ctx context.Context, c *corpus.Corpus) (pairs []nearPair, skipped int, err error) {
	// By key, so that the comparisons do not depend on the order of the source.
	notes := make([]int32, len(c.Notes))
	for i := range notes {
		notes[i] = int32(i)
	}
	slices.SortFunc(notes, func(a, b int32) int { return cmp.Compare(c.Notes[a].Key, c.Notes[b].Key) })
	outlines := make([]outline, len(notes))
	if err := eachText(ctx, len(notes), func(g *grammar, s *sketcher, i int) {
		if grams := g.of(corpus.Clean(c.Notes[notes[i]].Text)); len(grams) > 0 {
			outlines[i].draw(grams, s)
		}
	}); err != nil {
		return nil, 0, err
	}
	partners, skipped, err := candidates(ctx, outlines)
	if err != nil {
		return nil, 0, err
	}
	found := make([][]nearPair, len(notes))
	if err := eachText(ctx, len(notes), func(g *grammar, _ *sketcher, i int) {
		if len(partners[i]) == 0 {
			return
		}
		own := newGramSet(g.of(corpus.Clean(c.Notes[notes[i]].Text)))
		for _, j := range partners[i] {
			if similarity := own.jaccard(corpus.Clean(c.Notes[notes[j]].Text), int(outlines[j].grams)); similarity >= NearThreshold {
				found[i] = append(found[i], nearPair{notes[i], notes[j], similarity})
			}
		}
	}); err != nil {
		return nil, 0, err
	}
	return slices.Concat(found...), skipped, nil
}

// eachText calls do for every number below n, on all cores.
func eachText(ctx context.Context, n int, do func(*grammar, *sketcher, int)) error {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), workersMost, n) {
		workers.Go(func() {
			g, s := newGrammar(), &sketcher{}
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				do(g, s, i)
			}
		})
	}
	workers.Wait()
	return interrupted(ctx)
}

func interrupted(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("interrupted: %w", err)
	}
	return nil
}

// draw computes the outline of a text from its grams.
func (o *outline) draw(grams []uint32, s *sketcher) {
	sketch := s.of(grams)
	o.grams = int32(len(grams))
	for b := range o.bands {
		h := uint64(b)
		for _, v := range sketch[b*bandRows : (b+1)*bandRows] {
			h = mix(h ^ uint64(v))
		}
		o.bands[b] = uint32(h)
	}
	for i := range o.preview {
		o.preview[i] = byte(sketch[i*(sketchSize/previewSize)])
	}
}

// candidates returns, for each text, the later texts that are candidates, ascending, and the number of skipped comparisons.
func candidates(ctx context.Context, outlines []outline) (partners [][]int32, skipped int, err error) {
	partners = make([][]int32, len(outlines))
	compared := make([]int32, len(outlines))
	bucketed := make([]uint64, 0, len(outlines)) // hash and text
	for b := range bands {
		if err := interrupted(ctx); err != nil {
			return nil, 0, err
		}
		bucketed = bucketed[:0]
		for i := range outlines {
			if outlines[i].grams > 0 {
				bucketed = append(bucketed, uint64(outlines[i].bands[b])<<32|uint64(i))
			}
		}
		slices.Sort(bucketed)
		for len(bucketed) > 0 {
			size := 1
			for size < len(bucketed) && bucketed[size]>>32 == bucketed[0]>>32 {
				size++
			}
			for at := range size {
				i := uint32(bucketed[at])
				for k := at + 1; k < size; k++ {
					if compared[i] == maxCompared || len(partners[i]) == maxPartners {
						skipped += size - k
						break
					}
					j := int32(uint32(bucketed[k]))
					place, known := slices.BinarySearch(partners[i], j)
					if known {
						continue
					}
					compared[i]++
					if outlines[i].alike(&outlines[j]) {
						partners[i] = slices.Insert(partners[i], place, j)
					}
				}
			}
			bucketed = bucketed[size:]
		}
	}
	return partners, skipped + trim(partners, max(verifiedLeast, verifiedEach*len(outlines))), nil
}

// trim cuts the longest lists to one length, so that there are at most most entries, and returns how many it removed.
func trim(partners [][]int32, most int) (taken int) {
	count := func(length int) (entries int) {
		for _, list := range partners {
			entries += min(len(list), length)
		}
		return entries
	}
	// The least length for which the next one is too long.
	length := sort.Search(maxPartners, func(length int) bool { return count(length+1) > most })
	all := count(maxPartners)
	for i, list := range partners {
		partners[i] = list[:min(len(list), length)]
	}
	return all - count(length)
}

// nearDuplicates summarises the pairs.
func nearDuplicates(c *corpus.Corpus, pairs []nearPair, skipped int) NearDuplicates {
	out := NearDuplicates{Threshold: NearThreshold, Pairs: len(pairs), SkippedComparisons: skipped, Examples: []NearPair{}}
	leader := map[int32]int32{} // a union-find forest over the texts in pairs
	var find func(n int32) int32
	find = func(n int32) int32 {
		if leader[n] != n {
			leader[n] = find(leader[n])
		}
		return leader[n]
	}
	for _, p := range pairs {
		for _, n := range []int32{p.a, p.b} {
			if _, known := leader[n]; !known {
				leader[n] = n
			}
		}
		leader[find(p.b)] = find(p.a)
	}
	sizes := map[int32]int{}
	for n := range leader {
		root := find(n)
		sizes[root]++
		out.LargestGroup = max(out.LargestGroup, sizes[root])
	}
	out.Texts, out.Groups = len(leader), len(sizes)

	closest := slices.Clone(pairs)
	slices.SortStableFunc(closest, func(x, y nearPair) int { return cmp.Compare(y.jaccard, x.jaccard) })
	for _, p := range closest[:min(len(closest), nearExamples)] {
		out.Examples = append(out.Examples, NearPair{c.Notes[p.a].ID, c.Notes[p.b].ID, p.jaccard})
	}
	return out
}
