package column

import (
	"fmt"
	"iter"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// Value is one value of a column.
type Value struct {
	Null   bool
	Text   []byte // of Strings; must not be changed
	Number int64  // of Integers
}

// codecs are those whose decoders take no more memory than the data that comes out; LZ4's in the library takes all there
// is where the data is damaged.
var codecs = []format.CompressionCodec{format.Uncompressed, format.Snappy, format.Gzip, format.Zstd, format.Brotli}

// Rows returns the rows of the file in order: the values of the columns with the given indices, which must be of the kind
// Strings or Integers, in the order given. The slice of values is overwritten by the next row. An error ends the rows; it
// names the row group, the column and the row before, counted from 1, but not the file.
func (f *File) Rows(columns ...int) iter.Seq2[[]Value, error] {
	return func(yield func([]Value, error) bool) {
		if err := f.checkCodecs(columns); err != nil {
			yield(nil, err)
			return
		}
		values := make([]Value, len(columns))
		row := 0
		for g := range f.groups() {
			chunks, err := f.openGroup(g, columns)
			if err != nil {
				yield(nil, fmt.Errorf("row group %d: %w; the file is damaged", g+1, err))
				return
			}
			for range f.groups()[g].NumRows {
				for i, chunk := range chunks {
					if values[i], err = chunk.next(); err != nil {
						yield(nil, fmt.Errorf("row group %d, column %q, after row %d: %w; the file is damaged", g+1, f.Columns[columns[i]].Name, row, err))
						return
					}
				}
				if !yield(values, nil) {
					return
				}
				row++
			}
		}
	}
}

func (f *File) checkCodecs(columns []int) error {
	for _, at := range columns {
		c := f.Columns[at]
		if c.Kind == Other {
			return fmt.Errorf("column %q holds %s, which are not read", c.Name, c.Type)
		}
		for _, group := range f.groups() {
			if codec := group.Columns[c.leaf].MetaData.Codec; !slices.Contains(codecs, codec) {
				return fmt.Errorf("column %q is compressed with %v, which is not read; write the file with snappy, gzip, zstd or brotli", c.Name, codec)
			}
		}
	}
	return nil
}

// openGroup returns readers of the columns' chunks in a row group.
func (f *File) openGroup(g int, columns []int) ([]*chunkReader, error) {
	group := &f.groups()[g]
	chunks := make([]*chunkReader, len(columns))
	for i, at := range columns {
		c := f.Columns[at]
		meta := &group.Columns[c.leaf].MetaData
		start := meta.DataPageOffset
		if dictionary := meta.DictionaryPageOffset; dictionary > 0 && dictionary < start {
			start = dictionary
		}
		size := meta.TotalCompressedSize
		switch {
		case start < int64(len(Magic)) || size < 0 || start > f.size || size > f.size-start:
			return nil, fmt.Errorf("column %q lies outside the file", c.Name)
		case meta.NumValues != group.NumRows || group.NumRows < 0:
			return nil, fmt.Errorf("column %q has %d values in %d rows", c.Name, meta.NumValues, group.NumRows)
		case parquet.Kind(meta.Type) != c.physical:
			return nil, fmt.Errorf("column %q is of another type than the schema says", c.Name)
		}
		chunks[i] = &chunkReader{
			file: f.r, kind: c.physical, optional: c.optional, codec: meta.Codec,
			at: start, end: start + size, left: group.NumRows,
		}
	}
	return chunks, nil
}
