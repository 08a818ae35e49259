package study

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/classifier"
)

// definitions are the files of a base that, beside its weights, decide what it computes from a text.
var definitions = []string{"config.json", "tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"}

// fingerprint is the hash of everything that a run's numbers depend on: the settings, and by content, not by path, the notes
// and the base.
func (p Profile) fingerprint(stage string, notes *Notes, model *classifier.Classifier) (string, error) {
	p.Name, p.Base, p.Corpus.Path = "", model.BaseSHA256, notes.Corpus.Hash
	p.Configurations, p.Compare, p.Rates = nil, nil, Rates{}
	if p.Train.Method != methodLoRA {
		p.Adapter = Adapter{}
	}
	p.Backend = classifier.BackendName(p.Backend)
	h := sha256.New()
	fmt.Fprintf(h, "specialist %s %d\n", stage, layout)
	h.Write(p.canonical())
	for _, name := range definitions {
		raw, err := os.ReadFile(filepath.Join(model.BaseDir, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		fmt.Fprintf(h, "\n%s %d\n", name, len(raw))
		h.Write(raw)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// stageDir is the folder of a stage's result in the checkout's cache.
func stageDir(stage, fingerprint string) (string, error) {
	home, err := Home()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, "data", "cache", stage, fingerprint[:16]), nil
}
