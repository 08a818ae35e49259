package tokenize

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// TestSpans holds the spans to the offsets that transformers gives.
func TestSpans(t *testing.T) {
	texts := testkit.ReadJSON[[]string](t, goldenDir, "texts.json")
	golden := testkit.ReadJSON[map[string][][]int](t, goldenDir, "spans.json")
	for _, name := range goldenCases(t) {
		want := golden[name]
		if len(want) != len(texts) {
			t.Fatalf("%s: golden spans of %d texts, want %d", name, len(want), len(texts))
		}
		for _, engine := range Engines() {
			tokenizer := open(t, name, engine)
			for i, text := range texts {
				e := checkSpans(t, tokenizer, text)
				var got []int
				for _, s := range e.spans {
					got = append(got, s.Start, s.End)
				}
				if !slices.Equal(got, want[i]) {
					t.Errorf("%s, %s: %+q:\n got %v\nwant %v", name, engine, text, got, want[i])
				}
			}
		}
	}
}

// checkSpans checks what holds for every text: the ids are Encode's, and the spans lie in the text, on characters'
// borders and in order.
func checkSpans(t *testing.T, tokenizer *Tokenizer, text string) aligned {
	t.Helper()
	got, spans, err := tokenizer.EncodeSpans(text)
	if err != nil {
		t.Fatalf("%s: %+q: %v", tokenizer.def.source, text, err)
	}
	want, err := tokenizer.Encode(text, 0)
	if err != nil || !slices.Equal(got.IDs, want.IDs) || got.Tokens != want.Tokens || got.Truncated {
		t.Errorf("%s: %+q: %+v, but Encode gives %+v (%v)", tokenizer.def.source, text, got, want, err)
	}
	if len(spans) != len(got.IDs) || spans[0] != (Span{}) || spans[len(spans)-1] != (Span{}) {
		t.Fatalf("%s: %+q: %d ids, spans %v", tokenizer.def.source, text, len(got.IDs), spans)
	}
	last := Span{}
	for _, s := range spans[1 : len(spans)-1] {
		if s.Start < last.Start || s.End < last.End || s.Start >= s.End || s.End > len(text) {
			t.Fatalf("%s: %+q of %d bytes: span %v after %v", tokenizer.def.source, text, len(text), s, last)
		}
		if !utf8.ValidString(text[s.Start:s.End]) {
			t.Errorf("%s: %+q: span %v cuts a character", tokenizer.def.source, text, s)
		}
		last = s
	}
	return aligned{got.IDs, spans}
}

func TestSpansOfLongText(t *testing.T) {
	sentence := "Acute hyperglycemia\u200b, re\u0301sumé 中 [SEP]. "
	tokenizer := open(t, "uncased", GoEngine)
	part := checkSpans(t, tokenizer, sentence)
	const repeats = 2000
	all := checkSpans(t, tokenizer, strings.Repeat(sentence, repeats))
	tokens := len(part.spans) - 2
	if len(all.spans) != repeats*tokens+2 {
		t.Fatalf("%d tokens, want %d", len(all.spans), repeats*tokens+2)
	}
	for i, s := range all.spans[1 : len(all.spans)-1] {
		want, shift := part.spans[1+i%tokens], i/tokens*len(sentence)
		if s.Start != want.Start+shift || s.End != want.End+shift {
			t.Fatalf("token %d: %v, want %v moved by %d", i, s, want, shift)
		}
	}
}

func TestSpanErrors(t *testing.T) {
	for _, engine := range Engines() {
		_, _, err := open(t, "uncased", engine).EncodeSpans("pain \xff")
		if err == nil || err.Error() != "the text is not UTF-8 (byte 5)" {
			t.Errorf("%s: %v", engine, err)
		}
	}
}
