package column

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// Magic is what a parquet file begins and ends with.
const Magic = "PAR1"

// Kind says what the values of a column are.
type Kind int

// The kinds of columns. Values of Strings and Integers are read, one a row, null among them.
const (
	Other Kind = iota
	Strings
	Integers
)

// Column is a top-level column of a file's schema.
type Column struct {
	Name string
	Kind Kind
	Type string // what it holds, for messages: "DOUBLE values", "lists or structs"

	leaf     int // index among the column chunks of a row group
	physical parquet.Kind
	optional bool
}

// File is an open parquet file.
type File struct {
	Columns []Column

	r    io.ReaderAt
	size int64
	file *parquet.File
}

// Open checks the frame of a file of the given size in bytes and reads its footer. Errors do not name the file.
func Open(r io.ReaderAt, size int64) (*File, error) {
	if err := checkFrame(r, size); err != nil {
		return nil, err
	}
	f := &File{r: r, size: size}
	if err := f.readSchema(); err != nil {
		return nil, fmt.Errorf("the footer cannot be read; the file is damaged: %w", err)
	}
	return f, nil
}

// checkFrame looks at the magic at both ends and walks through the footer, whose length stands before the last one.
func checkFrame(r io.ReaderAt, size int64) error {
	const frame = 12 // magic, length of the footer, magic
	var head [4]byte
	var tail [8]byte
	if size > 0 {
		if _, err := r.ReadAt(head[:min(4, size)], 0); err != nil {
			return bare(err)
		}
	}
	if string(head[:]) != Magic {
		return errors.New("not a parquet file: it does not begin with " + Magic)
	}
	if size >= frame {
		if _, err := r.ReadAt(tail[:], size-8); err != nil {
			return bare(err)
		}
	}
	length := int64(binary.LittleEndian.Uint32(tail[:]))
	if string(tail[4:]) != Magic || length > size-frame {
		return errors.New("the file does not end as a parquet file; it is truncated or damaged")
	}
	footer := make([]byte, length)
	if _, err := r.ReadAt(footer, size-8-length); err != nil {
		return bare(err)
	}
	if _, err := thriftSize(footer); err != nil {
		return errors.New("the footer cannot be read; the file is damaged")
	}
	return nil
}

func (f *File) readSchema() (err error) {
	defer recoverAs(&err, "invalid schema")
	f.file, err = parquet.OpenFile(f.r, f.size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return err
	}
	for _, c := range f.file.Root().Columns() {
		column := Column{Name: c.Name(), Type: "lists or structs"}
		if c.Leaf() && !c.Repeated() {
			column.Type = c.Type().String() + " values"
			column.leaf, column.physical, column.optional = c.Index(), c.Type().Kind(), c.Optional()
			switch column.physical {
			case parquet.ByteArray:
				column.Kind = Strings
			case parquet.Int32, parquet.Int64:
				column.Kind = Integers
			}
		}
		f.Columns = append(f.Columns, column)
	}
	return nil
}

// Lookup returns an entry of the file's metadata, and whether there is one.
func (f *File) Lookup(key string) (value string, there bool) { return f.file.Lookup(key) }

func (f *File) groups() []format.RowGroup { return f.file.Metadata().RowGroups }

// bare drops the operation and path that the error of a file operation repeats.
func bare(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// recoverAs makes a panic of the library the error of the function that defers it.
func recoverAs(err *error, what string) {
	if caught := recover(); caught != nil {
		*err = fmt.Errorf("%s: %v", what, caught)
	}
}
