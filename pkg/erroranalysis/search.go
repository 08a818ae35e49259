package erroranalysis

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
)

// Search is the worst slices in one reading, among those of one value of a field and of two values together. It leaves out pairs of a gold
// label and a prediction, which are confusions; see [Similarity].
type Search struct {
	Reading Reading `json:"reading"`
	Fields  []Field `json:"fields"`
	// MinSupport is the least number of texts in a slice, and in the rest. Tested is the number of slices with that support; slices of the
	// same texts count once, with the fewest conditions.
	MinSupport int `json:"min_support"`
	Tested     int `json:"tested"`
	// Level is the false discovery rate among the slices with an adjusted p-value of at most Level.
	Level float64 `json:"level"`
	// Significant is the number of slices with an adjusted p-value of at most Level and an excess whose interval is above 0. Subsumed is
	// the number of these that are left out because, without the texts of higher ranked slices, they have no such excess or too few
	// texts. Intervals are not adjusted for the search.
	Significant int     `json:"significant"`
	Subsumed    int     `json:"subsumed"`
	Slices      []Worst `json:"slices"`
	Words       string  `json:"words"`
}

// Worst is a slice that the search found. Slices are ranked by the lower bound of their excess.
type Worst struct {
	Slice
	// Adjusted is the p-value after Benjamini and Hochberg's correction over all slices tested.
	Adjusted float64 `json:"adjusted_p_value"`
}

// candidate is a slice as a set of texts.
type candidate struct {
	conditions []Condition
	members    bitset
	texts      int
	contrast   Contrast
}

// confusion says that the two conditions together are a gold label, or kind of label, and a prediction: such texts are misread by
// definition, mostly. [Similarity] has them.
func (c candidate) confusion(other candidate) bool {
	a, b := c.conditions[0].Field.info().side, other.conditions[0].Field.info().side
	return a == ofGold && b == ofPrediction || a == ofPrediction && b == ofGold
}

// bitset is a set of texts, by index.
type bitset []uint64

func (b bitset) has(i int) bool { return b[i/64]>>(i%64)&1 == 1 }

func (b bitset) count() int {
	n := 0
	for _, word := range b {
		n += bits.OnesCount64(word)
	}
	return n
}

func (b bitset) each(visit func(i int)) {
	for w, word := range b {
		for ; word != 0; word &= word - 1 {
			visit(64*w + bits.TrailingZeros64(word))
		}
	}
}

// search finds the worst slices in both readings.
func (a *Analysis) search(options Options) []Search {
	candidates := a.candidates(options)
	var out []Search
	for _, r := range Readings() {
		out = append(out, a.worst(r, candidates, options))
	}
	return out
}

// candidates returns every slice of one or two conditions with the support, each set of texts once.
func (a *Analysis) candidates(options Options) []candidate {
	n := len(a.Cases)
	enough := func(texts int) bool { return texts >= options.MinSupport && n-texts >= options.MinSupport }
	seen := map[string]bool{}
	var key []byte
	fresh := func(members bitset) bool {
		key = key[:0]
		for _, word := range members {
			key = binary.LittleEndian.AppendUint64(key, word)
		}
		if seen[string(key)] {
			return false
		}
		seen[string(key)] = true
		return true
	}
	var singles []candidate // some with too few texts in the rest: a pair of them can have the support
	for _, field := range options.SearchFields {
		info := field.info()
		places := map[string]bitset{}
		for i := range a.Cases {
			for _, v := range info.values(&a.Cases[i]) {
				if places[v] == nil {
					places[v] = make(bitset, (n+63)/64)
				}
				places[v][i/64] |= 1 << (i % 64)
			}
		}
		for _, v := range a.values(info) {
			if v.Texts >= options.MinSupport {
				singles = append(singles, candidate{conditions: []Condition{{field, v.Value}}, members: places[v.Value], texts: v.Texts})
			}
		}
	}
	var out []candidate
	for _, s := range singles {
		if enough(s.texts) && fresh(s.members) {
			out = append(out, s)
		}
	}
	both := make(bitset, (n+63)/64)
	for i, s := range singles {
		for _, t := range singles[i+1:] {
			if s.confusion(t) {
				continue
			}
			for w := range both {
				both[w] = s.members[w] & t.members[w]
			}
			texts := both.count()
			if enough(texts) && texts < min(s.texts, t.texts) && fresh(both) {
				out = append(out, candidate{
					conditions: []Condition{s.conditions[0], t.conditions[0]}, members: slices.Clone(both), texts: texts,
				})
			}
		}
	}
	return out
}

// worst searches the candidates in one reading.
func (a *Analysis) worst(r Reading, candidates []candidate, options Options) Search {
	outcomes := make([]outcome, len(a.Cases))
	var all sums
	for i := range a.Cases {
		outcomes[i] = a.Cases[i].outcome(r)
		all.add(outcomes[i])
	}
	s := Search{
		Reading: r, Fields: options.SearchFields, MinSupport: options.MinSupport, Tested: len(candidates),
		Level: math.Round(1e9*(1-a.Interval.Level)) / 1e9, Slices: []Worst{},
	}
	p := make([]float64, len(candidates))
	found := make([]candidate, len(candidates))
	for i, c := range candidates {
		var inside sums
		c.members.each(func(i int) { inside.add(outcomes[i]) })
		c.contrast = contrast(inside, all.without(inside), a.Interval.Level)
		found[i], p[i] = c, *c.contrast.PValue
	}
	adjusted := evaluate.BenjaminiHochberg(p)
	order := make([]int, 0, len(found))
	for i, c := range found {
		if adjusted[i] <= s.Level && *c.contrast.Excess.Low > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(*found[j].contrast.Excess.Low, *found[i].contrast.Excess.Low), cmp.Compare(len(found[i].conditions), len(found[j].conditions)))
	})
	s.Significant = len(order)
	covered := make(bitset, (len(a.Cases)+63)/64)
	for _, i := range order {
		if len(s.Slices) == options.Worst {
			break
		}
		c := found[i]
		if a.subsumed(c, covered, outcomes, options.MinSupport) {
			s.Subsumed++
			continue
		}
		for w := range covered {
			covered[w] |= c.members[w]
		}
		s.Slices = append(s.Slices, Worst{Slice: a.slice(c.conditions, options.MinSupport), Adjusted: adjusted[i]})
	}
	s.Words = s.words(len(a.Cases))
	return s
}

// subsumed says that, without the covered texts, those of higher ranked slices, a slice has no excess over the rest, or that either has
// too few texts.
func (a *Analysis) subsumed(c candidate, covered bitset, outcomes []outcome, support int) bool {
	var inside, rest sums
	for i, o := range outcomes {
		switch {
		case covered.has(i):
		case c.members.has(i):
			inside.add(o)
		default:
			rest.add(o)
		}
	}
	if min(inside.texts, rest.texts) < float64(support) {
		return true
	}
	return *contrast(inside, rest, a.Interval.Level).Excess.Low <= 0
}

// words returns Search.Words; texts is the number of test texts.
func (s *Search) words(texts int) string {
	switch {
	case s.Tested == 0:
		return fmt.Sprintf("No slice of the %s has %d texts in it and as many beside it.", textCount(texts), s.MinSupport)
	case s.Significant == 0:
		return fmt.Sprintf("None of %d slices is significantly worse than the rest.", s.Tested)
	default:
		return fmt.Sprintf("%d of %d slices are significantly worse than the rest; those shown add something to the ones before them.", s.Significant, s.Tested)
	}
}
