package experiment

import (
	"context"
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/base"
	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// Experiment is a profile with the notes that it names. Its methods read or make the results, each once in the life of the value. It is for
// one goroutine.
type Experiment struct {
	Profile profile.Profile
	Notes   *Notes
	// Store keeps the results. It may be nil where they go to folders of the caller's alone.
	Store *stage.Store
	// Worker makes each training run, and measures the speed, in a process of its own; none for this process. See [Serve].
	Worker stage.Worker

	base *baseModel // once it is needed

	audit       *audit.Audit
	sweep       *Sweep
	compared    []Outcome
	rates       Curve
	comparisons []*Comparison
	errors      *Errors
	explanation *Explanation
	inference   *Inference
}

// New checks a profile, and reads and divides its notes.
func New(ctx context.Context, p profile.Profile, s *stage.Store, log stage.Log) (*Experiment, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	notes, err := ReadNotes(ctx, p.Corpus, log)
	if err != nil {
		return nil, err
	}
	return &Experiment{Profile: p, Notes: notes, Store: s}, nil
}

// NewStore is the store of the checkout, which all commands and notebooks share.
func NewStore() (*stage.Store, error) {
	home, err := checkout.Home()
	if err != nil {
		return nil, err
	}
	return &stage.Store{Dir: checkout.CacheDir(home)}, nil
}

// baseModel is a base's folder with the hash of its content.
type baseModel struct{ dir, hash string }

// openBase finds the profile's base, once.
func (e *Experiment) openBase(ctx context.Context, log stage.Log) (*baseModel, error) {
	if e.base != nil {
		return e.base, nil
	}
	dir, err := base.Resolve(ctx, e.Profile.Base, log.Download)
	if err != nil {
		return nil, err
	}
	hash, err := base.Hash(dir)
	if err != nil {
		return nil, err
	}
	e.base = &baseModel{dir, hash}
	return e.base, nil
}

// divided is the experiment under another protocol: the same corpus, divided otherwise.
func (e *Experiment) divided(protocol string) (*Experiment, error) {
	p := e.Profile
	p.Corpus.Protocol = protocol
	notes, err := divide(e.Notes.Corpus, p.Corpus)
	if err != nil {
		return nil, fmt.Errorf("protocol %s: %w", protocol, err)
	}
	return &Experiment{Profile: p, Notes: notes, Store: e.Store, Worker: e.Worker, base: e.base}, nil
}
