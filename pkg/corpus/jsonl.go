package corpus

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// readJSONLines adds the rows of r, one JSON object a line, to b: a row for each label of a line. See Read.
func readJSONLines(b *builder, r io.Reader, fields Fields) error {
	lines := newLineReader(r)
	keys := newJSONKeys(fields)
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, errLongLine) {
			return fmt.Errorf("%s: after line %d: %w", b.file().name, lines.line-1, bare(err))
		}
		row := Row{Line: lines.line}
		var labels []string
		if err == nil {
			if line = bytes.TrimSpace(line); len(line) == 0 {
				continue
			}
			labels, err = keys.parse(line, &row)
		}
		if err != nil {
			return b.rowError(&row, "%v", err)
		}
		for _, row.Label = range labels {
			if err := b.add(row); err != nil {
				return err
			}
		}
	}
}

// jsonKeys lists the keys that may hold each field.
type jsonKeys struct {
	text, label, id, description, keywords []string

	all []string
}

func newJSONKeys(fields Fields) *jsonKeys {
	pick := func(named string, usual ...string) []string {
		if named != "" {
			return []string{named}
		}
		return usual
	}
	k := &jsonKeys{
		text:        pick(fields.Text, textColumns...),
		label:       pick(fields.Label, append(slices.Clone(labelColumns), "labels")...),
		id:          pick(fields.ID, idColumns...),
		description: pick(fields.Description, "description"),
		keywords:    pick(fields.Keywords, "keywords"),
	}
	if fields.ID == NoField {
		k.id = nil
	}
	k.all = slices.Concat(k.text, k.label, k.id, k.description, k.keywords)
	return k
}

// parse reads one line into the row and returns its labels, at least one; a label is empty where the line has none.
// Beside an error the row holds what could be read.
func (k *jsonKeys) parse(line []byte, row *Row) (labels []string, err error) {
	if at := invalidUTF8(line); at >= 0 {
		return nil, fmt.Errorf("byte %d of the line (0x%02x) is not UTF-8", at+1, line[at])
	}
	if line[0] == '[' {
		return nil, errors.New("expected a JSON object, found a list; write one object a line")
	}
	values, err := parseObject(line, k.all...)
	if err != nil {
		return nil, err
	}
	if key, raw, err := oneOf(values, k.id, false); err != nil {
		return nil, err
	} else if raw != nil {
		parse := parseID
		if raw[0] == '"' {
			parse = parseField // which lets a blank id stand for none, as in CSV
		}
		if row.ID, err = parse(key, raw); err != nil {
			return nil, err
		}
	}
	for _, field := range []struct {
		into   *string
		keys   []string
		needed bool
	}{
		{&row.Text, k.text, true},
		{&row.Description, k.description, false},
		{&row.Keywords, k.keywords, false},
	} {
		key, raw, err := oneOf(values, field.keys, field.needed)
		if err != nil {
			return nil, err
		}
		if raw == nil {
			continue
		}
		if *field.into, err = parseField(key, raw); err != nil {
			return nil, err
		}
	}
	key, raw, err := oneOf(values, k.label, true)
	if err != nil {
		return nil, err
	}
	return parseLabels(key, raw)
}

// oneOf returns the one key of keys that is present and its value, nil where that is null or no key is present or needed.
func oneOf(values map[string]json.RawMessage, keys []string, needed bool) (string, json.RawMessage, error) {
	found := ""
	for _, key := range keys {
		if _, there := values[key]; !there {
			continue
		}
		if found != "" {
			return "", nil, fmt.Errorf("%q and %q are both there; keep one", found, key)
		}
		found = key
	}
	if found == "" && needed {
		return "", nil, fmt.Errorf("%s is missing", strings.ReplaceAll(quoted(keys), ", ", " or "))
	}
	raw := values[found]
	if string(raw) == "null" {
		raw = nil
	}
	return found, raw, nil
}

// parseField reads a string as the other readers do: line breaks are LF, and there is no NUL in it.
func parseField(key string, raw json.RawMessage) (string, error) {
	s, err := parseString(key, raw)
	if err != nil {
		return "", err
	}
	if s, err = plainText(s); err != nil {
		return "", fmt.Errorf("%q: %w", key, err)
	}
	return s, nil
}

// plainText makes line breaks LF, as in CSV, and refuses what CSV cannot hold.
func plainText(s string) (string, error) {
	if strings.IndexByte(s, 0) >= 0 {
		return "", errors.New("NUL character in the text; it is not plain text")
	}
	return strings.ReplaceAll(s, "\r\n", "\n"), nil
}

func parseLabels(key string, raw json.RawMessage) ([]string, error) {
	switch {
	case raw == nil:
		return []string{""}, nil
	case raw[0] == '"':
		label, err := parseField(key, raw)
		return []string{label}, err
	case raw[0] != '[':
		return nil, fmt.Errorf("%q must be a string or a list of strings, found %s", key, kindOf(raw))
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("%q: %w", key, err)
	}
	labels := make([]string, len(list), max(1, len(list)))
	for i, item := range list {
		if item = bytes.TrimSpace(item); item[0] != '"' {
			return nil, fmt.Errorf("%q must be a list of strings, found %s in it", key, kindOf(item))
		}
		var err error
		if labels[i], err = parseField(key, item); err != nil {
			return nil, err
		}
	}
	if len(labels) == 0 {
		labels = labels[:1]
	}
	return labels, nil
}
