package experiment

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// Comparison is the study's model beside the baselines, on the same test texts under one protocol.
type Comparison struct {
	Baselines *Baselines      `json:"baselines"`
	Run       *Run            `json:"-"`
	Retrained *Run            `json:"run,omitempty"` // Run, where the sweep did not train it
	Family    evaluate.Family `json:"family"`        // the run is the reference
}

// comparedMetrics are the metrics in which differences are tested.
var comparedMetrics = []evaluate.Metric{evaluate.RowAccuracy, evaluate.MacroF1Union, evaluate.AnyValid, evaluate.RecallAt3}

// ComparedMetrics lists the metrics in which differences between models are tested.
func ComparedMetrics() []evaluate.Metric { return comparedMetrics }

// Comparisons sets the sweep's selected configuration beside the baselines under each of the profile's protocols. Under the ones that the
// sweep did not use, the configuration is trained anew.
func (e *Experiment) Comparisons(ctx context.Context, log stage.Log) ([]*Comparison, error) {
	if e.comparisons != nil {
		return e.comparisons, nil
	}
	s, err := e.Sweep(ctx, log)
	if err != nil {
		return nil, err
	}
	var all []*Comparison
	costs := ComparisonCosts(e.Profile, s.Selected().Profile)
	for i, protocol := range e.Profile.ReportProtocols() {
		c, err := e.comparison(ctx, protocol, s.Selected(), log.Part(i, costs).Labelled("protocol "+protocol))
		if err != nil {
			return nil, fmt.Errorf("protocol %s: %w", protocol, err)
		}
		all = append(all, c)
	}
	e.comparisons = all
	return all, nil
}

// comparison sets the selected run, or its configuration trained anew, beside the baselines under one protocol.
func (e *Experiment) comparison(ctx context.Context, protocol string, selected *Run, log stage.Log) (*Comparison, error) {
	c := &Comparison{Run: selected}
	under, p := e, selected.Profile
	if protocol != e.Profile.Corpus.Protocol {
		if _, err := e.openBase(ctx, log); err != nil { // once for all protocols
			return nil, err
		}
		var err error
		if under, err = e.divided(protocol); err != nil {
			return nil, err
		}
		// The selected run may have been made from the same notes and base in other places.
		p.Name, p.Base, p.Corpus.Path, p.Corpus.Protocol = e.Profile.Name, e.Profile.Base, e.Profile.Corpus.Path, protocol
		if c.Retrained, err = under.run(ctx, p, "", place{"protocol " + protocol, true}, log); err != nil {
			return nil, err
		}
		c.Run = c.Retrained
	}
	var err error
	if c.Baselines, err = under.baselines(ctx, p, log); err != nil {
		return nil, err
	}
	return c, c.compare(ctx, e.Store)
}

// compare tests the differences, or reads them from the store.
func (c *Comparison) compare(ctx context.Context, s *stage.Store) error {
	key := stage.Key{Name: "comparison", Version: 2, Inputs: []any{c.Baselines.Fingerprint, c.Run.Fingerprint, comparedMetrics}}
	return s.Make(ctx, key, &c.Family, func(string) error {
		sets, err := c.Baselines.predictions(c.Run.Corpus.Hash)
		if err != nil {
			return err
		}
		own, err := predict.Read(filepath.Join(c.Run.Dir, TestFile), predict.Want{CorpusHash: c.Run.Corpus.Hash})
		if err != nil {
			return err
		}
		c.Family, err = evaluate.CompareAll(own, sets, comparedMetrics, c.Run.resampling())
		return err
	})
}

// ComparisonCosts is what each protocol takes, see [profile.Profile.Cost]: fitting the baselines is as an epoch.
func ComparisonCosts(p, selected profile.Profile) []float64 {
	protocols := p.ReportProtocols()
	costs := make([]float64, len(protocols))
	for i, protocol := range protocols {
		costs[i] = 1
		if protocol != p.Corpus.Protocol {
			costs[i] += selected.Cost()
		}
	}
	return costs
}

// Strongest is the verdict on the baseline with the highest value in a metric; nil without one.
func (c *Comparison) Strongest(m evaluate.Metric) *evaluate.Verdict {
	var strongest *evaluate.Verdict
	for i := range c.Family.Verdicts {
		if v := &c.Family.Verdicts[i]; v.Metric == m && (strongest == nil || v.B > strongest.B) {
			strongest = v
		}
	}
	return strongest
}
