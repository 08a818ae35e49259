package study

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/baseline"
	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Rival is a model that the study's own is compared with, tested on the same texts.
type Rival struct {
	Name    string           `json:"name"`
	File    string           `json:"file"` // its test predictions, in the stage's folder
	Remarks []string         `json:"remarks,omitempty"`
	Tuned   *baseline.Tuned  `json:"tuned,omitempty"` // how its settings were chosen, on the validation texts
	Test    evaluate.Summary `json:"test"`
}

// Rivals are the baselines under one protocol.
type Rivals struct {
	Fingerprint string        `json:"fingerprint"`
	Protocol    string        `json:"protocol"`
	Corpus      Counts        `json:"corpus"`
	Models      []Rival       `json:"models"`
	Terms       []LabelTerms  `json:"terms"` // what the best linear model on words goes by
	TermsOf     string        `json:"terms_of"`
	Dir         string        `json:"-"`
	sets        []predict.Set // of Models, read on demand
}

// LabelTerms are the words and phrases that speak most for a label.
type LabelTerms struct {
	Label string          `json:"label"`
	Terms []baseline.Term `json:"terms"`
}

// termsPerLabel is how many terms are kept of each label.
const termsPerLabel = 8

// rivalsLayout changes with the meaning of the stage's files.
const rivalsLayout = 1

// rivalsFile is written last: a folder that has it is whole.
const rivalsFile = "baselines.json"

// rivals fits and tests the baselines, or reads them from the stage cache. They depend on the notes, the base and the length, and
// of the training settings on the seed alone, which the untuned encoder's head is drawn from.
func (p Profile) rivals(ctx context.Context, src *source, tell Tell) (*Rivals, error) {
	h := sha256.New()
	fmt.Fprintf(h, "specialist baselines %d\n%s %s %s %s %d %d %d %d %s", rivalsLayout, src.hash, src.notes.Corpus.Hash, p.Corpus.Protocol, p.Corpus.Targets,
		p.Corpus.Seed, p.Corpus.Limit, p.Train.Seed, p.MaxLength, classifier.BackendName(p.Backend))
	fingerprint := hex.EncodeToString(h.Sum(nil))
	dir, err := stageDir("baseline", fingerprint)
	if err != nil {
		return nil, err
	}
	r := &Rivals{Dir: dir}
	path := filepath.Join(dir, rivalsFile)
	if found, err := src.cache.find(path, r); found || err != nil {
		return r, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	release, err := lock(dir)
	if err != nil {
		return nil, err
	}
	defer release()
	r.Fingerprint, r.Protocol = fingerprint, p.Corpus.Protocol
	if err := r.make(ctx, p, src, tell); err != nil {
		return nil, err
	}
	return r, writeStage(path, r)
}

// make fits each baseline on the training texts and predicts the test texts.
func (r *Rivals) make(ctx context.Context, p Profile, src *source, tell Tell) error {
	n := src.notes
	backend, err := classifier.OpenBackend(p.Backend)
	if err != nil {
		return err
	}
	defer backend.Finalize()
	untuned := p
	untuned.Train.Method = methodHead
	encoder, err := untuned.model(src.base, n.Corpus.Labels)
	if err != nil {
		return err
	}
	data, err := n.trainingData(p.Corpus.Targets, encoder)
	if err != nil {
		return err
	}
	r.Corpus = n.counts(data)
	labels, counts := n.Corpus.Labels, n.Corpus.LabelCounts(n.Train)
	learn, hold := examples(n.Train), examples(n.Validation)
	embedder, err := classifier.NewEmbedder(backend, encoder, classifier.DefaultBatchSize)
	if err != nil {
		return err
	}
	text := func(kind baseline.Kind) func() (predict.Predictor, *baseline.Tuned, []string, error) {
		return func() (predict.Predictor, *baseline.Tuned, []string, error) {
			model, tuned, err := baseline.TuneText(ctx, labels, learn, hold, baseline.TextGrid(kind))
			if err == nil {
				err = r.read(model, tuned)
			}
			return model, tuned, nil, err
		}
	}
	for _, one := range []struct {
		name, file string
		fit        func() (predict.Predictor, *baseline.Tuned, []string, error)
	}{
		{"random, uniform", "random-uniform", func() (predict.Predictor, *baseline.Tuned, []string, error) {
			model, err := baseline.NewRandom(labels, p.Corpus.Seed)
			return model, nil, nil, err
		}},
		{"random, by class shares", "random-prior", func() (predict.Predictor, *baseline.Tuned, []string, error) {
			model, err := baseline.NewRandomPrior(labels, counts, p.Corpus.Seed)
			return model, nil, nil, err
		}},
		{"majority class", "majority", func() (predict.Predictor, *baseline.Tuned, []string, error) {
			model, err := baseline.NewPrior(labels, counts)
			return model, nil, nil, err
		}},
		{"keyword rules", "rules", func() (predict.Predictor, *baseline.Tuned, []string, error) {
			return rules(labels, counts)
		}},
		{"encoder, untuned", "untuned", func() (predict.Predictor, *baseline.Tuned, []string, error) {
			model, err := classifier.NewPredictor(backend, encoder, classifier.DefaultBatchSize)
			return model, nil, nil, err
		}},
		{"encoder, frozen + logistic regression", "frozen", func() (predict.Predictor, *baseline.Tuned, []string, error) {
			model, tuned, err := baseline.TuneFrozen(ctx, labels, learn, hold, meanOf{embedder}, baseline.FrozenGrid())
			return model, tuned, nil, err
		}},
		{"TF-IDF + logistic regression", "tfidf-logistic", text(baseline.Logistic)},
		{"TF-IDF + linear SVM", "tfidf-svm", text(baseline.SVM)},
	} {
		tell.say("baseline: %s", one.name)
		model, tuned, remarks, err := one.fit()
		if err != nil {
			return fmt.Errorf("baseline %s: %w", one.name, err)
		}
		rival := Rival{Name: one.name, File: one.file + ".parquet", Tuned: tuned, Remarks: remarks}
		set, err := n.predict(ctx, model, one.name, "test", n.Test)
		if err != nil {
			return fmt.Errorf("baseline %s: %w", one.name, err)
		}
		if err := predict.Write(filepath.Join(r.Dir, rival.File), set); err != nil {
			return err
		}
		if rival.Test, err = evaluate.Summarize(set, evaluate.Options{Seed: p.Corpus.Seed}); err != nil {
			return fmt.Errorf("baseline %s: %w", one.name, err)
		}
		r.Models, r.sets = append(r.Models, rival), append(r.sets, set)
	}
	return nil
}

// read keeps the terms of a linear model on words, those of the last one that is fitted.
func (r *Rivals) read(model *baseline.Text, tuned *baseline.Tuned) error {
	r.Terms, r.TermsOf = nil, tuned.Model
	for i, label := range model.Labels() {
		if r.Corpus.trained(label) {
			terms, err := model.Terms(model.Labels()[i], termsPerLabel)
			if err != nil {
				return err
			}
			r.Terms = append(r.Terms, LabelTerms{label, terms})
		}
	}
	return nil
}

// rules are the built-in keyword rules, with a remark where they do not know a label.
func rules(labels []string, counts []int) (predict.Predictor, *baseline.Tuned, []string, error) {
	book, err := baseline.OwnRules()
	if err != nil {
		return nil, nil, nil, err
	}
	model, err := baseline.NewRules(book, labels, counts)
	if err != nil {
		return nil, nil, nil, err
	}
	var remarks []string
	if unruled := model.Unruled(); len(unruled) > 0 {
		remarks = append(remarks, fmt.Sprintf("the keyword rules know %d of the %d labels; they never answer %q", len(labels)-len(unruled), len(labels), unruled))
	}
	return model, nil, remarks, nil
}

// meanOf is a classifier's encoder as the baselines take it.
type meanOf struct{ *classifier.Embedder }

func (m meanOf) Embed(ctx context.Context, texts []string) ([]baseline.Embedding, error) {
	vectors, encodings, err := m.Embedder.Embed(ctx, texts)
	if err != nil {
		return nil, err
	}
	out := make([]baseline.Embedding, len(texts))
	for i := range out {
		out[i] = baseline.Embedding{Vector: vectors[i], Tokens: encodings[i].Tokens, Truncated: encodings[i].Truncated}
	}
	return out, nil
}

// examples are a part's texts as the baselines take them.
func examples(part []corpus.Example) []baseline.Example {
	out := make([]baseline.Example, len(part))
	for i, e := range part {
		out[i] = baseline.Example{Text: e.Text, Labels: e.Labels}
	}
	return out
}

// predictions are the baselines' test predictions, in the order of Models.
func (r *Rivals) predictions(corpusHash string) ([]predict.Set, error) {
	if r.sets == nil {
		for _, m := range r.Models {
			set, err := predict.Read(filepath.Join(r.Dir, m.File), predict.Want{CorpusHash: corpusHash})
			if err != nil {
				return nil, err
			}
			r.sets = append(r.sets, set)
		}
	}
	return r.sets, nil
}
