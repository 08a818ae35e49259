package explorer

import (
	"cmp"
	"slices"
)

// Explorer lets a reader walk into the predictions of a part: pick notes by labels, slice and confidence, open one, read it with its words
// shaded, and correct its labels. It is a page.Block: as HTML it carries its own styles and script, answers without a program behind it, and
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
	Fields []Field
	Notes  []Note
	// Query is the default selection, Open the id of the note that is open at first; empty for the first one selected.
	Query Query
	Open  string
	// CorpusHash stands in the corrections, and File is the name that they are downloaded under.
	CorpusHash, File string
	// Channel is the address at which a program takes corrections; empty where none does. See notebook.Explore.
	Channel string
}

// Field is one way to slice: its name in [Note].Values, its title, and its values in the order to offer them.
type Field struct {
	Name, Title string
	Values      []string
}

// Outcomes that a [Query] can ask for; empty for any.
const (
	OutcomeRight   = "right"
	OutcomeMisread = "misread"
)

// Query picks notes. The zero value picks all.
type Query struct {
	Gold, Predicted string // labels; empty for any
	Field, Value    string // a slice; empty for none
	// Low and High bound the confidence in the predicted label, both included; a High of 0 stands for 1.
	Low, High float64
	Outcome   string
}

// selected returns the notes that the default query picks, the most confident first, of equal confidence in the order given.
func (e *Explorer) selected() []*Note {
	q := e.Query
	// Confidences of float32 can exceed 1 by a rounding.
	high := cmp.Or(q.High, 1)
	var out []*Note
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
	slices.SortStableFunc(out, func(a, b *Note) int { return cmp.Compare(b.predicted().Confidence, a.predicted().Confidence) })
	return out
}

// opened returns the note that is open at first, nil where nothing is selected and none is named.
func (e *Explorer) opened(selected []*Note) *Note {
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
