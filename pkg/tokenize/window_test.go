package tokenize

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// TestWindows holds the windows to those of transformers.
func TestWindows(t *testing.T) {
	cases := testkit.ReadJSON[[]struct {
		Name, Text      string
		Length, Overlap int
		Windows         [][]int32
	}](t, goldenDir, "windows.json")
	if len(cases) < 50 {
		t.Fatalf("%d golden cases, want 50 or more", len(cases))
	}
	for _, engine := range Engines() {
		tokenizers := map[string]*Tokenizer{}
		for _, c := range cases {
			if tokenizers[c.Name] == nil {
				tokenizers[c.Name] = open(t, c.Name, engine)
			}
			got, err := tokenizers[c.Name].Windows(c.Text, c.Length, c.Overlap)
			if err != nil {
				t.Fatal(err)
			}
			same := slices.EqualFunc(got, c.Windows, func(w Window, ids []int32) bool { return slices.Equal(w.IDs, ids) })
			if !same {
				t.Errorf("%s, %s: %q at %d, %d:\n got %v\nwant %v", c.Name, engine, c.Text, c.Length, c.Overlap, got, c.Windows)
			}
		}
	}
}

func TestWindowProperties(t *testing.T) {
	tokenizers := []*Tokenizer{open(t, "uncased", GoEngine), open(t, "left", GoEngine)}
	words := []string{"heart", "pain", "hyperglycemia", "x-ray", "é", "中文", "[SEP]", "\u200b"}
	rapid.Check(t, func(t *rapid.T) {
		tokenizer := rapid.SampledFrom(tokenizers).Draw(t, "tokenizer")
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 60).Draw(t, "words"), " ")
		length := rapid.IntRange(3, 40).Draw(t, "length")
		overlap := rapid.IntRange(0, length-3).Draw(t, "overlap")
		whole, err := tokenizer.Encode(text, 0)
		if err != nil {
			t.Fatal(err)
		}
		windows, err := tokenizer.Windows(text, length, overlap)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := tokenizer.Encode(text, length)
		if err != nil || !slices.Equal(windows[0].IDs, kept.IDs) {
			t.Fatalf("the first window is %v, but Encode keeps %v (%v)", windows[0].IDs, kept.IDs, err)
		}
		for i, w := range windows {
			want := slices.Concat(whole.IDs[:1], whole.IDs[1+w.First:1+w.Last], whole.IDs[len(whole.IDs)-1:])
			if !slices.Equal(w.IDs, want) {
				t.Fatalf("window %d: %v, want %v", i, w, want)
			}
			if len(w.IDs) > length || i < len(windows)-1 && len(w.IDs) != length {
				t.Fatalf("window %d of %d: %d ids, want %d", i, len(windows), len(w.IDs), length)
			}
		}
		if tokenizer.def.truncateLeft {
			slices.Reverse(windows)
		}
		if first, last := windows[0].First, windows[len(windows)-1].Last; first != 0 || last != whole.Tokens-2 {
			t.Fatalf("windows from %d to %d, want 0 to %d", first, last, whole.Tokens-2)
		}
		for i := 1; i < len(windows); i++ {
			if shared := windows[i-1].Last - windows[i].First; shared != overlap {
				t.Fatalf("windows %d and %d share %d tokens, want %d", i-1, i, shared, overlap)
			}
		}
	})
}

func TestWindowErrors(t *testing.T) {
	tokenizer := open(t, "uncased", GoEngine)
	for want, err := range map[string]error{
		"a window of 2 tokens leaves no room beside [CLS] and [SEP]: give 3 or more": second(tokenizer.Windows("pain", 2, 0)),
		"windows of 8 tokens cannot share 6: give 0 to 5":                            second(tokenizer.Windows("pain", 8, 6)),
		"windows of 8 tokens cannot share -1: give 0 to 5":                           second(tokenizer.Windows("pain", 8, -1)),
		"the text is not UTF-8 (byte 0)":                                             second(tokenizer.Windows("\xff", 8, 2)),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
