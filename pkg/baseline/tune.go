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

// Criterion is what settings are chosen by, on the validation texts: macro-F1 over the labels that are true or predicted there.
const Criterion = evaluate.MacroF1Union

// Tuned says how a model's settings were chosen: the highest validation value of the criterion, of equal ones the first in the grid. The
// model is the one that was fitted to the training texts alone.
type Tuned struct {
	Model      string          `json:"model"`
	Criterion  evaluate.Metric `json:"criterion"`
	Candidates []Candidate     `json:"candidates"` // the grid, in its order
	Chosen     int             `json:"chosen"`     // index into Candidates
}

// Candidate is one point of a grid with what its model reached on the validation texts.
type Candidate struct {
	Features *Features `json:"features,omitempty"` // nil for a model on vectors
	Penalty
	RowAccuracy float64 `json:"row_accuracy"`
	MacroF1     float64 `json:"macro_f1_union"`
	AnyValid    float64 `json:"any_valid"`
	RecallAt3   float64 `json:"recall_at_3"`
}

// TextGrid is the settings that are tried for a kind of model on TF-IDF features: terms of one and two words that two training rows or
// more hold, with sublinear counts; four values of C, each without and with class weights.
func TextGrid(kind Kind) []TextSettings {
	var grid []TextSettings
	for _, p := range penalties(kind) {
		grid = append(grid, TextSettings{Features{LeastWords: 1, MostWords: 2, MinDF: 2, Sublinear: true}, p})
	}
	return grid
}

// FrozenGrid is the settings that are tried on an encoder's vectors.
func FrozenGrid() []Penalty { return penalties(Logistic) }

func penalties(kind Kind) []Penalty {
	strengths := []float64{.1, .3, 1, 3}
	if kind == Logistic {
		strengths = []float64{.3, 1, 3, 10} // cross entropy pulls less than the squared hinge
	}
	var grid []Penalty
	for _, balanced := range []bool{false, true} {
		for _, c := range strengths {
			grid = append(grid, Penalty{kind, c, balanced})
		}
	}
	return grid
}

// TuneText fits a text model with each of the settings to the training texts and returns the one that does best on the validation
// texts. Test texts have no part in it.
func TuneText(ctx context.Context, labels []string, train, validation []Example, grid []TextSettings) (*Text, *Tuned, error) {
	model, tuned, err := tuneText(ctx, labels, train, validation, grid)
	if err != nil {
		return nil, nil, fmt.Errorf("TF-IDF: %w", err)
	}
	return model, tuned, nil
}

func tuneText(ctx context.Context, labels []string, train, validation []Example, grid []TextSettings) (*Text, *Tuned, error) {
	type space struct {
		vectorizer        *vectorizer
		train, validation *matrix
	}
	t, err := newTrial(labels, train, validation)
	if err != nil {
		return nil, nil, err
	}
	spaces := map[Features]space{}
	candidates := make([]Candidate, len(grid))
	for i, settings := range grid {
		candidates[i] = Candidate{Features: &grid[i].Features, Penalty: settings.Penalty}
		if _, done := spaces[settings.Features]; done {
			continue
		}
		v, x, err := fitVectorizer(t.train.texts, t.train.sizes, settings.Features)
		if err != nil {
			return nil, nil, err
		}
		spaces[settings.Features] = space{v, x, v.transform(t.texts)}
	}
	best, chosen, err := t.run(ctx, candidates, func(i int) (train, validation *matrix) {
		s := spaces[grid[i].Features]
		return s.train, s.validation
	})
	if err != nil {
		return nil, nil, err
	}
	model := &Text{grid[chosen], spaces[grid[chosen].Features].vectorizer, best}
	return model, &Tuned{model.Name(), Criterion, candidates, chosen}, nil
}

// TuneFrozen does for logistic regression on an encoder's vectors what [TuneText] does for TF-IDF. Each text is embedded once.
func TuneFrozen(ctx context.Context, labels []string, train, validation []Example, e Embedder, grid []Penalty) (*Frozen, *Tuned, error) {
	t, err := newTrial(labels, train, validation)
	if err != nil {
		return nil, nil, fmt.Errorf("frozen encoder: %w", err)
	}
	x, size, err := embedTraining(ctx, e, t.train)
	if err != nil {
		return nil, nil, err
	}
	embeddings, err := embed(ctx, e, t.texts)
	if err != nil {
		return nil, nil, err
	}
	held, err := stack(embeddings, size)
	if err != nil {
		return nil, nil, err
	}
	candidates := make([]Candidate, len(grid))
	for i, p := range grid {
		candidates[i].Penalty = p
	}
	best, chosen, err := t.run(ctx, candidates, func(int) (train, validation *matrix) { return x, held })
	if err != nil {
		return nil, nil, fmt.Errorf("frozen encoder: %w", err)
	}
	model := &Frozen{e, size, grid[chosen], best}
	return model, &Tuned{model.Name(), Criterion, candidates, chosen}, nil
}

// trial is what every candidate is fitted to and judged by.
type trial struct {
	train *filing
	texts []string // of validation
	gold  [][]int
}

func newTrial(labels []string, train, validation []Example) (*trial, error) {
	f, err := gather(labels, train)
	if err != nil {
		return nil, err
	}
	if err := checkExamples("validation", labels, validation); err != nil {
		return nil, err
	}
	t := &trial{train: f}
	for _, example := range validation {
		gold := slices.Clone(example.Labels)
		slices.Sort(gold)
		t.texts, t.gold = append(t.texts, example.Text), append(t.gold, slices.Compact(gold))
	}
	return t, nil
}

// run fits every candidate, several at a time, and fills in what it reaches. Only the best model so far is kept: they are large.
func (t *trial) run(ctx context.Context, candidates []Candidate, rows func(i int) (train, validation *matrix)) (best *linear, chosen int, err error) {
	if len(candidates) == 0 {
		return nil, 0, errors.New("the grid is empty; give settings to choose from")
	}
	for i, c := range candidates {
		if err := c.check(); err != nil {
			return nil, 0, fmt.Errorf("candidate %d: %w", i, err)
		}
	}
	chosen = -1
	failures := make([]error, len(candidates))
	var mutex sync.Mutex
	inChunks(len(candidates), 1, func(i, _ int) {
		c := &candidates[i]
		x, held := rows(i)
		l, err := fitLinear(ctx, t.train, x, c.Penalty)
		if err == nil {
			err = t.judge(c, l.decide(held))
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

// judge fills in a candidate's values.
func (t *trial) judge(c *Candidate, outputs []predict.Output) error {
	set := predict.Set{Labels: t.train.labels, Model: c.Kind.title(), Part: "validation"}
	for i, output := range outputs {
		set.Predictions = append(set.Predictions, predict.Prediction{
			NoteID: strconv.Itoa(i), Gold: t.gold[i], Logits: output.Logits, Scores: predict.Softmax(output.Logits, 1),
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
