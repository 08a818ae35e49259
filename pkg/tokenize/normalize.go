package tokenize

import (
	"cmp"
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// normalization is BertNormalizer's settings, with the keys of tokenizer.json.
type normalization struct {
	CleanText    bool `json:"clean_text"`
	ChineseChars bool `json:"handle_chinese_chars"`
	StripAccents bool `json:"strip_accents"`
	Lowercase    bool `json:"lowercase"`
}

const (
	inWord = iota
	isSpace
	isPunct
)

// normalizer is the Go engine's version of the tokenizers library's BertNormalizer and BertPreTokenizer.
type normalizer struct {
	normalization
	chars *characters
	ascii [utf8.RuneSelf]int16 // the normalised byte, or -1 if it is dropped
	class [utf8.RuneSelf]uint8
}

func newNormalizer(settings normalization) *normalizer {
	n := &normalizer{normalization: settings, chars: chars()}
	for c := range rune(utf8.RuneSelf) {
		to := int16(c)
		switch {
		case !n.CleanText:
		case c == '\t' || c == '\n' || c == '\r':
			to = ' '
		case unicode.Is(n.chars.other, c):
			to = -1
		}
		if n.Lowercase && c >= 'A' && c <= 'Z' {
			to += 'a' - 'A'
		}
		n.ascii[c] = to
		switch {
		case unicode.IsSpace(c):
			n.class[c] = isSpace
		case unicode.Is(n.chars.punct, c):
			n.class[c] = isPunct
		}
	}
	return n
}

// append appends the normalised text to dst. The steps are the library's, character by character: clean the text, put
// spaces around Chinese characters, decompose and drop marks, lower.
func (n *normalizer) append(dst []byte, text string) []byte {
	out := writer{normalizer: n, dst: dst}
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			i++
			if to := n.ascii[c]; to >= 0 {
				out.flush()
				out.dst = append(out.dst, byte(to))
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		if n.CleanText {
			if r == utf8.RuneError || unicode.Is(n.chars.other, r) {
				continue
			}
			if unicode.IsSpace(r) {
				r = ' '
			}
		}
		chinese := n.ChineseChars && isChinese(r)
		if chinese {
			out.space()
		}
		switch {
		case !n.StripAccents:
			out.lower(r)
		case unicode.Is(n.chars.decomposes, r):
			out.decompose(r)
		default:
			out.strip(r)
		}
		if chinese {
			out.space()
		}
	}
	out.flush()
	return out.dst
}

// writer collects normalised text. Characters with a combining class are held back until their run ends, because canonical
// decomposition sorts the run by class.
type writer struct {
	*normalizer
	dst     []byte
	waiting []combining
}

type combining struct {
	r     rune
	class uint8
}

// lower writes r, in lower case if Lowercase is set. It has no context: a final sigma is lowered as any other.
func (w *writer) lower(r rune) {
	if w.Lowercase {
		if lower, ok := w.chars.lower[r]; ok {
			w.dst = append(w.dst, lower...)
			return
		}
		r = unicode.ToLower(r)
	}
	w.dst = utf8.AppendRune(w.dst, r)
}

func (w *writer) space() {
	w.flush()
	w.dst = append(w.dst, ' ')
}

// flush writes the characters that are held back.
func (w *writer) flush() {
	if len(w.waiting) == 0 {
		return
	}
	slices.SortStableFunc(w.waiting, func(a, b combining) int { return cmp.Compare(a.class, b.class) })
	for _, c := range w.waiting {
		w.lower(c.r)
	}
	w.waiting = w.waiting[:0]
}

// decompose writes the canonical decomposition of r without marks.
func (w *writer) decompose(r rune) {
	var source [utf8.UTFMax]byte
	var buffer [32]byte
	size := utf8.EncodeRune(source[:], r)
	for parts := norm.NFD.Append(buffer[:0], source[:size]...); len(parts) > 0; {
		part, size := utf8.DecodeRune(parts)
		w.strip(part)
		parts = parts[size:]
	}
}

// strip writes r unless it is a mark, after the characters before it in canonical order.
func (w *writer) strip(r rune) {
	mark, class := w.combines(r)
	if class == 0 {
		w.flush()
	}
	switch {
	case mark:
	case class == 0:
		w.lower(r)
	default:
		w.waiting = append(w.waiting, combining{r, class})
	}
}

// combines says whether r is a mark, which strip_accents drops, and returns its combining class.
func (n *normalizer) combines(r rune) (mark bool, class uint8) {
	mark = unicode.Is(n.chars.mark, r)
	if mark || unicode.Is(n.chars.reorder, r) {
		var source [utf8.UTFMax]byte
		class = norm.NFD.Properties(source[:utf8.EncodeRune(source[:], r)]).CCC()
	}
	return mark, class
}

// eachWord calls emit with the offsets of each word of normalised text: each punctuation character, and each run of other
// characters without white space.
func (n *normalizer) eachWord(text []byte, emit func(start, end int)) {
	start := 0
	for i := 0; i < len(text); {
		class, size := uint8(inWord), 1
		if c := text[i]; c < utf8.RuneSelf {
			class = n.class[c]
		} else {
			var r rune
			r, size = utf8.DecodeRune(text[i:])
			switch {
			case unicode.IsSpace(r):
				class = isSpace
			case unicode.Is(n.chars.punct, r):
				class = isPunct
			}
		}
		if class != inWord {
			if start < i {
				emit(start, i)
			}
			if class == isPunct {
				emit(i, i+size)
			}
			start = i + size
		}
		i += size
	}
	if start < len(text) {
		emit(start, len(text))
	}
}
