package notebook

import (
	"context"
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// current is the experiment of the notebook's profile, once it is needed: a cell is a program, so it lives as long as the cell runs.
var current *experiment.Experiment

// load is the experiment of the profile that SPECIALIST_PROFILE names, demo unless it is set.
func load(ctx context.Context, log stage.Log) (*experiment.Experiment, error) {
	if current != nil {
		return current, nil
	}
	p, err := profile.FromEnvironment()
	if err != nil {
		return nil, err
	}
	s, err := experiment.NewStore()
	if err != nil {
		return nil, err
	}
	current, err = experiment.New(ctx, p, s, log)
	return current, err
}

// LoadExperiment is the experiment of the notebook's profile, which has a method for each result. The profile is the one that
// SPECIALIST_PROFILE names, demo unless it is set. Where it cannot be read the cell fails.
func LoadExperiment() *experiment.Experiment {
	return result(func(_ context.Context, e *experiment.Experiment, _ stage.Log) (*experiment.Experiment, error) {
		return e, nil
	})
}

// The functions below read a result of the notebook's profile from disk, or make it with a progress display; where that fails, the cell fails with
// one line.

// LoadNotes reads the notes, divided into training, validation and test texts.
func LoadNotes() *experiment.Notes { return LoadExperiment().Notes }

// LoadAudit loads the audit of the notes.
func LoadAudit() *audit.Audit {
	return result(func(ctx context.Context, e *experiment.Experiment, log stage.Log) (*audit.Audit, error) {
		return e.Audit(ctx, log)
	})
}

// LoadSweep loads the configurations of the sweep.
func LoadSweep() *experiment.Sweep {
	return result(func(ctx context.Context, e *experiment.Experiment, log stage.Log) (*experiment.Sweep, error) {
		return e.Sweep(ctx, log)
	})
}

// LoadRun loads the selected run: the study's model.
func LoadRun() *experiment.Run { return LoadSweep().Selected() }

// LoadRates loads the learning-rate curve.
func LoadRates() experiment.Curve {
	return result(func(ctx context.Context, e *experiment.Experiment, log stage.Log) (experiment.Curve, error) {
		return e.Rates(ctx, log)
	})
}

// LoadComparisons loads the baselines beside the study's model, under each protocol.
func LoadComparisons() []*experiment.Comparison {
	return result(func(ctx context.Context, e *experiment.Experiment, log stage.Log) ([]*experiment.Comparison, error) {
		return e.Comparisons(ctx, log)
	})
}

// LoadErrors loads the analysis of the errors on the test texts.
func LoadErrors() *experiment.Errors {
	return result(func(ctx context.Context, e *experiment.Experiment, log stage.Log) (*experiment.Errors, error) {
		return e.Errors(ctx, log)
	})
}

// LoadStudy loads all results.
func LoadStudy() *experiment.Study {
	return result(func(ctx context.Context, e *experiment.Experiment, log stage.Log) (*experiment.Study, error) {
		return e.Study(ctx, log)
	})
}

// result returns a result of the experiment; the cell fails where there is none.
func result[T any](get func(ctx context.Context, e *experiment.Experiment, log stage.Log) (T, error)) (of T) {
	run(func(ctx context.Context) error {
		log, end := newLog()
		defer end()
		e, err := load(ctx, log)
		if err != nil {
			return err
		}
		of, err = get(ctx, e, log)
		return err
	})
	return of
}

// newLog returns a log that prints lines and shows progress in a bar for each part of the work, and what ends the last bar.
func newLog() (log stage.Log, end func()) {
	var bar *Progress
	label := ""
	end = func() {
		if bar != nil {
			bar.End("")
			bar = nil
		}
	}
	log.Print = func(line string) { fmt.Println(line) }
	log.Progress = func(p stage.Progress) {
		if bar == nil || p.Label != label {
			end()
			bar, label = NewProgress(p.Label, p.Steps), p.Label
		}
		bar.Set(p.Step, p.Detail)
	}
	return log, end
}
