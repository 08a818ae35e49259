package experiment

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/baseline"
	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// Baselines are the models that the study's own is compared with, under one protocol.
type Baselines struct {
	Fingerprint string        `json:"fingerprint"` // the hash of the stage's key
	Protocol    string        `json:"protocol"`
	Corpus      Counts        `json:"corpus"`
	Models      []Baseline    `json:"models"`
	Terms       []LabelTerms  `json:"terms"`    // the terms with the largest weights in the last linear model on words
	TermsOf     string        `json:"terms_of"` // that model
	Dir         string        `json:"-"`
	sets        []predict.Set // of Models, read on demand
}

// Baseline is one of them, tested on the same texts.
type Baseline struct {
	Key     baseline.Key     `json:"key"`
	File    string           `json:"file"` // its test predictions, in the stage's folder
	Remarks []string         `json:"remarks,omitempty"`
	Tuned   *baseline.Tuned  `json:"tuned,omitempty"` // how its settings were chosen, on the validation texts
	Test    evaluate.Summary `json:"test"`
}

// LabelTerms are the words and phrases with the largest weights for a label.
type LabelTerms struct {
	Label string          `json:"label"`
	Terms []baseline.Term `json:"terms"`
}

// termsPerLabel is how many terms are kept of each label.
const termsPerLabel = 8

// Model finds a baseline, nil where it was not run.
func (b *Baselines) Model(key baseline.Key) *Baseline {
	for i := range b.Models {
		if b.Models[i].Key == key {
			return &b.Models[i]
		}
	}
	return nil
}

// baselines fits and tests the baselines, or reads them from the store. They depend on the notes, the base and the length, and of the
// settings of training on the seed alone, from which the untuned encoder's head is drawn.
func (e *Experiment) baselines(ctx context.Context, p profile.Profile, log stage.Log) (*Baselines, error) {
	base, err := e.openBase(ctx, log)
	if err != nil {
		return nil, err
	}
	key := stage.Key{Name: "baselines", Version: 1, Inputs: []any{
		base.hash, e.Notes.Corpus.Hash, p.Corpus.Protocol, p.Corpus.Targets, p.Corpus.Seed, p.Corpus.Limit, p.Train.Seed, p.MaxLength, classifier.BackendName(p.Backend),
	}}
	b := &Baselines{Fingerprint: key.Hash(), Protocol: p.Corpus.Protocol}
	err = e.Store.Make(ctx, key, b, func(dir string) error {
		b.Dir = dir
		return b.run(ctx, p, e.Notes, base.dir, log)
	})
	b.Dir = e.Store.Path(key)
	return b, err
}

// run fits each baseline on the training texts and predicts the test texts.
func (b *Baselines) run(ctx context.Context, p profile.Profile, notes *Notes, baseDir string, log stage.Log) error {
	backend, err := classifier.OpenBackend(p.Backend)
	if err != nil {
		return err
	}
	defer backend.Finalize()
	untuned := p
	untuned.Train.Method = profile.MethodHead
	encoder, err := newModel(untuned, baseDir, notes.Corpus.Labels)
	if err != nil {
		return err
	}
	data, err := notes.trainingData(p.Corpus.Targets, encoder)
	if err != nil {
		return err
	}
	b.Corpus = notes.counts(data)
	fitter := &baselineFitter{profile: p, notes: notes, backend: backend, encoder: encoder, counts: notes.Corpus.LabelCounts(notes.Train)}
	for _, key := range baseline.Keys() {
		log.Printf("baseline: %s", key)
		if err := b.add(ctx, fitter, key); err != nil {
			return fmt.Errorf("baseline %s: %w", key, err)
		}
	}
	return nil
}

// add fits and tests one baseline.
func (b *Baselines) add(ctx context.Context, fitter *baselineFitter, key baseline.Key) error {
	model, tuned, err := fitter.fit(ctx, key)
	if err != nil {
		return err
	}
	one := Baseline{Key: key, File: string(key) + ".parquet", Tuned: tuned}
	switch m := model.(type) {
	case *baseline.TFIDF:
		if err := b.readTerms(m, tuned); err != nil {
			return err
		}
	case *baseline.Rules:
		one.Remarks = remarks(m)
	}
	set, err := fitter.notes.predict(ctx, model, string(key), "test", fitter.notes.Test)
	if err != nil {
		return err
	}
	if err := predict.Write(filepath.Join(b.Dir, one.File), set); err != nil {
		return err
	}
	if one.Test, err = evaluate.Summarize(set, evaluate.Options{Seed: fitter.profile.Corpus.Seed}); err != nil {
		return err
	}
	b.Models, b.sets = append(b.Models, one), append(b.sets, set)
	return nil
}

// readTerms keeps the terms of a linear model on words; those of the last one that is fitted stay.
func (b *Baselines) readTerms(model *baseline.TFIDF, tuned *baseline.Tuned) error {
	b.Terms, b.TermsOf = nil, tuned.Model
	for _, label := range model.Labels() {
		if !b.Corpus.trained(label) {
			continue
		}
		terms, err := model.Terms(label, termsPerLabel)
		if err != nil {
			return err
		}
		b.Terms = append(b.Terms, LabelTerms{label, terms})
	}
	return nil
}

// predictions are the baselines' test predictions, in the order of Models.
func (b *Baselines) predictions(corpusHash string) ([]predict.Set, error) {
	if b.sets == nil {
		for _, m := range b.Models {
			set, err := predict.Read(filepath.Join(b.Dir, m.File), predict.Want{CorpusHash: corpusHash})
			if err != nil {
				return nil, err
			}
			b.sets = append(b.sets, set)
		}
	}
	return b.sets, nil
}
