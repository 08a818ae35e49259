package train

import (
	"errors"
	"fmt"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// Data is the notes to learn from.
type Data struct {
	Encodings []tokenize.Encoding
	Targets   [][]float32 // [notes][classes]: a distribution over the classes for each note
	Buckets   []int       // padded lengths in tokens, ascending; no encoding is longer than the last
	Pad       int32       // the tokenizer's padding id
}

// NewData encodes texts for a classifier. labels holds the names of each text's labels; its target is the uniform distribution over
// them. The error names the text, by its number, and the label that the classifier does not know.
func NewData(c *classifier.Classifier, texts []string, labels [][]string) (Data, error) {
	if len(texts) != len(labels) {
		return Data{}, fmt.Errorf("%d texts have %d label lists", len(texts), len(labels))
	}
	encodings, err := c.Encode(texts)
	if err != nil {
		return Data{}, err
	}
	d := Data{Encodings: encodings, Buckets: tokenize.Buckets(c.MaxLength), Pad: c.Tokenizer.PadID()}
	for i, names := range labels {
		if len(names) == 0 {
			return Data{}, fmt.Errorf("text %d has no label", i+1)
		}
		target := make([]float32, len(c.Labels))
		for _, name := range names {
			class := slices.Index(c.Labels, name)
			switch {
			case class < 0:
				return Data{}, fmt.Errorf("text %d has the label %q, which is none of the classifier's %d", i+1, name, len(c.Labels))
			case target[class] > 0:
				return Data{}, fmt.Errorf("text %d has the label %q twice", i+1, name)
			}
			target[class] = 1 / float32(len(names))
		}
		d.Targets = append(d.Targets, target)
	}
	return d, d.check()
}

// check refuses data that cannot be laid out in batches.
func (d Data) check() error {
	if len(d.Encodings) == 0 {
		return errors.New("there are no notes to train on")
	}
	if len(d.Targets) != len(d.Encodings) || len(d.Buckets) == 0 {
		return fmt.Errorf("%d notes have %d targets and %d bucket lengths", len(d.Encodings), len(d.Targets), len(d.Buckets))
	}
	classes, longest := len(d.Targets[0]), d.Buckets[len(d.Buckets)-1]
	for i, e := range d.Encodings {
		if len(e.IDs) == 0 || len(e.IDs) > longest {
			return fmt.Errorf("training note %d has %d tokens, a batch holds 1 to %d", i+1, len(e.IDs), longest)
		}
		if len(d.Targets[i]) != classes {
			return fmt.Errorf("training note %d has %d target values, the first has %d", i+1, len(d.Targets[i]), classes)
		}
	}
	return nil
}

// bucket is the index of the shortest bucket that holds so many tokens.
func (d Data) bucket(tokens int) int {
	i, _ := slices.BinarySearch(d.Buckets, tokens)
	return i
}
