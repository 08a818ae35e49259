package attribution

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// readOne is readNotes for one text.
func readOne(t *testing.T, c *classifier.Classifier, text string, left bool) reading {
	t.Helper()
	r, err := readNotes(c, []Note{{ID: "n", Text: text}}, left)
	if err != nil {
		t.Fatal(err)
	}
	return r[0]
}

func TestWordsAreThoseOfThePreTokenizer(t *testing.T) {
	c := openModel(t, "")
	for _, note := range testkit.ReadJSON[golden](t, "testdata", "golden.json").Notes {
		r := readOne(t, c, note.Text, false)
		for i, token := range note.Tokens {
			if r.encoding.IDs[i] != int32(token[0]) || r.spans[i] != (tokenize.Span{Start: token[1], End: token[2]}) {
				t.Errorf("%q: token %d is %d at %v, want %v", note.Text, i, r.encoding.IDs[i], r.spans[i], token)
			}
		}
		if len(r.words) != len(note.Words) {
			t.Errorf("%q: %d words, want %d", note.Text, len(r.words), len(note.Words))
			continue
		}
		for i, w := range note.Words {
			got := r.words[i]
			behind := note.Text[w[1]:max(w[1], got.End)] // combining marks belong to the word, and to none of its tokens
			if got.Start != w[0] || got.End < w[1] || got.First != w[2] || got.Last != w[3] || strings.ContainsFunc(behind, func(r rune) bool { return !unicode.Is(unicode.M, r) }) {
				t.Errorf("%q: word %d is %+v, want %v", note.Text, i, got, w)
			}
		}
	}
}

func TestWordsReadWell(t *testing.T) {
	c := openModel(t, "")
	for text, want := range map[string]string{
		"Pre-operative diagnosis: 98°F.":         "Pre|-|operative|diagnosis|:|98°F|.",
		"cafe\u0301, na\u0308ive":                "cafe\u0301|,|na\u0308ive",
		"append\u00adectomy\u200b done":          "append\u00adectomy|done",
		"中文x":                                    "中|文|x",
		"HEENT:normal(x-ray)":                    "HEENT|:|normal|(|x|-|ray|)",
		"a [MASK] b":                             "a|[MASK]|b",
		"\u1e9e\u01c5 x":                         "\u1e9e\u01c5|x",
		"chest\u2003pain\u00a0left\r\n\tknee":    "chest|pain|left|knee",
		strings.Repeat("z", 101) + " unreadable": strings.Repeat("z", 101) + "|unreadable",
	} {
		var got []string
		for _, w := range readOne(t, c, text, false).words {
			got = append(got, text[w.Start:w.End])
		}
		if joined := strings.Join(got, "|"); joined != want {
			t.Errorf("%q is divided as %q, want %q", text, joined, want)
		}
	}
}

// One character can become several tokens, and the places of marks that normalisation reorders can run backwards.
func TestTokensThatOverlapAreOneWord(t *testing.T) {
	const text = "ab cd, ef"
	spans := []tokenize.Span{{Start: 0, End: 2}, {Start: 0, End: 2}, {Start: 3, End: 5}, {Start: 5, End: 6}, {Start: 4, End: 6}, {Start: 7, End: 9}}
	want := []word{{tokenize.Span{Start: 0, End: 2}, 0, 2}, {tokenize.Span{Start: 3, End: 6}, 2, 5}, {tokenize.Span{Start: 7, End: 9}, 5, 6}}
	if got := mergeWords(text, spans, len(text)); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestWordsCoverTheTokensOfAnyText(t *testing.T) {
	c := openModel(t, "")
	parts := rapid.OneOf(rapid.SampledFrom([]string{
		" ", "chest", "pain", "arthr", "itis", "-", ".", "\u0301", "\u0308", "é", "中", "İ", "ﬁ", "\u00ad", "\u200b", "😀", "\n", "[SEP]", "µ", "각", "\u0323\u0307", "ǆ", "ß",
	}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(parts, 1, 60).Draw(t, "parts"), "")
		read, err := readNotes(c, []Note{{ID: "n", Text: text}}, false)
		if err != nil {
			if !strings.Contains(err.Error(), "has no words") {
				t.Fatal(err)
			}
			return
		}
		r := read[0]
		at, next := 0, 1
		for _, w := range r.words {
			if w.Start < at || w.End <= w.Start || w.End > len(text) || w.First != next || w.Last <= w.First {
				t.Fatalf("%q: word %+v after byte %d and token %d", text, w, at, next)
			}
			if !utf8.ValidString(text[:w.Start]) || !utf8.ValidString(text[w.Start:w.End]) {
				t.Fatalf("%q: word %+v cuts a character", text, w)
			}
			for _, s := range r.spans[w.First:w.Last] {
				if s.Start < w.Start || s.End > w.End {
					t.Fatalf("%q: token %v lies outside its word %+v", text, s, w)
				}
			}
			at, next = w.End, w.Last
		}
		if next != len(r.encoding.IDs)-1 || r.encoding.Truncated != (r.read != tokenize.Span{End: len(text)}) {
			t.Fatalf("%q: words end at token %d of %d, read %v, truncated %v", text, next, len(r.encoding.IDs), r.read, r.encoding.Truncated)
		}
	})
}

// tinyWith is the tiny base with one of its JSON files changed.
func tinyWith(t *testing.T, name string, change func(map[string]any)) string {
	t.Helper()
	dir := testkit.CopyFolder(t, tiny)
	testkit.EditJSON(t, filepath.Join(dir, name), change)
	return dir
}

func TestTruncatedNotesSayWhatWasRead(t *testing.T) {
	text := strings.Repeat("chest pain. ", 100) + "left appendectomy"
	c := openModel(t, "")
	if err := c.SetMaxLength(12); err != nil {
		t.Fatal(err)
	}
	r := readOne(t, c, text, false)
	if want := len("chest pain. chest pain. chest pain. chest"); r.read != (tokenize.Span{End: want}) || len(r.words) != 10 {
		t.Errorf("of a note cut at its end %v was read in %d words, want 0 to %d in 10", r.read, len(r.words), want)
	}

	const cut = "chest pain. chest pain. chest pain. append" // of whose last word ##ectomy was not read
	if r = readOne(t, c, cut+"ectomy noted", false); r.read != (tokenize.Span{End: len(cut)}) || r.words[9].Span != (tokenize.Span{Start: len(cut) - 6, End: len(cut)}) {
		t.Errorf("of a note cut in a word %v was read, the last word %v", r.read, r.words[len(r.words)-1])
	}

	dir := tinyWith(t, "tokenizer_config.json", func(config map[string]any) { config["truncation_side"] = "left" })
	leftward, err := classifier.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := leftward.SetMaxLength(12); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		c    *classifier.Classifier
		want bool
	}{{c, false}, {leftward, true}} {
		if got, err := truncatesLeft(test.c.Tokenizer); err != nil || got != test.want {
			t.Errorf("truncates left: %v, %v, want %v", got, err, test.want)
		}
	}
	r = readOne(t, leftward, text, true)
	if start := strings.LastIndex(text, ". chest pain. chest pain. left"); r.read != (tokenize.Span{Start: start, End: len(text)}) || text[r.words[0].Start:r.words[0].End] != "." {
		t.Errorf("of a note cut at its beginning %v was read from %q on", r.read, text[r.read.Start:])
	}
	_, err = readNotes(leftward, []Note{{ID: "n", Text: text}}, false)
	testkit.Refused(t, "the wrong side", err, `note "n"`, "not found")
}
