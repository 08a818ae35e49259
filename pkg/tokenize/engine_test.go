package tokenize

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRustText covers what a test of ids cannot: which letters the Rust library lowers depends on the compiler it was
// built with.
func TestRustText(t *testing.T) {
	for _, c := range []struct {
		text  string
		lower bool
		want  string
	}{
		{"Pain é", true, "Pain é"},
		{"a\x00b\x01", false, "a\x01b\x01"},
		{"a\x00\ua7ce\U00016ea0İ", true, "a\x01\ua7cf\U00016ebbİ"},
		{"\ua7ce", false, "\ua7ce"},
	} {
		if got := rustText(c.text, c.lower); got != c.want {
			t.Errorf("%+q, lower %t: %+q, want %+q", c.text, c.lower, got, c.want)
		}
	}
}

func TestMatcher(t *testing.T) {
	m := newMatcher([]addedToken{
		{ID: 1, Content: "<a"},
		{ID: 2, Content: "<ab>", LStrip: true},
		{ID: 3, Content: "c>", RStrip: true},
		{ID: 4, Content: " d", SingleWord: true},
	}, func(text string) string { return text })
	for text, want := range map[string][]piece{
		"":              nil,
		"x":             {{text: "x"}},
		"x <ab> y":      {{text: "x"}, {text: " <ab>", id: 2, token: true}, {text: " y"}},
		"x <a y":        {{text: "x "}, {text: "<a", id: 1, token: true}, {text: " y"}},
		"c> \u2028\n y": {{text: "c> \u2028\n ", id: 3, token: true}, {text: "y"}},
		"c>  <ab>c>":    {{text: "c>  ", id: 3, token: true}, {text: "<ab>", id: 2, token: true}, {text: "c>", id: 3, token: true}},
		"x. d.":         {{text: "x."}, {text: " d", id: 4, token: true}, {text: "."}},
		"x. dé":         {{text: "x. dé"}},
		"x d":           {{text: "x d"}},
	} {
		if diff := cmp.Diff(want, m.split(text), cmp.AllowUnexported(piece{})); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}
