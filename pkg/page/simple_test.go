package page

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestSimpleTable(t *testing.T) {
	type share float32
	table := SimpleTable("Long notes", []string{"Label", "Notes", "Share", "Seen", "Score"},
		[]any{"Surgery", 1200, share(.25), true, Between(.5, .25, .75)},
		[]any{"Urology", uint8(3), math.NaN(), "in part", PercentCell(.5)})
	got, err := table.Text()
	if err != nil {
		t.Fatal(err)
	}
	const want = `Long notes

Label    Notes  Share  Seen               Score
-------  -----  -----  -------  ---------------
Surgery  1,200   0.25  true     0.5 (0.25–0.75)
Urology      3  – [a]  in part           50.0 %

[a] undefined
`
	if diff := cmp.Diff(want, PlainSpaces(got)); diff != "" {
		t.Errorf("wanted and had:\n%s", diff)
	}
	if _, err := table.HTML(); err != nil || table.ID != "long-notes" {
		t.Errorf("id %q, %v", table.ID, err)
	}
	_, err = SimpleTable("Long notes", []string{"Label", "Notes"}, []any{"Surgery"}).HTML()
	testkit.Refused(t, "a short row", err, `table "Long notes": row 1 has 1 cells for 2 columns`)
}

// TestSimpleBlocksOfAnyTitle: whatever the title, the anchor is one.
func TestSimpleBlocksOfAnyTitle(t *testing.T) {
	for title, want := range map[string]string{
		"Long notes": "long-notes", "512 tokens and more": "block-512-tokens-and-more", "Größe (ä)": "gr-e", "?": "block", "  F1, %  ": "f1",
	} {
		table := SimpleTable(title, []string{"a"})
		figure, err := SimpleBars(title, []string{"a", "b"}, []float64{1, .5})
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range []Block{table, figure} {
			if _, err := b.HTML(); err != nil {
				t.Errorf("%q: %v", title, err)
			}
		}
		if table.ID != want || figure.ID != want {
			t.Errorf("%q has the anchors %q and %q, want %q", title, table.ID, figure.ID, want)
		}
	}
}

func TestSimpleBars(t *testing.T) {
	figure, err := SimpleBars("Notes", []string{"Surgery", "Urology", "Letters"}, []float64{3, 12.5, -1})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := figure.Text(); err != nil || text != "Notes: The highest of 3 bars is Urology, with 12.5.\n" {
		t.Errorf("%q, %v", text, err)
	}
	_, err = SimpleBars("Notes", []string{"Surgery"}, []float64{1, 2})
	testkit.Refused(t, "labels for too many values", err, `figure "Notes" has 1 labels for 2 values`)
	_, err = SimpleBars("Notes", nil, nil)
	testkit.Refused(t, "no bars", err, `figure "Notes" has no bars`)
}
