package corpus

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// oneLine fails on an error message that is not one line naming the source.
func oneLine(t *testing.T, err error) {
	t.Helper()
	if msg := err.Error(); !strings.HasPrefix(msg, "f:") || strings.Contains(msg, "\n") {
		t.Errorf("not one line that names the source: %q", msg)
	}
}

// readString reads a source called f.
func readString(data string, read func(*builder, io.Reader, Fields) error) (*Corpus, error) {
	b := newBuilder(context.Background(), "f")
	b.open(sourceFile{name: "f", unit: unitLine})
	if err := read(b, strings.NewReader(data), Fields{}); err != nil {
		return nil, err
	}
	return b.corpus()
}

func FuzzReadCSV(f *testing.F) {
	for _, seed := range []string{
		"text,label\n\"a text of over twenty characters\",A\nanother text of that length,B\n",
		"\ufefflabel,id,text\r\nA,1,\"two lines\r\nof a text, \"\"quoted\"\"\"\r\nB,1,\"two lines\nof a text, \"\"quoted\"\"\"\r\n",
		"text,label\n\"never closed",
		"text,label\nbare \" quote,A\n",
		"text,label\na,b,c\n",
		"text,label\n\"a\"b,A\n\"\n",
		"text,label\nbad \xff byte,A\n",
		"text\x00,label\n",
		",Transcription,Medical_Specialty\n0,,\n",
		"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkLines(t, string(data), readCSV) })
}

// checkLines reads data, and fails where that gives a corpus that no reader should give, or an error that does not name a line of data.
func checkLines(t *testing.T, data string, read func(*builder, io.Reader, Fields) error) {
	t.Helper()
	c, err := readString(data, read)
	if err == nil {
		checkRead(t, c)
		return
	}
	oneLine(t, err)
	var line *LineError
	if errors.As(err, &line) && (line.Line < 1 || line.Line > 1+strings.Count(data, "\n")) {
		t.Errorf("line %d is not in the file", line.Line)
	}
}

// checkRead fails on a corpus that no reader should give.
func checkRead(t *testing.T, c *Corpus) {
	t.Helper()
	r := c.Report
	if r.RowsRead != r.RowsKept+r.DroppedShort+r.DroppedDuplicate || r.RowsKept != len(c.Rows) || len(c.Labels) < 2 {
		t.Errorf("the counts do not add up: %+v", r)
	}
	for _, row := range c.Rows {
		if !utf8.ValidString(row.Text) || len(Clean(row.Text)) < MinCharacters || row.Label == "" || row.ID == "" {
			t.Errorf("kept: %+v", row)
		}
	}
	if len(c.Notes) >= 3 {
		s, err := GroupSplit(c, 1)
		if err != nil || len(s.Train)+len(s.Validation)+len(s.Test) != len(c.Notes) {
			t.Errorf("split %+v: %v", s, err)
		}
	}
}

func FuzzReadJSONLines(f *testing.F) {
	for _, seed := range []string{
		"{\"text\": \"a text of over twenty characters\", \"label\": \"A\"}\n{\"text\": \"another text of that length\", \"labels\": [\"B\", \"A\"], \"id\": 1}",
		"\ufeff{\"transcription\": \"\\u00e9 text of over twenty characters\", \"medical_specialty\": \"A\", \"note_id\": \"x\", \"keywords\": null}\r\n\r\n",
		`{"text": null, "label": null} {}`,
		`{"text": "\ud800", "labels": [[], 1]}`,
		`{"text": "a\u0000", "label": {}}`,
		"[{}]\n",
		"{\"text\": \"\xff\"}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkLines(t, string(data), readJSONLines) })
}

func FuzzReadParquet(f *testing.F) {
	forms, err := filepath.Glob(filepath.Join(columnData, "forms", "*.parquet"))
	if err != nil || len(forms) == 0 {
		f.Fatalf("no forms: %v", err)
	}
	for _, path := range forms {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := readBytes(data)
		if err != nil {
			oneLine(t, err)
			return
		}
		checkRead(t, c)
	})
}

func FuzzReadInputs(f *testing.F) {
	for _, seed := range []string{
		`{"id": "a", "text": "x"}` + "\n" + `{"id": 2, "text": "y"}`,
		"\ufeff" + `{"text": "\u00e9\ud83d\ude00", "id": -1e5}` + "\r\n\r\n",
		`{"id": "a", "text": "x"} {}`,
		`{"id": "a", "text": "\ud800"}`,
		`{"id": {"a": [1]}, "text": null}`,
		`{"id": 1, "id": 2, "text": ""}`,
		"{\"id\": \"\xff\"}",
		"[1]\nnull\n\"x\"\n{",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		last := 0
		seen := map[string]bool{}
		for in, err := range ReadUnlabelled(strings.NewReader(string(data)), "f") {
			if in.Line <= last {
				t.Errorf("line %d comes after line %d", in.Line, last)
			}
			last = in.Line
			if err != nil {
				oneLine(t, err)
				continue
			}
			if in.ID == "" || strings.TrimSpace(in.Text) == "" || !utf8.ValidString(in.Text) || len(in.RawID) == 0 || seen[in.ID] {
				t.Errorf("accepted: %+v", in)
			}
			seen[in.ID] = true
		}
		if lines := 1 + strings.Count(string(data), "\n"); last > lines {
			t.Errorf("line %d of %d", last, lines)
		}
	})
}
