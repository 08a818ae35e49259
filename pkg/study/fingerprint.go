package study

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/specialist-nlp/specialist/pkg/classifier"
)

// definitions are the files of a base that, beside its weights, decide what it computes from a text.
var definitions = []string{"config.json", "tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"}

// source is what every run of a profile reads: the divided notes, and the base with the hash of its content.
type source struct {
	notes *Notes
	base  string // its folder
	hash  string // of the weights and the definitions
	cache *cache

	worker   worker        // that makes runs, and measures them
	patience time.Duration // with another process in a run's folder
}

// source reads the notes and finds the base. One source serves all runs of a study, so that both are read and hashed once.
func (p Profile) source(ctx context.Context, tell Tell) (*source, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	notes, err := p.ReadNotes(ctx, tell)
	if err != nil {
		return nil, err
	}
	s := &source{notes: notes}
	if s.base, err = p.baseDir(ctx, tell.download); err != nil {
		return nil, err
	}
	s.hash, err = hashBase(s.base)
	return s, err
}

// hashBase is the hash of a base's content. What is wrong with the folder is for the model's loader to say.
func hashBase(dir string) (string, error) {
	h := sha256.New()
	for _, name := range append([]string{"model.safetensors"}, definitions...) {
		f, err := os.Open(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			continue
		}
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "\n%s\n", name)
		_, err = io.Copy(h, f)
		_ = f.Close()
		if err != nil {
			return "", fmt.Errorf("%s: %w", f.Name(), err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// fingerprint is the hash of everything that a run's numbers depend on: the settings, and by content, not by path, the notes
// and the base.
func (p Profile) fingerprint(stage string, src *source) string {
	p.Name, p.Base, p.Corpus.Path = "", src.hash, src.notes.Corpus.Hash
	p.Configurations, p.Compare, p.Rates, p.Protocols = nil, nil, Rates{}, nil
	if p.Train.Method != methodLoRA {
		p.Adapter = Adapter{}
	}
	p.Backend = classifier.BackendName(p.Backend)
	h := sha256.New()
	fmt.Fprintf(h, "specialist %s %d\n%s", stage, layout, p.canonical())
	return hex.EncodeToString(h.Sum(nil))
}
