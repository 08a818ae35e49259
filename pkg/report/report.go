package report

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// Options change what Make does.
type Options struct {
	// Out is the report's folder; empty for reports/PROFILE in the checkout.
	Out string
	// Only names the stages that are run. What they need of the others has to be on disk. None means all.
	Only []string
	// Fresh makes the stages that are run anew, whatever is on disk.
	Fresh bool
	// Worker is the command line of a process that calls [experiment.Serve], for each training run; none for this process.
	Worker stage.Worker

	startInterval time.Duration // between the starts of two notebooks; 0 for the usual one
}

// builder is a report that is being made.
type builder struct {
	profile    profile.Profile
	options    Options
	experiment *experiment.Experiment
	executed   string // the folder of the executed notebooks
	work       string // a folder beside the report, for what is not whole yet
	home       string // the checkout
}

// Make makes the stages of the profile's study that are not on disk, executes the notebooks, which show them, and writes the report's
// folder: index.html, one page that needs no network, report.pdf where there is a Chromium, results.json, and the executed notebooks.
// The files take their places when all are whole, so that an earlier report stays as it was until then. Stopped, it goes on where it was.
func Make(ctx context.Context, p profile.Profile, options Options, log stage.Log) error {
	b := &builder{profile: p, options: options}
	var err error
	if b.home, err = checkout.Home(); err != nil {
		return err
	}
	if b.options.Out == "" {
		b.options.Out = filepath.Join(b.home, "reports", p.Name)
	}
	// A notebook is executed in another folder.
	if b.options.Out, err = filepath.Abs(b.options.Out); err != nil {
		return err
	}
	if err := checkStages(options.Only); err != nil {
		return err
	}
	if info, err := os.Stat(b.options.Out); err == nil && !info.IsDir() {
		return fmt.Errorf("%s is a file: name a folder for the report", b.options.Out)
	}
	if b.experiment, err = experiment.New(ctx, p, &stage.Store{Dir: checkout.CacheDir(b.home)}, log); err != nil {
		return err
	}
	b.experiment.Worker = options.Worker
	if b.selected("notebooks") || b.selected("page") {
		// Before the hours, not after them.
		var done func()
		if b.work, done, err = workFolder(ctx, b.options.Out); err != nil {
			return err
		}
		defer done()
	}
	return b.run(ctx, log)
}

// selected says whether a stage is to be run.
func (b *builder) selected(name string) bool {
	return len(b.options.Only) == 0 || slices.Contains(b.options.Only, name)
}

// needed says whether a stage's result is wanted by one that is run.
func (b *builder) needed(name string) bool {
	return slices.ContainsFunc(stages, func(d definition) bool { return b.selected(d.name) && slices.Contains(d.needs, name) })
}

// run runs the stages that are selected, and reads the results of those that are needed.
func (b *builder) run(ctx context.Context, log stage.Log) error {
	var costs []float64
	for _, d := range stages {
		if b.selected(d.name) {
			costs = append(costs, d.cost(b.profile))
		}
	}
	done := 0
	for _, d := range stages {
		switch {
		case b.selected(d.name):
			title := fmt.Sprintf("[%d/%d] %s", done+1, len(costs), d.name)
			if err := b.runStage(ctx, d, title, log.Part(done, costs)); err != nil {
				return err
			}
			done++
		case b.needed(d.name):
			b.experiment.Store.Policy = stage.Policy{Stage: d.name, ReadOnly: true}
			if err := d.run(b, ctx, stage.Log{}); err != nil {
				return err
			}
		}
	}
	if b.selected("page") {
		log.Printf("report: %s", filepath.Join(b.options.Out, pageFile))
	}
	return nil
}

// runStage runs one stage and logs what came of it.
func (b *builder) runStage(ctx context.Context, d definition, title string, log stage.Log) error {
	s := b.experiment.Store
	s.Policy = stage.Policy{Stage: d.name, Fresh: b.options.Fresh}
	began, made := time.Now(), s.Made
	if err := d.run(b, ctx, log.Titled(title)); err != nil {
		if ctx.Err() != nil {
			return errors.Join(errors.New("interrupted; the same command goes on where it was"), ctx.Err())
		}
		return fmt.Errorf("stage %s: %w", d.name, err)
	}
	if s.Made > made || d.name == "page" {
		log.Printf("%s: done in %s", title, stage.Elapsed(began))
	} else {
		log.Printf("%s: ready", title)
	}
	return nil
}
