package chapter

import (
	"context"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// Section is a section of the report: what it shows, made from the results that it needs and no others. A notebook's cell shows one with
// notebook.Show.
type Section struct {
	ID, Title string // the anchor and the heading where a page has the section

	needs []experiment.Part // none for all
	show  func(s *experiment.Study) ([]page.Block, error)
}

// Needs are the parts of a study that the section reads. What they are made from is read or made too; nil stands for all parts.
func (s Section) Needs() []experiment.Part { return slices.Clone(s.needs) }

// Show is what the section shows of a study that has the parts that it needs.
func (s Section) Show(of *experiment.Study) ([]page.Block, error) { return s.show(of) }

// Blocks reads or makes the parts that the section needs, and shows them.
func (s Section) Blocks(ctx context.Context, e *experiment.Experiment, log stage.Log) ([]page.Block, error) {
	of, err := e.Study(ctx, log, s.needs...)
	if err != nil {
		return nil, err
	}
	return s.show(of)
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

// source is a result that sections show, and the parts of a study that it is taken from.
type source[T any] struct {
	needs []experiment.Part
	of    func(s *experiment.Study) T
}

// section is a section that shows what comes from a source.
func section[T any](id, title string, from source[T], show func(b *blocks, of T)) Section {
	return Section{ID: id, Title: title, needs: from.needs, show: func(s *experiment.Study) ([]page.Block, error) {
		b := &blocks{}
		show(b, from.of(s))
		return b.all, b.err
	}}
}

// part is a source that is one part of a study.
func part[T any](needs experiment.Part, of func(s *experiment.Study) T) source[T] {
	return source[T]{[]experiment.Part{needs}, of}
}

// The results that sections show.
var (
	ofAudit       = part(experiment.PartAudit, func(s *experiment.Study) *audit.Audit { return s.Audit })
	ofSweep       = part(experiment.PartSweep, func(s *experiment.Study) *experiment.Sweep { return s.Sweep })
	ofSelected    = part(experiment.PartSweep, (*experiment.Study).Selected)
	ofRates       = part(experiment.PartRates, func(s *experiment.Study) experiment.Curve { return s.Rates })
	ofComparisons = part(experiment.PartComparisons, func(s *experiment.Study) []*experiment.Comparison { return s.Comparisons })
	ofErrors      = part(experiment.PartErrors, func(s *experiment.Study) *experiment.Errors { return s.Errors })
)

// ofStudy is the parts of the study that are named, or all of it.
func ofStudy(parts ...experiment.Part) source[*experiment.Study] {
	return source[*experiment.Study]{parts, func(s *experiment.Study) *experiment.Study { return s }}
}
