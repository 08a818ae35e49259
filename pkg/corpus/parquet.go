package corpus

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

const parquetMagic = "PAR1"

// hasParquetMagic says whether a file begins like parquet. A file that cannot be read is an error that names it.
func hasParquetMagic(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, fmt.Errorf("%s: %w", path, bare(err))
	}
	defer f.Close()
	head := make([]byte, len(parquetMagic))
	_, err = io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, fmt.Errorf("%s: %w", path, bare(err))
	}
	return string(head) == parquetMagic, nil
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
	t, err := openTable(r, size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.file().name, err)
	}
	cols, err := findColumns(t.names(), fields)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.file().name, err)
	}
	readers, err := t.readers(cols)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.file().name, err)
	}
	var classes []string
	if label := t.file.Root().Columns()[cols.label]; label.Type().Kind() != parquet.ByteArray {
		if classes, err = t.classNames(label.Name(), card); err != nil {
			return nil, fmt.Errorf("%s: column %q holds class numbers, and %w", b.file().name, label.Name(), err)
		}
		for _, class := range classes {
			b.declare(strings.Join(strings.Fields(class), " "))
		}
	}
	row := Row{}
	for g := range t.file.Metadata().RowGroups {
		if err := t.openGroup(g, readers); err != nil {
			return nil, fmt.Errorf("%s: row group %d: %w; the file is damaged", b.file().name, g+1, err)
		}
		for range t.file.Metadata().RowGroups[g].NumRows {
			row = Row{Line: row.Line + 1}
			for _, c := range readers {
				value, err := c.chunk.next()
				if err != nil {
					return nil, fmt.Errorf("%s: row group %d, column %q, after row %d: %w; the file is damaged", b.file().name, g+1, c.name, row.Line-1, err)
				}
				if err := c.set(&row, value, classes); err != nil {
					return nil, b.fault(&row, "%v", err)
				}
			}
			if err := b.add(row); err != nil {
				return nil, err
			}
		}
	}
	return classes, nil
}

// table is an open parquet file.
type table struct {
	r    io.ReaderAt
	size int64
	file *parquet.File
}

// openTable checks the frame of the file and reads its footer.
func openTable(r io.ReaderAt, size int64) (t *table, err error) {
	const frame = 12 // magic, length of the footer, magic
	var head [4]byte
	var tail [8]byte
	if size > 0 {
		if _, err := r.ReadAt(head[:min(4, size)], 0); err != nil {
			return nil, bare(err)
		}
	}
	if string(head[:]) != parquetMagic {
		return nil, errors.New("not a parquet file: it does not begin with PAR1")
	}
	if size >= frame {
		if _, err := r.ReadAt(tail[:], size-8); err != nil {
			return nil, bare(err)
		}
	}
	length := int64(binary.LittleEndian.Uint32(tail[:]))
	if string(tail[4:]) != parquetMagic || length > size-frame {
		return nil, errors.New("the file does not end as a parquet file; it is truncated or damaged")
	}
	footer := make([]byte, length)
	if _, err := r.ReadAt(footer, size-8-length); err != nil {
		return nil, bare(err)
	}
	if _, err := thriftSize(footer); err != nil {
		return nil, errors.New("the footer cannot be read; the file is damaged")
	}
	defer recoverAs(&err, "the footer cannot be read; the file is damaged")
	file, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("the footer cannot be read; the file is damaged: %w", err)
	}
	return &table{r: r, size: size, file: file}, nil
}

func (t *table) names() []string {
	var names []string
	for _, column := range t.file.Root().Columns() {
		names = append(names, column.Name())
	}
	return names
}

// columnReader reads one column of a table into a field of Row.
type columnReader struct {
	name     string
	leaf     int // index among the columns of a row group
	kind     parquet.Kind
	optional bool
	set      func(row *Row, value cell, classes []string) error
	chunk    *chunkReader
}

// codecs are those whose decoders take no more memory than the data that comes out; LZ4's in the library takes all there
// is where the data is damaged.
var codecs = []format.CompressionCodec{format.Uncompressed, format.Snappy, format.Gzip, format.Zstd, format.Brotli}

// readers returns the readers of the columns that there are. The id stands first, so that errors in others can name it.
func (t *table) readers(cols columns) (readers []*columnReader, err error) {
	defer recoverAs(&err, "the schema cannot be read; the file is damaged")
	text := func(name string, field func(*Row) *string) func(*Row, cell, []string) error {
		return func(row *Row, value cell, _ []string) error { return setText(name, field(row), value) }
	}
	for _, field := range []struct {
		what    string
		at      int
		numbers bool
		set     func(*Row, cell, []string) error
	}{
		{"id", cols.id, true, text("id", func(r *Row) *string { return &r.ID })},
		{"text", cols.text, false, text("text", func(r *Row) *string { return &r.Text })},
		{"label", cols.label, true, setLabel},
		{"description", cols.description, false, text("description", func(r *Row) *string { return &r.Description })},
		{"keywords", cols.keywords, false, text("keywords", func(r *Row) *string { return &r.Keywords })},
	} {
		if field.at < 0 {
			continue
		}
		column := t.file.Root().Columns()[field.at]
		expected := "strings"
		if field.numbers {
			expected = "strings or integers"
		}
		if !column.Leaf() || column.Repeated() {
			return nil, fmt.Errorf("column %q holds lists or structs; the %s must be %s", column.Name(), field.what, expected)
		}
		kind := column.Type().Kind()
		integer := kind == parquet.Int32 || kind == parquet.Int64
		if kind != parquet.ByteArray && !(integer && field.numbers) {
			return nil, fmt.Errorf("column %q holds %s values; the %s must be %s", column.Name(), column.Type(), field.what, expected)
		}
		c := &columnReader{name: column.Name(), leaf: column.Index(), kind: kind, optional: column.Optional(), set: field.set}
		if field.what == "id" && integer {
			c.set = setNumber
		}
		for _, group := range t.file.Metadata().RowGroups {
			if codec := group.Columns[c.leaf].MetaData.Codec; !slices.Contains(codecs, codec) {
				return nil, fmt.Errorf("column %q is compressed with %v, which is not read; write the file with snappy, gzip, zstd or brotli", c.name, codec)
			}
		}
		readers = append(readers, c)
	}
	return readers, nil
}

// openGroup points the readers at a row group.
func (t *table) openGroup(g int, readers []*columnReader) error {
	group := &t.file.Metadata().RowGroups[g]
	for _, c := range readers {
		meta := &group.Columns[c.leaf].MetaData
		start := meta.DataPageOffset
		if dictionary := meta.DictionaryPageOffset; dictionary > 0 && dictionary < start {
			start = dictionary
		}
		size := meta.TotalCompressedSize
		switch {
		case start < int64(len(parquetMagic)) || size < 0 || start > t.size || size > t.size-start:
			return fmt.Errorf("column %q is stated to lie outside the file", c.name)
		case meta.NumValues != group.NumRows || group.NumRows < 0:
			return fmt.Errorf("column %q has %d values in %d rows", c.name, meta.NumValues, group.NumRows)
		case parquet.Kind(meta.Type) != c.kind:
			return fmt.Errorf("column %q is of another type than the schema says", c.name)
		}
		c.chunk = &chunkReader{
			file: t.r, kind: c.kind, optional: c.optional, codec: meta.Codec,
			at: start, end: start + size, left: group.NumRows,
		}
	}
	return nil
}

func setText(name string, into *string, value cell) error {
	if len(value.text) > maxLine {
		return fmt.Errorf("the %s is longer than %d MiB", name, maxLine>>20)
	}
	if at := invalidUTF8(value.text); at >= 0 {
		return fmt.Errorf("byte %d of the %s (0x%02x) is not UTF-8", at+1, name, value.text[at])
	}
	text, err := plainText(string(value.text))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	*into = text
	return nil
}

func setNumber(row *Row, value cell, _ []string) error {
	if !value.null {
		row.ID = strconv.FormatInt(value.number, 10)
	}
	return nil
}

func setLabel(row *Row, value cell, classes []string) error {
	if classes == nil || value.null {
		return setText("label", &row.Label, value)
	}
	if value.number < 0 || value.number >= int64(len(classes)) {
		return fmt.Errorf("label %d is outside the %d class names (0 to %d)", value.number, len(classes), len(classes)-1)
	}
	row.Label = classes[value.number]
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
