package experiment

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/base"
	"github.com/specialist-nlp/specialist/pkg/stage"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// Audit audits the notes. The lengths in tokens are those of the base's tokenizer.
func (e *Experiment) Audit(ctx context.Context, log stage.Log) (*audit.Audit, error) {
	if e.audit != nil {
		return e.audit, nil
	}
	tokenizer, name, err := e.openTokenizer(ctx, log)
	if err != nil {
		return nil, err
	}
	c := e.Notes.Corpus
	key := stage.Key{Name: "audit", Version: audit.Version, Inputs: []any{c.Name, c.Hash, c.Synthetic, c.Report, e.Profile.Corpus.Seed, name}}
	a := &audit.Audit{}
	err = e.Store.Make(ctx, key, a, func(string) error {
		made, err := audit.Run(ctx, c, audit.Options{Seed: e.Profile.Corpus.Seed, Tokenizer: tokenizer, TokenizerName: name})
		if err == nil {
			*a = *made
		}
		return err
	})
	if err == nil {
		e.audit = a
	}
	return a, err
}

// AuditOptions change what AuditWith does.
type AuditOptions struct {
	// DocumentLabels are the labels that name a kind of document; nil for audit.DefaultDocumentLabels.
	DocumentLabels []string
	// WithoutBase leaves tokens out, and logs it, where the profile's base is the one that the set-up installs and it is not installed.
	WithoutBase bool
}

// AuditWith is Audit with options. Its result is not stored; in the life of the experiment it takes Audit's place.
func (e *Experiment) AuditWith(ctx context.Context, options AuditOptions, log stage.Log) (*audit.Audit, error) {
	to := audit.Options{Seed: e.Profile.Corpus.Seed, DocumentLabels: options.DocumentLabels}
	if options.WithoutBase && !base.Installed(e.Profile.Base) {
		log.Printf("tokens are not counted: the base that set-up installs is not here; name a folder with a tokenizer with --base")
	} else {
		var err error
		if to.Tokenizer, to.TokenizerName, err = e.openTokenizer(ctx, log); err != nil {
			return nil, err
		}
	}
	a, err := audit.Run(ctx, e.Notes.Corpus, to)
	if err == nil {
		e.audit = a
	}
	return a, err
}

// openTokenizer opens the base's tokenizer. Its name holds the hash of its files.
func (e *Experiment) openTokenizer(ctx context.Context, log stage.Log) (*tokenize.Tokenizer, string, error) {
	name := e.Profile.Base
	dir, err := base.ResolveTokenizer(ctx, name, log.Download)
	if err != nil {
		return nil, "", err
	}
	tokenizer, err := tokenize.Open(dir)
	if err != nil {
		return nil, "", err
	}
	hash, err := base.TokenizerHash(dir)
	if err != nil {
		return nil, "", err
	}
	if !strings.HasPrefix(name, "hub:") {
		name = filepath.Base(name)
	}
	return tokenizer, fmt.Sprintf("%s (SHA-256 %.12s)", name, hash), nil
}
