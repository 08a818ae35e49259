package explorer

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/specialist-nlp/specialist/pkg/page"
)

// check returns the first mistake in the explorer, with its title.
func (e *Explorer) check() error {
	if err := e.checkAll(); err != nil {
		return fmt.Errorf("explorer %q: %w", e.Title, err)
	}
	return nil
}

func (e *Explorer) checkAll() error {
	switch {
	case e.Title == "":
		return errors.New("it has no title")
	case e.ID != "" && !page.IsAnchor(e.ID):
		return fmt.Errorf("the id %q is not lower-case letters, digits and hyphens", e.ID)
	case len(e.Labels) == 0:
		return errors.New("there are no labels")
	case len(e.Notes) == 0:
		return errors.New("there are no notes to explore")
	case e.CorpusHash == "" || e.File == "":
		return errors.New("corrections need the corpus's hash, and a file name to be downloaded under")
	}
	fields := map[string]Field{}
	for _, f := range e.Fields {
		if _, twice := fields[f.Name]; f.Name == "" || f.Title == "" || twice {
			return fmt.Errorf("field %q has no name or title, or stands twice", f.Name)
		}
		fields[f.Name] = f
	}
	seen := map[string]bool{}
	for i := range e.Notes {
		n := &e.Notes[i]
		if seen[n.ID] {
			return fmt.Errorf("note %q stands twice", n.ID)
		}
		seen[n.ID] = true
		if err := e.checkNote(n, fields); err != nil {
			return fmt.Errorf("note %q: %w", n.ID, err)
		}
	}
	if e.Open != "" && !seen[e.Open] {
		return fmt.Errorf("there is no note %q to open", e.Open)
	}
	return e.checkQuery(fields)
}

func (e *Explorer) checkNote(n *Note, fields map[string]Field) error {
	switch {
	case n.ID == "" || n.Key == "":
		return errors.New("it has no id, or no hash of its text")
	case len(n.Labels) == 0 || len(n.Gold) == 0:
		return errors.New("it has no labels")
	case len(n.Top) == 0:
		return errors.New("it has no predicted label")
	case n.From < 0 || n.To < n.From || n.To > len(n.Text):
		return fmt.Errorf("the model cannot have read bytes %d to %d of %d", n.From, n.To, len(n.Text))
	}
	names := slices.Concat(n.Gold, n.Labels, n.Corrected)
	for _, r := range n.Top {
		names = append(names, r.Label)
		if !finite(r.Confidence) || r.Confidence < 0 {
			return fmt.Errorf("the confidence in %q is %v", r.Label, r.Confidence)
		}
	}
	for _, name := range names {
		if !slices.Contains(e.Labels, name) {
			return fmt.Errorf("its label %q is not among the %d known ones", name, len(e.Labels))
		}
	}
	for name, values := range n.Values {
		field, known := fields[name]
		if !known {
			return fmt.Errorf("it has values of a field %q, and there is none", name)
		}
		for _, v := range values {
			if !slices.Contains(field.Values, v) {
				return fmt.Errorf("its %s %q is not among the field's values", name, v)
			}
		}
	}
	if n.Shading == nil {
		return nil
	}
	for _, s := range n.Shading.Spans {
		if s.Start < 0 || s.End < s.Start || s.End > len(n.Text) || !finite(s.Weight) {
			return fmt.Errorf("a span from byte %d to %d with weight %v does not fit its text of %d bytes", s.Start, s.End, s.Weight, len(n.Text))
		}
		if !isBoundary(n.Text, s.Start) || !isBoundary(n.Text, s.End) {
			return fmt.Errorf("the span from byte %d to %d cuts a character in two", s.Start, s.End)
		}
	}
	return nil
}

func (e *Explorer) checkQuery(fields map[string]Field) error {
	q := e.Query
	for _, label := range []string{q.Gold, q.Predicted} {
		if label != "" && !slices.Contains(e.Labels, label) {
			return fmt.Errorf("its default selection asks for the label %q, which is not known", label)
		}
	}
	if field, known := fields[q.Field]; q.Field != "" && (!known || !slices.Contains(field.Values, q.Value)) {
		return fmt.Errorf("its default selection asks for %s %q, which there is not", q.Field, q.Value)
	}
	if high := cmp.Or(q.High, 1); !(0 <= q.Low && q.Low <= high && high <= 1) {
		return fmt.Errorf("its default selection asks for a confidence from %v to %v", q.Low, high)
	}
	if !slices.Contains([]string{"", OutcomeRight, OutcomeMisread}, q.Outcome) {
		return fmt.Errorf("its default selection asks for the outcome %q", q.Outcome)
	}
	return nil
}

// isBoundary says that a text can be cut at byte i without cutting a character.
func isBoundary(text string, i int) bool { return i == len(text) || utf8.RuneStart(text[i]) }

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
