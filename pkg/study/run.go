package study

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Run is a finished training run with its test, as its folder holds it.
type Run struct {
	Fit
	Test     evaluate.Summary `json:"test"`
	Majority evaluate.Summary `json:"majority"` // the largest training class for every test note
}

// Run trains and tests the profile's own settings in the given folder, or in the stage cache if dir is empty. A finished run is
// read, a stopped one goes on from its checkpoint, and the folder of a run with other settings, data or base weights is refused.
func (p Profile) Run(ctx context.Context, dir string, tell Tell) (*Run, error) {
	src, err := p.source(ctx, tell)
	if err != nil {
		return nil, err
	}
	return p.run(ctx, src, dir, tell)
}

// run is Run from a source that is read already.
func (p Profile) run(ctx context.Context, src *source, dir string, tell Tell) (*Run, error) {
	f := p.prepare(stageTrain, src)
	run := &Run{}
	err := f.work(ctx, dir, run, tell, func(predictor predict.Predictor) error {
		started := time.Now()
		run.Fit = f.Fit
		tell.say("testing on %d texts", len(f.notes.Test))
		if err := run.test(ctx, f.notes, predictor); err != nil {
			if ctx.Err() != nil {
				return fmt.Errorf("interrupted while testing; the same command goes on from %s: %w", filepath.Join(f.Dir, CheckpointFile), ctx.Err())
			}
			return err
		}
		run.Provenance.Times.TestSeconds = time.Since(started).Seconds()
		return run.writeCard()
	})
	if err != nil {
		return nil, err
	}
	return run, nil
}

// test predicts the test notes with the best epoch's model, and with the majority.
func (r *Run) test(ctx context.Context, notes *Notes, predictor predict.Predictor) error {
	set, err := r.predictions(ctx, notes, predictor, TestFile, "test", notes.Test)
	if err != nil {
		return err
	}
	if r.Test, err = evaluate.Summarize(set, r.options()); err != nil {
		return err
	}
	majority, err := notes.majority()
	if err != nil {
		return err
	}
	if set, err = notes.predict(ctx, majority, "majority", "test", notes.Test); err != nil {
		return err
	}
	r.Majority, err = evaluate.Summarize(set, r.options())
	return err
}

// predictions predicts a part and writes it beside the run.
func (f *Fit) predictions(ctx context.Context, notes *Notes, predictor predict.Predictor, file, part string, examples []corpus.Example) (predict.Set, error) {
	set, err := notes.predict(ctx, predictor, f.Profile.methodName(), part, examples)
	if err != nil {
		return set, err
	}
	return set, predict.Write(filepath.Join(f.Dir, file), set)
}

// options fixes the resamples that the run's intervals come from.
func (f *Fit) options() evaluate.Options { return evaluate.Options{Seed: f.Profile.Corpus.Seed} }

// ReadRun reads a finished run's folder. A folder without a result is an error that wraps os.ErrNotExist.
func ReadRun(dir string) (*Run, error) {
	run := &Run{}
	if err := readResult(dir, run); err != nil {
		return nil, err
	}
	run.Dir = dir
	return run, nil
}
