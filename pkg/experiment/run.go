package experiment

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// Run is a training run with its test, as its folder holds it.
type Run struct {
	TrainingRun
	Test     evaluate.Summary `json:"test"`
	Majority evaluate.Summary `json:"majority"` // the largest training class for every test note
}

// Run trains and tests the profile's own settings in the given folder, or in the store if dir is empty. A finished run is read, a stopped
// one goes on from its checkpoint, and a folder with a run of other settings, data or base weights is refused.
func (e *Experiment) Run(ctx context.Context, dir string, log stage.Log) (*Run, error) {
	return e.run(ctx, e.Profile, dir, place{}, log)
}

// run is Run of another profile, which differs from the experiment's in how it trains.
func (e *Experiment) run(ctx context.Context, p profile.Profile, dir string, at place, log stage.Log) (*Run, error) {
	run := &Run{}
	err := e.train(ctx, stageTrain, p, dir, run, at, log, func(f *fineTuning, predictor predict.Predictor) error {
		started := time.Now()
		log.Printf("testing on %d texts", len(f.notes.Test))
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
	if r.Test, err = evaluate.Summarize(set, r.resampling()); err != nil {
		return err
	}
	majority, err := notes.majority()
	if err != nil {
		return err
	}
	if set, err = notes.predict(ctx, majority, "majority", "test", notes.Test); err != nil {
		return err
	}
	r.Majority, err = evaluate.Summarize(set, r.resampling())
	return err
}

// predictions predicts a part and writes it beside the run.
func (r *TrainingRun) predictions(ctx context.Context, notes *Notes, predictor predict.Predictor, file, part string, examples []corpus.Note) (predict.Set, error) {
	set, err := notes.predict(ctx, predictor, r.Profile.MethodName(), part, examples)
	if err != nil {
		return set, err
	}
	return set, predict.Write(filepath.Join(r.Dir, file), set)
}

// ClassesBySupport is the test result of every class, the one with the most rows first.
func (r *Run) ClassesBySupport() []evaluate.Class {
	classes := slices.Clone(r.Test.Classes)
	slices.SortStableFunc(classes, func(a, b evaluate.Class) int { return b.Support - a.Support })
	return classes
}

// ReadRun reads a finished run's folder. A folder without a result is an error that wraps os.ErrNotExist.
func ReadRun(dir string) (*Run, error) {
	run := &Run{}
	found, err := readRun(dir, run)
	if err == nil && !found {
		err = fmt.Errorf("%s: %w", filepath.Join(dir, ResultFile), os.ErrNotExist)
	}
	if err != nil {
		return nil, err
	}
	return run, nil
}
