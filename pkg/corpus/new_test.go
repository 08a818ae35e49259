package corpus

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Rows in memory make the corpus that a file with them makes.
func TestNew(t *testing.T) {
	rows := sampleRows(50)
	c := build(t, append(rows, Row{Text: "short", Label: "Letters"}, rows[3]))
	read := mustReadSource(t, filepath.Join(place(t, map[string]string{"n.csv": toCSV(t, rows)}), "n.csv"), Options{})
	if c.Hash != read.Hash || c.Name != "test" || c.HasSourceParts() {
		t.Errorf("%s with hash %s, want %s", c.Name, c.Hash, read.Hash)
	}
	if diff := cmp.Diff(Report{RowsRead: len(rows) + 2, RowsKept: len(rows), DroppedShort: 1, DroppedDuplicate: 1}, c.Report); diff != "" {
		t.Error(diff)
	}
	if last := c.Rows[len(c.Rows)-1]; last.Line != len(rows) || last.Text != rows[len(rows)-1].Text {
		t.Errorf("the last row is %+v", last)
	}
	parts := build(t, []Row{{Text: knee, Label: "A", Part: PartTrain}, {Text: heart, Label: "B", Part: PartTest}})
	if !parts.HasSourceParts() || parts.Rows[1].Part != PartTest {
		t.Errorf("parts: %+v", parts.Rows)
	}
}

func TestNewFaults(t *testing.T) {
	first := Row{ID: "x", Text: knee, Label: "A"}
	for want, row := range map[string]Row{
		`test: row 2: the row has a text but no label`:                                                       {Text: heart},
		`test: row 2: id "x": this id has another text on row 1; ids must be unique to a text`:               {ID: "x", Text: heart, Label: "B"},
		`test: row 2: unknown part "dev"; use train, validation or test`:                                     {Text: heart, Label: "B", Part: "dev"},
		`test: row 2: the row is of part "test", the first of part ""; name the part of all rows or of none`: {Text: heart, Label: "B", Part: PartTest},
		`test: every row is labelled "A"; a classifier needs at least two labels`:                            {Text: heart, Label: "A"},
	} {
		if _, err := New("test", []Row{first, row}); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := New("test", nil); err == nil || !strings.HasPrefix(err.Error(), "test: no row to keep (0 read") {
		t.Errorf("no rows: %v", err)
	}
}
