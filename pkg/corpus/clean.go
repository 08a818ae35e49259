package corpus

import (
	"unicode"
	"unicode/utf8"
)

// MinCharacters is the least length of a cleaned text, in characters. Rows below it are dropped as short.
const MinCharacters = 20

// Clean returns the form of a text that decides its identity: lower case, every character outside a-z and 0-9 a
// space, runs of spaces one space, none at either end. The result is ASCII.
func Clean(text string) string {
	out := make([]byte, 0, len(text))
	gap := false
	for i := 0; i < len(text); {
		c := text[i]
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			r, size = utf8.DecodeRuneInString(text[i:])
			c = lowerToASCII(r)
		} else if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		i += size
		if c < '0' || c > 'z' || (c > '9' && c < 'a') {
			gap = true
			continue
		}
		if gap && len(out) > 0 {
			out = append(out, ' ')
		}
		gap = false
		out = append(out, c)
		if size > 1 && c == 'i' {
			// U+0130 lowers to an i followed by a combining dot, which is outside a-z.
			gap = true
		}
	}
	return string(out)
}

// lowerToASCII returns the ASCII letter that a character outside ASCII lowers to, or a space.
func lowerToASCII(r rune) byte {
	if l := unicode.ToLower(r); l < utf8.RuneSelf {
		return byte(l)
	}
	return ' '
}
