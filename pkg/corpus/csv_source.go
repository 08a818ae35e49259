package corpus

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// csvSource feeds a csv.Reader one line a call, so that the two are always on the same line, and checks what
// encoding/csv does not: the encoding, NUL bytes, and the line on which a quoted field was opened.
type csvSource struct {
	lines   *lineReader
	name    string
	pending []byte // rest of the current line

	quote     int  // line on which the quoted field that is open began; 0 outside of one
	quoteWas  int  // quote at the start of the current line
	lastQuote int  // line on which the field that closed last began
	closed    bool // the byte before closed a quoted field
	inField   int  // bytes of the open quoted field on whole lines so far

	ended bool
	err   error // what stopped the reading; reported in place of the csv.Reader's error
}

func newCSVSource(r io.Reader, name string) *csvSource {
	return &csvSource{lines: newLineReader(r), name: name}
}

// Read implements io.Reader.
func (s *csvSource) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if len(s.pending) == 0 {
		line, err := s.lines.next()
		switch {
		case errors.Is(err, io.EOF):
			s.ended = true
			return 0, io.EOF
		case errors.Is(err, errLongLine):
			s.err = s.lineError(err.Error())
		case err != nil:
			s.err = fmt.Errorf("%s: after line %d: %w", s.name, s.lines.line-1, bare(err))
		default:
			s.err = s.check(line)
		}
		if s.err != nil {
			return 0, s.err
		}
		s.pending = line
	}
	n := copy(p, s.pending)
	s.pending = s.pending[n:]
	return n, nil
}

func (s *csvSource) lineError(reason string) error {
	return &LineError{File: s.name, Line: s.lines.line, Reason: reason}
}

func (s *csvSource) check(line []byte) error {
	if s.lines.line == 1 && (bytes.HasPrefix(line, []byte{0xff, 0xfe}) || bytes.HasPrefix(line, []byte{0xfe, 0xff})) {
		return s.lineError("the file is UTF-16; save it as UTF-8")
	}
	if at := bytes.IndexByte(line, 0); at >= 0 {
		return s.lineError(fmt.Sprintf("NUL byte at byte %d of the line; the file is not plain text", at+1))
	}
	if at := invalidUTF8(line); at >= 0 {
		return s.lineError(fmt.Sprintf("byte %d of the line (0x%02x) is not UTF-8; save the file as UTF-8", at+1, line[at]))
	}
	s.quoteWas = s.quote
	for _, b := range line {
		switch {
		case b != '"':
			s.closed = false
		case s.quote != 0:
			s.quote, s.lastQuote, s.closed = 0, s.quote, true
		case s.closed:
			// A doubled quote: the field was not closed after all.
			s.quote, s.closed = s.lastQuote, false
		default:
			s.quote, s.inField = s.lines.line, 0
		}
	}
	if s.quote == 0 {
		return nil
	}
	if s.inField += len(line); s.inField > maxLine {
		return &LineError{File: s.name, Line: s.quote, Reason: fmt.Sprintf("the quote opened here is not closed within %d MiB", maxLine>>20)}
	}
	return nil
}

// invalidUTF8 returns the index of the first byte that is not part of valid UTF-8, or -1.
func invalidUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	at := 0
	for {
		r, size := utf8.DecodeRune(b[at:])
		if r == utf8.RuneError && size <= 1 {
			return at
		}
		at += size
	}
}

// explain turns an error of the csv.Reader into one line with place and cause. The record is what the reader
// returned beside it; want is the number of columns.
func (s *csvSource) explain(err error, record []string, want int) error {
	if s.err != nil {
		return s.err
	}
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	at := func(line int, format string, args ...any) error {
		return &LineError{File: s.name, Line: line, Reason: fmt.Sprintf(format, args...)}
	}
	switch {
	case errors.Is(err, csv.ErrFieldCount):
		return at(parse.StartLine, "the row has %d fields, the header %d", len(record), want)
	case errors.Is(err, csv.ErrBareQuote):
		return at(parse.Line, "quote inside a field that does not begin with one (byte %d of the line); quote the whole field and double the quote", parse.Column)
	case errors.Is(err, csv.ErrQuote) && s.quote != 0 && s.ended:
		return at(s.quote, "the quote opened here is never closed")
	case errors.Is(err, csv.ErrQuote) && s.quoteWas != 0:
		return at(s.quoteWas, "the quote opened here is not closed before line %d, where text follows a quote (byte %d); close it, or double the quotes inside the field", parse.Line, parse.Column)
	case errors.Is(err, csv.ErrQuote):
		return at(parse.Line, "text follows the quote at byte %d, which should close the field; close the field, or double the quotes inside it", parse.Column)
	}
	return at(parse.Line, "%v", parse.Err)
}
