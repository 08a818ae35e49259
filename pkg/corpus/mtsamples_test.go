package corpus

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMTSamples reads the published data set where a copy stands beside the checkout; elsewhere the same checks run on
// the demo written out as a file of the same layout.
func TestMTSamples(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "..", "shared", "data", "mtsamples.csv.gz")
	want := structure{
		report: Report{RowsRead: 4999, RowsKept: 4950, DroppedShort: 47, WithoutText: 33, DroppedDuplicate: 2},
		texts:  2350, labels: 40,
		labelsPerText: []int{0, 207, 1721, 388, 33, 1},
		largest:       "Surgery", largestRows: 1086, smallestRows: 6,
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		demo, err := Demo(1)
		if err != nil {
			t.Fatal(err)
		}
		path = write(t, toCSV(t, demo.Rows))
		want = structure{
			report: Report{RowsRead: 1687, RowsKept: 1687},
			texts:  DemoTexts, labels: 40,
			labelsPerText: []int{0, 70, 586, 132, 11, 1},
			largest:       "Surgery", largestRows: 365, smallestRows: demoRarest,
		}
	}
	c, err := ReadCSV(path)
	if err != nil {
		t.Fatal(err)
	}
	want.check(t, c)
	if c.Name != filepath.Base(path) || c.Synthetic {
		t.Errorf("name %q, synthetic %v", c.Name, c.Synthetic)
	}
	s, err := GroupSplit(c, 42)
	if err != nil {
		t.Fatal(err)
	}
	noTextTwice(t, c, s)
	if absent := c.Absent(c.NoteCounts(s.Train)); len(absent) > 0 {
		t.Errorf("absent from train: %q", absent)
	}
}

func toCSV(t fataler, rows []Row) string {
	var out strings.Builder
	w := csv.NewWriter(&out)
	w.Write([]string{"note_id", "description", "medical_specialty", "transcription", "keywords"})
	for _, r := range rows {
		w.Write([]string{r.ID, r.Description, r.Label, r.Text, r.Keywords})
	}
	w.Flush()
	if err := w.Error(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A corpus written out and read again is the same corpus.
func TestDemoSurvivesCSV(t *testing.T) {
	t.Parallel()
	demo, err := Demo(2)
	if err != nil {
		t.Fatal(err)
	}
	read := mustRead(t, toCSV(t, demo.Rows))
	if read.Hash != demo.Hash || len(read.Notes) != len(demo.Notes) {
		t.Errorf("hash %s of %d notes, want %s of %d", read.Hash, len(read.Notes), demo.Hash, len(demo.Notes))
	}
}
