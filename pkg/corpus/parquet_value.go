package corpus

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

var errPageShort = errors.New("a page holds less than it states")

// decodePlain appends count values in PLAIN encoding: integers little-endian, strings behind their length in 4 bytes.
func decodePlain(out []cell, kind parquet.Kind, data []byte, count int) ([]cell, error) {
	for range count {
		width := 4
		if kind == parquet.Int64 {
			width = 8
		}
		if len(data) < width {
			return nil, errPageShort
		}
		var value cell
		switch kind {
		case parquet.Int64:
			value.number = int64(binary.LittleEndian.Uint64(data))
		case parquet.Int32:
			value.number = int64(int32(binary.LittleEndian.Uint32(data)))
		default:
			n := int64(binary.LittleEndian.Uint32(data))
			if n > int64(len(data)-width) {
				return nil, errPageShort
			}
			value.text = data[width : width+int(n)]
			width += int(n)
		}
		out = append(out, value)
		data = data[width:]
	}
	return out, nil
}

// decodeRuns returns count unsigned numbers of the given width in bits from parquet's hybrid of runs and bit-packed
// groups of eight, as levels and dictionary indices are stored. (The library's decoder takes the length of a run on trust.)
func decodeRuns(data []byte, width, count int) ([]uint32, error) {
	out := make([]uint32, 0, count)
	if width == 0 { // writers leave the runs out then
		return out[:count], nil
	}
	if width > 32 {
		return nil, fmt.Errorf("numbers of %d bits", width)
	}
	for len(out) < count {
		head, n := binary.Uvarint(data)
		if n <= 0 {
			return nil, errPageShort
		}
		data = data[n:]
		length, packed := head>>1, head&1 == 1
		if !packed {
			size := (width + 7) / 8
			if len(data) < size {
				return nil, errPageShort
			}
			var padded [4]byte
			copy(padded[:], data[:size])
			data = data[size:]
			value := binary.LittleEndian.Uint32(padded[:])
			if width < 32 && value>>width != 0 {
				return nil, fmt.Errorf("the number %d in %d bits", value, width)
			}
			for range min(length, uint64(count-len(out))) {
				out = append(out, value)
			}
			continue
		}
		if length > uint64(len(data)/width) {
			return nil, errPageShort
		}
		group := data[:int(length)*width]
		data = data[len(group):]
		for bit := 0; bit < 8*len(group) && len(out) < count; bit += width {
			out = append(out, bitsAt(group, bit, width))
		}
	}
	return out, nil
}

// bitsAt returns the number of the given width that begins at a bit of data, least significant bit first.
func bitsAt(data []byte, bit, width int) uint32 {
	var window uint64
	for i, at := 0, bit/8; i < 8 && at+i < len(data); i++ {
		window |= uint64(data[at+i]) << (8 * i)
	}
	return uint32(window >> (bit % 8) & (1<<width - 1))
}

// decodeDelta returns count values in one of the delta encodings, which begin with a header that states their number:
// block size, miniblocks in a block, number of values.
func decodeDelta(encoding format.Encoding, kind parquet.Kind, data []byte, count int) (out []cell, err error) {
	defer recoverAs(&err, "values cannot be decoded")
	rest, stated := data, uint64(0)
	for range 3 {
		v, n := binary.Uvarint(rest)
		if n <= 0 {
			return nil, errPageShort
		}
		rest, stated = rest[n:], v
	}
	if stated != uint64(count) {
		return nil, fmt.Errorf("%d values instead of %d", stated, count)
	}
	// The library's decoders may look a vector's width past the end.
	padded := make([]byte, len(data), len(data)+64)
	copy(padded, data)
	decoder := parquet.LookupEncoding(encoding)
	out = make([]cell, count)
	got := 0
	switch {
	case kind == parquet.ByteArray && encoding == format.DeltaLengthByteArray:
		var text []byte
		var offsets []uint32
		text, offsets, err = decoder.DecodeByteArray(nil, padded, nil)
		got = len(offsets) - 1
		for i := range min(count, got) {
			out[i].text = text[offsets[i]:offsets[i+1]]
		}
	case kind == parquet.Int32 && encoding == format.DeltaBinaryPacked:
		var numbers []int32
		numbers, err = decoder.DecodeInt32(nil, padded)
		for i := range min(count, len(numbers)) {
			out[i].number = int64(numbers[i])
		}
		got = len(numbers)
	case kind == parquet.Int64 && encoding == format.DeltaBinaryPacked:
		var numbers []int64
		numbers, err = decoder.DecodeInt64(nil, padded)
		for i := range min(count, len(numbers)) {
			out[i].number = numbers[i]
		}
		got = len(numbers)
	default:
		return nil, fmt.Errorf("encoding %v of %v values", encoding, kind)
	}
	if err != nil {
		return nil, err
	}
	if got != count {
		return nil, errPageShort
	}
	return out, nil
}
