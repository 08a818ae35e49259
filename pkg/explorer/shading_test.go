package explorer

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestShadingJoinsTheSpansOfAWord(t *testing.T) {
	text := "cardiaco pain. ½ x"
	s := Shading{Spans: []Span{{4, 8, .25}, {0, 4, .5}, {9, 13, -1}, {13, 14, 2}, {14, 17, .5}, {15, 17, .5}}}
	got := s.words(text)
	// Two pieces of one word, a word and its full stop, and two tokens of one character.
	want := []Span{{0, 8, .75}, {9, 13, -1}, {13, 14, 2}, {15, 17, 1}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := topWords(got, 1, 2); len(got) != 2 || got[0].Weight != 2 || got[1].Weight != 1 {
		t.Errorf("the strongest are %v", got)
	}
}

// TestPiecesAreTheNote: whatever the spans, the pieces are the text, in order, and the lengths are those that JavaScript counts.
func TestPiecesAreTheNote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := Note{Text: rapid.StringMatching(`[a-z é🫁\n½]{1,60}`).Draw(t, "text"), Shading: &Shading{}}
		var at []int
		for i := range n.Text {
			at = append(at, i)
		}
		at = append(at, len(n.Text))
		place := rapid.IntRange(0, len(at)-1)
		for range rapid.IntRange(0, 12).Draw(t, "spans") {
			a, b := place.Draw(t, "a"), place.Draw(t, "b")
			n.Shading.Spans = append(n.Shading.Spans, Span{at[min(a, b)], at[max(a, b)], rapid.Float64Range(-1, 1).Draw(t, "weight")})
		}
		a, b := place.Draw(t, "from"), place.Draw(t, "to")
		n.Truncated, n.From, n.To = true, at[min(a, b)], at[max(a, b)]
		var all strings.Builder
		length := 0
		for _, p := range n.pieces() {
			all.WriteString(p.Text)
			length += units(p.Text)
			if shaded := p.Class == forPiece || p.Class == againstPiece; !(p.Share >= 0 && p.Share <= 1) || p.Share > 0 && !shaded {
				t.Fatalf("piece %+v", p)
			}
		}
		if all.String() != n.Text || length != units(n.Text) {
			t.Fatalf("%q, %d units, of %q", all.String(), length, n.Text)
		}
	})
}
