package baseline

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// leastStem is how many characters must stand before a cue's *.
const leastStem = 2

// pattern is one word of a cue: a whole word, or with open the beginning of one.
type pattern struct {
	word string
	open bool
}

func (p pattern) matches(word string) bool {
	if p.open {
		return strings.HasPrefix(word, p.word)
	}
	return word == p.word
}

// parseCue reads a cue's words. The *s that are left after that are out of place.
func parseCue(cue string) ([]pattern, error) {
	var patterns []pattern
	for field := range strings.FieldsSeq(cue) {
		stem, open := strings.CutSuffix(field, "*")
		if strings.Contains(stem, "*") {
			return nil, errors.New("a * may stand at the end of a word only")
		}
		parts := slices.Collect(cueWords(stem))
		for i, part := range parts {
			last := i == len(parts)-1
			if last && open && utf8.RuneCountInString(part) < leastStem {
				return nil, fmt.Errorf("%d or more letters must stand before a *", leastStem)
			}
			patterns = append(patterns, pattern{part, last && open})
		}
		if open && len(parts) == 0 {
			return nil, fmt.Errorf("%d or more letters must stand before a *", leastStem)
		}
	}
	if len(patterns) == 0 {
		return nil, errors.New("it has no letter or digit")
	}
	return patterns, nil
}

// cueWords gives a text's words as rules see them: longest runs of letters, digits and marks, in lower case.
func cueWords(text string) iter.Seq[string] {
	return words(lower(text), func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) })
}

// canonicalLabel is what is left of a label's spelling without case and punctuation.
func canonicalLabel(label string) string {
	return strings.Join(slices.Collect(cueWords(label)), " ")
}

// matcher finds cues by their first word.
type matcher struct {
	cues  [][]pattern
	whole map[string][]int // first word to cues
	open  map[string][]int // beginning of the first word to cues
}

func newMatcher(cues [][]pattern) *matcher {
	m := &matcher{cues: cues, whole: map[string][]int{}, open: map[string][]int{}}
	for i, cue := range cues {
		if first := cue[0]; first.open {
			m.open[first.word] = append(m.open[first.word], i)
		} else {
			m.whole[first.word] = append(m.whole[first.word], i)
		}
	}
	return m
}

// count returns how often each cue stands in a text. Matches may overlap.
func (m *matcher) count(text string) map[int]int {
	counts := map[int]int{}
	all := slices.Collect(cueWords(text))
	for at, word := range all {
		m.at(all[at:], m.whole[word], counts)
		for end := range word {
			if end > 0 {
				m.at(all[at:], m.open[word[:end]], counts)
			}
		}
		m.at(all[at:], m.open[word], counts)
	}
	return counts
}

// at counts those of the cues that the words begin with.
func (m *matcher) at(words []string, cues []int, counts map[int]int) {
	for _, i := range cues {
		cue := m.cues[i]
		if len(cue) > len(words) {
			continue
		}
		match := true
		for j, p := range cue {
			match = match && p.matches(words[j])
		}
		if match {
			counts[i]++
		}
	}
}
