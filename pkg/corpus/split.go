package corpus

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/original"
)

// partWeights are the relative sizes of train, validation and test: the row counts of the original study, 75.6, 13.3 and 11.0 percent.
var partWeights = [3]int{original.Study.TrainRows.Rows, original.Study.ValidationRows.Rows, original.Study.TestRows.Rows}

// Indices is the three parts of a corpus. GroupSplit fills it with indices into Corpus.Notes, RowSplit with indices
// into Corpus.Rows. The parts are disjoint, hold every index once, and none is empty. Within a part the indices stand
// in the order of the texts' keys (then labels), so a part lists the same content whatever the order of the source.
type Indices struct{ Train, Validation, Test []int }

// GroupSplit splits the notes, so that no text is in two parts, with the label sets stratified.
//
// It is iterative stratification (Sechidis, Tsoumakas and Vlahavas 2011): the label with the fewest notes left is
// distributed first, each note to the part with the largest remaining demand for that label, of these to the one with the
// most room, of these by the seeded generator. Part sizes are exact (75.6, 13.3, 11.0 percent, the largest remainders
// rounded up, at least one note each), so a full part takes no more notes. A class of one or two notes goes to train, one
// of three to five to train and validation, as long as the sets it is part of do not force otherwise; Absent lists what a
// part lacks.
//
// The result is a function of the content and the seed. Fewer than three notes are an error.
func GroupSplit(c *Corpus, seed uint64) (Indices, error) {
	order := c.canonicalNotes()
	sets := make([][]int, len(order))
	for i, n := range order {
		sets[i] = c.Notes[n].Labels
	}
	return c.split("texts", order, sets, rand.NewPCG(seed, 1))
}

// RowSplit splits the rows, stratified by label, the same way as GroupSplit: each class falls on the parts in
// proportion, the rarest first. The rows of one text may fall on several parts, as in a plain stratified row split.
// A class with one or two rows goes to train whole. Fewer than three rows are an error.
func RowSplit(c *Corpus, seed uint64) (Indices, error) {
	order := c.RowsOf(c.canonicalNotes())
	sets := make([][]int, len(order))
	for i, label := range c.RowTargets(order) {
		sets[i] = []int{label}
	}
	return c.split("rows", order, sets, rand.NewPCG(seed, 2))
}

// canonicalNotes returns the indices of the notes by key.
func (c *Corpus) canonicalNotes() []int {
	order := make([]int, len(c.Notes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(c.Notes[a].Key, c.Notes[b].Key) })
	return order
}

func (c *Corpus) split(what string, order []int, sets [][]int, source rand.Source) (Indices, error) {
	if len(order) < len(partWeights) {
		return Indices{}, fmt.Errorf("%s: %d %s; a split into train, validation and test needs at least %d", c.Name, len(order), what, len(partWeights))
	}
	parts := [3][]int{}
	for i, part := range stratify(sets, len(c.Labels), partWeights, rand.New(source)) {
		parts[part] = append(parts[part], order[i])
	}
	return Indices{parts[0], parts[1], parts[2]}, nil
}

// sourceSplit splits the rows by the parts that the source gives them. Where it has no validation part, that is drawn
// from its train part, stratified by label as RowSplit does it. HasSourceParts must be true.
func (c *Corpus) sourceSplit(seed uint64) (Indices, error) {
	parts := map[string][]int{}
	for _, row := range c.RowsOf(c.canonicalNotes()) {
		part := c.Rows[row].Part
		parts[part] = append(parts[part], row)
	}
	s := Indices{parts[PartTrain], parts[PartValidation], parts[PartTest]}
	if len(s.Test) == 0 {
		return Indices{}, fmt.Errorf("%s: the source's own parts have no test row; use RowSplit or the grouped split", c.Name)
	}
	if len(s.Validation) > 0 && len(s.Train) > 0 {
		return s, nil
	}
	if len(s.Train) < 2 {
		return Indices{}, fmt.Errorf("%s: too few rows (%d) in the source's own train part; training and validation need at least 2", c.Name, len(s.Train))
	}
	order, sets := s.Train, make([][]int, len(s.Train))
	for i, label := range c.RowTargets(order) {
		sets[i] = []int{label}
	}
	s.Train = nil
	weights := [3]int{partWeights[0], partWeights[1], 0}
	for i, part := range stratify(sets, len(c.Labels), weights, rand.New(rand.NewPCG(seed, 2))) {
		if part == 0 {
			s.Train = append(s.Train, order[i])
		} else {
			s.Validation = append(s.Validation, order[i])
		}
	}
	return s, nil
}

// HasSourceParts says whether the source divides its rows into parts of its own.
func (c *Corpus) HasSourceParts() bool { return c.Rows[0].Part != "" }

// stratify distributes items with label sets over the parts, in proportion to the weights, and returns the part of each. All
// arithmetic is on integers, so that no machine rounds differently.
func stratify(sets [][]int, labels int, weights [3]int, rng *rand.Rand) []int {
	total := 0
	for _, w := range weights {
		total += w
	}
	room := partSizes(len(sets), weights)
	left := make([]int, labels)      // items not distributed yet, by label
	demand := make([][3]int, labels) // remaining demand of a part for a label, times total
	holders := make([][]int, labels) // items by label, in seeded order
	for _, item := range rng.Perm(len(sets)) {
		for _, label := range sets[item] {
			left[label]++
			holders[label] = append(holders[label], item)
			for p, w := range weights {
				demand[label][p] += w
			}
		}
	}
	part := make([]int, len(sets))
	for i := range part {
		part[i] = -1
	}
	for {
		rarest := -1
		for label, n := range left {
			if n > 0 && (rarest < 0 || n < left[rarest]) {
				rarest = label
			}
		}
		if rarest < 0 {
			return part
		}
		for _, item := range holders[rarest] {
			if part[item] >= 0 {
				continue
			}
			var best []int
			for p := range room {
				if room[p] == 0 {
					continue
				}
				order := -1
				if len(best) > 0 {
					order = cmp.Or(cmp.Compare(demand[rarest][best[0]], demand[rarest][p]), cmp.Compare(room[best[0]], room[p]))
				}
				if order < 0 {
					best = best[:0]
				}
				if order <= 0 {
					best = append(best, p)
				}
			}
			chosen := best[rng.IntN(len(best))]
			part[item] = chosen
			room[chosen]--
			for _, label := range sets[item] {
				left[label]--
				demand[label][chosen] -= total
			}
		}
	}
}

// partSizes apportions n items to the parts by largest remainder, at least one to each part that has a weight; n is at
// least the number of these.
func partSizes(n int, weights [3]int) [3]int {
	total := 0
	for _, w := range weights {
		total += w
	}
	var sizes [3]int
	spare := n
	for p, w := range weights {
		sizes[p] = n * w / total
		spare -= sizes[p]
	}
	byRemainder := []int{0, 1, 2}
	slices.SortStableFunc(byRemainder, func(a, b int) int {
		return cmp.Compare(n*weights[b]%total, n*weights[a]%total)
	})
	for _, p := range byRemainder[:spare] {
		sizes[p]++
	}
	for p := range sizes {
		if sizes[p] == 0 && weights[p] > 0 {
			sizes[p]++
			sizes[0]--
		}
	}
	return sizes
}
