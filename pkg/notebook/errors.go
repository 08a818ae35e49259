package notebook

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/study"
)

// Baselines fits the baselines under each protocol of the notebook's profile, or finds them on disk, and says how the study's model stands to the
// strongest of them. It trains first what is not on disk.
func Baselines() {
	Run(func(ctx context.Context) error {
		all, err := comparisons(ctx, true)
		if err != nil {
			return err
		}
		var list strings.Builder
		for _, c := range all {
			fmt.Fprintf(&list, "- Protocol *%s*: %s\n", c.Rivals.Protocol, c.Words())
		}
		return Markdown(list.String())
	})
}

// ComparisonTables shows tables of the comparison with the baselines, each under one protocol after the other. It trains first what is not on
// disk.
func ComparisonTables(views ...func(c *study.Comparison) page.Table) {
	showComparisons(len(views), func(c *study.Comparison, i int) (page.Block, error) { return views[i](c), nil })
}

// ComparisonFigures shows figures as [ComparisonTables] shows tables.
func ComparisonFigures(views ...func(c *study.Comparison) (page.Figure, error)) {
	showComparisons(len(views), func(c *study.Comparison, i int) (page.Block, error) { return views[i](c) })
}

func showComparisons(count int, view func(c *study.Comparison, i int) (page.Block, error)) {
	Run(func(ctx context.Context) error {
		all, err := comparisons(ctx, false)
		if err != nil {
			return err
		}
		for i := range count {
			for _, c := range all {
				block, err := view(c, i)
				if err != nil {
					return err
				}
				if err := Show(block); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func comparisons(ctx context.Context, talkative bool) ([]*study.Comparison, error) {
	return trained(talkative, func(p study.Profile, tell study.Tell) ([]*study.Comparison, error) { return p.Comparisons(ctx, tell) })
}

// Errors analyses the errors of the notebook's study on its test texts and says which of the report's patterns hold. It trains first what is
// not on disk.
func Errors() {
	Run(func(ctx context.Context) error {
		e, err := analysis(ctx)
		if err != nil {
			return err
		}
		return Markdown(e.Summary())
	})
}

// ErrorTables shows tables of the analysis of errors. It trains first what is not on disk.
func ErrorTables(views ...func(e *study.Errors) page.Table) { showTables(analysis, views) }

// ErrorFigures shows figures of the analysis of errors. It trains first what is not on disk.
func ErrorFigures(views ...func(e *study.Errors) (page.Figure, error)) {
	showFigures(analysis, views)
}

func analysis(ctx context.Context) (*study.Errors, error) {
	return trained(false, func(p study.Profile, tell study.Tell) (*study.Errors, error) { return p.Errors(ctx, tell) })
}

// ExploreErrors shows the test notes of the notebook's study in an explorer; see [Explore]. Corrections go to a file of their own for each
// corpus, in data/corrections below the checkout, and those that stand there are shown. It trains first what is not on disk.
func ExploreErrors() {
	Run(func(ctx context.Context) error {
		e, err := analysis(ctx)
		if err != nil {
			return err
		}
		x, err := e.Explain(ctx, study.Tell{})
		if err != nil {
			return err
		}
		home, err := study.Home()
		if err != nil {
			return err
		}
		path := e.CorrectionsFile(home)
		where, err := filepath.Rel(home, path)
		if err != nil {
			return err
		}
		corrections, err := erroranalysis.ReadCorrections(path, e.Labels)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		explorer, err := Explorer(e.Analysis, e.Corpus, readings(x), corrections, path)
		if err != nil {
			return err
		}
		explorer.Caption += " " + x.Words()
		return Explore(ctx, explorer, where, Keep(e.Analysis, path))
	})
}

// readings are the attributions as the explorer takes them.
func readings(x *study.Explanation) map[string]Reading {
	out := make(map[string]Reading, len(x.Attributions))
	for _, a := range x.Attributions {
		shading := &page.Shading{Label: a.Label, Method: string(x.Method)}
		for _, s := range a.Spans {
			shading.Spans = append(shading.Spans, page.ShadedSpan{Start: s.Start, End: s.End, Weight: s.Weight})
		}
		r := Reading{Shading: shading}
		if a.Truncated {
			r.From, r.To = a.Read.Start, a.Read.End
		}
		out[a.NoteID] = r
	}
	return out
}
