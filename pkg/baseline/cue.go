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

// minStem is how many characters a cue's word needs before its *.
const minStem = 2

// pattern matches one word: the whole of it, or with prefix its beginning.
type pattern struct {
	word   string
	prefix bool
}

func (p pattern) matches(word string) bool {
	if p.prefix {
		return strings.HasPrefix(word, p.word)
	}
	return word == p.word
}

// parseCue returns the patterns of a cue's words. It fails for a cue without words and for a * elsewhere than at the end of a word of minStem
// characters or more.
func parseCue(cue string) ([]pattern, error) {
	var patterns []pattern
	for field := range strings.FieldsSeq(cue) {
		stem, prefix := strings.CutSuffix(field, "*")
		if strings.Contains(stem, "*") {
			return nil, errors.New("a * may stand at the end of a word only")
		}
		parts := slices.Collect(cueWords(stem)) // several where punctuation joins words: follow-up
		for i, part := range parts {
			last := i == len(parts)-1
			if last && prefix && utf8.RuneCountInString(part) < minStem {
				return nil, fmt.Errorf("%d or more letters must stand before a *", minStem)
			}
			patterns = append(patterns, pattern{part, last && prefix})
		}
		if prefix && len(parts) == 0 {
			return nil, fmt.Errorf("%d or more letters must stand before a *", minStem)
		}
	}
	if len(patterns) == 0 {
		return nil, errors.New("it has no letter or digit")
	}
	return patterns, nil
}

// cueWords splits a text into the words that cues match: the longest runs of letters, digits and combining marks, in lower case.
func cueWords(text string) iter.Seq[string] {
	return words(lower(text), func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) })
}

// canonicalLabel is the same for spellings of a label that differ in case or punctuation only.
func canonicalLabel(label string) string {
	return strings.Join(slices.Collect(cueWords(label)), " ")
}

// matcher counts cues in texts. It looks them up by their first word.
type matcher struct {
	cues     [][]pattern
	byWord   map[string][]int // cues by a whole first word
	byPrefix map[string][]int // cues by the prefix of the first word
}

func newMatcher(cues [][]pattern) *matcher {
	m := &matcher{cues: cues, byWord: map[string][]int{}, byPrefix: map[string][]int{}}
	for i, cue := range cues {
		if first := cue[0]; first.prefix {
			m.byPrefix[first.word] = append(m.byPrefix[first.word], i)
		} else {
			m.byWord[first.word] = append(m.byWord[first.word], i)
		}
	}
	return m
}

// count returns the number of matches in a text of every cue that has any. Matches may overlap.
func (m *matcher) count(text string) map[int]int {
	counts := map[int]int{}
	all := slices.Collect(cueWords(text))
	for i, word := range all {
		m.countAtStart(all[i:], m.byWord[word], counts)
		for end := range word { // at the characters' boundaries
			if end > 0 {
				m.countAtStart(all[i:], m.byPrefix[word[:end]], counts)
			}
		}
		m.countAtStart(all[i:], m.byPrefix[word], counts)
	}
	return counts
}

// countAtStart counts the candidates that match the first of the words.
func (m *matcher) countAtStart(words []string, candidates []int, counts map[int]int) {
	for _, i := range candidates {
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
