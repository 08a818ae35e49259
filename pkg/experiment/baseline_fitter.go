package experiment

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"

	"github.com/specialist-nlp/specialist/pkg/baseline"
	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/profile"
)

// baselineFitter fits baselines on the training texts, and tunes those that have settings on the validation texts.
type baselineFitter struct {
	profile profile.Profile
	notes   *Notes
	backend compute.Backend
	encoder *classifier.Classifier // the base with an untrained head
	counts  []int                  // training rows of each label
}

// fit makes a baseline ready to predict. Tuned is nil for one without settings.
func (f *baselineFitter) fit(ctx context.Context, key baseline.Key) (model predict.Predictor, tuned *baseline.Tuned, err error) {
	labels := f.notes.Corpus.Labels
	train, validation := examples(f.notes.Train), examples(f.notes.Validation)
	switch key {
	case baseline.KeyRandomUniform:
		model, err = baseline.NewRandomUniform(labels, f.profile.Corpus.Seed)
	case baseline.KeyRandomPrior:
		model, err = baseline.NewRandomPrior(labels, f.counts, f.profile.Corpus.Seed)
	case baseline.KeyMajority:
		model, err = baseline.NewPrior(labels, f.counts)
	case baseline.KeyRules:
		book, err := baseline.BuiltinRules()
		if err != nil {
			return nil, nil, err
		}
		model, err := baseline.NewRules(book, labels, f.counts)
		return model, nil, err
	case baseline.KeyUntuned:
		model, err = classifier.NewPredictor(f.backend, f.encoder, classifier.DefaultBatchSize)
	case baseline.KeyFrozen:
		embedder, err := classifier.NewEmbedder(f.backend, f.encoder, classifier.DefaultBatchSize)
		if err != nil {
			return nil, nil, err
		}
		return baseline.TuneFrozen(ctx, labels, train, validation, meanEmbedder{embedder}, baseline.FrozenGrid())
	case baseline.KeyTFIDFLogistic:
		return baseline.TuneTFIDF(ctx, labels, train, validation, baseline.TFIDFGrid(baseline.Logistic))
	case baseline.KeyTFIDFSVM:
		return baseline.TuneTFIDF(ctx, labels, train, validation, baseline.TFIDFGrid(baseline.SVM))
	default:
		err = fmt.Errorf("nobody knows how to fit it")
	}
	return model, nil, err
}

// remarks says which labels the rules do not know.
func remarks(model *baseline.Rules) []string {
	unruled := model.UnknownLabels()
	if len(unruled) == 0 {
		return nil
	}
	all := len(model.Labels())
	return []string{fmt.Sprintf("the keyword rules know %d of the %d labels; they never answer %q", all-len(unruled), all, unruled)}
}

// meanEmbedder is a classifier's encoder as the baselines take it: a note is the mean of its tokens' vectors.
type meanEmbedder struct{ *classifier.Embedder }

func (m meanEmbedder) Embed(ctx context.Context, texts []string) ([]baseline.Embedding, error) {
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
func examples(part []corpus.Note) []baseline.Example {
	out := make([]baseline.Example, len(part))
	for i, e := range part {
		out[i] = baseline.Example{Text: e.Text, Labels: e.Labels}
	}
	return out
}
