package page

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Explorer lets a reader walk into the predictions of a part: pick notes by labels, slice and confidence, open one, read it with its words
// shaded, and correct its labels. It is a [Block]: as HTML it carries its own styles and script, answers without a program behind it, and
// shows its default selection and one open note where no script runs.
type Explorer struct {
	// ID is its anchor in a page; it may be empty.
	ID string
	// Title names what is explored, Caption explains it (it may be empty).
	Title, Caption string
	// Synthetic marks results on synthetic notes.
	Synthetic bool
	// Labels are the known labels, which a correction picks from.
	Labels []string
	// Fields are what slices are made of, beside the labels and the confidence.
	Fields []ExplorerField
	Notes  []ExplorerNote
	// Query is the default selection, Open the id of the note that is open at first; empty for the first one selected.
	Query ExplorerQuery
	Open  string
	// CorpusHash stands in the corrections, and File is the name that they are downloaded under.
	CorpusHash, File string
	// Channel is the address at which a program takes corrections; empty where none does. See notebook.Explore.
	Channel string
}

// ExplorerField is one way to slice: its name in [ExplorerNote].Values, its title, and its values in the order to offer them.
type ExplorerField struct {
	Name, Title string
	Values      []string
}

// ExplorerNote is one note with the prediction of it.
type ExplorerNote struct {
	ID string
	// Key is the hash of the note's text that a correction carries.
	Key, Text string
	// Gold are the labels that the prediction is held against, Labels all that the note is filed under.
	Gold, Labels []string
	// Top are the best labels, best first, with calibrated confidences between 0 and 1; the first is the predicted one.
	Top []ExplorerRank
	// Right says that the predicted label is one of Labels.
	Right bool
	// Characters is the note's length in code points.
	Characters int
	// Values are the note's values by the name of a field.
	Values map[string][]string
	// Facts are shown beside the note, in this order: its length in tokens, its sections.
	Facts []ExplorerFact
	// Truncated says that the model read only a part of the note. From and To bound that part, in bytes; both are 0 where it is not known.
	Truncated bool
	From, To  int
	// Shading says which words spoke for a label; nil where that was not computed.
	Shading *Shading
	// Corrected are the labels that the note was corrected to and Remark says why; empty where it was not corrected.
	Corrected []string
	Remark    string
}

// ExplorerRank is a label with the model's confidence in it.
type ExplorerRank struct {
	Label      string
	Confidence float64
}

// ExplorerFact is one thing to know of a note.
type ExplorerFact struct{ Name, Text string }

// Shading is how much each stretch of a note spoke for a label.
type Shading struct {
	Label string
	// Method says in a few words how the weights were computed: "gradient x input".
	Method string
	// Spans may overlap, and stand in any order: those of one word are added up.
	Spans []ShadedSpan
}

// ShadedSpan is a stretch of a text, in bytes, with its weight: above 0 it speaks for the label, below 0 against it.
type ShadedSpan struct {
	Start, End int
	Weight     float64
}

// Outcomes that an [ExplorerQuery] can ask for; empty for any.
const (
	OutcomeRight   = "right"
	OutcomeMisread = "misread"
)

// ExplorerQuery picks notes. The zero value picks all.
type ExplorerQuery struct {
	Gold, Predicted string // labels; empty for any
	Field, Value    string // a slice; empty for none
	// Low and High bound the confidence in the predicted label, both included; a High of 0 stands for 1.
	Low, High float64
	Outcome   string
}

// predicted returns the first of Top.
func (n *ExplorerNote) predicted() ExplorerRank { return n.Top[0] }

// check returns what is wrong with the explorer, with its title.
func (e *Explorer) check() error {
	if err := e.wrong(); err != nil {
		return fmt.Errorf("explorer %q: %w", e.Title, err)
	}
	return nil
}

func (e *Explorer) wrong() error {
	switch {
	case e.Title == "":
		return errors.New("it has no title")
	case e.ID != "" && !anchor.MatchString(e.ID):
		return fmt.Errorf("the id %q is not lower-case letters, digits and hyphens", e.ID)
	case len(e.Labels) == 0:
		return errors.New("there are no labels")
	case len(e.Notes) == 0:
		return errors.New("there are no notes to explore")
	case e.CorpusHash == "" || e.File == "":
		return errors.New("corrections need the corpus's hash, and a file name to be downloaded under")
	}
	fields := map[string]ExplorerField{}
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
		if err := e.wrongNote(n, fields); err != nil {
			return fmt.Errorf("note %q: %w", n.ID, err)
		}
	}
	if e.Open != "" && !seen[e.Open] {
		return fmt.Errorf("there is no note %q to open", e.Open)
	}
	return e.wrongQuery(fields)
}

func (e *Explorer) wrongNote(n *ExplorerNote, fields map[string]ExplorerField) error {
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
		if !boundary(n.Text, s.Start) || !boundary(n.Text, s.End) {
			return fmt.Errorf("the span from byte %d to %d cuts a character in two", s.Start, s.End)
		}
	}
	return nil
}

func (e *Explorer) wrongQuery(fields map[string]ExplorerField) error {
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

// boundary says that a text can be cut at byte i without cutting a character.
func boundary(text string, i int) bool { return i == len(text) || utf8.RuneStart(text[i]) }

// selected returns the notes that the default query picks, the most confident first, of equal confidence in the order given.
func (e *Explorer) selected() []*ExplorerNote {
	q := e.Query
	// Confidences of float32 can exceed 1 by a rounding.
	high := cmp.Or(q.High, 1)
	var out []*ExplorerNote
	for i := range e.Notes {
		n := &e.Notes[i]
		first := n.predicted()
		confidence := min(first.Confidence, 1)
		if q.Gold != "" && !slices.Contains(n.Gold, q.Gold) || q.Predicted != "" && first.Label != q.Predicted ||
			q.Field != "" && !slices.Contains(n.Values[q.Field], q.Value) || confidence < q.Low || confidence > high ||
			q.Outcome == OutcomeRight && !n.Right || q.Outcome == OutcomeMisread && n.Right {
			continue
		}
		out = append(out, n)
	}
	slices.SortStableFunc(out, func(a, b *ExplorerNote) int { return cmp.Compare(b.predicted().Confidence, a.predicted().Confidence) })
	return out
}

// opened returns the note that is open at first, nil where nothing is selected and none is named.
func (e *Explorer) opened(selected []*ExplorerNote) *ExplorerNote {
	for i := range e.Notes {
		if e.Notes[i].ID == e.Open {
			return &e.Notes[i]
		}
	}
	if len(selected) == 0 {
		return nil
	}
	return selected[0]
}
