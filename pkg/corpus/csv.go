package corpus

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// ReadCSV is Read for a CSV file with the usual names of columns, whatever the file is called: plain or gzip (known by
// its first bytes), UTF-8 with or without a byte order mark, with LF or CRLF line breaks.
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
	return readLines(context.Background(), path, Options{}, readCSV)
}

// readCSV adds the rows of r to b.
func readCSV(b *builder, r io.Reader, fields Fields) error {
	name := b.file().name
	src := newCSVSource(r, name)
	reader := csv.NewReader(src)
	reader.ReuseRecord = true
	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: the file is empty", name)
	}
	if err != nil {
		return src.explain(err, header, 0)
	}
	cols, err := findColumns(header, fields)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if cols.id < 0 && fields.ID == "" && slices.Contains(indexColumns, strings.ToLower(strings.TrimSpace(header[0]))) {
		cols.id = 0
	}
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return src.explain(err, record, cols.count)
		}
		line, _ := reader.FieldPos(0)
		if err := b.add(cols.row(record, line)); err != nil {
			return err
		}
	}
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
