package tokenize

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

const goldenDir = "testdata/golden"

func goldenCases(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(goldenDir, "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range paths {
		names = append(names, filepath.Base(filepath.Dir(path)))
	}
	names = slices.Compact(names)
	if len(names) < 9 {
		t.Fatalf("golden folders: %v, want 9 or more", names)
	}
	return names
}

func open(t testing.TB, name, engine string) *Tokenizer {
	t.Helper()
	tokenizer, err := OpenEngine(filepath.Join(goldenDir, name), engine)
	if err != nil {
		t.Fatal(err)
	}
	return tokenizer
}

// TestGolden holds every engine to the ids that transformers gives.
func TestGolden(t *testing.T) {
	texts := testkit.ReadJSON[[]string](t, goldenDir, "texts.json")
	for _, name := range goldenCases(t) {
		want := testkit.ReadJSON[struct {
			Long  [][]int32 `json:"512"`
			Short [][]int32 `json:"8"`
			Pad   int32     `json:"pad"`
			Size  int       `json:"size"`
		}](t, goldenDir, name+".json")
		for _, engine := range Engines() {
			t.Run(name+"/"+engine, func(t *testing.T) {
				tokenizer := open(t, name, engine)
				if tokenizer.PadID() != want.Pad || tokenizer.VocabSize() != want.Size || tokenizer.Engine() != engine {
					t.Errorf("pad %d, size %d, engine %q; want %d, %d, %q", tokenizer.PadID(), tokenizer.VocabSize(),
						tokenizer.Engine(), want.Pad, want.Size, engine)
				}
				for maxLen, ids := range map[int][][]int32{512: want.Long, 8: want.Short, 0: want.Long} {
					if len(ids) != len(texts) {
						t.Fatalf("%d golden encodings of %d texts", len(ids), len(texts))
					}
					for i, text := range texts {
						got, err := tokenizer.Encode(text, maxLen)
						if err != nil {
							t.Fatalf("%+q: %v", text, err)
						}
						if !slices.Equal(got.IDs, ids[i]) {
							t.Errorf("%+q at %d:\n got %v\nwant %v", text, maxLen, got.IDs, ids[i])
						}
						if tokens := len(want.Long[i]); got.Tokens != tokens || got.Truncated != (maxLen == 8 && tokens > 8) {
							t.Errorf("%+q at %d: %d tokens, truncated %t; want %d", text, maxLen, got.Tokens, got.Truncated, tokens)
						}
					}
				}
			})
		}
	}
}

func TestRemarks(t *testing.T) {
	remarks := strings.Join(open(t, "conflict", GoEngine).Warnings(), "\n")
	for _, part := range []string{
		"testdata/golden/conflict/tokenizer.json: normalizer.lowercase is false, yet true is used, from BertTokenizer's default, as there is no tokenizer_config.json",
		"normalizer.clean_text is false, yet true", "max_input_chars_per_word 5 are replaced by BertTokenizer's \"##\" and 100",
	} {
		if !strings.Contains(remarks, part) {
			t.Errorf("no %q in\n%s", part, remarks)
		}
	}
	for _, name := range []string{"uncased", "cased", "plain", "vocab"} {
		if remarks := open(t, name, GoEngine).Warnings(); len(remarks) > 0 {
			t.Errorf("%s: %v", name, remarks)
		}
	}
}

func TestEncodeAll(t *testing.T) {
	texts := testkit.ReadJSON[[]string](t, goldenDir, "texts.json")
	many := slices.Repeat(texts, 20)
	for _, engine := range Engines() {
		tokenizer := open(t, "uncased", engine)
		got, err := tokenizer.EncodeAll(many, 8)
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range many {
			want, err := tokenizer.Encode(text, 8)
			if err != nil || !slices.Equal(got[i].IDs, want.IDs) || got[i].Tokens != want.Tokens {
				t.Fatalf("%s: %d: %v, want %v (%v)", engine, i, got[i], want, err)
			}
		}
		if none, err := tokenizer.EncodeAll(nil, 8); err != nil || len(none) != 0 {
			t.Errorf("no texts: %v, %v", none, err)
		}
	}
}

func TestEncodeErrors(t *testing.T) {
	for _, engine := range Engines() {
		tokenizer := open(t, "uncased", engine)
		if _, err := tokenizer.Encode("pain \xff\ufffd", 8); err == nil || err.Error() != "the text is not UTF-8 (byte 5)" {
			t.Errorf("invalid UTF-8: %v", err)
		}
		if _, err := tokenizer.Encode("\ufffd", 8); err != nil {
			t.Errorf("U+FFFD is a character like others: %v", err)
		}
		for _, maxLen := range []int{-1, 1} {
			if _, err := tokenizer.Encode("pain", maxLen); err == nil {
				t.Errorf("length %d: no error", maxLen)
			}
		}
		_, err := tokenizer.EncodeAll([]string{"a", "b\x80", "c", "\xf0\x90"}, 8)
		if err == nil || err.Error() != "text 2: the text is not UTF-8 (byte 1)\ntext 4: the text is not UTF-8 (byte 0)" {
			t.Errorf("EncodeAll: %v", err)
		}
	}
}

func TestOpenEngine(t *testing.T) {
	dir := filepath.Join(goldenDir, "uncased")
	tokenizer, err := Open(dir)
	if err != nil || tokenizer.Engine() != Engines()[0] {
		t.Errorf("Open: engine %v, %v", tokenizer, err)
	}
	if _, err := OpenEngine(dir, "java"); err == nil || !strings.Contains(err.Error(), `"java" is unknown`) {
		t.Errorf("unknown engine: %v", err)
	}
	if _, err := OpenEngine(dir, RustEngine); (err == nil) != haveRust {
		t.Errorf("rust engine, compiled in: %t: %v", haveRust, err)
	}
}

// TestLongText checks that what a long note encodes to is what its parts encode to.
func TestLongText(t *testing.T) {
	sentence := "The patient is a year old male, with chest pain [SEP] noted; résumé\u0301 中\u200b. "
	for _, engine := range Engines() {
		t.Run(engine, func(t *testing.T) {
			tokenizer := open(t, "uncased", engine)
			part, err := tokenizer.Encode(sentence, 0)
			if err != nil {
				t.Fatal(err)
			}
			const repeats = 3000
			want := part.IDs[:1]
			for range repeats {
				want = append(want, part.IDs[1:len(part.IDs)-1]...)
			}
			want = append(want, part.IDs[len(part.IDs)-1])
			got, err := tokenizer.Encode(strings.Repeat(sentence, repeats), 0)
			if err != nil || !slices.Equal(got.IDs, want) {
				t.Errorf("%d ids, want %d (%v)", len(got.IDs), len(want), err)
			}
			cut, err := tokenizer.Encode(strings.Repeat(sentence, repeats), 16)
			if err != nil || !cut.Truncated || cut.Tokens != len(want) || len(cut.IDs) != 16 || !slices.Equal(cut.IDs[:15], want[:15]) {
				t.Errorf("cut: %v (%v)", cut, err)
			}
			word, err := tokenizer.Encode(strings.Repeat("é", 200_000), 16)
			if err != nil || word.Tokens != 3 || word.Truncated {
				t.Errorf("a word of 200,000 characters: %v (%v), want [CLS] [UNK] [SEP]", word, err)
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	note := strings.Repeat("The patient is a 54-year-old male with chest pain and hypertension; blood pressure 120/80 noted.\n", 40)
	for _, engine := range Engines() {
		b.Run(engine, func(b *testing.B) {
			tokenizer := open(b, "uncased", engine)
			tokens := 0
			for i := 0; b.Loop(); i++ {
				// A new word each time, so that not everything is found in a cache.
				e, err := tokenizer.Encode(fmt.Sprintf("%s case%d", note, i), 512)
				if err != nil {
					b.Fatal(err)
				}
				tokens += e.Tokens
			}
			b.ReportMetric(float64(tokens)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}
