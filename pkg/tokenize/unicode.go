package tokenize

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

//go:embed unicode.txt
var unicodeTables string

// characters holds the character classes of BERT's normalisation and pre-tokenisation. They are read from unicode.txt, not
// taken from package unicode, because the tokenizers library has tables of several Unicode versions.
type characters struct {
	other      *unicode.RangeTable // dropped by clean_text
	punct      *unicode.RangeTable // a word of its own
	mark       *unicode.RangeTable // dropped by strip_accents
	decomposes *unicode.RangeTable // changed by canonical decomposition
	reorder    *unicode.RangeTable // kept by strip_accents, yet with a combining class
	word       *unicode.RangeTable // a word character for single_word
	lower      map[rune]string     // lower case where unicode.ToLower differs
}

var chars = sync.OnceValue(func() *characters {
	c := &characters{
		other: &unicode.RangeTable{}, punct: &unicode.RangeTable{}, mark: &unicode.RangeTable{},
		decomposes: &unicode.RangeTable{}, reorder: &unicode.RangeTable{}, word: &unicode.RangeTable{},
		lower: map[rune]string{},
	}
	classes := map[string]*unicode.RangeTable{
		"other": c.other, "punct": c.punct, "mark": c.mark, "decomposes": c.decomposes, "reorder": c.reorder, "word": c.word,
	}
	for line := range strings.Lines(unicodeTables) {
		fields := strings.Fields(line)
		switch name := fields[0]; name {
		case "#":
		case "lower":
			for _, pair := range fields[1:] {
				from, to, _ := strings.Cut(pair, ":")
				var lower strings.Builder
				for point := range strings.SplitSeq(to, ".") {
					lower.WriteRune(codePoint(point))
				}
				c.lower[codePoint(from)] = lower.String()
			}
		default:
			for _, span := range fields[1:] {
				first, last, found := strings.Cut(span, "-")
				if !found {
					last = first
				}
				addRange(classes[name], codePoint(first), codePoint(last))
			}
		}
	}
	return c
})

func codePoint(hex string) rune {
	n, err := strconv.ParseUint(hex, 16, 21)
	if err != nil {
		panic("tokenize: unicode.txt: " + err.Error()) // the file is part of the program
	}
	return rune(n)
}

// addRange appends first..last, which must follow every range of the table.
func addRange(t *unicode.RangeTable, first, last rune) {
	if last <= 0xFFFF {
		t.R16 = append(t.R16, unicode.Range16{Lo: uint16(first), Hi: uint16(last), Stride: 1})
		if last <= unicode.MaxLatin1 {
			t.LatinOffset++
		}
		return
	}
	if first <= 0xFFFF {
		addRange(t, first, 0xFFFF)
		first = 0x10000
	}
	t.R32 = append(t.R32, unicode.Range32{Lo: uint32(first), Hi: uint32(last), Stride: 1})
}

// isChinese says whether handle_chinese_chars puts spaces around a character. The gap from U+2B820 to U+2B91F is that of
// the tokenizers library.
func isChinese(r rune) bool {
	switch {
	case r < 0x3400:
		return false
	case r <= 0x4DBF, r >= 0x4E00 && r <= 0x9FFF, r >= 0xF900 && r <= 0xFAFF:
		return true
	case r >= 0x20000 && r <= 0x2A6DF, r >= 0x2A700 && r <= 0x2B81F, r >= 0x2B920 && r <= 0x2CEAF, r >= 0x2F800 && r <= 0x2FA1F:
		return true
	}
	return false
}
