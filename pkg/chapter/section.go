package chapter

import (
	"context"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// Section is a section of the report: what it shows, made from the results that it needs and no others. A notebook's cell shows one with
// notebook.Show.
type Section struct {
	ID, Title string // the anchor and the heading where a page has the section
	Blocks    func(ctx context.Context, e *experiment.Experiment, log stage.Log) ([]page.Block, error)
}

// blocks gathers what a section shows, to the first error.
type blocks struct {
	all []page.Block
	err error
}

func (b *blocks) text(markdown string) { b.all = append(b.all, page.Prose(markdown)) }

func (b *blocks) table(t page.Table) { b.all = append(b.all, t) }

func (b *blocks) figure(f page.Figure, err error) {
	if err != nil && b.err == nil {
		b.err = err
	}
	b.all = append(b.all, f)
}

// loader reads or makes a result.
type loader[T any] func(e *experiment.Experiment, ctx context.Context, log stage.Log) (T, error)

// section is what a section needs and how it shows it.
func section[T any](id, title string, load loader[T], show func(b *blocks, of T)) Section {
	return Section{ID: id, Title: title, Blocks: func(ctx context.Context, e *experiment.Experiment, log stage.Log) ([]page.Block, error) {
		of, err := load(e, ctx, log)
		if err != nil {
			return nil, err
		}
		b := &blocks{}
		show(b, of)
		return b.all, b.err
	}}
}

// The results that sections need.
var (
	ofAudit       loader[*audit.Audit]             = (*experiment.Experiment).Audit
	ofSweep       loader[*experiment.Sweep]        = (*experiment.Experiment).Sweep
	ofRates       loader[experiment.Curve]         = (*experiment.Experiment).Rates
	ofComparisons loader[[]*experiment.Comparison] = (*experiment.Experiment).Comparisons
	ofErrors      loader[*experiment.Errors]       = (*experiment.Experiment).Errors
)

// ofSelected is the study's model.
func ofSelected(e *experiment.Experiment, ctx context.Context, log stage.Log) (*experiment.Run, error) {
	s, err := e.Sweep(ctx, log)
	if err != nil {
		return nil, err
	}
	return s.Selected(), nil
}

// ofStudy is the parts of the study that are named, or all of it.
func ofStudy(parts ...experiment.Part) loader[*experiment.Study] {
	return func(e *experiment.Experiment, ctx context.Context, log stage.Log) (*experiment.Study, error) {
		return e.Study(ctx, log, parts...)
	}
}
