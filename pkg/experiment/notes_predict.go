package experiment

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/baseline"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/train"
)

// counts describes what was read and how it was divided.
func (n *Notes) counts(data train.Data) Counts {
	c := n.Corpus
	truncated := 0
	for _, e := range data.Encodings {
		if e.Truncated {
			truncated++
		}
	}
	return Counts{
		Name: c.Name, Synthetic: c.Synthetic, Hash: c.Hash,
		RowsRead: c.Report.RowsRead, RowsKept: c.Report.RowsKept, Texts: len(c.Notes), Labels: len(c.Labels),
		Train: len(n.Train), Validation: len(n.Validation), Test: len(n.Test), Protocol: n.Split.Protocol,
		MaxLength: data.Buckets[len(data.Buckets)-1], Truncated: truncated,
		With:          c.With,
		AbsentInTrain: c.Absent(c.LabelCounts(n.Train)), AbsentInTest: c.Absent(c.LabelCounts(n.Test)),
	}
}

// predict runs a predictor on a part of the notes.
func (n *Notes) predict(ctx context.Context, p predict.Predictor, model, part string, examples []corpus.Note) (predict.Set, error) {
	predictions, err := predict.Run(ctx, p, n.named(examples))
	if err != nil {
		return predict.Set{}, err
	}
	return predict.Set{
		Labels: n.Corpus.Labels, CorpusHash: n.Corpus.Hash, Model: model, Part: part,
		Synthetic: n.Corpus.Synthetic, Predictions: predictions,
	}, nil
}

// validate is what an epoch is judged by: metrics and mean cross entropy over the validation texts' rows.
func (n *Notes) validate(ctx context.Context, p predict.Predictor) (train.Validation, error) {
	set, err := n.predict(ctx, p, "validated", "validation", n.Validation)
	if err != nil {
		return train.Validation{}, err
	}
	e, err := evaluate.New(set)
	if err != nil {
		return train.Validation{}, err
	}
	values := e.Values()
	loss, rows := 0.0, 0
	for _, q := range set.Predictions {
		for _, label := range q.Gold {
			loss += logSumExp(q.Logits) - float64(q.Logits[label])
		}
		rows += len(q.Gold)
	}
	return train.Validation{Loss: loss / float64(rows), Accuracy: values[evaluate.RowAccuracy], MacroF1: values[evaluate.MacroF1Union], AnyValid: values[evaluate.AnyValid]}, nil
}

func logSumExp(values []float32) float64 {
	highest := math.Inf(-1)
	for _, v := range values {
		highest = max(highest, float64(v))
	}
	sum := 0.0
	for _, v := range values {
		sum += math.Exp(float64(v) - highest)
	}
	return highest + math.Log(sum)
}

// majority answers every note with the training rows' label shares.
func (n *Notes) majority() (predict.Predictor, error) {
	p, err := baseline.NewPrior(n.Corpus.Labels, n.Corpus.LabelCounts(n.Train))
	if err != nil {
		return nil, fmt.Errorf("majority baseline: %w", err)
	}
	return p, nil
}

// trained says whether a label has a training text.
func (c Counts) trained(label string) bool { return !slices.Contains(c.AbsentInTrain, label) }
