package notebook

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/chapter"
	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/explorer"
)

// ExploreErrors shows the test notes of the notebook's study in an explorer; see [Explore]. Corrections go to a file of their own for each
// corpus, in data/corrections below the checkout, and those that stand there are shown. It trains first what is not on disk.
func ExploreErrors() {
	Run(func(ctx context.Context) error {
		log, end := newLog()
		defer end()
		x, err := load(ctx, log)
		if err != nil {
			return err
		}
		e, err := x.Errors(ctx, log)
		if err != nil {
			return err
		}
		explanation, err := x.Explanation(ctx, log)
		if err != nil {
			return err
		}
		end()
		return exploreErrors(ctx, e, explanation)
	})
}

func exploreErrors(ctx context.Context, e *experiment.Errors, x *experiment.Explanation) error {
	home, err := checkout.Home()
	if err != nil {
		return err
	}
	path := checkout.CorrectionsFile(home, e.CorpusHash)
	where, err := filepath.Rel(home, path)
	if err != nil {
		return err
	}
	corrections, err := erroranalysis.ReadCorrections(path, e.Labels)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	shown, err := Explorer(e.Analysis, e.Corpus, readings(x), corrections, path)
	if err != nil {
		return err
	}
	shown.Caption += " " + chapter.ExplanationNote(x)
	return Explore(ctx, shown, where, Keep(e.Analysis, path))
}

// readings are the attributions as the explorer takes them.
func readings(x *experiment.Explanation) map[string]Reading {
	out := make(map[string]Reading, len(x.Attributions))
	for _, a := range x.Attributions {
		shading := &explorer.Shading{Label: a.Label, Method: string(x.Method)}
		for _, s := range a.Spans {
			shading.Spans = append(shading.Spans, explorer.Span{Start: s.Start, End: s.End, Weight: s.Weight})
		}
		r := Reading{Shading: shading}
		if a.Truncated {
			r.From, r.To = a.Read.Start, a.Read.End
		}
		out[a.NoteID] = r
	}
	return out
}
