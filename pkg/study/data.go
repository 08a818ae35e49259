package study

import (
	"context"
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/demo"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
	"github.com/specialist-nlp/specialist/pkg/train"
)

// Notes is a corpus with its parts. A part lists each of its texts once, with the labels that the text has in that part: all of
// them under the group protocol; under the row protocol, which divides rows, perhaps only some.
type Notes struct {
	Corpus                  *corpus.Corpus
	Division                *corpus.Division
	Train, Validation, Test []corpus.Example
}

// ReadNotes reads the profile's corpus and divides it.
func (p Profile) ReadNotes(ctx context.Context, tell Tell) (*Notes, error) {
	var c *corpus.Corpus
	var err error
	switch p.Corpus.Source {
	case "demo":
		c, err = demo.Corpus(p.Corpus.Seed)
	default:
		options := p.Corpus.options()
		options.Progress = tell.download
		c, err = corpus.Read(ctx, p.Corpus.Path, options)
	}
	if err != nil {
		return nil, err
	}
	d, err := corpus.Divide(c, p.Corpus.Protocol, p.Corpus.Seed)
	if err != nil {
		return nil, err
	}
	n := &Notes{Corpus: c, Division: d, Train: c.Texts(d.Train), Validation: c.Texts(d.Validation), Test: c.Texts(d.Test)}
	if p.Corpus.Limit > 0 {
		n.Train = n.Train[:min(p.Corpus.Limit, len(n.Train))]
	}
	return n, nil
}

// textsOf returns the examples' texts.
func textsOf(examples []corpus.Example) []string {
	out := make([]string, len(examples))
	for i, e := range examples {
		out[i] = e.Text
	}
	return out
}

// named returns the examples as predict.Run takes them.
func (n *Notes) named(examples []corpus.Example) []predict.Note {
	out := make([]predict.Note, len(examples))
	for i, e := range examples {
		gold := make([]string, len(e.Labels))
		for j, label := range e.Labels {
			gold[j] = n.Corpus.Labels[label]
		}
		out[i] = predict.Note{ID: e.ID, Text: e.Text, Gold: gold}
	}
	return out
}

// uniform is the distribution that gives each of the labels the same weight.
func (n *Notes) uniform(labels []int) []float32 {
	target := make([]float32, len(n.Corpus.Labels))
	for _, label := range labels {
		target[label] = 1 / float32(len(labels))
	}
	return target
}

// trainingData encodes the training texts and gives them their targets: a text once with its label set, or once for each of
// its labels.
func (n *Notes) trainingData(targets string, model *classifier.Classifier) (train.Data, error) {
	encodings, err := model.Encode(textsOf(n.Train))
	if err != nil {
		return train.Data{}, fmt.Errorf("training notes: %w", err)
	}
	data := train.Data{Buckets: tokenize.Buckets(model.MaxLength), Pad: model.Tokenizer.PadID()}
	for i, e := range n.Train {
		if targets == "sets" {
			data.Encodings = append(data.Encodings, encodings[i])
			data.Targets = append(data.Targets, n.uniform(e.Labels))
			continue
		}
		for _, label := range e.Labels {
			data.Encodings = append(data.Encodings, encodings[i])
			data.Targets = append(data.Targets, n.uniform([]int{label}))
		}
	}
	return data, nil
}
