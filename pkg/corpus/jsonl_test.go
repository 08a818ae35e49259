package corpus

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadJSONLines(t *testing.T) {
	data := "\ufeff{\"id\": 12, \"text\": \"" + knee + "\\r\\nLine two: \\u00e9\", \"labels\": [\"Surgery \", \"Pain  Clinic\", \"Surgery\"], \"keywords\": \"knee\"}\r\n" +
		"\n   \t\r\n" +
		"{\"transcription\": \"" + heart + "\", \"medical_specialty\": \"Cardiology\", \"id\": null, \"note_id\": null, \"extra\": {\"text\": [1]}}\n" +
		"{\"text\": null, \"label\": null, \"keywords\": null}\n" +
		"{\"text\": \"too short\", \"labels\": []}\n" +
		"{\"text\": \"also short\", \"labels\": [\"Letters\", \"Autopsy\"], \"id\": \" \"}"
	data = strings.Replace(data, ", \"id\": null, \"note_id\": null", ", \"id\": null", 1)
	c, err := readString(data, readJSONLines)
	if err != nil {
		t.Fatal(err)
	}
	want := []Row{
		{ID: "12", Text: knee + "\nLine two: \u00e9", Label: "Surgery", Keywords: "knee", Line: 1},
		{ID: "12", Text: knee + "\nLine two: \u00e9", Label: "Pain Clinic", Keywords: "knee", Line: 1},
		{ID: "text-" + c.Notes[1].Key[:16], Text: heart, Label: "Cardiology", Line: 4, Note: 1},
	}
	if diff := cmp.Diff(want, c.Rows); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Report{RowsRead: 8, RowsKept: 3, DroppedShort: 4, WithoutText: 1, DroppedDuplicate: 1}, c.Report); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Autopsy", "Letters"}, c.Unused); diff != "" {
		t.Error(diff)
	}
}

func TestReadJSONLinesFaults(t *testing.T) {
	good := `{"id": "a", "text": "` + knee + `", "label": "A"}` + "\n"
	for line, want := range map[string]string{
		`{"id": "b", "text": "cut off`:                      `f:2: malformed JSON at byte 28 of the line: unexpected end of JSON input`,
		`{"text": "x", "label": "A"} {}`:                    `f:2: data after the JSON object (byte 29 of the line); one note a line`,
		`[{"text": "x", "label": "A"}]`:                     `f:2: expected a JSON object, found a list; write one object a line`,
		`"text"`:                                            `f:2: expected a JSON object, found a string`,
		`{"label": "A"}`:                                    `f:2: "transcription" or "text" is missing`,
		`{"id": "b", "text": "x"}`:                          `f:2: id "b": "medical_specialty" or "label" or "labels" is missing`,
		`{"text": "x", "transcription": "x"}`:               `f:2: "transcription" and "text" are both there; keep one`,
		`{"text": "x", "label": "A", "labels": ["A"]}`:      `f:2: "label" and "labels" are both there; keep one`,
		`{"text": "x", "text": "x", "label": "A"}`:          `f:2: "text" is there twice`,
		`{"id": 3, "text": 4, "label": "A"}`:                `f:2: id "3": "text" must be a string, found a number`,
		`{"id": true, "text": "x", "label": "A"}`:           `f:2: "id" must be a string or a number, found a boolean`,
		`{"text": "x", "label": 7}`:                         `f:2: "label" must be a string or a list of strings, found a number`,
		`{"text": "x", "labels": ["A", null]}`:              `f:2: "labels" must be a list of strings, found null in it`,
		`{"text": "x", "labels": [ ["A"] ]}`:                `f:2: "labels" must be a list of strings, found a list in it`,
		`{"text": "x", "label": "A", "keywords": ["a"]}`:    `f:2: "keywords" must be a string, found a list`,
		`{"text": "half \ud83d here", "label": "A"}`:        `f:2: "text" holds half of a surrogate pair (\ud800 to \udfff alone)`,
		`{"text": "a\u0000b", "label": "A"}`:                `f:2: "text": NUL character in the text; it is not plain text`,
		"{\"text\": \"caf\xe9\", \"label\": \"A\"}":         `f:2: byte 14 of the line (0xe9) is not UTF-8`,
		`{"text": "` + heart + `", "label": " "}`:           `f:2: the row has a text but no label`,
		`{"text": "` + heart + `", "labels": []}`:           `f:2: the row has a text but no label`,
		`{"text": "` + heart + `", "labels": ["A", ""]}`:    `f:2: the row has a text but no label`,
		`{"id": "a", "text": "` + heart + `", "label":"A"}`: `f:2: id "a": this id has another text on line 1; ids must be unique to a text`,
		`{"id": "a", "text": "` + knee + `", "label":"A"}`:  `f: every row is labelled "A"; a classifier needs at least two labels`,
	} {
		_, err := readString(good+line+"\n"+good, readJSONLines)
		if err == nil || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", line, err, want)
		}
	}
	for data, want := range map[string]string{
		"":                                    "f: no row to keep (0 read, 0 of them under 20 characters of cleaned text)",
		"{\"text\": \"x\", \"label\": \"A\"}": "f: no row to keep (1 read, 1 of them under 20 characters of cleaned text)",
		"[\n  {\"text\": \"x\", \"label\": \"A\"}\n]\n": "f:1: expected a JSON object, found a list; write one object a line",
		"\xff\xfe{\x00": "f:1: byte 1 of the line (0xff) is not UTF-8",
	} {
		if _, err := readString(data, readJSONLines); err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", data, err, want)
		}
	}
}

func TestReadJSONLinesLargeField(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("word ", 2<<20)
	c, err := readString(`{"text": "`+large+`", "label": "A"}`+"\n"+`{"text": "`+heart+`", "label": "B"}`, readJSONLines)
	if err != nil || c.Rows[0].Text != large {
		t.Fatalf("the large text is not as written: %v", err)
	}
}
