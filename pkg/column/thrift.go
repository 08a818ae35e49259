package column

import (
	"encoding/binary"
	"errors"
	"io"
)

// Parquet's footer and page headers are Thrift structs in the compact protocol
// (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md). The library that decodes them
// allocates as many list items as a list says it has, which a damaged byte can make hundreds of gigabytes, and follows
// structs in structs until the stack is full. Recover catches neither, so a struct is walked through before it is decoded.

// thriftDepth is more than parquet's structs nest.
const thriftDepth = 32

// errShortThrift says that the struct goes on after the data.
var errShortThrift = io.ErrUnexpectedEOF

var errThrift = errors.New("malformed Thrift struct")

// thriftSize returns the length in bytes of the struct that data begins with. It fails with errShortThrift where the
// struct, or a list or string in it, is longer than data.
func thriftSize(data []byte) (int, error) {
	w := thriftWalk{data: data}
	if err := w.skipStruct(thriftDepth); err != nil {
		return 0, err
	}
	return w.at, nil
}

type thriftWalk struct {
	data []byte
	at   int
}

func (w *thriftWalk) skipStruct(depth int) error {
	for {
		head, err := w.byte()
		if err != nil || head == 0 {
			return err
		}
		if head>>4 == 0 { // the field's number follows
			if _, err := w.varint(); err != nil {
				return err
			}
		}
		kind := head & 15
		if kind == 1 || kind == 2 { // a boolean field is its type
			continue
		}
		if err := w.skip(kind, depth-1); err != nil {
			return err
		}
	}
}

// skip passes over a value; in lists and maps a boolean takes a byte.
func (w *thriftWalk) skip(kind byte, depth int) error {
	if depth == 0 {
		return errThrift
	}
	switch kind {
	case 1, 2, 3: // boolean, byte
		return w.forward(1)
	case 4, 5, 6: // i16, i32, i64
		_, err := w.varint()
		return err
	case 7: // double
		return w.forward(8)
	case 8: // binary
		n, err := w.varint()
		if err != nil {
			return err
		}
		return w.forward(n)
	case 9, 10: // list, set
		head, err := w.byte()
		if err != nil {
			return err
		}
		n := uint64(head >> 4)
		if n == 15 {
			if n, err = w.varint(); err != nil {
				return err
			}
		}
		return w.items(n, depth, head&15)
	case 11: // map
		n, err := w.varint()
		if err != nil || n == 0 {
			return err
		}
		kinds, err := w.byte()
		if err != nil {
			return err
		}
		return w.items(n, depth, kinds>>4, kinds&15)
	case 12:
		return w.skipStruct(depth)
	}
	return errThrift
}

// items passes over n items of the given kinds each, each of which takes a byte at least.
func (w *thriftWalk) items(n uint64, depth int, kinds ...byte) error {
	if n > uint64(len(w.data)-w.at) {
		return errShortThrift
	}
	for range n {
		for _, kind := range kinds {
			if err := w.skip(kind, depth-1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *thriftWalk) byte() (byte, error) {
	if w.at == len(w.data) {
		return 0, errShortThrift
	}
	w.at++
	return w.data[w.at-1], nil
}

func (w *thriftWalk) varint() (uint64, error) {
	v, n := binary.Uvarint(w.data[w.at:])
	if n == 0 {
		return 0, errShortThrift
	}
	if n < 0 {
		return 0, errThrift
	}
	w.at += n
	return v, nil
}

func (w *thriftWalk) forward(n uint64) error {
	if n > uint64(len(w.data)-w.at) {
		return errShortThrift
	}
	w.at += int(n)
	return nil
}
