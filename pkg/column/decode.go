package column

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/plain"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/format"
)

var errPageShort = errors.New("a page is shorter than its header says")

// decode returns the count values that data holds in an encoding without a dictionary.
func decode(encoding format.Encoding, kind parquet.Kind, data []byte, count int) (values []Value, err error) {
	defer recoverAs(&err, "values cannot be decoded")
	switch encoding {
	case format.Plain:
		if kind == parquet.ByteArray {
			return plainStrings(data, count)
		}
		width := 4
		if kind == parquet.Int64 {
			width = 8
		}
		if count > len(data)/width {
			return nil, errPageShort
		}
		data = data[:count*width]
	case format.DeltaLengthByteArray, format.DeltaBinaryPacked:
		if (kind == parquet.ByteArray) != (encoding == format.DeltaLengthByteArray) {
			return nil, fmt.Errorf("encoding %v of %v values", encoding, kind)
		}
		if err := checkDelta(data, count); err != nil {
			return nil, err
		}
		// The library's decoders may look a vector's width past the end.
		data = append(make([]byte, 0, len(data)+64), data...)
	default:
		return nil, fmt.Errorf("encoding %v is not read; write the file with plain or dictionary encoding", encoding)
	}
	decoder := parquet.LookupEncoding(encoding)
	switch kind {
	case parquet.ByteArray:
		text, offsets, err := decoder.DecodeByteArray(nil, data, nil)
		if err != nil {
			return nil, err
		}
		for i := range len(offsets) - 1 {
			values = append(values, Value{Text: text[offsets[i]:offsets[i+1]]})
		}
	case parquet.Int32:
		numbers, err := decoder.DecodeInt32(nil, data)
		if err != nil {
			return nil, err
		}
		values = integers(numbers)
	case parquet.Int64:
		numbers, err := decoder.DecodeInt64(nil, data)
		if err != nil {
			return nil, err
		}
		values = integers(numbers)
	}
	if len(values) != count {
		return nil, errPageShort
	}
	return values, nil
}

func integers[T int32 | int64](numbers []T) []Value {
	values := make([]Value, len(numbers))
	for i, n := range numbers {
		values[i].Number = int64(n)
	}
	return values
}

// plainStrings returns strings that each stand behind their length. (The library's decoder of a whole page compares a
// length with the page's instead of with what is left of it.)
func plainStrings(data []byte, count int) ([]Value, error) {
	values := make([]Value, 0, min(count, len(data)))
	for range count {
		text, rest, err := plain.NextByteArray(data)
		if err != nil {
			return nil, errPageShort
		}
		values, data = append(values, Value{Text: text}), rest
	}
	return values, nil
}

// checkDelta compares the number of values in the header of a delta encoding, which is allocated, with the page's. The
// header is block size, miniblocks in a block, number of values.
func checkDelta(data []byte, count int) error {
	stated := uint64(0)
	for range 3 {
		v, n := binary.Uvarint(data)
		if n <= 0 {
			return errPageShort
		}
		stated, data = v, data[n:]
	}
	if stated != uint64(count) {
		return fmt.Errorf("%d values instead of %d", stated, count)
	}
	return nil
}

// decodeRuns returns count numbers of the given width in bits from parquet's hybrid of runs and bit-packed groups of
// eight, as levels and dictionary indices are stored. A number may be wider than stated.
func decodeRuns(data []byte, width, count int) (numbers []int32, err error) {
	if width == 0 { // writers leave the runs out then
		return make([]int32, count), nil
	}
	if width > 32 {
		return nil, fmt.Errorf("numbers of %d bits", width)
	}
	size, err := runsSize(data, width, count)
	if err != nil {
		return nil, err
	}
	defer recoverAs(&err, "runs cannot be decoded")
	numbers, err = (&rle.Encoding{BitWidth: width}).DecodeInt32(make([]int32, 0, count), data[:size])
	if err != nil {
		return nil, err
	}
	return numbers[:count], nil
}

// runsSize returns the length in bytes of the runs that hold count numbers. The library allocates what a run states, up to
// 2^31 numbers, so a run must not go on after the count, but for the padding of the last group.
func runsSize(data []byte, width, count int) (int, error) {
	at := 0
	for left := count; left > 0; {
		head, n := binary.Uvarint(data[at:])
		if n <= 0 {
			return 0, errPageShort
		}
		at += n
		length, size := head>>1, uint64(width+7)/8
		if head&1 == 1 { // groups of eight
			if length > uint64(left+7)/8 {
				return 0, fmt.Errorf("%d groups of eight numbers where there are %d numbers left", length, left)
			}
			length, size = 8*length, length*uint64(width)
		} else if length > uint64(left) {
			return 0, fmt.Errorf("a run of %d numbers where there are %d left", length, left)
		}
		if length == 0 {
			return 0, errors.New("an empty run")
		}
		if size > uint64(len(data)-at) {
			return 0, errPageShort
		}
		at += int(size)
		left -= int(min(length, uint64(left)))
	}
	return at, nil
}
