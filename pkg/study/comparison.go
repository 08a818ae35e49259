package study

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Comparison is the study's model beside the baselines, on the same test texts under one protocol.
type Comparison struct {
	Rivals *Rivals         `json:"baselines"`
	Run    *Run            `json:"-"`
	Anew   *Run            `json:"run,omitempty"` // Run, where the sweep did not train it
	Family evaluate.Family `json:"family"`        // the run is the reference
}

// judged are the metrics in which models are compared.
var judged = []evaluate.Metric{evaluate.RowAccuracy, evaluate.MacroF1Union, evaluate.AnyValid, evaluate.RecallAt3}

// Comparisons sets the sweep's configuration beside the baselines under each of the profile's protocols. Under the ones that the
// sweep did not use, the configuration that it selected is trained anew.
func (p Profile) Comparisons(ctx context.Context, tell Tell) ([]*Comparison, error) {
	src, err := p.source(ctx, tell)
	if err != nil {
		return nil, err
	}
	s, err := p.sweep(ctx, src, "", tell)
	if err != nil {
		return nil, err
	}
	return p.comparisons(ctx, src, s, tell)
}

func (p Profile) comparisons(ctx context.Context, src *source, s *Sweep, tell Tell) ([]*Comparison, error) {
	var all []*Comparison
	costs := p.protocolCosts(s.Chosen().Profile)
	for i, protocol := range p.protocols() {
		one, from, run := s.Chosen().Profile, src, s.Chosen()
		if protocol != p.Corpus.Protocol {
			one.Name, one.Corpus.Protocol = p.Name, protocol
			var err error
			if from, err = one.source(ctx, tell); err != nil {
				return nil, err
			}
			from.cache, from.worker = src.cache, src.worker
			if run, err = one.run(ctx, from, "", tell.one(i, costs, "protocol "+protocol)); err != nil {
				return nil, fmt.Errorf("protocol %s: %w", protocol, err)
			}
		}
		rivals, err := one.rivals(ctx, from, tell)
		if err != nil {
			return nil, fmt.Errorf("protocol %s: %w", protocol, err)
		}
		c := &Comparison{Rivals: rivals, Run: run}
		if run != s.Chosen() {
			c.Anew = run
		}
		if err := c.judge(src.cache); err != nil {
			return nil, fmt.Errorf("protocol %s: %w", protocol, err)
		}
		all = append(all, c)
	}
	return all, nil
}

// protocolCosts is what each protocol takes, see Profile.cost: fitting the baselines is as an epoch.
func (p Profile) protocolCosts(chosen Profile) []float64 {
	costs := make([]float64, len(p.protocols()))
	for i, protocol := range p.protocols() {
		costs[i] = 1
		if protocol != p.Corpus.Protocol {
			costs[i] += chosen.cost()
		}
	}
	return costs
}

// protocols are those of the profile, its own first.
func (p Profile) protocols() []string {
	all := []string{p.Corpus.Protocol}
	for _, protocol := range p.Protocols {
		if protocol != p.Corpus.Protocol {
			all = append(all, protocol)
		}
	}
	return all
}

// comparisonLayout changes with the meaning of a comparison's file.
const comparisonLayout = 1

// judge tests the differences, or reads them from the stage cache.
func (c *Comparison) judge(kept *cache) error {
	h := sha256.New()
	fmt.Fprintf(h, "specialist comparison %d\n%s %s %q", comparisonLayout, c.Rivals.Fingerprint, c.Run.Fingerprint, judged)
	dir, err := stageDir("comparison", hex.EncodeToString(h.Sum(nil)))
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "comparison.json")
	if found, err := kept.find(path, &c.Family); found || err != nil {
		return err
	}
	sets, err := c.Rivals.predictions(c.Run.Corpus.Hash)
	if err != nil {
		return err
	}
	own, err := predict.Read(filepath.Join(c.Run.Dir, TestFile), predict.Want{CorpusHash: c.Run.Corpus.Hash})
	if err != nil {
		return err
	}
	if c.Family, err = evaluate.CompareAll(own, sets, judged, c.Run.options()); err != nil {
		return err
	}
	return writeStage(path, c.Family)
}
