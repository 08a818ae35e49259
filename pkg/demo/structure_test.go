package demo

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/corpus"
)

// structure is what is known of a corpus before reading it.
type structure struct {
	report        corpus.Report
	texts, labels int
	labelsPerText []int
	largest       string
	largestRows   int
	smallestRows  int
}

func (want structure) check(t *testing.T, c *corpus.Corpus) {
	t.Helper()
	if c.Report != want.report {
		t.Errorf("report %+v, want %+v", c.Report, want.report)
	}
	if len(c.Notes) != want.texts || len(c.Labels) != want.labels || len(c.Rows) != want.report.RowsKept {
		t.Errorf("%d texts, %d labels, %d rows; want %d, %d, %d", len(c.Notes), len(c.Labels), len(c.Rows), want.texts, want.labels, want.report.RowsKept)
	}
	if got := c.LabelsPerText(); !slices.Equal(got, want.labelsPerText) {
		t.Errorf("labels per text %v, want %v", got, want.labelsPerText)
	}
	counts := c.LabelCounts(c.Notes)
	largest := slices.Index(counts, slices.Max(counts))
	if c.Labels[largest] != want.largest || counts[largest] != want.largestRows || slices.Min(counts) != want.smallestRows {
		t.Errorf("%q with %d rows is the largest class, the smallest has %d; want %q with %d, and %d",
			c.Labels[largest], counts[largest], slices.Min(counts), want.largest, want.largestRows, want.smallestRows)
	}
	seen := map[string]bool{}
	for i, note := range c.Notes {
		if clean := corpus.Clean(note.Text); seen[clean] {
			t.Fatalf("note %d has the text of another note", i)
		} else {
			seen[clean] = true
		}
		if len(note.Labels) != len(note.Rows) || !slices.IsSorted(note.Labels) || !slices.IsSorted(note.Rows) {
			t.Fatalf("note %d: labels %v, rows %v", i, note.Labels, note.Rows)
		}
		for _, row := range note.Rows {
			if c.Rows[row].Note != i || corpus.Clean(c.Rows[row].Text) != corpus.Clean(note.Text) {
				t.Fatalf("row %d does not belong to note %d", row, i)
			}
		}
	}
}

func TestCorpusHasTheStructureOfMTSamples(t *testing.T) {
	c, err := Corpus(3)
	if err != nil {
		t.Fatal(err)
	}
	structure{
		report: corpus.Report{RowsRead: 1704, RowsKept: 1687, DroppedShort: 16, WithoutText: 11, DroppedDuplicate: 1},
		texts:  Texts, labels: 40,
		labelsPerText: []int{0, 70, 586, 132, 11, 1},
		largest:       "Surgery", largestRows: 365, smallestRows: rarest,
	}.check(t, c)
}

// TestMTSamples reads the published data set where a copy stands beside the checkout; elsewhere the same checks run on
// the demo written out as a file of the same layout.
func TestMTSamples(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "..", "shared", "data", "mtsamples.csv.gz")
	want := structure{
		report: corpus.Report{RowsRead: 4999, RowsKept: 4950, DroppedShort: 47, WithoutText: 33, DroppedDuplicate: 2},
		texts:  2350, labels: 40,
		labelsPerText: []int{0, 207, 1721, 388, 33, 1},
		largest:       "Surgery", largestRows: 1086, smallestRows: 6,
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		c, err := Corpus(1)
		if err != nil {
			t.Fatal(err)
		}
		path = writeCSV(t, c.Rows)
		want = structure{
			report: corpus.Report{RowsRead: 1687, RowsKept: 1687},
			texts:  Texts, labels: 40,
			labelsPerText: []int{0, 70, 586, 132, 11, 1},
			largest:       "Surgery", largestRows: 365, smallestRows: rarest,
		}
	}
	c, err := corpus.ReadCSV(path)
	if err != nil {
		t.Fatal(err)
	}
	want.check(t, c)
	if c.Name != filepath.Base(path) || c.Synthetic {
		t.Errorf("name %q, synthetic %v", c.Name, c.Synthetic)
	}
	d, err := corpus.Divide(c, corpus.ProtocolGroup, 42)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, note := range slices.Concat(d.Train, d.Validation, d.Test) {
		if keys[note.Key] {
			t.Errorf("note %s stands twice in the parts", note.ID)
		}
		keys[note.Key] = true
	}
	if len(keys) != len(c.Notes) {
		t.Errorf("the parts hold %d of %d texts", len(keys), len(c.Notes))
	}
	if absent := c.Absent(c.LabelCounts(d.Train)); len(absent) > 0 {
		t.Errorf("absent from train: %q", absent)
	}
}

func writeCSV(t *testing.T, rows []corpus.Row) string {
	path := filepath.Join(t.TempDir(), "notes.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(f)
	w.Write([]string{"note_id", "description", "medical_specialty", "transcription", "keywords"})
	for _, r := range rows {
		w.Write([]string{r.ID, r.Description, r.Label, r.Text, r.Keywords})
	}
	w.Flush()
	if err := errors.Join(w.Error(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// A corpus written out and read again is the same corpus.
func TestCorpusSurvivesCSV(t *testing.T) {
	t.Parallel()
	c, err := Corpus(2)
	if err != nil {
		t.Fatal(err)
	}
	read, err := corpus.ReadCSV(writeCSV(t, c.Rows))
	if err != nil {
		t.Fatal(err)
	}
	if read.Hash != c.Hash || len(read.Notes) != len(c.Notes) {
		t.Errorf("hash %s of %d notes, want %s of %d", read.Hash, len(read.Notes), c.Hash, len(c.Notes))
	}
}
