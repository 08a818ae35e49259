package column

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

func TestDecodeRuns(t *testing.T) {
	for name, tc := range map[string]struct {
		data         string
		width, count int
		want         []int32
		fault        string
	}{
		"nothing":            {"", 3, 0, []int32{}, ""},
		"no width":           {"", 0, 3, []int32{0, 0, 0}, ""},
		"run":                {"\x0a\x05", 3, 5, []int32{5, 5, 5, 5, 5}, ""},
		"run, then more":     {"\x04\x01\xfe\xff\xff\xff\x0f\x01", 1, 2, []int32{1, 1}, ""},
		"packed":             {"\x03\x88\xc6\xfa", 3, 8, []int32{0, 1, 2, 3, 4, 5, 6, 7}, ""},
		"packed, in part":    {"\x03\x88\xc6\xfa", 3, 3, []int32{0, 1, 2}, ""},
		"both":               {"\x04\x02\x03\x88\xc6\xfa", 3, 4, []int32{2, 2, 0, 1}, ""},
		"wide":               {"\x03" + strings.Repeat("\x78\x56\x34\x12", 8), 32, 2, []int32{0x12345678, 0x12345678}, ""},
		"ends early":         {"\x04\x02", 3, 3, nil, errPageShort.Error()},
		"packed ends early":  {"\x05\x88\xc6\xfa", 3, 16, nil, errPageShort.Error()},
		"no value":           {"\x04", 3, 2, nil, errPageShort.Error()},
		"too wide":           {"\x04\x09", 33, 2, nil, "numbers of 33 bits"},
		"run of 2^31":        {"\xfe\xff\xff\xff\x0f\x01", 1, 2, nil, "a run of 2147483647 numbers where there are 2 left"},
		"groups of 2^31":     {"\xff\xff\xff\xff\x0f\x01", 1, 9, nil, "2147483647 groups of eight numbers where there are 9 numbers left"},
		"run of none":        {"\x00\x01\xfe\xff\xff\xff\x0f\x01", 1, 2, nil, "an empty run"},
		"groups of none":     {"\x01\xfe\xff\xff\xff\x0f\x01", 1, 2, nil, "an empty run"},
		"endless run length": {strings.Repeat("\xff", 11), 1, 2, nil, errPageShort.Error()},
	} {
		got, err := decodeRuns([]byte(tc.data), tc.width, tc.count)
		if diff := cmp.Diff(tc.want, got); diff != "" || (err == nil) != (tc.fault == "") || (err != nil && err.Error() != tc.fault) {
			t.Errorf("%s: %v, %s", name, err, diff)
		}
	}
}

func TestDecode(t *testing.T) {
	// 64-bit numbers 7, 7, 8: block size 128, 4 miniblocks, 3 values, first 7, smallest difference 0, widths 1 0 0 0, the differences 0 1.
	const delta = "\x80\x01\x04\x03\x0e\x00\x01\x00\x00\x00\x02\x00\x00\x00"
	for name, tc := range map[string]struct {
		encoding format.Encoding
		kind     parquet.Kind
		data     string
		count    int
		want     []Value
		fault    string
	}{
		"strings":             {format.Plain, parquet.ByteArray, "\x01\x00\x00\x00a\x00\x00\x00\x00", 2, []Value{{Text: []byte("a")}, {Text: []byte{}}}, ""},
		"strings, then more":  {format.Plain, parquet.ByteArray, "\x01\x00\x00\x00a\x09", 1, []Value{{Text: []byte("a")}}, ""},
		"32 bits":             {format.Plain, parquet.Int32, "\xfe\xff\xff\xff\x02\x00\x00\x00", 2, []Value{{Number: -2}, {Number: 2}}, ""},
		"64 bits, then more":  {format.Plain, parquet.Int64, "\xfe\xff\xff\xff\xff\xff\xff\xff\x02", 1, []Value{{Number: -2}}, ""},
		"differences":         {format.DeltaBinaryPacked, parquet.Int64, delta, 3, []Value{{Number: 7}, {Number: 7}, {Number: 8}}, ""},
		"long string":         {format.Plain, parquet.ByteArray, "\x01\x00\x00\x00a\x02\x00\x00\x00b", 2, nil, errPageShort.Error()},
		"endless string":      {format.Plain, parquet.ByteArray, "\xff\xff\xff\xffa", 1, nil, errPageShort.Error()},
		"too few strings":     {format.Plain, parquet.ByteArray, "\x01\x00\x00\x00a", 2, nil, errPageShort.Error()},
		"too few numbers":     {format.Plain, parquet.Int64, "\x01\x00\x00\x00\x00\x00\x00", 1, nil, errPageShort.Error()},
		"other number stated": {format.DeltaBinaryPacked, parquet.Int64, delta, 2, nil, "3 values instead of 2"},
		"differences missing": {format.DeltaBinaryPacked, parquet.Int64, delta[:5], 3, nil, "DELTA_BINARY_PACKED: 2 missing values: unexpected EOF"},
		"no header":           {format.DeltaLengthByteArray, parquet.ByteArray, "\x80\x01\x04", 1, nil, errPageShort.Error()},
		"other type":          {format.DeltaLengthByteArray, parquet.Int64, delta, 3, nil, "encoding DELTA_LENGTH_BYTE_ARRAY of INT64 values"},
		"other encoding":      {format.ByteStreamSplit, parquet.Int64, delta, 3, nil, "encoding BYTE_STREAM_SPLIT is not read; write the file with plain or dictionary encoding"},
	} {
		got, err := decode(tc.encoding, tc.kind, []byte(tc.data), tc.count)
		if diff := cmp.Diff(tc.want, got); diff != "" || (err == nil) != (tc.fault == "") || (err != nil && err.Error() != tc.fault) {
			t.Errorf("%s: %v, %s", name, err, diff)
		}
	}
}
