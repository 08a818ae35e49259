package corpus

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// Names of the columns, lower case: as the Kaggle file of MTSamples has them first, the plain ones second.
var (
	textColumns  = []string{"transcription", "text"}
	labelColumns = []string{"medical_specialty", "label"}
	idColumns    = []string{"note_id", "id"}
	// pandas writes its row index under an empty name and reads it back under the second.
	indexColumns = []string{"", "unnamed: 0"}
)

// ReadCSV reads a labelled corpus from a CSV file, plain or gzip (told by its first bytes), UTF-8 with or without a
// byte order mark, with LF or CRLF line breaks.
//
// The first record names the columns, in any order and any case: a text column (transcription or text) and a label
// column (medical_specialty or label) are needed; an id (note_id or id, else an unnamed first column), description
// and keywords are used where present; others are ignored. Line breaks inside quoted fields are read as LF.
//
// Rows whose cleaned text has under MinCharacters characters and repeated (text, label) pairs are dropped and counted
// in Report. Everything else that is not right is an error that names the file and, where there is one, the line: a
// needed column missing or there twice, a ragged line, a stray or unclosed quote, bytes that are not UTF-8, NUL
// bytes, a text without a label, one id for two texts, a folder, an unreadable or truncated file, nothing to keep, one
// label only.
func ReadCSV(path string) (*Corpus, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, err := readCSV(f, path)
	if err != nil {
		return nil, err
	}
	c.Name = filepath.Base(path)
	return c, nil
}

func readCSV(r io.Reader, name string) (*Corpus, error) {
	src := newCSVSource(r, name)
	reader := csv.NewReader(src)
	reader.ReuseRecord = true
	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: the file is empty", name)
	}
	if err != nil {
		return nil, src.explain(err, header, 0)
	}
	cols, err := findColumns(header)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	b := newBuilder(name)
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return b.corpus()
		}
		if err != nil {
			return nil, src.explain(err, record, cols.count)
		}
		line, _ := reader.FieldPos(0)
		if err := b.add(cols.row(record, line)); err != nil {
			return nil, err
		}
	}
}

// columns holds the index of each field in a record, -1 for an optional one that is absent.
type columns struct {
	text, label, id, description, keywords int

	count int
}

func findColumns(header []string) (columns, error) {
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = strings.ToLower(strings.TrimSpace(name))
	}
	c := columns{count: len(header)}
	var err error
	find := func(what string, accepted []string, needed bool) int {
		var at []int
		for i, name := range names {
			if slices.Contains(accepted, name) {
				at = append(at, i)
			}
		}
		switch {
		case len(at) == 1:
			return at[0]
		case len(at) > 1 && err == nil:
			err = fmt.Errorf("%d columns could hold the %s (found %s); keep one of %s",
				len(at), what, quoted(header), strings.Join(accepted, ", "))
		case len(at) == 0 && needed && err == nil:
			err = fmt.Errorf("no column holds the %s (found %s); needed are a text column (%s) and a label column (%s)",
				what, quoted(header), strings.Join(textColumns, " or "), strings.Join(labelColumns, " or "))
			if len(header) == 1 && strings.ContainsAny(header[0], ";\t") {
				err = fmt.Errorf("%w; fields must be separated by commas", err)
			}
		}
		return -1
	}
	c.text = find("text", textColumns, true)
	c.label = find("label", labelColumns, true)
	c.id = find("id", idColumns, false)
	c.description = find("description", []string{"description"}, false)
	c.keywords = find("keywords", []string{"keywords"}, false)
	if c.id < 0 && slices.Contains(indexColumns, names[0]) {
		c.id = 0
	}
	return c, err
}

func quoted(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(out, ", ")
}

func (c columns) row(record []string, line int) Row {
	field := func(i int) string {
		if i < 0 {
			return ""
		}
		return record[i]
	}
	return Row{
		ID:          field(c.id),
		Text:        field(c.text),
		Label:       field(c.label),
		Description: field(c.description),
		Keywords:    field(c.keywords),
		Line:        line,
	}
}
