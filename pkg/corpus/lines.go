package corpus

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxLine bounds one line, and one quoted CSV field, in bytes: a runaway line is an error before it fills the memory.
const maxLine = 128 << 20

// LineError is an error in one line of a source. Reading may go on after it where the reader allows it.
type LineError struct {
	File   string
	Line   int    // 1-based
	IsRow  bool   // the file is parquet and Line counts its rows
	ID     string // the row's or note's id, where it could be read
	Reason string
}

// Error returns one line: file, line or row, id where known, reason.
func (e *LineError) Error() string {
	where := fmt.Sprintf("%s:%d", e.File, e.Line)
	if e.IsRow {
		where = fmt.Sprintf("%s: row %d", e.File, e.Line)
	}
	if e.ID == "" {
		return where + ": " + e.Reason
	}
	return fmt.Sprintf("%s: id %q: %s", where, e.ID, e.Reason)
}

// Open opens a file for reading and unpacks it if its first bytes say gzip, whatever its name. A folder, a file that
// cannot be opened and a damaged gzip header are errors that name the path.
func Open(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, bare(err))
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("is a folder, not a file")
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, bare(err))
	}
	plain := bufio.NewReaderSize(f, 1<<16)
	magic, err := plain.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, bare(err))
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return &opened{plain, f}, nil
	}
	z, err := gzip.NewReader(plain)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, gzipError(err))
	}
	return &opened{gzipReader{z}, f}, nil
}

type opened struct {
	io.Reader
	io.Closer
}

// gzipReader is a gzip.Reader whose errors are plain words.
type gzipReader struct{ z *gzip.Reader }

func (u gzipReader) Read(p []byte) (int, error) {
	n, err := u.z.Read(p)
	return n, gzipError(err)
}

func gzipError(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the gzip data ends early; the file is truncated")
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.As(err, &corrupt):
		return fmt.Errorf("the gzip data is damaged (%w)", err)
	}
	return err
}

// bare drops the operation and path that the error of a file operation repeats.
func bare(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

var errLongLine = fmt.Errorf("the line is longer than %d MiB", maxLine>>20)

// lineReader reads a stream line by line, without a byte order mark at its start.
type lineReader struct {
	r     *bufio.Reader
	line  int // number of the line last returned, 1-based
	limit int // longest line in bytes
	buf   []byte
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, 1<<16), limit: maxLine}
}

// next returns the next line with its line break, if it has one. The slice is valid until the next call. After
// errLongLine the rest of that line has been skipped; any other error, io.EOF among them, ends the stream.
func (l *lineReader) next() ([]byte, error) {
	l.buf = l.buf[:0]
	l.line++
	tooLong := false
	for {
		part, err := l.r.ReadSlice('\n')
		if len(l.buf)+len(part) > l.limit {
			tooLong = true
		}
		if !tooLong {
			l.buf = append(l.buf, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if tooLong {
			return nil, errLongLine
		}
		if err != nil && len(l.buf) == 0 {
			return nil, io.EOF
		}
		if l.line == 1 {
			return bytes.TrimPrefix(l.buf, []byte("\ufeff")), nil
		}
		return l.buf, nil
	}
}
