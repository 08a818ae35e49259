package erroranalysis

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Correction is an analyst's correction of the labels of one text.
type Correction struct {
	ID string `json:"note_id"`
	// TextSHA256 is the note's Key in its corpus: the hash of its cleaned text, 64 hexadecimal digits.
	TextSHA256 string `json:"text_sha256"`
	CorpusHash string `json:"corpus_hash"`
	// Gold are the labels of the text in the corpus, sorted, Predicted is the model's prediction.
	Gold      []string `json:"gold"`
	Predicted string   `json:"predicted"`
	// Labels are the labels that it should have, sorted. The same as Gold confirms those, which also undoes an earlier correction.
	Labels  []string  `json:"labels"`
	Comment string    `json:"comment"`
	Time    time.Time `json:"time"`
}

// Correct returns a correction of a text's labels. It fails for an unknown text, an unknown label (naming the nearest), no labels, no
// comment, and a zero time.
func (a *Analysis) Correct(id string, labels []string, comment string, at time.Time) (Correction, error) {
	one, err := a.Case(id)
	if err != nil {
		return Correction{}, err
	}
	labels = slices.Sorted(slices.Values(labels))
	c := Correction{
		ID: id, TextSHA256: one.TextSHA256, CorpusHash: a.CorpusHash, Gold: slices.Sorted(slices.Values(one.Labels)), Predicted: one.Predicted,
		Labels: labels, Comment: strings.TrimSpace(comment), Time: at.UTC(),
	}
	if err := c.validate(a.Labels); err != nil {
		return Correction{}, fmt.Errorf("erroranalysis: correction of text %q: %w", id, err)
	}
	return c, nil
}

var sha256Form = regexp.MustCompile(`^[0-9a-f]{64}$`)

// validate returns an error for a correction that is not valid; known are the labels of the corpus.
func (c Correction) validate(known []string) error {
	switch {
	case strings.TrimSpace(c.ID) == "":
		return errors.New("note_id is empty")
	case !sha256Form.MatchString(c.TextSHA256):
		return fmt.Errorf("text_sha256 %q is not 64 hexadecimal digits", c.TextSHA256)
	case c.CorpusHash == "":
		return errors.New("corpus_hash is empty")
	case len(c.Labels) == 0:
		return errors.New("there are no labels: a text needs at least one")
	case len(c.Gold) == 0:
		return errors.New("there are no gold labels that it corrects")
	case strings.TrimSpace(c.Comment) == "":
		return errors.New("the comment is empty: say why")
	case !utf8.ValidString(c.Comment) || !utf8.ValidString(c.ID) || !utf8.ValidString(c.CorpusHash):
		return errors.New("it is not UTF-8")
	case c.Time.IsZero():
		return errors.New("there is no time")
	case c.Time.Year() < 0 || c.Time.Year() > 9999:
		return fmt.Errorf("the year %d is not one", c.Time.Year())
	}
	for _, label := range slices.Concat(c.Labels, c.Gold, []string{c.Predicted}) {
		if !slices.Contains(known, label) {
			return unknown("label", label, known)
		}
	}
	for _, set := range [][]string{c.Labels, c.Gold} {
		for i, label := range set {
			if i > 0 && label <= set[i-1] {
				return fmt.Errorf("the labels %s are not sorted, each once", list(set))
			}
		}
	}
	return nil
}

// line is the correction as a line of JSON lines.
func (c Correction) line() ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(c)
	return out.Bytes(), err
}

// parseCorrections decodes JSON lines, without blank ones. Errors name the line.
func parseCorrections(data []byte, known []string) ([]Correction, error) {
	var out []Correction
	number := 0
	for line := range bytes.Lines(data) {
		number++
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		c, err := parseCorrection(line, known)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		out = append(out, c)
	}
	return out, nil
}

func parseCorrection(line []byte, known []string) (Correction, error) {
	var c Correction
	if !utf8.Valid(line) {
		return c, errors.New("it is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("it is cut short")
		}
		return c, fmt.Errorf("not a correction: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return c, errors.New("there is more on the line than one correction")
	}
	return c, c.validate(known)
}

// Latest returns the last correction of each text, in the order given.
func Latest(corrections []Correction) []Correction {
	var out []Correction
	seen := map[string]bool{}
	for _, c := range slices.Backward(corrections) {
		if !seen[c.TextSHA256] {
			seen[c.TextSHA256] = true
			out = append(out, c)
		}
	}
	slices.Reverse(out)
	return out
}
