package tokenize

import (
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// FuzzEncode checks what holds for every text, that the engines of this build agree, and that spans
// come with the same ids.
func FuzzEncode(f *testing.F) {
	for i, text := range testkit.ReadJSON[[]string](f, goldenDir, "texts.json") {
		f.Add(text, uint8(i%20))
	}
	f.Add("\xff", uint8(3))
	type pair struct{ first, other *Tokenizer }
	var pairs []pair
	for _, name := range goldenCases(f) {
		engines := Engines()
		pairs = append(pairs, pair{open(f, name, engines[0]), open(f, name, engines[len(engines)-1])})
	}
	f.Fuzz(func(t *testing.T, text string, room uint8) {
		maxLen := 2 + int(room)
		for _, p := range pairs {
			e, err := p.first.Encode(text, maxLen)
			if (err == nil) != utf8.ValidString(text) {
				t.Fatalf("%+q: %v", text, err)
			}
			if err != nil {
				continue
			}
			cls, sep := p.first.def.cls.ID, p.first.def.sep.ID
			if n := len(e.IDs); n < 2 || n > maxLen || e.IDs[0] != cls || e.IDs[n-1] != sep {
				t.Errorf("%+q at %d: %v", text, maxLen, e.IDs)
			}
			if e.Truncated != (e.Tokens > maxLen) || !e.Truncated && e.Tokens != len(e.IDs) {
				t.Errorf("%+q at %d: %+v", text, maxLen, e)
			}
			for _, id := range e.IDs {
				if id < 0 || int(id) >= p.first.VocabSize() {
					t.Errorf("%+q: id %d of %d", text, id, p.first.VocabSize())
				}
			}
			checkSpans(t, p.first, text)
			other, err := p.other.Encode(text, maxLen)
			if err != nil || !slices.Equal(e.IDs, other.IDs) || e.Tokens != other.Tokens {
				t.Errorf("%s: %+q at %d: %s gives %v, %s gives %v (%v)", p.first.def.source, text, maxLen,
					p.first.name, e.IDs, p.other.name, other.IDs, err)
			}
		}
	})
}
