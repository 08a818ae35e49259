package notebook

import (
	"context"
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/report"
	"github.com/specialist-nlp/specialist/pkg/study"
	"github.com/specialist-nlp/specialist/pkg/train"
)

// Train runs the notebook's profile with a progress display: it trains, or finds the run that is on disk. The profile is the
// one that SPECIALIST_PROFILE names, demo unless it is set.
func Train() {
	Run(func(ctx context.Context) error {
		_, err := finetune(ctx, true)
		return err
	})
}

// Tables shows tables of the finished run. It trains first if there is none yet.
func Tables(views ...func(run *study.Run) report.Table) { showTables(finetuned, views) }

// Figures shows figures of the finished run. It trains first if there is none yet.
func Figures(views ...func(run *study.Run) (report.Figure, error)) { showFigures(finetuned, views) }

func finetuned(ctx context.Context) (*study.Run, error) { return finetune(ctx, false) }

// finetune runs the profile; a talkative one says what it does.
func finetune(ctx context.Context, talkative bool) (*study.Run, error) {
	profile, err := study.FromEnvironment()
	if err != nil {
		return nil, err
	}
	var bar *Progress
	relay := study.Relay()
	tell := study.Tell{Progress: func(p train.Progress) {
		if relay != nil {
			relay(p)
		}
		if bar == nil {
			bar = NewProgress("training", p.Steps)
		}
		bar.Set(p.Step, fmt.Sprintf("epoch %d of %d, loss %.3f", p.Epoch, p.Epochs, p.Loss))
	}}
	if talkative {
		tell.Say = func(line string) { fmt.Println(line) }
	}
	run, err := profile.Run(ctx, "", tell)
	if err != nil {
		return nil, err
	}
	if bar != nil {
		best := run.Training.Epochs[run.Training.Best]
		bar.End(fmt.Sprintf("best epoch %d: validation macro-F1 %.3f", run.Training.Best+1, best.MacroF1))
	}
	return run, nil
}
