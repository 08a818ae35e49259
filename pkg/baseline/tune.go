package baseline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Criterion is the metric that settings are chosen by, on the validation texts: macro-F1 over the labels that are true or predicted there.
const Criterion = evaluate.MacroF1Union

// Tuned is the record of a grid search. The chosen candidate has the highest criterion on the validation texts, and is the first in the grid
// that has. Its model is the one fitted to the training texts alone.
type Tuned struct {
	Model      string          `json:"model"`
	Criterion  evaluate.Metric `json:"criterion"`
	Candidates []Candidate     `json:"candidates"` // in the order of the grid
	Chosen     int             `json:"chosen"`     // an index into Candidates
}

// Candidate is one point of a grid with its model's metrics on the validation texts.
type Candidate struct {
	Features *TFIDFFeatures `json:"features,omitempty"` // nil for a model on vectors
	LinearSettings
	RowAccuracy float64 `json:"row_accuracy"`
	MacroF1     float64 `json:"macro_f1_union"`
	AnyValid    float64 `json:"any_valid"`
	RecallAt3   float64 `json:"recall_at_3"`
}

// TFIDFGrid returns the grid for a kind of model on TF-IDF features: terms of one and two words that are in two or more training rows, sublinear
// term frequencies, and four values of C, first without and then with class weights.
func TFIDFGrid(kind Kind) []TFIDFSettings {
	var grid []TFIDFSettings
	for _, p := range penalties(kind) {
		grid = append(grid, TFIDFSettings{TFIDFFeatures{LeastWords: 1, MostWords: 2, MinDF: 2, Sublinear: true}, p})
	}
	return grid
}

// FrozenGrid returns the grid for logistic regression on an encoder's vectors: four values of C, first without and then with class weights.
func FrozenGrid() []LinearSettings { return penalties(Logistic) }

func penalties(kind Kind) []LinearSettings {
	cs := []float64{.1, .3, 1, 3}
	if kind == Logistic {
		cs = []float64{.3, 1, 3, 10} // the cross entropy has smaller gradients than the squared hinge
	}
	var grid []LinearSettings
	for _, balanced := range []bool{false, true} {
		for _, c := range cs {
			grid = append(grid, LinearSettings{kind, c, balanced})
		}
	}
	return grid
}

// TuneTFIDF fits a model with each of the settings to the training texts and returns the one with the best criterion on the validation
// texts. It fails as [FitTFIDF] does, with an empty grid, and for validation examples that are missing or have no or unknown labels.
func TuneTFIDF(ctx context.Context, labels []string, train, validation []Example, grid []TFIDFSettings) (*TFIDF, *Tuned, error) {
	model, tuned, err := tuneText(ctx, labels, train, validation, grid)
	if err != nil {
		return nil, nil, fmt.Errorf("TF-IDF: %w", err)
	}
	return model, tuned, nil
}

func tuneText(ctx context.Context, labels []string, train, validation []Example, grid []TFIDFSettings) (*TFIDF, *Tuned, error) {
	type featureSet struct {
		vectorizer        *vectorizer
		train, validation *matrix
	}
	s, err := newGridSearch(labels, train, validation)
	if err != nil {
		return nil, nil, err
	}
	computed := map[TFIDFFeatures]featureSet{}
	candidates := make([]Candidate, len(grid))
	for i, settings := range grid {
		candidates[i] = Candidate{Features: &grid[i].TFIDFFeatures, LinearSettings: settings.LinearSettings}
		if _, done := computed[settings.TFIDFFeatures]; done {
			continue
		}
		v, x, err := fitVectorizer(s.train.texts, s.train.rowCounts, settings.TFIDFFeatures)
		if err != nil {
			return nil, nil, err
		}
		computed[settings.TFIDFFeatures] = featureSet{v, x, v.transform(s.texts)}
	}
	best, chosen, err := s.run(ctx, candidates, func(i int) (train, validation *matrix) {
		f := computed[grid[i].TFIDFFeatures]
		return f.train, f.validation
	})
	if err != nil {
		return nil, nil, err
	}
	model := &TFIDF{grid[chosen], computed[grid[chosen].TFIDFFeatures].vectorizer, best}
	return model, &Tuned{model.Name(), Criterion, candidates, chosen}, nil
}

// TuneFrozen is [TuneTFIDF] for models on an encoder's vectors. Each distinct training text and each validation text is embedded once.
func TuneFrozen(ctx context.Context, labels []string, train, validation []Example, e Embedder, grid []LinearSettings) (*Frozen, *Tuned, error) {
	s, err := newGridSearch(labels, train, validation)
	if err != nil {
		return nil, nil, fmt.Errorf("frozen encoder: %w", err)
	}
	x, size, err := embedTraining(ctx, e, s.train)
	if err != nil {
		return nil, nil, err
	}
	embeddings, err := embed(ctx, e, s.texts)
	if err != nil {
		return nil, nil, err
	}
	held, err := vectorMatrix(embeddings, size)
	if err != nil {
		return nil, nil, err
	}
	candidates := make([]Candidate, len(grid))
	for i, p := range grid {
		candidates[i].LinearSettings = p
	}
	best, chosen, err := s.run(ctx, candidates, func(int) (train, validation *matrix) { return x, held })
	if err != nil {
		return nil, nil, fmt.Errorf("frozen encoder: %w", err)
	}
	model := &Frozen{e, size, grid[chosen], best}
	return model, &Tuned{model.Name(), Criterion, candidates, chosen}, nil
}

// gridSearch is the data that every candidate is fitted to and evaluated on.
type gridSearch struct {
	train *trainingSet
	texts []string // of validation
	gold  [][]int  // of validation: the labels of each text, ascending
}

func newGridSearch(labels []string, train, validation []Example) (*gridSearch, error) {
	t, err := newTrainingSet(labels, train)
	if err != nil {
		return nil, err
	}
	if err := checkExamples("validation", labels, validation); err != nil {
		return nil, err
	}
	s := &gridSearch{train: t}
	for _, example := range validation {
		gold := slices.Clone(example.Labels)
		slices.Sort(gold)
		s.texts, s.gold = append(s.texts, example.Text), append(s.gold, slices.Compact(gold))
	}
	return s, nil
}

// run fits a model for each candidate, GOMAXPROCS at a time, sets the candidates' metrics and returns the best model with its index.
// features returns a candidate's features of the training and the validation texts. Only the best model so far is kept: on the terms of
// MTSamples one takes 80 MB.
func (s *gridSearch) run(ctx context.Context, candidates []Candidate, features func(i int) (train, validation *matrix)) (*linear, int, error) {
	if len(candidates) == 0 {
		return nil, 0, errors.New("the grid is empty")
	}
	for i, c := range candidates {
		if err := c.check(); err != nil {
			return nil, 0, fmt.Errorf("candidate %d: %w", i, err)
		}
	}
	var best *linear
	chosen := -1
	failures := make([]error, len(candidates))
	var mutex sync.Mutex // of best and chosen
	inChunks(len(candidates), 1, func(i, _ int) {
		c := &candidates[i]
		train, validation := features(i)
		l, err := fitLinear(ctx, s.train, train, c.LinearSettings)
		if err == nil {
			err = s.evaluate(c, l.predict(validation))
		}
		if failures[i] = err; err != nil {
			return
		}
		mutex.Lock()
		defer mutex.Unlock()
		if chosen < 0 || c.MacroF1 > candidates[chosen].MacroF1 || c.MacroF1 == candidates[chosen].MacroF1 && i < chosen {
			best, chosen = l, i
		}
	})
	for _, err := range failures {
		if err != nil {
			return nil, 0, err
		}
	}
	return best, chosen, nil
}

// evaluate sets a candidate's metrics from the outputs for the validation texts.
func (s *gridSearch) evaluate(c *Candidate, outputs []predict.Output) error {
	set := predict.Set{Labels: s.train.labels, Model: c.Kind.title(), Part: "validation"}
	for i, output := range outputs {
		set.Predictions = append(set.Predictions, predict.Prediction{
			NoteID: strconv.Itoa(i), Gold: s.gold[i], Logits: output.Logits, Scores: predict.Softmax(output.Logits, 1),
		})
	}
	e, err := evaluate.New(set)
	if err != nil {
		return err
	}
	values := e.Values()
	c.RowAccuracy, c.MacroF1 = values[evaluate.RowAccuracy], values[Criterion]
	c.AnyValid, c.RecallAt3 = values[evaluate.AnyValid], values[evaluate.RecallAt3]
	return nil
}
