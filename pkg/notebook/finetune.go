package notebook

import (
	"context"
	"fmt"
	"reflect"

	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/study"
)

// Sweep trains the configurations of the notebook's profile with a progress display, or finds the runs that are on disk. The
// profile is the one that SPECIALIST_PROFILE names, demo unless it is set.
func Sweep() {
	Run(func(ctx context.Context) error {
		s, err := sweep(ctx, true)
		if err != nil {
			return err
		}
		for _, o := range s.Outcomes {
			fmt.Println(o.Says())
		}
		return nil
	})
}

// SweepTables shows tables of the finished sweep. It trains first what is not on disk.
func SweepTables(views ...func(s *study.Sweep) page.Table) { showTables(swept, views) }

// SweepFigures shows figures of the finished sweep. It trains first what is not on disk.
func SweepFigures(views ...func(s *study.Sweep) (page.Figure, error)) { showFigures(swept, views) }

// Tables shows tables of the selected run. It trains first what is not on disk.
func Tables(views ...func(run *study.Run) page.Table) { showTables(chosen, views) }

// Figures shows figures of the selected run. It trains first what is not on disk.
func Figures(views ...func(run *study.Run) (page.Figure, error)) { showFigures(chosen, views) }

// Rates shows the learning-rate curve, or says that the profile has none. It trains first what is not on disk.
func Rates() {
	Run(func(ctx context.Context) error {
		c, err := trained(false, func(p study.Profile, tell study.Tell) (study.Curve, error) { return p.RateCurve(ctx, tell) })
		if err != nil {
			return err
		}
		if !c.Any() {
			if err := Markdown("No learning rate was compared: `rates.lora` and `rates.full` of the profile are empty, or every run failed."); err != nil {
				return err
			}
		} else if figure, err := c.Figure(); err != nil {
			return err
		} else if err := Show(figure); err != nil {
			return err
		}
		if len(c) == 0 {
			return nil
		}
		return Show(c.Table())
	})
}

// StudyText shows a text of the study, in Markdown. It trains first what is not on disk.
func StudyText(text func(s *study.Study) (string, error)) {
	Run(func(ctx context.Context) error {
		s, err := whole(ctx)
		if err != nil {
			return err
		}
		markdown, err := text(s)
		if err != nil {
			return err
		}
		return Markdown(markdown)
	})
}

// Claims shows what the original report states in some of its parts, beside this run. It trains first what is not on disk.
func Claims(parts ...study.Part) {
	views := make([]func(*study.Study) page.Table, len(parts))
	for i, part := range parts {
		views[i] = func(s *study.Study) page.Table { return s.ClaimTable(part) }
	}
	StudyTables(views...)
}

// StudyTables shows tables of the whole study. It trains first what is not on disk.
func StudyTables(views ...func(s *study.Study) page.Table) { showTables(whole, views) }

func swept(ctx context.Context) (*study.Sweep, error) { return sweep(ctx, false) }

func sweep(ctx context.Context, talkative bool) (*study.Sweep, error) {
	return trained(talkative, func(p study.Profile, tell study.Tell) (*study.Sweep, error) { return p.Sweep(ctx, "", tell) })
}

func chosen(ctx context.Context) (*study.Run, error) {
	s, err := swept(ctx)
	if err != nil {
		return nil, err
	}
	return s.Chosen(), nil
}

func whole(ctx context.Context) (*study.Study, error) {
	return trained(false, func(p study.Profile, tell study.Tell) (*study.Study, error) { return p.Study(ctx, tell) })
}

// results are those that the cell has shown something of already, by their type.
var results = make(map[reflect.Type]any)

// trained calls one of the profile's stages, once in a cell, with a display that shows how far training is. A talkative one says what is done.
func trained[T any](talkative bool, stage func(study.Profile, study.Tell) (T, error)) (T, error) {
	if found, ok := results[reflect.TypeFor[T]()]; ok {
		return found.(T), nil
	}
	var none T
	profile, err := study.FromEnvironment()
	if err != nil {
		return none, err
	}
	var bar *Progress
	var current study.Progress
	end := func() {
		if bar != nil {
			bar.End("")
		}
	}
	tell := study.Tell{Progress: func(p study.Progress) {
		if bar == nil || p.Stage != current.Stage {
			end()
			bar = NewProgress(p.Stage, p.Steps)
		}
		current = p
		bar.Set(p.Step, fmt.Sprintf("epoch %d of %d, loss %.3f", p.Epoch, p.Epochs, p.Loss))
	}}
	if talkative {
		tell.Say = func(line string) { fmt.Println(line) }
	}
	of, err := stage(profile, tell)
	if err == nil {
		end()
		results[reflect.TypeFor[T]()] = of
	}
	return of, err
}
