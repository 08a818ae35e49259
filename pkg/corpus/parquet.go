package corpus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/column"
)

// hasParquetMagic says whether a file begins like parquet. A file that cannot be read is an error that names it.
func hasParquetMagic(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, fmt.Errorf("%s: %w", path, bare(err))
	}
	defer f.Close()
	head := make([]byte, len(column.Magic))
	_, err = io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, fmt.Errorf("%s: %w", path, bare(err))
	}
	return string(head) == column.Magic, nil
}

func readParquetFile(ctx context.Context, path string, options Options) (*Corpus, error) {
	b := newBuilder(ctx, path)
	b.with = options.With
	b.open(sourceFile{name: path, unit: unitRow})
	if _, err := readParquet(b, options.Fields); err != nil {
		return nil, err
	}
	return b.finish(filepath.Base(path), []string{filepath.Base(path)})
}

// readParquet adds the rows of the open file to b. It returns the names of the classes, nil where labels are strings.
func readParquet(b *builder, fields Fields) ([]string, error) {
	path := b.file().name
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, bare(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, bare(err))
	}
	card := func() ([]byte, error) { return readCard(path) }
	return addParquet(b, f, info.Size(), fields, card)
}

// addParquet is readParquet for a file of the given size. The card is asked for where the file does not name its classes.
func addParquet(b *builder, r io.ReaderAt, size int64, fields Fields, card func() ([]byte, error)) ([]string, error) {
	name := b.file().name
	file, err := column.Open(r, size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t, err := newTable(file, fields)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if label := file.Columns[t.columns.label]; label.Kind == column.Integers {
		if t.classes, err = classNames(file, label.Name, card); err != nil {
			return nil, fmt.Errorf("%s: column %q holds class numbers, and %w", name, label.Name, err)
		}
		for _, class := range t.classes {
			b.declare(strings.Join(strings.Fields(class), " "))
		}
	}
	row := Row{}
	for values, err := range file.Rows(t.indices...) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		row = Row{Line: row.Line + 1}
		for i, set := range t.setters {
			if err := set(&row, values[i]); err != nil {
				return nil, b.rowError(&row, "%v", err)
			}
		}
		if err := b.add(row); err != nil {
			return nil, err
		}
	}
	return t.classes, nil
}

// table puts the values of a parquet file's columns into the fields of a Row.
type table struct {
	columns columns
	classes []string // names of the label column's class numbers; nil where labels are strings
	// One for each column that is read. The id stands first, so that errors in others can name it.
	indices []int
	setters []func(*Row, column.Value) error
}

func newTable(file *column.File, fields Fields) (*table, error) {
	names := make([]string, len(file.Columns))
	for i, c := range file.Columns {
		names[i] = c.Name
	}
	found, err := findColumns(names, fields)
	if err != nil {
		return nil, err
	}
	t := &table{columns: found}
	text := func(name string, field func(*Row) *string) func(*Row, column.Value) error {
		return func(row *Row, value column.Value) error { return setText(name, field(row), value) }
	}
	for _, field := range []struct {
		what    string
		at      int
		numbers func(*Row, column.Value) error // nil where the column must hold strings
		strings func(*Row, column.Value) error
	}{
		{"id", found.id, setNumber, text("id", func(r *Row) *string { return &r.ID })},
		{"text", found.text, nil, text("text", func(r *Row) *string { return &r.Text })},
		{"label", found.label, t.setClass, text("label", func(r *Row) *string { return &r.Label })},
		{"description", found.description, nil, text("description", func(r *Row) *string { return &r.Description })},
		{"keywords", found.keywords, nil, text("keywords", func(r *Row) *string { return &r.Keywords })},
	} {
		if field.at < 0 {
			continue
		}
		c := file.Columns[field.at]
		set, expected := field.strings, "strings"
		if field.numbers != nil {
			expected = "strings or integers"
		}
		if c.Kind == column.Integers {
			set = field.numbers
		}
		if c.Kind == column.Other || set == nil {
			return nil, fmt.Errorf("column %q holds %s; the %s must be %s", c.Name, c.Type, field.what, expected)
		}
		t.indices = append(t.indices, field.at)
		t.setters = append(t.setters, set)
	}
	return t, nil
}

// setText takes a string as the other readers do; null counts as empty.
func setText(name string, into *string, value column.Value) error {
	if len(value.Text) > maxLine {
		return fmt.Errorf("the %s is longer than %d MiB", name, maxLine>>20)
	}
	if at := invalidUTF8(value.Text); at >= 0 {
		return fmt.Errorf("byte %d of the %s (0x%02x) is not UTF-8", at+1, name, value.Text[at])
	}
	text, err := plainText(string(value.Text))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	*into = text
	return nil
}

func setNumber(row *Row, value column.Value) error {
	if !value.Null {
		row.ID = strconv.FormatInt(value.Number, 10)
	}
	return nil
}

// setClass takes a class number.
func (t *table) setClass(row *Row, value column.Value) error {
	if value.Null {
		return nil
	}
	if value.Number < 0 || value.Number >= int64(len(t.classes)) {
		return fmt.Errorf("label %d is outside the %d class names (0 to %d)", value.Number, len(t.classes), len(t.classes)-1)
	}
	row.Label = t.classes[value.Number]
	return nil
}

// readCard returns the README.md beside a parquet file, or beside its data folder; nil where there is none.
func readCard(path string) ([]byte, error) {
	dirs := []string{filepath.Dir(path)}
	if filepath.Base(dirs[0]) == "data" {
		dirs = append(dirs, filepath.Dir(dirs[0]))
	}
	for _, dir := range dirs {
		card, err := os.ReadFile(filepath.Join(dir, "README.md"))
		if err == nil {
			return bytes.TrimPrefix(card, []byte("\ufeff")), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("README.md cannot be read: %w", bare(err))
		}
	}
	return nil, nil
}
