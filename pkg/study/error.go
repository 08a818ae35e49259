package study

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Errors is the error analysis of the study's model on the test texts, read from its predictions on disk.
type Errors struct {
	*erroranalysis.Analysis
	Scaling evaluate.Scaling `json:"calibration"` // the temperature is the one that the cases' confidence has
	Run     *Run             `json:"-"`
	Corpus  *corpus.Corpus   `json:"-"`
	source  *source
}

// Errors analyses the selected configuration's errors. It trains first what is not on disk.
func (p Profile) Errors(ctx context.Context, tell Tell) (*Errors, error) {
	src, err := p.source(ctx, tell)
	if err != nil {
		return nil, err
	}
	s, err := p.sweep(ctx, src, "", tell)
	if err != nil {
		return nil, err
	}
	return src.errors(s.Chosen())
}

// errors reads the run's predictions and analyses them.
func (src *source) errors(run *Run) (*Errors, error) {
	n := src.notes
	read := func(file string) (predict.Set, error) {
		return predict.Read(filepath.Join(run.Dir, file), predict.Want{CorpusHash: n.Corpus.Hash})
	}
	test, err := read(TestFile)
	if err != nil {
		return nil, err
	}
	validation, err := read(ValidationFile)
	if err != nil {
		return nil, err
	}
	e := &Errors{Run: run, Corpus: n.Corpus, source: src}
	if e.Scaling, err = evaluate.Scale(validation, test, run.options()); err != nil {
		return nil, err
	}
	learned := make([][]int, len(n.Train))
	for i, example := range n.Train {
		learned[i] = example.Labels
	}
	e.Analysis, err = erroranalysis.Run(
		erroranalysis.Input{Test: test, Corpus: n.Corpus, Train: learned, DocumentLabels: audit.KindLabels(n.Corpus.Labels)},
		erroranalysis.Options{Bootstrap: run.options(), Temperature: e.Scaling.Temperature.Value},
	)
	if err != nil {
		return nil, fmt.Errorf("error analysis of %s: %w", run.Dir, err)
	}
	return e, nil
}
