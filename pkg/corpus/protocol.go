package corpus

import (
	"fmt"
	"strings"
)

// The protocols by which Divide divides a corpus.
const (
	// ProtocolGroup divides the distinct texts, each with the set of its labels: no text stands in two parts.
	ProtocolGroup = "group"
	// ProtocolRow divides the rows, each with one label, as the study did: by the source's own parts where it has them.
	// One text under several labels may stand in several parts.
	ProtocolRow = "row"
)

// RareBelow is the number of training examples below which a class is listed as rare.
const RareBelow = 10

// Division is a corpus divided under a protocol: what training and evaluation take.
type Division struct {
	Protocol string
	Seed     uint64
	// SourceParts says that the parts are the source's own; the seed then only draws the validation part, and that only
	// where the source has none.
	SourceParts bool
	Split       Split // indices into Corpus.Notes (ProtocolGroup) or Corpus.Rows (ProtocolRow)

	// In the order of Split.
	Train, Validation, Test []Example

	Classes []ClassCount // one a class, in label order
	Unused  []string     // see Corpus.Unused
	// Notices are sentences about the division that results must be read with: where the parts come from, what the texts
	// are extended with, classes that are rare, absent from a part, or without any row.
	Notices []string
}

// Example is one text with its targets: a note with its label set, or a row with its label.
type Example struct {
	ID     string // unique in the division; a row's is followed by # and its label where rows share the id
	Text   string
	Key    string // of the note: equal for rows of one text
	Labels []int  // sorted indices into Corpus.Labels; one under ProtocolRow
}

// ClassCount is how many examples of each part carry a class.
type ClassCount struct {
	Label      string `json:"label"`
	Train      int    `json:"train"`
	Validation int    `json:"validation"`
	Test       int    `json:"test"`
}

// Divide divides a corpus under a protocol: ProtocolGroup by GroupSplit; ProtocolRow by the source's own train,
// validation and test parts where it has them (HasParts), drawing a missing validation part from the train part in the
// study's proportion of 595 to 3,371, and else by RowSplit.
//
// The result is a function of the corpus's content, the protocol and the seed. An unknown protocol, and a corpus or
// part too small to divide, are errors; what is odd but can be divided is in Notices.
func Divide(c *Corpus, protocol string, seed uint64) (*Division, error) {
	d := &Division{Protocol: protocol, Seed: seed, Unused: c.Unused}
	var err error
	examples := c.rowExamples
	switch {
	case protocol == ProtocolGroup:
		d.Split, err = GroupSplit(c, seed)
		examples = c.noteExamples
	case protocol == ProtocolRow && c.HasParts():
		d.SourceParts = true
		d.Split, err = c.sourceSplit(seed)
	case protocol == ProtocolRow:
		d.Split, err = RowSplit(c, seed)
	default:
		err = fmt.Errorf("unknown protocol %q; use %s or %s", protocol, ProtocolGroup, ProtocolRow)
	}
	if err != nil {
		return nil, err
	}
	d.Train, d.Validation, d.Test = examples(d.Split.Train), examples(d.Split.Validation), examples(d.Split.Test)
	if err := d.checkIDs(c.Name); err != nil {
		return nil, err
	}
	train, validation, test := c.count(d.Train), c.count(d.Validation), c.count(d.Test)
	for i, label := range c.Labels {
		d.Classes = append(d.Classes, ClassCount{label, train[i], validation[i], test[i]})
	}
	d.notice(c)
	return d, nil
}

// Rare lists the classes with fewer than RareBelow training examples, those without any among them.
func (d *Division) Rare() []ClassCount {
	var rare []ClassCount
	for _, class := range d.Classes {
		if class.Train < RareBelow {
			rare = append(rare, class)
		}
	}
	return rare
}

// Absent lists the classes that at least one part lacks.
func (d *Division) Absent() []ClassCount {
	var absent []ClassCount
	for _, class := range d.Classes {
		if class.Train == 0 || class.Validation == 0 || class.Test == 0 {
			absent = append(absent, class)
		}
	}
	return absent
}

func (c *Corpus) noteExamples(notes []int) []Example {
	examples := make([]Example, len(notes))
	for i, n := range notes {
		note := &c.Notes[n]
		examples[i] = Example{note.ID, note.Text, note.Key, note.Labels}
	}
	return examples
}

func (c *Corpus) rowExamples(rows []int) []Example {
	targets := c.RowTargets(rows)
	examples := make([]Example, len(rows))
	for i, r := range rows {
		row := &c.Rows[r]
		note := &c.Notes[row.Note]
		id := row.ID
		for _, other := range note.Rows { // an id belongs to one text
			if other != r && c.Rows[other].ID == id {
				id += "#" + row.Label
				break
			}
		}
		examples[i] = Example{id, row.Text, note.Key, targets[i : i+1 : i+1]}
	}
	return examples
}

// checkIDs refuses the ids "1" and "1#A" in a source where the first stands under the label A and another one.
func (d *Division) checkIDs(source string) error {
	seen := map[string]bool{}
	for _, part := range [][]Example{d.Train, d.Validation, d.Test} {
		for _, example := range part {
			if seen[example.ID] {
				return fmt.Errorf("%s: two examples are called %q; give the source other ids, or read it without", source, example.ID)
			}
			seen[example.ID] = true
		}
	}
	return nil
}

// count returns, for each class, how many examples carry it.
func (c *Corpus) count(examples []Example) []int {
	counts := make([]int, len(c.Labels))
	for _, example := range examples {
		for _, label := range example.Labels {
			counts[label]++
		}
	}
	return counts
}

func (d *Division) notice(c *Corpus) {
	say := func(format string, args ...any) { d.Notices = append(d.Notices, fmt.Sprintf(format, args...)) }
	switch {
	case d.SourceParts && c.Rows[d.Split.Validation[0]].Part == PartValidation:
		say("The parts are the source's own.")
	case d.SourceParts:
		say("The test part is the source's own; the validation part is drawn from its train part.")
	case c.HasParts():
		say("The source's own parts are set aside: texts of all of them are divided anew.")
	}
	if len(c.With) > 0 {
		say("The texts are extended with %s, which may name the label.", strings.Join(c.With, " and "))
	}
	examples := len(d.Train) + len(d.Validation) + len(d.Test)
	if examples < len(c.Labels) {
		say("There are fewer examples (%d) than classes (%d).", examples, len(c.Labels))
	}
	list := func(what string, pick func(ClassCount) (count int, listed bool)) {
		var names []string
		for _, class := range d.Classes {
			if n, listed := pick(class); listed && n > 0 {
				names = append(names, fmt.Sprintf("%s (%d)", class.Label, n))
			} else if listed {
				names = append(names, class.Label)
			}
		}
		if len(names) > 0 {
			say("Classes %s (%d of %d): %s.", what, len(names), len(c.Labels), strings.Join(names, ", "))
		}
	}
	list(fmt.Sprintf("with under %d training examples", RareBelow), func(k ClassCount) (int, bool) { return k.Train, k.Train > 0 && k.Train < RareBelow })
	list("absent from train", func(k ClassCount) (int, bool) { return 0, k.Train == 0 })
	list("absent from validation", func(k ClassCount) (int, bool) { return 0, k.Validation == 0 })
	list("absent from test", func(k ClassCount) (int, bool) { return 0, k.Test == 0 })
	if len(d.Unused) > 0 {
		say("Class names without a row (%d): %s.", len(d.Unused), strings.Join(d.Unused, ", "))
	}
}
