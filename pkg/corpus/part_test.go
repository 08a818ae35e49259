package corpus

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestTexts(t *testing.T) {
	loud := "CHEST PAIN ON EXERTION THAT IS RELIEVED BY REST"
	c := build(t, []Row{
		{ID: "1", Text: heart, Label: "Surgery"},
		{ID: "2", Text: knee, Label: "Pain"},
		{ID: "3", Text: loud, Label: "Cardiology"},
		{ID: "4", Text: heart, Label: "Pain"},
	})
	part := c.notesOfRows([]int{3, 1, 0})
	want := []Note{
		{ID: "3", Text: loud, Key: c.Notes[0].Key, Labels: []int{1, 2}, Rows: []int{0, 3}},
		{ID: "2", Text: knee, Key: c.Notes[1].Key, Labels: []int{1}, Rows: []int{1}},
	}
	if diff := cmp.Diff(want, c.Texts(part)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{0, 2, 1}, c.LabelCounts(c.Texts(part))); diff != "" {
		t.Error(diff)
	}
	if part[0].ID != "4" || !slices.Equal(part[0].Labels, []int{1}) {
		t.Errorf("the part is changed: %+v", part[0])
	}
	if got := c.Texts(nil); len(got) > 0 {
		t.Errorf("texts of nothing: %+v", got)
	}
}

func TestTextsProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := build(t, drawRows(t))
		seed := rapid.Uint64().Draw(t, "seed")
		group := mustDivide(t, c, ProtocolGroup, seed)
		if diff := cmp.Diff(group.Train, c.Texts(group.Train)); diff != "" {
			t.Fatalf("the texts of a grouped split are not its notes: %s", diff)
		}
		row := mustDivide(t, c, ProtocolRow, seed)
		var all []Note
		for _, part := range [][]Note{row.Train, row.Validation, row.Test} {
			texts := c.Texts(part)
			if diff := cmp.Diff(c.LabelCounts(part), c.LabelCounts(texts)); diff != "" {
				t.Fatalf("the labels of the texts are not those of the rows: %s", diff)
			}
			seen := map[string]bool{}
			for _, note := range texts {
				if seen[note.Key] {
					t.Fatalf("%q is there twice", note.Text)
				}
				seen[note.Key] = true
			}
			all = append(all, texts...)
		}
		// The parts' texts together are the notes.
		whole := c.Texts(all)
		slices.SortFunc(whole, func(a, b Note) int { return a.Rows[0] - b.Rows[0] })
		if diff := cmp.Diff(c.Notes, whole); diff != "" {
			t.Fatal(diff)
		}
	})
}
