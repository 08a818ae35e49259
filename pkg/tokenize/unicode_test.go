package tokenize

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// TestUnicode holds normalisation and word splitting to the tokenizers library for every code point.
func TestUnicode(t *testing.T) {
	golden := testkit.ReadJSON[map[string]struct {
		Clean, CJK, Strip, Lower bool
		Blocks                   []string
	}](t, "testdata", "unicode_golden.json")
	if len(golden) != 4 {
		t.Fatalf("%d settings, want 4", len(golden))
	}
	for name, want := range golden {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNormalizer(normalization{
				CleanText: want.Clean, ChineseChars: want.CJK, StripAccents: want.Strip, Lowercase: want.Lower,
			})
			if len(want.Blocks) != 0x110 {
				t.Fatalf("%d blocks, want %d", len(want.Blocks), 0x110)
			}
			for block, hash := range want.Blocks {
				h := sha256.New()
				for c := rune(block) << 12; c < rune(block+1)<<12; c++ {
					if utf8.ValidRune(c) {
						io.WriteString(h, strings.Join(words(n, "a"+string(c)+"b"), "\x00")+"\x01")
					}
				}
				if got := hex.EncodeToString(h.Sum(nil))[:12]; got != hash {
					t.Errorf("code points U+%X000 to U+%XFFF: hash %s, want %s", block, block, got, hash)
				}
			}
		})
	}
}

func words(n *normalizer, text string) []string {
	var found []string
	normalized := n.append(nil, text)
	n.eachWord(normalized, func(start, end int) { found = append(found, string(normalized[start:end])) })
	return found
}

// TestCanonicalOrder covers what one character between two letters does not show: characters that are kept change
// places by their combining class, and only within a run of such characters.
func TestCanonicalOrder(t *testing.T) {
	n := newNormalizer(normalization{StripAccents: true})
	for text, want := range map[string]string{
		"a\U0001d16d\U0001d165":       "a\U0001d165\U0001d16d",
		"a\U0001d16d\u0301\U0001d165": "a\U0001d165\U0001d16d",
		"a\U0001d16db\U0001d165":      "a\U0001d16db\U0001d165",
		"a\u08d4\u302e\u08d5":         "a\u302e\u08d4\u08d5",
		"\u1e69\u302e":                "s\u302e",
	} {
		if got := string(n.append(nil, text)); got != want {
			t.Errorf("%+q gives %+q, want %+q", text, got, want)
		}
	}
	long := "a" + strings.Repeat("\U0001d16d\U0001d165", 20_000)
	want := "a" + strings.Repeat("\U0001d165", 20_000) + strings.Repeat("\U0001d16d", 20_000)
	if string(n.append(nil, long)) != want {
		t.Error("a run of 40,000 combining characters is not in canonical order")
	}
}
