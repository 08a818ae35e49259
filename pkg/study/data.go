package study

import (
	"context"
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
	"github.com/specialist-nlp/specialist/pkg/train"
)

// Notes is a corpus with its split.
type Notes struct {
	Corpus *corpus.Corpus
	Split  corpus.Split // indices into Corpus.Notes
}

// ReadNotes reads the profile's corpus and divides it.
func (p Profile) ReadNotes(ctx context.Context, tell Tell) (*Notes, error) {
	var c *corpus.Corpus
	var err error
	switch p.Corpus.Source {
	case "demo":
		c, err = corpus.Demo(p.Corpus.Seed)
	default:
		options := p.Corpus.options()
		options.Progress = tell.download
		c, err = corpus.Read(ctx, p.Corpus.Path, options)
	}
	if err != nil {
		return nil, err
	}
	split, err := corpus.GroupSplit(c, p.Corpus.Seed)
	if err != nil {
		return nil, err
	}
	if p.Corpus.Limit > 0 {
		split.Train = split.Train[:min(p.Corpus.Limit, len(split.Train))]
	}
	return &Notes{Corpus: c, Split: split}, nil
}

// texts returns the notes' texts.
func (n *Notes) texts(notes []int) []string {
	texts := make([]string, len(notes))
	for i, note := range notes {
		texts[i] = n.Corpus.Notes[note].Text
	}
	return texts
}

// named returns the notes as predict.Run takes them.
func (n *Notes) named(notes []int) []predict.Note {
	out := make([]predict.Note, len(notes))
	for i, note := range notes {
		gold := make([]string, len(n.Corpus.Notes[note].Labels))
		for j, label := range n.Corpus.Notes[note].Labels {
			gold[j] = n.Corpus.Labels[label]
		}
		out[i] = predict.Note{ID: n.Corpus.Notes[note].ID, Text: n.Corpus.Notes[note].Text, Gold: gold}
	}
	return out
}

// uniform is the distribution that gives each of a note's labels the same weight.
func (n *Notes) uniform(note int) []float32 {
	target := make([]float32, len(n.Corpus.Labels))
	labels := n.Corpus.Notes[note].Labels
	for _, label := range labels {
		target[label] = 1 / float32(len(labels))
	}
	return target
}

// trainingData encodes the training notes and gives them their targets: a note once with its label set, or once for each of
// its labels.
func (n *Notes) trainingData(targets string, model *classifier.Classifier) (train.Data, error) {
	encodings, err := model.Encode(n.texts(n.Split.Train))
	if err != nil {
		return train.Data{}, fmt.Errorf("training notes: %w", err)
	}
	data := train.Data{Buckets: tokenize.Buckets(model.MaxLength), Pad: model.Tokenizer.PadID()}
	for i, note := range n.Split.Train {
		if targets == "sets" {
			data.Encodings = append(data.Encodings, encodings[i])
			data.Targets = append(data.Targets, n.uniform(note))
			continue
		}
		for _, label := range n.Corpus.Notes[note].Labels {
			target := make([]float32, len(n.Corpus.Labels))
			target[label] = 1
			data.Encodings = append(data.Encodings, encodings[i])
			data.Targets = append(data.Targets, target)
		}
	}
	return data, nil
}
