package corpus

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

type textKey [sha256.Size]byte

// builder takes the rows of any source one at a time, cleans, checks and deduplicates them, and makes the Corpus.
type builder struct {
	ctx    context.Context
	name   string
	with   []string // see Options.With
	files  []sourceFile
	rows   []Row
	keys   []textKey           // of rows, by index
	kept   map[assignment]int  // index of the row kept for a text under a label
	texts  map[textKey]string  // one spelling of each text, so that its rows share one string
	labels map[string]string   // likewise for labels
	known  map[string]bool     // labels that the source declares or that a dropped row carries
	ids    map[string]firstUse // of each id of the source
	report Report
}

// sourceFile is a file whose rows the builder takes, from open until the next open.
type sourceFile struct {
	name string // for messages
	part string // see Row.Part
	unit string // what Row.Line counts: "line" or "row"
}

// assignment is a text under a label.
type assignment struct {
	text  textKey
	label string
}

// firstUse is the text that an id was given to first, and where.
type firstUse struct {
	text textKey
	file int
	line int
}

func newBuilder(ctx context.Context, name string) *builder {
	return &builder{
		ctx:    ctx,
		name:   name,
		kept:   map[assignment]int{},
		texts:  map[textKey]string{},
		labels: map[string]string{},
		known:  map[string]bool{},
		ids:    map[string]firstUse{},
	}
}

// open names the file that the rows added next come from.
func (b *builder) open(f sourceFile) { b.files = append(b.files, f) }

func (b *builder) file() sourceFile { return b.files[len(b.files)-1] }

// rowError is the error for a row of the open file.
func (b *builder) rowError(row *Row, format string, args ...any) error {
	f := b.file()
	return &LineError{File: f.name, Line: row.Line, IsRow: f.unit == unitRow, ID: row.ID, Reason: fmt.Sprintf(format, args...)}
}

// add takes one row of the open file with its Line set; the row is of the file's part. The error is a *LineError: a text
// without a label, or an id that belongs to another text; or it is the context's.
func (b *builder) add(row Row) error {
	row.Part = b.file().part
	return b.addOfPart(row)
}

// addOfPart is add for a row with its own Part.
func (b *builder) addOfPart(row Row) error {
	b.report.RowsRead++
	if b.report.RowsRead%1024 == 0 && b.ctx.Err() != nil {
		return fmt.Errorf("%s: stopped: %w", b.file().name, b.ctx.Err())
	}
	row.File = len(b.files) - 1
	clean := Clean(row.Text)
	key := textKey(sha256.Sum256([]byte(clean)))
	row.ID = strings.TrimSpace(row.ID)
	if row.ID != "" {
		if first, seen := b.ids[row.ID]; !seen {
			b.ids[strings.Clone(row.ID)] = firstUse{key, row.File, row.Line}
		} else if first.text != key {
			where := fmt.Sprintf("on %s %d", b.file().unit, first.line)
			if first.file != row.File {
				where += " of " + b.files[first.file].name
			}
			return b.rowError(&row, "this id has another text %s; ids must be unique to a text", where)
		}
	}
	label := strings.Join(strings.Fields(row.Label), " ")
	if len(clean) < MinCharacters {
		b.report.DroppedShort++
		b.declare(label)
		if strings.TrimSpace(row.Text) == "" {
			b.report.WithoutText++
		}
		return nil
	}
	if label == "" {
		return b.rowError(&row, "the row has a text but no label")
	}
	if _, seen := b.labels[label]; !seen {
		label = strings.Clone(label)
		b.labels[label] = label
	}
	b.keep(row, key, b.labels[label])
	return nil
}

// declare records a label that the corpus should have rows of.
func (b *builder) declare(label string) {
	if label != "" && !b.known[label] {
		b.known[strings.Clone(label)] = true
	}
}

// keep adds a row that is fit to keep. Of duplicates it keeps that of the test part, else of the validation part, so that
// held-out parts stay whole and nothing in them is trained on; within a part the one that sorts first, which no reordering
// changes.
func (b *builder) keep(row Row, key textKey, label string) {
	if shared, seen := b.texts[key]; seen && shared == row.Text {
		row.Text = shared
	} else {
		row.Text = strings.Clone(row.Text)
		if !seen {
			b.texts[key] = row.Text
		}
	}
	if row.ID == "" {
		row.ID = "text-" + hex.EncodeToString(key[:8])
	}
	// A reader's fields may be slices of one large string; the small ones must not keep it alive.
	row.ID, row.Description, row.Keywords = strings.Clone(row.ID), strings.Clone(row.Description), strings.Clone(row.Keywords)
	row.Label = label
	at, duplicate := b.kept[assignment{key, label}]
	if !duplicate {
		b.kept[assignment{key, label}] = len(b.rows)
		b.rows = append(b.rows, row)
		b.keys = append(b.keys, key)
		return
	}
	b.report.DroppedDuplicate++
	if cmp.Or(cmp.Compare(partOrder(row.Part), partOrder(b.rows[at].Part)), compareContent(&row, &b.rows[at])) < 0 {
		b.rows[at] = row
	}
}

// corpus returns what the rows added so far make up. No row to keep, or one label only, is an error.
func (b *builder) corpus() (*Corpus, error) {
	b.report.RowsKept = len(b.rows)
	if len(b.rows) == 0 {
		return nil, fmt.Errorf("%s: no row to keep (%d read, %d of them under %d characters of cleaned text)",
			b.name, b.report.RowsRead, b.report.DroppedShort, MinCharacters)
	}
	c := &Corpus{Name: b.name, Report: b.report, With: b.with}
	for label := range b.labels {
		c.Labels = append(c.Labels, label)
	}
	slices.Sort(c.Labels)
	for label := range b.known {
		if _, kept := b.labels[label]; !kept {
			c.Unused = append(c.Unused, label)
		}
	}
	slices.Sort(c.Unused)
	if len(c.Labels) < 2 {
		return nil, fmt.Errorf("%s: every row is labelled %q; a classifier needs at least two labels", b.name, c.Labels[0])
	}

	order := make([]int, len(b.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int {
		return cmp.Or(cmp.Compare(b.rows[x].File, b.rows[y].File), cmp.Compare(b.rows[x].Line, b.rows[y].Line))
	})
	c.Rows = make([]Row, 0, len(b.rows))
	byKey := make(map[textKey]int, len(b.texts))
	for _, from := range order {
		row, key := b.rows[from], b.keys[from]
		n, seen := byKey[key]
		if !seen {
			n = len(c.Notes)
			byKey[key] = n
			c.Notes = append(c.Notes, Note{Key: hex.EncodeToString(key[:])})
		}
		row.Note = n
		label, _ := c.LabelIndex(row.Label)
		note := &c.Notes[n]
		note.Labels = append(note.Labels, label)
		note.Rows = append(note.Rows, len(c.Rows))
		c.Rows = append(c.Rows, row)
	}
	for i := range c.Notes {
		note := &c.Notes[i]
		slices.Sort(note.Labels)
		first := &c.Rows[note.Rows[0]]
		for _, r := range note.Rows[1:] {
			if compareContent(&c.Rows[r], first) < 0 {
				first = &c.Rows[r]
			}
		}
		note.ID, note.Text = first.ID, first.Text
	}
	c.Hash = contentHash(c.Rows, c.With)
	return c, c.extend()
}

// compareContent orders rows by what they hold, never by where they stand. Ids of digits sort as numbers.
func compareContent(a, b *Row) int {
	return cmp.Or(
		cmp.Compare(a.Text, b.Text),
		cmp.Compare(len(a.ID), len(b.ID)),
		cmp.Compare(a.ID, b.ID),
		compareLabels(a, b),
		cmp.Compare(a.Description, b.Description),
		cmp.Compare(a.Keywords, b.Keywords),
	)
}

func compareLabels(a, b *Row) int { return cmp.Compare(a.Label, b.Label) }

// contentHash returns the SHA-256, in hexadecimal, of the content of the kept rows, whatever their order. Each
// row's digest is the SHA-256 of its id, text, label, description and keywords, and of its part where the source has
// parts, every field preceded by its length in bytes (8 bytes, big-endian); the result is the SHA-256 of a version line,
// a line for each column that the texts are extended with, and the digests in ascending order.
func contentHash(rows []Row, with []string) string {
	digests := make([]textKey, len(rows))
	var buf []byte
	for i := range rows {
		r := &rows[i]
		buf = buf[:0]
		fields := []string{r.ID, r.Text, r.Label, r.Description, r.Keywords, r.Part}
		if r.Part == "" {
			fields = fields[:5]
		}
		for _, field := range fields {
			buf = binary.BigEndian.AppendUint64(buf, uint64(len(field)))
			buf = append(buf, field...)
		}
		digests[i] = sha256.Sum256(buf)
	}
	slices.SortFunc(digests, func(a, b textKey) int { return slices.Compare(a[:], b[:]) })
	h := sha256.New()
	h.Write([]byte("corpus v1\n"))
	for _, column := range with {
		h.Write([]byte("with " + column + "\n"))
	}
	for i := range digests {
		h.Write(digests[i][:])
	}
	return hex.EncodeToString(h.Sum(nil))
}
