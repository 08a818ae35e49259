package experiment

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// Errors is the analysis of the errors that the study's model makes on the test texts, read from its predictions on disk.
type Errors struct {
	*erroranalysis.Analysis
	Scaling evaluate.Scaling `json:"calibration"` // the temperature is the one that the cases' confidence has
	Run     *Run             `json:"-"`
	Corpus  *corpus.Corpus   `json:"-"`
}

// Errors analyses the errors of the selected configuration. It trains first what is not on disk.
func (e *Experiment) Errors(ctx context.Context, log stage.Log) (*Errors, error) {
	if e.errors != nil {
		return e.errors, nil
	}
	s, err := e.Sweep(ctx, log)
	if err != nil {
		return nil, err
	}
	e.errors, err = analyse(e.Notes, s.Selected())
	return e.errors, err
}

// analyse reads a run's predictions and analyses them.
func analyse(n *Notes, run *Run) (*Errors, error) {
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
	e := &Errors{Run: run, Corpus: n.Corpus}
	if e.Scaling, err = evaluate.Scale(validation, test, run.resampling()); err != nil {
		return nil, err
	}
	train := make([][]int, len(n.Train))
	for i, example := range n.Train {
		train[i] = example.Labels
	}
	e.Analysis, err = erroranalysis.Run(
		erroranalysis.Input{Test: test, Corpus: n.Corpus, Train: train, DocumentLabels: audit.DocumentLabelsOf(n.Corpus.Labels)},
		erroranalysis.Options{Bootstrap: run.resampling(), Temperature: e.Scaling.Temperature.Value},
	)
	if err != nil {
		return nil, fmt.Errorf("error analysis of %s: %w", run.Dir, err)
	}
	return e, nil
}

// RiskCoverage is the risk-coverage curve of the run's test predictions at a temperature: the share of the texts that is misread among the
// most confident ones, from the highest confidence down.
func (e *Errors) RiskCoverage(temperature float64) ([]evaluate.CoveragePoint, error) {
	set, err := predict.Read(filepath.Join(e.Run.Dir, TestFile), predict.Want{CorpusHash: e.CorpusHash})
	if err != nil {
		return nil, err
	}
	scaled, err := set.WithTemperature(temperature)
	if err != nil {
		return nil, err
	}
	of, err := evaluate.New(scaled)
	if err != nil {
		return nil, err
	}
	return of.RiskCoverage(), nil
}
