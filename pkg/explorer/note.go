package explorer

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/page"
)

// Note is one note with the prediction of it.
type Note struct {
	ID string
	// Key is the hash of the note's text that a correction carries.
	Key, Text string
	// Gold are the labels that the prediction is held against, Labels all that the note is filed under.
	Gold, Labels []string
	// Top are the best labels, best first, with calibrated confidences between 0 and 1; the first is the predicted one.
	Top []Rank
	// Right says that the predicted label is one of Labels.
	Right bool
	// Characters is the note's length in code points.
	Characters int
	// Values are the note's values by the name of a field.
	Values map[string][]string
	// Facts are shown beside the note, in this order: its length in tokens, its sections.
	Facts []Fact
	// Truncated says that the model read only a part of the note. From and To bound that part, in bytes; both are 0 where it is not known.
	Truncated bool
	From, To  int
	// Shading says which words spoke for a label; nil where that was not computed.
	Shading *Shading
	// Corrected are the labels that the note was corrected to and Remark says why; empty where it was not corrected.
	Corrected []string
	Remark    string
}

// Rank is a label with the model's confidence in it.
type Rank struct {
	Label      string
	Confidence float64
}

// Fact is one thing to know of a note.
type Fact struct{ Name, Text string }

// predicted returns the first of Top.
func (n *Note) predicted() Rank { return n.Top[0] }

// readRange bounds what the model read, in bytes: the whole text where it is not known.
func (n *Note) readRange() (from, to int) {
	if n.From == 0 && n.To == 0 {
		return 0, len(n.Text)
	}
	return n.From, n.To
}

// facts returns what is shown beside a note, its length and what the model read of it first.
func (n *Note) facts() []Fact {
	read := "the whole note"
	if n.Truncated {
		read = "a part of it"
		if from, to := n.readRange(); to-from < len(n.Text) {
			read = fmt.Sprintf("%s %% of it", strings.TrimSuffix(percent(float64(to-from)/float64(len(n.Text))), "\u00a0%"))
		}
	}
	return append([]Fact{{"Length", page.FormatCount(n.Characters) + " characters"}, {"The model read", read}}, n.Facts...)
}

func percent(share float64) string { return page.Percent.String(page.Of(share)) }

// oneLine joins the lines of a text.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
