package study

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/attribution"
	"github.com/specialist-nlp/specialist/pkg/classifier"
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

// The files of an explanation; agreementFile is written last.
const (
	attributionFile = "attributions.parquet"
	agreementFile   = "agreement.json"
)

// explained says how words are attributed: 12 steps leave a gap of a few per cent in the sums, at 14 passes a note.
var explained = attribution.Options{Method: attribution.IntegratedGradients, Steps: 12}

// Explain attributes the predicted labels of the misread texts and the worked examples to words, or reads what is in the stage
// cache. It is the one part of the error analysis that needs the model.
func (e *Errors) Explain(ctx context.Context, tell Tell) (*Explanation, error) {
	h := sha256.New()
	fmt.Fprintf(h, "specialist explanation 1\n%s %+v", e.Run.Fingerprint, explained)
	dir, err := stageDir("explanation", hex.EncodeToString(h.Sum(nil)))
	if err != nil {
		return nil, err
	}
	found := &Explanation{}
	path := filepath.Join(dir, agreementFile)
	if there, err := e.source.cache.find(path, &found.Agreement); err != nil {
		return nil, err
	} else if there {
		found.Set, err = attribution.Read(filepath.Join(dir, attributionFile), attribution.Want{CorpusHash: e.CorpusHash, Model: e.Run.Fingerprint})
		return found, err
	}
	if err := e.explain(ctx, found, tell); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if err := attribution.Write(filepath.Join(dir, attributionFile), found.Set); err != nil {
		return nil, err
	}
	return found, writeStage(path, found.Agreement)
}

// explain opens the run's model and attributes.
func (e *Errors) explain(ctx context.Context, into *Explanation, tell Tell) error {
	model, err := e.Run.open(e.source.base)
	if err != nil {
		return err
	}
	backend, err := classifier.OpenBackend(e.Run.Profile.Backend)
	if err != nil {
		return err
	}
	defer backend.Finalize()
	misread, examples := e.toExplain()
	tell.say("attributing the words of %d texts", len(misread))
	attributor, err := attribution.New(backend, model, explained)
	if err != nil {
		return err
	}
	all, err := attributor.Attribute(ctx, misread, nil)
	if err != nil {
		return err
	}
	into.Set = attributor.Set(e.CorpusHash, e.Run.Fingerprint, e.Synthetic, all)
	check := explained
	check.Method, check.Steps = attribution.Occlusion, 0
	occluder, err := attribution.New(backend, model, check)
	if err != nil {
		return err
	}
	occluded, err := occluder.Attribute(ctx, examples, nil)
	if err != nil {
		return err
	}
	own := make([]attribution.Attribution, len(examples))
	for i, note := range examples {
		for _, a := range all {
			if a.NoteID == note.ID {
				own[i] = a
			}
		}
	}
	agreement, err := attribution.Compare(own, occluded)
	if err != nil {
		return err
	}
	into.Agreement = Agreement{Notes: len(agreement.Notes), Defined: agreement.Defined}
	if agreement.Defined > 0 {
		into.Agreement.Mean, into.Agreement.Median, into.Agreement.Lowest = &agreement.Mean, &agreement.Median, &agreement.Lowest
	}
	return nil
}

// toExplain lists the misread texts with the worked examples, and the latter alone.
func (e *Errors) toExplain() (all, examples []attribution.Note) {
	texts := make(map[string]string, len(e.Corpus.Notes))
	for _, note := range e.Corpus.Notes {
		texts[note.Key] = note.Text
	}
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

// open reads the run's model from its folder.
func (f *Fit) open(base string) (*classifier.Classifier, error) {
	if f.Profile.Train.Method == methodLoRA {
		return classifier.Open(base, f.trained())
	}
	return classifier.Open(f.trained(), "")
}

// Words says how the attributions are to be taken.
func (x *Explanation) Words() string {
	said := fmt.Sprintf("Words are shaded by integrated gradients, %d steps, for the predicted label of the misread texts and the worked examples. ", x.Steps)
	a := x.Agreement
	if a.Mean == nil {
		return said + "There is no text on which they could be checked against occlusion."
	}
	return said + fmt.Sprintf("As a check, on %d worked examples their ranking of the words agrees with that of occlusion by a mean Spearman correlation of %.2f (lowest %.2f): the nearer to 0, the less the shading says about what the model goes by.", a.Defined, *a.Mean, *a.Lowest)
}
