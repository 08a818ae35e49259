package corpus

import "slices"

// Row is one filed row: a text under one label, as the source gave it.
type Row struct {
	ID          string // the source's id; derived from the cleaned text where the source has none
	Text        string // as written, extended where Corpus.With says so
	Label       string // surrounding and repeated blanks removed
	Description string // optional column, empty where absent
	Keywords    string // optional column, empty where absent; in MTSamples it names the label
	Part        string // the source's own part (PartTrain, PartValidation, PartTest); empty where it has none
	File        int    // index into Corpus.Files, 0 for rows in memory
	Line        int    // 1-based line of the file on which the row begins; in parquet and in memory, the row
	Note        int    // index into Corpus.Notes
}

// Note is a text with its labels. In Corpus.Notes it is one distinct text, by its cleaned form, with all the labels and
// rows that the corpus has of it; in a part of a Split, or in Texts of one, with those that stand in the part.
type Note struct {
	ID     string // of the row whose text is kept; in a part, see Split
	Text   string // as written, the spelling that sorts first where rows differ; extended where Corpus.With says so
	Key    string // SHA-256 of the cleaned text, never extended, 64 hexadecimal digits: a name that no reordering changes
	Labels []int  // sorted indices into Corpus.Labels
	Rows   []int  // sorted indices into Corpus.Rows
}

// Corpus is what was read: the rows kept, in source order, and the notes they make up, ordered by their first row.
type Corpus struct {
	Name      string   // base name of the file or folder, the Hub's owner/name@commit, or what New was given
	Files     []string // the files read, in order: base names, in a folder relative to it; none for rows in memory
	Synthetic bool     // the notes are made up, not real (see pkg/demo): results must say so
	With      []string // columns that the texts are extended with (see Options.With): results must say so
	Labels    []string // sorted; an index into it is the class id everywhere
	Unused    []string // sorted; class names that the source declares or uses, but that no kept row carries
	Rows      []Row
	Notes     []Note
	Hash      string // content hash, 64 hexadecimal digits; see contentHash
	Report    Report
}

// Report counts the rows of the source: RowsRead = RowsKept + DroppedShort + DroppedDuplicate.
type Report struct {
	RowsRead         int `json:"rows_read"`
	RowsKept         int `json:"rows_kept"`
	DroppedShort     int `json:"dropped_short"`     // cleaned text under MinCharacters
	WithoutText      int `json:"without_text"`      // those of DroppedShort whose text is blank
	DroppedDuplicate int `json:"dropped_duplicate"` // the same cleaned text under the same label again, in any part
}

// LabelIndex returns the class id of a label and whether the corpus has it.
func (c *Corpus) LabelIndex(label string) (int, bool) {
	return slices.BinarySearch(c.Labels, label)
}

// RowTargets returns the class id of each of the given rows, in the same order.
func (c *Corpus) RowTargets(rows []int) []int {
	targets := make([]int, len(rows))
	for i, row := range rows {
		targets[i], _ = c.LabelIndex(c.Rows[row].Label)
	}
	return targets
}

// RowsOf returns the rows of the given notes, note by note in the order given and by label within a note, so that
// the same notes give the same rows whatever the order of the source.
func (c *Corpus) RowsOf(notes []int) []int {
	var rows []int
	for _, n := range notes {
		own := slices.Clone(c.Notes[n].Rows)
		slices.SortFunc(own, func(a, b int) int { return compareLabels(&c.Rows[a], &c.Rows[b]) })
		rows = append(rows, own...)
	}
	return rows
}

// Absent names the classes whose count is 0, in label order. With LabelCounts of a part it lists the classes that the part
// cannot speak about.
func (c *Corpus) Absent(counts []int) []string {
	var absent []string
	for label, n := range counts {
		if n == 0 {
			absent = append(absent, c.Labels[label])
		}
	}
	return absent
}

// LabelsPerText returns how many notes carry k labels, at index k. Index 0 is always 0.
func (c *Corpus) LabelsPerText() []int {
	counts := make([]int, 1)
	for _, note := range c.Notes {
		for len(counts) <= len(note.Labels) {
			counts = append(counts, 0)
		}
		counts[len(note.Labels)]++
	}
	return counts
}

// TextsByKey gives each note's text by the note's key.
func (c *Corpus) TextsByKey() map[string]string {
	texts := make(map[string]string, len(c.Notes))
	for i := range c.Notes {
		texts[c.Notes[i].Key] = c.Notes[i].Text
	}
	return texts
}
