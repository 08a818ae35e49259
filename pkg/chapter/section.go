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

// view adds a block of a result, or several.
type view[T any] func(of T) ([]page.Block, error)

// figure is the view of a result as a figure.
func figure[T any](draw func(T) (page.Figure, error)) view[T] {
	return func(of T) ([]page.Block, error) {
		f, err := draw(of)
		return []page.Block{f}, err
	}
}

// table is the view of a result as a table.
func table[T any](fill func(T) page.Table) view[T] {
	return func(of T) ([]page.Block, error) { return []page.Block{fill(of)}, nil }
}

// prose is the view of a result as text in Markdown.
func prose[T any](write func(T) (string, error)) view[T] {
	return func(of T) ([]page.Block, error) {
		markdown, err := write(of)
		return []page.Block{page.Prose(markdown)}, err
	}
}

// each shows a view of every element.
func each[T any](of view[T]) view[[]T] {
	return func(all []T) ([]page.Block, error) {
		var blocks []page.Block
		for _, one := range all {
			b, err := of(one)
			if err != nil {
				return nil, err
			}
			blocks = append(blocks, b...)
		}
		return blocks, nil
	}
}

// source is a result that sections show, and the parts of a study that it is taken from.
type source[T any] struct {
	needs []experiment.Part
	of    func(s *experiment.Study) T
}

// section is a section that shows views of what comes from a source, one below the other.
func section[T any](id, title string, from source[T], views ...view[T]) Section {
	return Section{ID: id, Title: title, needs: from.needs, show: func(s *experiment.Study) ([]page.Block, error) {
		var blocks []page.Block
		of := from.of(s)
		for _, v := range views {
			b, err := v(of)
			if err != nil {
				return nil, err
			}
			blocks = append(blocks, b...)
		}
		return blocks, nil
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
	ofTraining    = part(experiment.PartSweep, func(s *experiment.Study) *experiment.TrainingRun { return &s.Selected().TrainingRun })
	ofRates       = part(experiment.PartRates, func(s *experiment.Study) experiment.Curve { return s.Rates })
	ofComparisons = part(experiment.PartComparisons, func(s *experiment.Study) []*experiment.Comparison { return s.Comparisons })
	ofErrors      = part(experiment.PartErrors, func(s *experiment.Study) *experiment.Errors { return s.Errors })
)

// ofStudy is the parts of the study that are named, or all of it.
func ofStudy(parts ...experiment.Part) source[*experiment.Study] {
	return source[*experiment.Study]{parts, func(s *experiment.Study) *experiment.Study { return s }}
}
