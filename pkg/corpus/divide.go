package corpus

import (
	"fmt"
	"strings"
)

// The protocols by which Divide splits a corpus into train, validation and test parts.
const (
	// ProtocolGroup is the grouped split: of the distinct texts, each with the set of its labels, so that no text stands in
	// two parts.
	ProtocolGroup = "group"
	// ProtocolRow is the random-row split of the study: of the rows, each with one label, by the source's own parts where it
	// has them. One text under several labels may stand in several parts.
	ProtocolRow = "row"
)

// RareBelow is the count in the train part below which a class is listed as rare.
const RareBelow = 10

// Split is a train/validation/test split of a corpus: what training and evaluation take.
type Split struct {
	Protocol string
	Seed     uint64
	// FromSource says that the parts are the source's own; the seed then draws the validation part where the source has
	// none, and nothing else.
	FromSource bool
	Indices    Indices // indices into Corpus.Notes (ProtocolGroup) or Corpus.Rows (ProtocolRow)

	// The parts, in the order of Split: notes with all their labels (ProtocolGroup), or one for each row (ProtocolRow), with
	// the row's text and label. An ID is unique in the three parts; a row's is followed by # and its label where rows of its
	// note share the id.
	Train, Validation, Test []Note

	Classes []ClassCount // one a class, in label order
	Unused  []string     // see Corpus.Unused
	// Notices are sentences about the split that results must be read with: where the parts come from, what the texts are
	// extended with, classes that are rare, absent from a part, or without any row.
	Notices []string
}

// ClassCount is how many notes, or rows, of each part carry a class.
type ClassCount struct {
	Label      string `json:"label"`
	Train      int    `json:"train"`
	Validation int    `json:"validation"`
	Test       int    `json:"test"`
}

// Divide splits a corpus under a protocol: ProtocolGroup by GroupSplit; ProtocolRow by the source's own train, validation
// and test parts where it has them (HasSourceParts), drawing a missing validation part from the train part in the study's
// proportion of 595 to 3,371, and else by RowSplit.
//
// The result is a function of the corpus's content, the protocol and the seed. An unknown protocol, and a corpus or part
// too small to split, are errors; what can be split but calls for care is in Notices.
func Divide(c *Corpus, protocol string, seed uint64) (*Split, error) {
	d := &Split{Protocol: protocol, Seed: seed, Unused: c.Unused}
	var err error
	items := c.notesOfRows
	switch {
	case protocol == ProtocolGroup:
		d.Indices, err = GroupSplit(c, seed)
		items = c.notesAt
	case protocol == ProtocolRow && c.HasSourceParts():
		d.FromSource = true
		d.Indices, err = c.sourceSplit(seed)
	case protocol == ProtocolRow:
		d.Indices, err = RowSplit(c, seed)
	default:
		err = fmt.Errorf("unknown protocol %q; use %s or %s", protocol, ProtocolGroup, ProtocolRow)
	}
	if err != nil {
		return nil, err
	}
	d.Train, d.Validation, d.Test = items(d.Indices.Train), items(d.Indices.Validation), items(d.Indices.Test)
	if err := d.checkIDs(c.Name); err != nil {
		return nil, err
	}
	train, validation, test := c.LabelCounts(d.Train), c.LabelCounts(d.Validation), c.LabelCounts(d.Test)
	for i, label := range c.Labels {
		d.Classes = append(d.Classes, ClassCount{label, train[i], validation[i], test[i]})
	}
	d.notice(c)
	return d, nil
}

// Rare lists the classes with fewer than RareBelow in the train part, those without any among them.
func (d *Split) Rare() []ClassCount {
	var rare []ClassCount
	for _, class := range d.Classes {
		if class.Train < RareBelow {
			rare = append(rare, class)
		}
	}
	return rare
}

// Absent lists the classes that at least one part lacks.
func (d *Split) Absent() []ClassCount {
	var absent []ClassCount
	for _, class := range d.Classes {
		if class.Train == 0 || class.Validation == 0 || class.Test == 0 {
			absent = append(absent, class)
		}
	}
	return absent
}

// checkIDs refuses the ids "1" and "1#A" in a source where rows of the first are labelled A and something else.
func (d *Split) checkIDs(source string) error {
	seen := map[string]bool{}
	for _, part := range [][]Note{d.Train, d.Validation, d.Test} {
		for _, item := range part {
			if seen[item.ID] {
				return fmt.Errorf("%s: two examples are called %q; give the source other ids, or read it without", source, item.ID)
			}
			seen[item.ID] = true
		}
	}
	return nil
}

// notice fills Notices.
func (d *Split) notice(c *Corpus) {
	add := func(format string, args ...any) { d.Notices = append(d.Notices, fmt.Sprintf(format, args...)) }
	switch {
	case d.FromSource && c.Rows[d.Indices.Validation[0]].Part == PartValidation:
		add("The parts are the source's own.")
	case d.FromSource:
		add("The test part is the source's own; the validation part is drawn from its train part.")
	case c.HasSourceParts():
		add("The source's own parts are set aside: texts of all of them are divided anew.")
	}
	if len(c.With) > 0 {
		add("The texts are extended with %s, which may name the label.", strings.Join(c.With, " and "))
	}
	if examples := len(d.Train) + len(d.Validation) + len(d.Test); examples < len(c.Labels) {
		add("There are fewer examples (%d) than classes (%d).", examples, len(c.Labels))
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
			add("Classes %s (%d of %d): %s.", what, len(names), len(c.Labels), strings.Join(names, ", "))
		}
	}
	list(fmt.Sprintf("with under %d training examples", RareBelow), func(k ClassCount) (int, bool) { return k.Train, k.Train > 0 && k.Train < RareBelow })
	list("absent from train", func(k ClassCount) (int, bool) { return 0, k.Train == 0 })
	list("absent from validation", func(k ClassCount) (int, bool) { return 0, k.Validation == 0 })
	list("absent from test", func(k ClassCount) (int, bool) { return 0, k.Test == 0 })
	if len(d.Unused) > 0 {
		add("Class names without a row (%d): %s.", len(d.Unused), strings.Join(d.Unused, ", "))
	}
}
