package column

import (
	"strings"
	"testing"
)

func TestThriftSize(t *testing.T) {
	for name, tc := range map[string]struct {
		data string
		want int
		err  error
	}{
		"empty struct":      {"\x00rest", 1, nil},
		"fields":            {"\x15\x02\x18\x03abc\x11\x12\x17\x01\x02\x03\x04\x05\x06\x07\x08\x00", 19, nil},
		"long field number": {"\x05\xc8\x01\x0a\x00", 5, nil},
		"list":              {"\x19\x25\x02\x04\x00", 5, nil},
		"list of structs":   {"\x19\x2c\x00\x15\x02\x00\x00", 7, nil},
		"map":               {"\x1b\x01\x85\x01a\x02\x00", 7, nil},
		"no end":            {"\x15\x02", 0, errShortThrift},
		"list of billions":  {"\x19\xfc\xff\xff\xff\xff\x07\x00", 0, errShortThrift},
		"long string":       {"\x18\xff\x01abc\x00", 0, errShortThrift},
		"unknown type":      {"\x1d\x00", 0, errThrift},
		"deep":              {strings.Repeat("\x1c", 100), 0, errThrift},
		"endless number":    {"\x15" + strings.Repeat("\xff", 20), 0, errThrift},
	} {
		if got, err := thriftSize([]byte(tc.data)); got != tc.want || err != tc.err {
			t.Errorf("%s: %d, %v; want %d, %v", name, got, err, tc.want, tc.err)
		}
	}
}
