package column

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const (
	maxPageBytes  = 1 << 30 // of a page, uncompressed
	maxPageValues = 1 << 22
)

// chunkReader reads the chunk of a column in a row group, page by page, as https://parquet.apache.org/docs/file-format/
// describes them. Nothing that a page states is handed to the library unchecked; see the package's documentation.
type chunkReader struct {
	file     io.ReaderAt
	kind     parquet.Kind // ByteArray, Int32 or Int64
	optional bool
	codec    format.CompressionCodec
	at, end  int64 // of the pages still to read
	left     int64 // values still to read

	dictionary []Value
	page       []Value // of the current page, those still to hand out
}

// next returns the column's next value.
func (c *chunkReader) next() (Value, error) {
	for len(c.page) == 0 {
		if c.left == 0 {
			return Value{}, errors.New("there are fewer values than rows")
		}
		if err := c.readPage(); err != nil {
			return Value{}, err
		}
	}
	value := c.page[0]
	c.page = c.page[1:]
	return value, nil
}

// readPage reads the page at c.at and goes past it.
func (c *chunkReader) readPage() error {
	header, err := c.readHeader()
	if err != nil {
		return fmt.Errorf("page header: %w", err)
	}
	size := int64(header.CompressedPageSize)
	if size < 0 || size > c.end-c.at {
		return fmt.Errorf("a page of %d bytes where the column has %d left", size, c.end-c.at)
	}
	if n := header.UncompressedPageSize; n < 0 || n > maxPageBytes {
		return fmt.Errorf("a page of %d bytes uncompressed; at most %d are read", n, maxPageBytes)
	}
	body := make([]byte, size)
	if _, err := c.file.ReadAt(body, c.at); err != nil {
		return bare(err)
	}
	c.at += size
	if header.CRC != 0 && crc32.ChecksumIEEE(body) != uint32(header.CRC) {
		return errors.New("the checksum of a page does not match")
	}
	switch {
	case header.Type == format.DictionaryPage && header.DictionaryPageHeader.Valid:
		return c.readDictionary(body, header)
	case header.Type == format.DataPage && header.DataPageHeader.Valid:
		return c.readDataV1(body, header)
	case header.Type == format.DataPageV2 && header.DataPageHeaderV2.Valid:
		return c.readDataV2(body, header)
	case header.Type == format.IndexPage:
		return nil
	}
	return fmt.Errorf("a page of unknown type %d", header.Type)
}

// readHeader reads the page header at c.at and goes past it. Its statistics can hold whole texts.
func (c *chunkReader) readHeader() (*format.PageHeader, error) {
	for size := min(int64(4<<10), c.end-c.at); ; size = min(8*size, c.end-c.at) {
		data := make([]byte, size)
		if _, err := c.file.ReadAt(data, c.at); err != nil {
			return nil, bare(err)
		}
		n, err := thriftSize(data)
		if errors.Is(err, errShortThrift) && size < c.end-c.at {
			continue
		}
		if err != nil {
			return nil, err
		}
		header := new(format.PageHeader)
		if err := thrift.Unmarshal(new(thrift.CompactProtocol), data[:n], header); err != nil {
			return nil, err
		}
		c.at += int64(n)
		return header, nil
	}
}

// readDictionary reads a dictionary page: values in PLAIN encoding.
func (c *chunkReader) readDictionary(body []byte, header *format.PageHeader) error {
	if c.dictionary != nil {
		return errors.New("a second dictionary page")
	}
	data, err := c.decompress(body, header.UncompressedPageSize)
	if err != nil {
		return err
	}
	count, err := pageCount(header.DictionaryPageHeader.V.NumValues, maxPageValues)
	if err != nil {
		return err
	}
	c.dictionary, err = decode(format.Plain, c.kind, data, count)
	return err
}

// readDataV1 reads a data page of version 1, whose levels are compressed with the values.
func (c *chunkReader) readDataV1(body []byte, header *format.PageHeader) error {
	page := header.DataPageHeader.V
	count, err := pageCount(page.NumValues, c.left)
	if err != nil {
		return err
	}
	data, err := c.decompress(body, header.UncompressedPageSize)
	if err != nil {
		return err
	}
	var levels []int32
	if c.optional {
		if page.DefinitionLevelEncoding != format.RLE {
			return fmt.Errorf("levels in encoding %v are not read", page.DefinitionLevelEncoding)
		}
		if len(data) < 4 {
			return errPageShort
		}
		n := int64(binary.LittleEndian.Uint32(data))
		if data = data[4:]; n > int64(len(data)) {
			return errPageShort
		}
		if levels, err = decodeRuns(data[:n], 1, count); err != nil {
			return err
		}
		data = data[n:]
	}
	return c.fill(levels, count, page.Encoding, data)
}

// readDataV2 reads a data page of version 2, whose levels stand before the compressed values.
func (c *chunkReader) readDataV2(body []byte, header *format.PageHeader) error {
	page := header.DataPageHeaderV2.V
	count, err := pageCount(page.NumValues, c.left)
	if err != nil {
		return err
	}
	repetition, definition := int64(page.RepetitionLevelsByteLength), int64(page.DefinitionLevelsByteLength)
	if repetition < 0 || definition < 0 || repetition+definition > int64(len(body)) {
		return errPageShort
	}
	var levels []int32
	if c.optional {
		if levels, err = decodeRuns(body[repetition:repetition+definition], 1, count); err != nil {
			return err
		}
	}
	data := body[repetition+definition:]
	if !page.IsCompressed.Valid || page.IsCompressed.V {
		// The size stated for the page counts the levels, which are not compressed.
		size := int64(header.UncompressedPageSize) - repetition - definition
		if size < 0 {
			return errPageShort
		}
		if data, err = c.decompress(data, int32(size)); err != nil {
			return err
		}
	}
	return c.fill(levels, count, page.Encoding, data)
}

// fill decodes the values of a data page and places them among nulls: a row has a value where its definition level is 1.
func (c *chunkReader) fill(levels []int32, count int, encoding format.Encoding, data []byte) error {
	present := count
	if levels != nil {
		present = 0
		for _, level := range levels {
			if level != 0 && level != 1 {
				return fmt.Errorf("the level %d of a column whose highest is 1", level)
			}
			present += int(level)
		}
	}
	values, err := c.decode(encoding, data, present)
	if err != nil {
		return err
	}
	c.left -= int64(count)
	if present == count {
		c.page = values
		return nil
	}
	c.page = make([]Value, count)
	for i, level := range levels {
		if level == 0 {
			c.page[i].Null = true
			continue
		}
		c.page[i], values = values[0], values[1:]
	}
	return nil
}

// decode returns the count values that data holds, out of the dictionary where they are indices.
func (c *chunkReader) decode(encoding format.Encoding, data []byte, count int) ([]Value, error) {
	if count == 0 {
		return nil, nil
	}
	switch encoding {
	case format.RLEDictionary, format.PlainDictionary: //lint:ignore SA1019 deprecated to write, but older files hold it
	default:
		return decode(encoding, c.kind, data, count)
	}
	if len(data) == 0 {
		return nil, errPageShort
	}
	indices, err := decodeRuns(data[1:], int(data[0]), count)
	if err != nil {
		return nil, err
	}
	values := make([]Value, count)
	for i, index := range indices {
		if index < 0 || int(index) >= len(c.dictionary) {
			return nil, fmt.Errorf("value %d of a dictionary of %d", uint32(index), len(c.dictionary))
		}
		values[i] = c.dictionary[index]
	}
	return values, nil
}

// decompress returns the size bytes that data holds in the chunk's codec.
func (c *chunkReader) decompress(data []byte, size int32) (out []byte, err error) {
	if c.codec == format.Uncompressed {
		return data, nil
	}
	defer recoverAs(&err, "cannot be decompressed")
	if c.codec == format.Snappy {
		// A block begins with its length, which is allocated before anything else is looked at.
		if n, k := binary.Uvarint(data); k <= 0 || n != uint64(size) {
			return nil, errors.New("the compressed data states another length than the page header")
		}
	}
	out, err = parquet.LookupCompressionCodec(c.codec).Decode(make([]byte, size), data)
	if err != nil {
		return nil, fmt.Errorf("cannot be decompressed (%v): %w", c.codec, err)
	}
	if len(out) != int(size) {
		return nil, fmt.Errorf("%d bytes after decompression instead of %d", len(out), size)
	}
	return out, nil
}

// pageCount checks the number of values that a page states.
func pageCount(stated int32, most int64) (int, error) {
	if most = min(most, maxPageValues); stated < 0 || int64(stated) > most {
		return 0, fmt.Errorf("a page of %d values where there can be at most %d", stated, most)
	}
	return int(stated), nil
}
