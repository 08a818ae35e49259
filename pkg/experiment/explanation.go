package experiment

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/attribution"
	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// Explanation says which words of the misread test texts, and of the worked examples, spoke for the label that was predicted.
type Explanation struct {
	attribution.Set
	Agreement Agreement
}

// Agreement is how far the attributions of the worked examples rank the words as occlusion does, by Spearman's coefficient.
type Agreement struct {
	Notes   int      `json:"notes"`
	Defined int      `json:"defined"`
	Mean    *float64 `json:"mean"` // nil where it is defined for no note
	Median  *float64 `json:"median"`
	Lowest  *float64 `json:"lowest"`
}

// attributionFile is an explanation's attributions, beside its agreement.
const attributionFile = "attributions.parquet"

// explainOptions says how words are attributed: 12 steps leave a gap of a few per cent in the sums, at 14 passes a note.
var explainOptions = attribution.Options{Method: attribution.IntegratedGradients, Steps: 12}

// Explanation attributes the predicted labels of the misread texts and the worked examples to words. It is the one part of the error
// analysis that needs the model.
func (e *Experiment) Explanation(ctx context.Context, log stage.Log) (*Explanation, error) {
	if e.explanation != nil {
		return e.explanation, nil
	}
	errors, err := e.Errors(ctx, log)
	if err != nil {
		return nil, err
	}
	b, err := e.openBase(ctx, log)
	if err != nil {
		return nil, err
	}
	key := stage.Key{Name: "explanation", Version: 2, Inputs: []any{errors.Run.Fingerprint, explainOptions}}
	x := &Explanation{}
	err = e.Store.Make(ctx, key, &x.Agreement, func(dir string) error {
		if err := x.attribute(ctx, errors, b.dir, log); err != nil {
			return err
		}
		return attribution.Write(filepath.Join(dir, attributionFile), x.Set)
	})
	if err != nil {
		return nil, err
	}
	if x.Attributions == nil {
		want := attribution.Want{CorpusHash: errors.CorpusHash, Model: errors.Run.Fingerprint}
		if x.Set, err = attribution.Read(filepath.Join(e.Store.Path(key), attributionFile), want); err != nil {
			return nil, err
		}
	}
	e.explanation = x
	return x, nil
}

// attribute opens the run's model and attributes.
func (x *Explanation) attribute(ctx context.Context, e *Errors, baseDir string, log stage.Log) error {
	model, err := e.Run.open(baseDir)
	if err != nil {
		return err
	}
	backend, err := classifier.OpenBackend(e.Run.Profile.Backend)
	if err != nil {
		return err
	}
	defer backend.Finalize()
	notes, examples := e.toExplain()
	log.Printf("attributing the words of %d texts", len(notes))
	attributor, err := attribution.New(backend, model, explainOptions)
	if err != nil {
		return err
	}
	all, err := attributor.Attribute(ctx, notes, nil)
	if err != nil {
		return err
	}
	x.Set = attributor.Set(e.CorpusHash, e.Run.Fingerprint, e.Synthetic, all)
	occluder, err := attribution.New(backend, model, attribution.Options{Method: attribution.Occlusion})
	if err != nil {
		return err
	}
	occluded, err := occluder.Attribute(ctx, examples, nil)
	if err != nil {
		return err
	}
	x.Agreement, err = agreement(all, occluded)
	return err
}

// agreement compares the attributions of the notes that were occluded too.
func agreement(all, occluded []attribution.Attribution) (Agreement, error) {
	byID := make(map[string]attribution.Attribution, len(all))
	for _, a := range all {
		byID[a.NoteID] = a
	}
	own := make([]attribution.Attribution, len(occluded))
	for i, o := range occluded {
		a, found := byID[o.NoteID]
		if !found {
			return Agreement{}, fmt.Errorf("note %s was not attributed", o.NoteID)
		}
		own[i] = a
	}
	compared, err := attribution.Compare(own, occluded)
	if err != nil {
		return Agreement{}, err
	}
	out := Agreement{Notes: len(compared.Notes), Defined: compared.Defined}
	if compared.Defined > 0 {
		out.Mean, out.Median, out.Lowest = &compared.Mean, &compared.Median, &compared.Lowest
	}
	return out, nil
}

// toExplain lists the misread texts with the worked examples, and the latter alone.
func (e *Errors) toExplain() (all, examples []attribution.Note) {
	texts := e.Corpus.TextsByKey()
	worked := make(map[string]bool)
	for _, example := range e.Examples {
		worked[example.ID] = true
	}
	for _, c := range e.Cases {
		note := attribution.Note{ID: c.ID, Text: texts[c.TextSHA256], Label: c.Predicted}
		if worked[c.ID] {
			examples = append(examples, note)
		}
		if worked[c.ID] || !c.Valid {
			all = append(all, note)
		}
	}
	return all, examples
}
