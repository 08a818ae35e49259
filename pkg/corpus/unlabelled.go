package corpus

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"
)

// Unlabelled is one unlabelled note to classify.
type Unlabelled struct {
	ID    string          // the id's text: a JSON string's value, or a JSON number's digits as written
	RawID json.RawMessage // the id's JSON as written, so that output can repeat it exactly
	Text  string
	Line  int // 1-based
}

// ReadUnlabelled streams notes from JSON lines: one object a line with an id (a string or a number) and a text (a
// string); other keys are ignored. A byte order mark, CRLF and blank lines are accepted, lines may be up to 128 MiB.
//
// A line that is not such a note yields a *LineError, and the iteration goes on with the next line if the caller
// lets it: malformed JSON or data after the object, bytes that are not UTF-8, a key missing, there twice or of
// another type, a blank id or text, an id that an earlier good line has (the string "1" and the number 1 are one id).
// Any other error is the stream's own; it names the source and ends the iteration. Errors call the source name.
func ReadUnlabelled(r io.Reader, name string) iter.Seq2[Unlabelled, error] {
	return func(yield func(Unlabelled, error) bool) {
		lines := newLineReader(r)
		seen := map[string]int{}
		for {
			line, err := lines.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil && !errors.Is(err, errLongLine) {
				yield(Unlabelled{}, fmt.Errorf("%s: after line %d: %w", name, lines.line-1, bare(err)))
				return
			}
			if err == nil && len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			var in Unlabelled
			if err == nil {
				in, err = parseInput(bytes.TrimRight(line, "\r\n"))
			}
			in.Line = lines.line
			if first, dup := seen[in.ID]; err == nil && dup {
				err = fmt.Errorf("the id is already on line %d", first)
			}
			if err == nil {
				seen[in.ID] = in.Line
			} else {
				err = &LineError{File: name, Line: in.Line, ID: in.ID, Reason: err.Error()}
			}
			if !yield(in, err) {
				return
			}
		}
	}
}

// parseInput reads one line. Beside an error it returns what of the note could be read.
func parseInput(line []byte) (Unlabelled, error) {
	var in Unlabelled
	if at := invalidUTF8(line); at >= 0 {
		return in, fmt.Errorf("byte %d of the line (0x%02x) is not UTF-8", at+1, line[at])
	}
	fields, err := parseObject(line, "id", "text")
	if err != nil {
		return in, err
	}
	if raw, there := fields["id"]; !there {
		err = errors.New(`"id" is missing`)
	} else if in.ID, err = parseID("id", raw); err == nil {
		in.RawID = raw
	}
	if err != nil {
		return in, err
	}
	raw, there := fields["text"]
	if !there {
		return in, errors.New(`"text" is missing`)
	}
	if in.Text, err = parseString("text", raw); err != nil {
		return in, err
	}
	if strings.TrimSpace(in.Text) == "" {
		return in, errors.New(`"text" is empty`)
	}
	return in, nil
}

// parseObject returns the named keys of the JSON object that the line must consist of, as raw values.
func parseObject(line []byte, keys ...string) (map[string]json.RawMessage, error) {
	if !json.Valid(line) {
		return nil, malformed(line)
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil, fmt.Errorf("expected a JSON object, found %s", kindOf(bytes.TrimSpace(line)))
	}
	fields := make(map[string]json.RawMessage, len(keys))
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("malformed JSON: %w", err)
		}
		key, _ := token.(string)
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, fmt.Errorf("malformed JSON: %w", err)
		}
		for _, wanted := range keys {
			if key != wanted {
				continue
			}
			if _, twice := fields[key]; twice {
				return nil, fmt.Errorf("%q is there twice", key)
			}
			fields[key] = raw
		}
	}
	return fields, nil
}

// malformed describes what is wrong with a line that is not one JSON value.
func malformed(line []byte) error {
	var v json.RawMessage
	err := json.Unmarshal(line, &v)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		if strings.HasSuffix(syntax.Error(), "after top-level value") {
			return fmt.Errorf("data after the JSON object (byte %d of the line); one note a line", syntax.Offset)
		}
		return fmt.Errorf("malformed JSON at byte %d of the line: %w", syntax.Offset, err)
	}
	return fmt.Errorf("malformed JSON: %w", err)
}

// parseID reads the string or the number under key.
func parseID(key string, raw json.RawMessage) (string, error) {
	if raw[0] == '-' || ('0' <= raw[0] && raw[0] <= '9') {
		return string(raw), nil
	}
	if raw[0] != '"' {
		return "", fmt.Errorf("%q must be a string or a number, found %s", key, kindOf(raw))
	}
	id, err := parseString(key, raw)
	if err == nil && strings.TrimSpace(id) == "" {
		return "", fmt.Errorf("%q is empty", key)
	}
	return id, err
}

func parseString(key string, raw json.RawMessage) (string, error) {
	if raw[0] != '"' {
		return "", fmt.Errorf("%q must be a string, found %s", key, kindOf(raw))
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", fmt.Errorf("%q: %w", key, err)
	}
	// encoding/json turns half of a surrogate pair into U+FFFD; such a text was cut inside a character.
	if n := strings.Count(s, string(utf8.RuneError)); n > 0 {
		written := bytes.Count(raw, []byte(string(utf8.RuneError))) + bytes.Count(bytes.ToLower(raw), []byte(`\ufffd`))
		if n > written {
			return "", fmt.Errorf(`%q holds half of a surrogate pair (\ud800 to \udfff alone)`, key)
		}
	}
	return s, nil
}

// kindOf names the type of a JSON value by its first byte.
func kindOf(raw []byte) string {
	switch {
	case len(raw) == 0:
		return "nothing"
	case raw[0] == '{':
		return "an object"
	case raw[0] == '[':
		return "a list"
	case raw[0] == '"':
		return "a string"
	case raw[0] == 't', raw[0] == 'f':
		return "a boolean"
	case raw[0] == 'n':
		return "null"
	}
	return "a number"
}
