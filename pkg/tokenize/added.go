package tokenize

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// addedToken is an entry of added_tokens in tokenizer.json: a string that is matched in the text before the text is
// split into words.
type addedToken struct {
	ID         int32  `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"` // matches only between characters that are not of a word
	LStrip     bool   `json:"lstrip"`      // includes the white space before it
	RStrip     bool   `json:"rstrip"`      // includes the white space after it
	Normalized bool   `json:"normalized"`  // matched in the normalised text, in its normalised form
	Special    bool   `json:"special"`
}

// piece is a part of a text: an added token, with the white space that it includes, or what is between two of them.
type piece struct {
	text  string
	id    int32
	token bool
}

// matcher finds added tokens: the leftmost match, and of those that start there the longest.
type matcher struct {
	byFirst [256][]pattern
	empty   bool
}

type pattern struct {
	text string
	addedToken
}

// newMatcher returns a matcher of the tokens; form maps a token's content to the text to match.
func newMatcher(tokens []addedToken, form func(string) string) *matcher {
	m := &matcher{empty: len(tokens) == 0}
	for _, token := range tokens {
		text := form(token.Content)
		m.byFirst[text[0]] = append(m.byFirst[text[0]], pattern{text, token})
	}
	for i := range m.byFirst {
		slices.SortStableFunc(m.byFirst[i], func(a, b pattern) int { return cmp.Compare(len(b.text), len(a.text)) })
	}
	return m
}

// split splits text at the added tokens; the pieces' texts joined are the whole. As in the tokenizers library, a match
// that single_word rejects still hides the tokens that overlap it.
func (m *matcher) split(text string) []piece {
	if m.empty {
		return []piece{{text: text}}
	}
	var pieces []piece
	done := 0
	for i := 0; i < len(text); {
		found := m.at(text[i:])
		if found == nil {
			i++
			continue
		}
		start, end := i, i+len(found.text)
		i = end
		if found.SingleWord && (endsInWord(text[:start]) || startsInWord(text[end:])) {
			continue
		}
		if found.LStrip {
			start = max(len(strings.TrimRightFunc(text[:start], unicode.IsSpace)), done)
		}
		if found.RStrip {
			end = len(text) - len(strings.TrimLeftFunc(text[end:], unicode.IsSpace))
		}
		if done < start {
			pieces = append(pieces, piece{text: text[done:start]})
		}
		pieces = append(pieces, piece{text: text[start:end], id: found.ID, token: true})
		done = end
	}
	if done < len(text) {
		pieces = append(pieces, piece{text: text[done:]})
	}
	return pieces
}

// at returns the longest token that text begins with, nil if there is none.
func (m *matcher) at(text string) *pattern {
	candidates := m.byFirst[text[0]]
	for i := range candidates {
		if strings.HasPrefix(text, candidates[i].text) {
			return &candidates[i]
		}
	}
	return nil
}

func startsInWord(text string) bool {
	r, size := utf8.DecodeRuneInString(text)
	return size > 0 && unicode.Is(chars().word, r)
}

func endsInWord(text string) bool {
	r, size := utf8.DecodeLastRuneInString(text)
	return size > 0 && unicode.Is(chars().word, r)
}
