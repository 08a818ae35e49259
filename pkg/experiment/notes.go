package experiment

import (
	"context"
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/demo"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
	"github.com/specialist-nlp/specialist/pkg/train"
)

// Notes is a corpus with its parts. A part lists each of its texts once, with the labels that the text has in that part: all of
// them under the group protocol; under the row protocol, which divides rows, perhaps only some.
type Notes struct {
	Corpus                  *corpus.Corpus
	Split                   *corpus.Split
	Train, Validation, Test []corpus.Note
}

// ReadNotes reads a profile's corpus and divides it.
func ReadNotes(ctx context.Context, settings profile.Corpus, log stage.Log) (*Notes, error) {
	var c *corpus.Corpus
	var err error
	if settings.Source == "demo" {
		c, err = demo.Corpus(settings.Seed)
	} else {
		options := settings.Options()
		options.Progress = log.Download
		c, err = corpus.Read(ctx, settings.Path, options)
	}
	if err != nil {
		return nil, err
	}
	return divide(c, settings)
}

// divide makes the parts of a corpus, as the settings have it.
func divide(c *corpus.Corpus, settings profile.Corpus) (*Notes, error) {
	d, err := corpus.Divide(c, settings.Protocol, settings.Seed)
	if err != nil {
		return nil, err
	}
	n := &Notes{Corpus: c, Split: d, Train: c.Texts(d.Train), Validation: c.Texts(d.Validation), Test: c.Texts(d.Test)}
	if settings.Limit > 0 {
		n.Train = n.Train[:min(settings.Limit, len(n.Train))]
	}
	return n, nil
}

// textsOf returns the notes' texts.
func textsOf(notes []corpus.Note) []string {
	out := make([]string, len(notes))
	for i, n := range notes {
		out[i] = n.Text
	}
	return out
}

// named returns the examples as predict.Run takes them.
func (n *Notes) named(examples []corpus.Note) []predict.Note {
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
