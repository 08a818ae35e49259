package corpus

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// readAll returns the notes and the errors of a stream, the errors as text.
func readAll(r io.Reader) (notes []Unlabelled, faults []string) {
	for in, err := range ReadUnlabelled(r, "notes.jsonl") {
		if err != nil {
			faults = append(faults, err.Error())
			continue
		}
		notes = append(notes, in)
	}
	return notes, faults
}

func TestReadInputs(t *testing.T) {
	data := "\ufeff{\"id\": \"a\", \"text\": \"Knee pain.\"}\r\n" +
		"\n   \t\r\n" +
		"{\"text\": \"Line one.\\nLine two: \\u00e9 \\ud83d\\ude00\", \"extra\": {\"id\": 7, \"text\": null}, \"id\": 12}\n" +
		"{\"id\": -1.50e2, \"text\": \"\ufffd is written, so is \\uFFFD\"}\n" +
		"{\"id\": \" spaced \\u0041\", \"text\": \" blanks around \"}"
	notes, faults := readAll(strings.NewReader(data))
	if len(faults) > 0 {
		t.Fatalf("faults: %q", faults)
	}
	want := []Unlabelled{
		{ID: "a", RawID: []byte(`"a"`), Text: "Knee pain.", Line: 1},
		{ID: "12", RawID: []byte("12"), Text: "Line one.\nLine two: \u00e9 \U0001f600", Line: 4},
		{ID: "-1.50e2", RawID: []byte("-1.50e2"), Text: "\ufffd is written, so is \ufffd", Line: 5},
		{ID: " spaced A", RawID: []byte(`" spaced \u0041"`), Text: " blanks around ", Line: 6},
	}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Error(diff)
	}
}

func TestReadInputsGoesOnAfterBadLines(t *testing.T) {
	for _, tc := range []struct{ line, want string }{
		{`{"id": "b", "text": "cut off`, `notes.jsonl:2: malformed JSON at byte 28 of the line: unexpected end of JSON input`},
		{`{"id": "b" "text": "x"}`, `notes.jsonl:2: malformed JSON at byte 12 of the line: invalid character '"' after object key:value pair`},
		{`not json`, `notes.jsonl:2: malformed JSON at byte 2 of the line: invalid character 'o' in literal null (expecting 'u')`},
		{`{"id": "b", "text": "x"} {"id": "c"}`, `notes.jsonl:2: data after the JSON object (byte 26 of the line); one note a line`},
		{`["b", "x"]`, `notes.jsonl:2: expected a JSON object, found a list`},
		{`"b"`, `notes.jsonl:2: expected a JSON object, found a string`},
		{`{}`, `notes.jsonl:2: "id" is missing`},
		{`{"text": "x"}`, `notes.jsonl:2: "id" is missing`},
		{`{"ID": "b", "text": "x"}`, `notes.jsonl:2: "id" is missing`},
		{`{"id": null, "text": "x"}`, `notes.jsonl:2: "id" must be a string or a number, found null`},
		{`{"id": true, "text": "x"}`, `notes.jsonl:2: "id" must be a string or a number, found a boolean`},
		{`{"id": ["b"], "text": "x"}`, `notes.jsonl:2: "id" must be a string or a number, found a list`},
		{`{"id": " ", "text": "x"}`, `notes.jsonl:2: "id" is empty`},
		{`{"id": "b"}`, `notes.jsonl:2: id "b": "text" is missing`},
		{`{"id": 3, "text": 4}`, `notes.jsonl:2: id "3": "text" must be a string, found a number`},
		{`{"id": "b", "text": {"en": "x"}}`, `notes.jsonl:2: id "b": "text" must be a string, found an object`},
		{`{"id": "b", "text": null}`, `notes.jsonl:2: id "b": "text" must be a string, found null`},
		{`{"id": "b", "text": ""}`, `notes.jsonl:2: id "b": "text" is empty`},
		{`{"id": "b", "text": " \n\t\u00a0"}`, `notes.jsonl:2: id "b": "text" is empty`},
		{`{"id": "b", "text": "x", "text": "y"}`, `notes.jsonl:2: "text" is there twice`},
		{`{"id": "b", "text": "half \ud83d here"}`, `notes.jsonl:2: id "b": "text" holds half of a surrogate pair (\ud800 to \udfff alone)`},
		{"{\"id\": \"b\", \"text\": \"caf\xe9\"}", `notes.jsonl:2: byte 25 of the line (0xe9) is not UTF-8`},
		{"{\"id\": \"b\", \"text\": \"a\x00b\"}", `notes.jsonl:2: malformed JSON at byte 23 of the line: invalid character '\x00' in string literal`},
		{`{"id": "a", "text": "again"}`, `notes.jsonl:2: id "a": the id is already on line 1`},
	} {
		notes, faults := readAll(strings.NewReader(`{"id": "a", "text": "first"}` + "\n" + tc.line + "\n" + `{"id": "z", "text": "last"}`))
		if diff := cmp.Diff([]string{tc.want}, faults); diff != "" {
			t.Errorf("%s: %s", tc.line, diff)
		}
		if len(notes) != 2 || notes[1].ID != "z" || notes[1].Line != 3 {
			t.Errorf("%s: the notes around it are %+v", tc.line, notes)
		}
	}
}

func TestReadInputsIDs(t *testing.T) {
	// A rejected line does not take its id; a number and the string of its digits are one id.
	notes, faults := readAll(strings.NewReader(`{"id": 1}
{"id": 1, "text": "x"}
{"id": "1", "text": "y"}
{"id": 1.0, "text": "z"}`))
	if len(notes) != 2 || notes[0].Line != 2 || notes[1].ID != "1.0" {
		t.Errorf("notes %+v", notes)
	}
	if want := []string{`notes.jsonl:1: id "1": "text" is missing`, `notes.jsonl:3: id "1": the id is already on line 2`}; !cmp.Equal(want, faults) {
		t.Errorf("faults %q", faults)
	}
}

func TestReadInputsLongLines(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("word ", 200_000/5)
	notes, faults := readAll(strings.NewReader(fmt.Sprintf("{\"id\": 1, \"text\": %q}\n{\"id\": 2, \"text\": %q}", text, strings.Repeat(text, 100))))
	if len(faults) > 0 || len(notes) != 2 || notes[0].Text != text || len(notes[1].Text) != 20_000_000 {
		t.Errorf("%d notes, faults %.200q", len(notes), faults)
	}
	lines := newLineReader(strings.NewReader("short\n" + strings.Repeat("x", 5000) + "\nnext"))
	lines.limit = 1000
	for i, want := range []struct {
		line string
		err  error
	}{{"short\n", nil}, {"", errLongLine}, {"next", nil}, {"", io.EOF}} {
		if line, err := lines.next(); string(line) != want.line || !errors.Is(err, want.err) {
			t.Errorf("line %d: %q, %v", i+1, line, err)
		}
	}
}

func TestReadInputsStopsAtStreamErrors(t *testing.T) {
	broken := io.MultiReader(strings.NewReader("{\"id\": 1, \"text\": \"x\"}\n{\"id\":"), iotest.ErrReader(errors.New("the disk is gone")))
	notes, faults := readAll(broken)
	if len(notes) != 1 || !cmp.Equal(faults, []string{"notes.jsonl: after line 1: the disk is gone"}) {
		t.Errorf("notes %+v, faults %q", notes, faults)
	}
	for range ReadUnlabelled(strings.NewReader("bad\nworse\n"), "x") {
		break // leaving early, also on a bad line, is allowed
	}
}
