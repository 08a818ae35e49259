package tokenize

import (
	"cmp"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Span is a part of a note: bytes Start up to, not including, End.
type Span struct{ Start, End int }

// EncodeSpans returns the encoding of a note without truncation, as [Tokenizer.Encode] with maxLen 0 does, and the span of
// text of each id: shape [len(IDs)]. The spans are the offsets of the tokenizers library, which are in characters,
// converted to bytes:
//
//   - [CLS] and [SEP] have the empty span 0, 0.
//   - Marks and control characters that normalisation drops belong to no token, unless they are inside a token's word.
//   - The span of [UNK] is the whole word.
//   - The span of an added token includes the white space of its lstrip and rstrip.
//   - Two tokens have the same span if one character became both.
//
// It fails for text that is not UTF-8. It runs in Go whatever the engine, slower than the Go engine's Encode.
func (t *Tokenizer) EncodeSpans(text string) (Encoding, []Span, error) {
	if !utf8.ValidString(text) {
		return Encoding{}, nil, fmt.Errorf("the text is not UTF-8 (byte %d)", invalidAt(text))
	}
	a, err := t.aligner()
	if err != nil {
		return Encoding{}, nil, err
	}
	out := aligned{ids: []int32{t.def.cls.ID}, spans: []Span{{}}}
	if err := a.align(&out, text); err != nil {
		return Encoding{}, nil, err
	}
	out.add(t.def.sep.ID, Span{})
	return Encoding{IDs: out.ids, Tokens: len(out.ids)}, out.spans, nil
}

// aligner is the Go engine with offsets.
type aligner struct {
	*goEngine
	source string
	prefix int             // bytes of continuing_subword_prefix
	sizes  map[int32]int32 // bytes of each piece, its prefix included
}

// aligned collects the ids and spans of a note.
type aligned struct {
	ids   []int32
	spans []Span
}

func (o *aligned) add(id int32, s Span) {
	o.ids, o.spans = append(o.ids, id), append(o.spans, s)
}

func newAligner(d *definition, e engine) (*aligner, error) {
	words, ok := e.(*goEngine)
	if !ok {
		var err error
		if words, err = newGoEngine(d); err != nil {
			return nil, err
		}
	}
	a := &aligner{goEngine: words, source: d.source, prefix: len(d.prefix), sizes: make(map[int32]int32, len(d.vocab))}
	for piece, id := range d.vocab {
		a.sizes[id] = int32(len(piece))
	}
	return a, nil
}

// align appends the ids and spans of a text.
func (a *aligner) align(out *aligned, text string) error {
	s := a.scratch.Get().(*scratch)
	defer a.scratch.Put(s)
	at := 0
	for _, p := range a.plain.split(text) {
		if p.token {
			out.add(p.id, Span{at, at + len(p.text)})
			at += len(p.text)
			continue
		}
		normalized, sources := a.normalizer.trace(p.text, at)
		at += len(p.text)
		for _, q := range a.normalized.split(string(normalized)) {
			size := len(q.text)
			if q.token {
				out.add(q.id, cover(sources[:size]))
			} else if err := a.alignWords(out, s, normalized[:size], sources); err != nil {
				return err
			}
			normalized, sources = normalized[size:], sources[size:]
		}
	}
	return nil
}

// alignWords appends the ids and spans of normalised text, shape [bytes], with the sources of its bytes.
func (a *aligner) alignWords(out *aligned, s *scratch, text []byte, sources []Span) error {
	var failure error
	a.normalizer.eachWord(text, func(start, end int) {
		pieces, from := a.word(s, text[start:end]), start
		for i, id := range pieces {
			to := from + int(a.sizes[id])
			if i > 0 {
				to -= a.prefix
			}
			if len(pieces) == 1 { // [UNK] too
				to = end
			}
			if to <= from || to > end || i == len(pieces)-1 && to != end {
				failure = fmt.Errorf("%s: the pieces of %q do not make up the word", a.source, text[start:end])
				return
			}
			out.add(id, cover(sources[from:to]))
			from = to
		}
	})
	return failure
}

// cover returns the span from the first source to the last.
func cover(sources []Span) Span {
	return Span{sources[0].Start, sources[len(sources)-1].End}
}

// traced is a character during normalisation, with the span of the note's character that it comes from.
type traced struct {
	r      rune
	source Span
}

// trace returns the bytes of [normalizer.append] and, for each, the span of the note's character that it comes from according
// to the tokenizers library. Text begins at byte base of the note.
func (n *normalizer) trace(text string, base int) ([]byte, []Span) {
	characters := n.separate(text, base)
	if n.StripAccents {
		characters = n.unaccent(characters, base)
	}
	out := writer{normalizer: n, dst: make([]byte, 0, len(text))}
	sources := make([]Span, 0, len(text))
	for _, c := range characters {
		out.lower(c.r)
		for len(sources) < len(out.dst) {
			sources = append(sources, c.source)
		}
	}
	return out.dst, sources
}

// separate cleans text and puts spaces around Chinese characters, which come from the same character.
func (n *normalizer) separate(text string, base int) []traced {
	characters := make([]traced, 0, len(text))
	for i, r := range text {
		source := Span{base + i, base + i + utf8.RuneLen(r)}
		if n.CleanText {
			switch {
			case r == '\t' || r == '\n' || r == '\r':
				r = ' '
			case r == utf8.RuneError || unicode.Is(n.chars.other, r):
				continue
			case unicode.IsSpace(r):
				r = ' '
			}
		}
		if n.ChineseChars && isChinese(r) {
			characters = append(characters, traced{' ', source}, traced{r, source}, traced{' ', source})
		} else {
			characters = append(characters, traced{r, source})
		}
	}
	return characters
}

// unaccent decomposes characters, puts each run of combining ones in canonical order, and drops marks. The library assigns
// sources by position: the first character of a decomposition has the next source, even if the order has changed, and the
// others the one before.
func (n *normalizer) unaccent(characters []traced, base int) []traced {
	type part struct {
		r     rune
		class uint8
		mark  bool
		first bool
	}
	kept := make([]traced, 0, len(characters))
	var run []part
	taken, last := 0, Span{base, base}
	flush := func() {
		slices.SortStableFunc(run, func(a, b part) int { return cmp.Compare(a.class, b.class) })
		for _, p := range run {
			if p.first {
				last = characters[taken].source
				taken++
			}
			if !p.mark {
				kept = append(kept, traced{p.r, last})
			}
		}
		run = run[:0]
	}
	for _, c := range characters {
		parts := string(c.r)
		if unicode.Is(n.chars.decomposes, c.r) {
			parts = norm.NFD.String(parts)
		}
		for i, r := range parts {
			mark, class := n.combines(r)
			if class == 0 {
				flush()
			}
			run = append(run, part{r, class, mark, i == 0})
			if class == 0 {
				flush()
			}
		}
	}
	flush()
	return kept
}
