package study

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The stages of a report, in their order.
const (
	StageData      = "data"      // the audit
	StageSweep     = "sweep"     // the configurations, and which is selected
	StageCompare   = "compare"   // other ways to train
	StageRates     = "rates"     // the learning-rate curve
	StageBaselines = "baselines" // under each protocol
	StageErrors    = "errors"    // their analysis, and the words that spoke for an answer
	StageSpeed     = "speed"     // of inference
	StageNotebooks = "notebooks" // executed
	StagePage      = "page"      // index.html, report.pdf, results.json
)

// Stages lists them.
func Stages() []string {
	return []string{StageData, StageSweep, StageCompare, StageRates, StageBaselines, StageErrors, StageSpeed, StageNotebooks, StagePage}
}

// needs are the stages whose results a stage reads.
var needs = map[string][]string{
	StageBaselines: {StageSweep}, StageErrors: {StageSweep}, StageSpeed: {StageSweep},
	StageNotebooks: {StageData, StageSweep, StageCompare, StageRates, StageBaselines, StageErrors, StageSpeed},
	StagePage:      {StageData, StageSweep, StageCompare, StageRates, StageBaselines, StageErrors, StageSpeed, StageNotebooks},
}

// ReportOptions change what Report does.
type ReportOptions struct {
	// Out is the report's folder; empty for reports/PROFILE in the checkout.
	Out string
	// Only names the stages that are run. What they need of the others has to be on disk. None means all.
	Only []string
	// Fresh makes the stages that are run anew, whatever is on disk.
	Fresh bool
	// Worker is the command line of a process that calls Work, for each training run; none for this process.
	Worker []string
}

// check refuses stages that there are not, and says which is the nearest.
func (o ReportOptions) check() error {
	for _, name := range o.Only {
		if !slices.Contains(Stages(), name) {
			return fmt.Errorf("there is no stage %q; the nearest is %q, and the stages are %s", name, nearest(name, Stages()), strings.Join(Stages(), ", "))
		}
	}
	if info, err := os.Stat(o.Out); err == nil && !info.IsDir() {
		return fmt.Errorf("%s is a file: name a folder for the report", o.Out)
	}
	return nil
}

// making is a report that is being made.
type making struct {
	profile  Profile
	options  ReportOptions
	source   *source
	study    Study
	executed string // the folder of the executed notebooks
	work     string // a folder beside the report, for what is not whole yet
	home     string // the checkout
}

// Report makes the stages of the profile's study that are not on disk, executes the notebooks, which show them, and writes the report's
// folder: index.html, one page that needs no network, report.pdf where there is a Chromium, results.json, and the executed notebooks.
// The files take their places when all are whole, so that an earlier report stays as it was until then. Stopped, it goes on where it was.
func Report(ctx context.Context, p Profile, options ReportOptions, tell Tell) error {
	m := &making{profile: p, options: options}
	var err error
	if m.home, err = Home(); err != nil {
		return err
	}
	if m.options.Out == "" {
		m.options.Out = filepath.Join(m.home, "reports", p.Name)
	}
	// A notebook is executed in another folder.
	if m.options.Out, err = filepath.Abs(m.options.Out); err != nil {
		return err
	}
	if err := m.options.check(); err != nil {
		return err
	}
	if m.source, err = p.source(ctx, tell); err != nil {
		return err
	}
	if m.selected(StageNotebooks) || m.selected(StagePage) {
		// Before the hours, not after them.
		var done func()
		if m.work, done, err = workFolder(m.options.Out); err != nil {
			return err
		}
		defer done()
	}
	m.source.worker = options.Worker
	m.study.Profile = p
	return m.stages(ctx, tell)
}

// selected says whether a stage is to be run.
func (m *making) selected(stage string) bool {
	return len(m.options.Only) == 0 || slices.Contains(m.options.Only, stage)
}

// needed says whether a stage's result is wanted by one that is run.
func (m *making) needed(stage string) bool {
	for _, other := range Stages() {
		if m.selected(other) && slices.Contains(needs[other], stage) {
			return true
		}
	}
	return false
}

// stages runs the stages that are selected, and reads the results of those that are needed.
func (m *making) stages(ctx context.Context, tell Tell) error {
	steps := map[string]func(context.Context, Tell) error{
		StageData: m.data, StageSweep: m.sweep, StageCompare: m.compare, StageRates: m.rates, StageBaselines: m.baselines,
		StageErrors: m.errors, StageSpeed: m.speed, StageNotebooks: m.notebooks, StagePage: m.page,
	}
	var names []string
	for _, name := range Stages() {
		if m.selected(name) {
			names = append(names, name)
		}
	}
	costs := m.profile.stageCosts(names)
	renewed := make(map[string]bool)
	for _, name := range Stages() {
		place := slices.Index(names, name)
		if place < 0 && !m.needed(name) {
			continue
		}
		m.source.cache = &cache{stage: name, only: place < 0, fresh: m.options.Fresh && place >= 0, renewed: renewed}
		if place < 0 {
			if err := steps[name](ctx, Tell{}); err != nil {
				return err
			}
			continue
		}
		began, title := time.Now(), fmt.Sprintf("[%d/%d] %s", place+1, len(names), name)
		if err := steps[name](ctx, tell.announced(title).shared(place, costs)); err != nil {
			if ctx.Err() != nil {
				return errors.Join(errors.New("interrupted; the same command goes on where it was"), ctx.Err())
			}
			return fmt.Errorf("stage %s: %w", name, err)
		}
		if m.source.cache.made || name == StagePage {
			tell.say("%s: done in %s", title, spent(time.Since(began)))
		} else {
			tell.say("%s: ready", title)
		}
	}
	if m.selected(StagePage) {
		tell.say("report: %s", filepath.Join(m.options.Out, pageFile))
	}
	return nil
}

// stageCosts is what stages take, see Profile.cost.
func (p Profile) stageCosts(names []string) []float64 {
	costs := make([]float64, len(names))
	for i, name := range names {
		switch name {
		case StageSweep:
			costs[i] = total(p.costs(p.swept()))
		case StageCompare:
			costs[i] = total(p.costs(p.Compare))
		case StageRates:
			costs[i] = total(p.rateCosts(p.points()))
		case StageBaselines:
			costs[i] = total(p.protocolCosts(p))
		case StageNotebooks:
			costs[i] = 4
		default:
			costs[i] = .5
		}
	}
	return costs
}

func (m *making) data(ctx context.Context, tell Tell) (err error) {
	m.study.Audit, err = m.profile.audited(ctx, m.source.notes, m.source.cache, tell)
	return err
}

func (m *making) sweep(ctx context.Context, tell Tell) (err error) {
	m.study.Sweep, err = m.profile.sweep(ctx, m.source, "", tell)
	return err
}

func (m *making) compare(ctx context.Context, tell Tell) (err error) {
	m.study.Compared, err = m.profile.alternatives(ctx, m.source, tell)
	return err
}

func (m *making) rates(ctx context.Context, tell Tell) (err error) {
	m.study.Rates, err = m.profile.curve(ctx, m.source, tell)
	return err
}

func (m *making) baselines(ctx context.Context, tell Tell) (err error) {
	m.study.Comparisons, err = m.profile.comparisons(ctx, m.source, m.study.Sweep, tell)
	return err
}

func (m *making) analysis(_ context.Context, _ Tell) (err error) {
	m.study.Errors, err = m.source.errors(m.study.Sweep.Chosen())
	return err
}

func (m *making) errors(ctx context.Context, tell Tell) error {
	if err := m.analysis(ctx, tell); err != nil {
		return err
	}
	_, err := m.study.Errors.Explain(ctx, tell)
	return err
}

func (m *making) speed(ctx context.Context, tell Tell) (err error) {
	m.study.Inference, err = m.profile.inference(ctx, m.source, m.study.Sweep.Chosen(), tell)
	return err
}

// spent is a time as a line of progress says it.
func spent(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}
