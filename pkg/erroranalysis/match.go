package erroranalysis

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// data is the predictions joined with their notes. Labels are indices into labels.
type data struct {
	labels   []string // the model's
	document []bool   // by label: names a kind of document
	cases    []Case
	texts    []text // of the cases
	level    float64
	// trained is the number of training texts of each label, together that of those with two labels: shape [labels][labels].
	trained  []int
	together [][]int
}

// join joins the predictions with the notes of the corpus, whose labels may be in another order than the model's.
func join(in Input, test predict.Set) (*data, error) {
	c := in.Corpus
	if test.CorpusHash != c.Hash {
		return nil, fmt.Errorf("the predictions of %q belong to corpus %q, and %s is %q: predict this corpus, or give the one that was predicted",
			test.Model, test.CorpusHash, c.Name, c.Hash)
	}
	d := &data{labels: test.Labels, document: make([]bool, len(test.Labels)), trained: make([]int, len(test.Labels))}
	for range d.labels {
		d.together = append(d.together, make([]int, len(d.labels)))
	}
	for _, label := range in.DocumentLabels {
		at := slices.Index(d.labels, label)
		if at < 0 {
			return nil, fmt.Errorf("a label to count as a kind of document: %w", unknown("label", label, d.labels))
		}
		d.document[at] = true
	}
	known := make([]int, len(c.Labels)) // by label of the corpus: the model's index, or -1
	for i, label := range c.Labels {
		known[i] = slices.Index(d.labels, label)
	}
	if err := d.count(in.Train, c, known); err != nil {
		return nil, err
	}
	notes := make(map[string]int, len(c.Rows))
	for _, row := range c.Rows {
		notes[row.ID] = row.Note
	}
	type pair struct {
		one  Case
		text text
	}
	var joined []pair
	seen := make(map[int]string, len(test.Predictions))
	for _, p := range test.Predictions {
		at, ok := notes[p.NoteID]
		if !ok {
			return nil, fmt.Errorf("%s has no text %q, which %q predicted", c.Name, p.NoteID, test.Model)
		}
		if other, twice := seen[at]; twice {
			return nil, fmt.Errorf("%q and %q are rows of one text: give the text once, with the labels of its rows", other, p.NoteID)
		}
		seen[at] = p.NoteID
		note := &c.Notes[at]
		own, err := d.translate(note.Labels, c, known)
		if err != nil {
			return nil, fmt.Errorf("text %q: %w", note.ID, err)
		}
		for _, label := range p.Gold {
			if !slices.Contains(own, label) {
				return nil, fmt.Errorf("text %q: the predictions have it filed under %q, and %s has it under %s", note.ID, d.labels[label], c.Name, list(d.names(own)))
			}
		}
		one, t := d.newCase(p, note, own)
		joined = append(joined, pair{one, t})
	}
	// By id, so that the results, the bootstrap's included, do not depend on the order in a file.
	slices.SortFunc(joined, func(a, b pair) int { return cmp.Compare(a.one.ID, b.one.ID) })
	for _, j := range joined {
		d.cases, d.texts = append(d.cases, j.one), append(d.texts, j.text)
	}
	return d, nil
}

// translate converts labels of the corpus to the model's, ascending.
func (d *data) translate(labels []int, c *corpus.Corpus, known []int) ([]int, error) {
	own := make([]int, len(labels))
	for i, label := range labels {
		if label < 0 || label >= len(known) {
			return nil, fmt.Errorf("label %d is not one of the %d of %s", label, len(known), c.Name)
		}
		if own[i] = known[label]; own[i] < 0 {
			return nil, fmt.Errorf("the model does not know the label %q", c.Labels[label])
		}
	}
	slices.Sort(own)
	return own, nil
}

// count sets trained and together.
func (d *data) count(train [][]int, c *corpus.Corpus, known []int) error {
	for i, set := range train {
		own, err := d.translate(set, c, known)
		if err != nil {
			return fmt.Errorf("training text %d: %w", i+1, err)
		}
		for _, a := range own {
			d.trained[a]++
			for _, b := range own {
				d.together[a][b]++
			}
		}
	}
	return nil
}
