package study

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
)

// Outcome is what became of one configuration: a run, or the reason why there is none.
type Outcome struct {
	Name   string   `json:"name"`
	Set    []string `json:"set,omitempty"` // what differs from the profile's own settings
	Run    *Run     `json:"run,omitempty"`
	Failed string   `json:"failed,omitempty"`
}

// Sweep is the outcome of every configuration, and which of them is the study's model.
type Sweep struct {
	Outcomes []Outcome `json:"outcomes"`
	Best     int       `json:"best"` // index into Outcomes: the highest validation macro-F1, of equal ones the first
}

// Chosen is the selected run.
func (s *Sweep) Chosen() *Run { return s.Outcomes[s.Best].Run }

// Sweep trains the profile's configurations, or its own settings where it has none, each in a run folder of its own: below dir, or
// in the stage cache if dir is empty. Finished ones are read, a stopped one goes on. A configuration that fails does not take
// the others with it; that all fail is an error.
func (p Profile) Sweep(ctx context.Context, dir string, tell Tell) (*Sweep, error) {
	src, err := p.source(ctx, tell)
	if err != nil {
		return nil, err
	}
	return p.sweep(ctx, src, dir, tell)
}

func (p Profile) sweep(ctx context.Context, src *source, dir string, tell Tell) (*Sweep, error) {
	outcomes, err := p.runAll(ctx, src, p.swept(), dir, "configuration", tell)
	if err != nil {
		return nil, err
	}
	s := &Sweep{Outcomes: outcomes, Best: -1}
	var failures []error
	for i, o := range outcomes {
		switch {
		case o.Run == nil:
			failures = append(failures, fmt.Errorf("%s: %s", o.Name, o.Failed))
		case s.Best < 0 || o.Run.score() > s.Chosen().score():
			s.Best = i
		}
	}
	if s.Best < 0 {
		return nil, fmt.Errorf("no configuration could be trained: %w", errors.Join(failures...))
	}
	return s, nil
}

// swept are the configurations that the sweep trains.
func (p Profile) swept() Configurations {
	if len(p.Configurations) == 0 {
		return Configurations{ownConfiguration}
	}
	return p.Configurations
}

// score is what configurations are selected by.
func (f *Fit) score() float64 { return f.Validation.Metrics[evaluate.MacroF1Union].Value }

// alternatives trains the profile's other ways to train, which are measured and never selected.
func (p Profile) alternatives(ctx context.Context, src *source, tell Tell) ([]Outcome, error) {
	return p.runAll(ctx, src, p.Compare, "", "comparison", tell)
}

// runAll runs configurations one after the other.
func (p Profile) runAll(ctx context.Context, src *source, configurations Configurations, dir, kind string, tell Tell) ([]Outcome, error) {
	var outcomes []Outcome
	costs := p.costs(configurations)
	for i, c := range configurations {
		stage := fmt.Sprintf("%s %d of %d, %s", kind, i+1, len(configurations), c.Name)
		o := Outcome{Name: c.Name, Set: c.Set}
		one, err := p.configured(c)
		if err == nil {
			folder := ""
			if dir != "" {
				folder = filepath.Join(dir, c.Name)
			}
			o.Run, err = one.run(ctx, src, folder, tell.one(i, costs, stage))
		}
		if ctx.Err() != nil {
			return nil, err
		}
		if err != nil {
			o.Run, o.Failed = nil, err.Error()
			tell.say("%s failed: %v", c.Name, err)
		}
		outcomes = append(outcomes, o)
	}
	return outcomes, nil
}

// Says is the outcome in a line.
func (o Outcome) Says() string {
	if o.Run == nil {
		return fmt.Sprintf("%s: failed, %s", o.Name, o.Failed)
	}
	return fmt.Sprintf("%s: validation macro-F1 %.3f in epoch %d of %d", o.Name, o.Run.score(), o.Run.Training.Best+1, len(o.Run.Training.Epochs))
}

// SweepFile names the file that Write makes.
const SweepFile = "sweep.json"

// Write says in dir/sweep.json which configuration was selected, and by what.
func (s *Sweep) Write(dir string) error {
	type line struct {
		Name        string   `json:"name"`
		Set         []string `json:"set"`
		Fingerprint string   `json:"fingerprint,omitempty"`
		MacroF1     *float64 `json:"validation_macro_f1,omitempty"`
		Failed      string   `json:"failed,omitempty"`
	}
	var lines []line
	for _, o := range s.Outcomes {
		l := line{Name: o.Name, Set: o.Set, Failed: o.Failed}
		if o.Run != nil {
			score := o.Run.score()
			l.Fingerprint, l.MacroF1 = o.Run.Fingerprint, &score
		}
		lines = append(lines, l)
	}
	return writeStage(filepath.Join(dir, SweepFile), struct {
		Selected       string `json:"selected"`
		Configurations []line `json:"configurations"`
	}{s.Outcomes[s.Best].Name, lines})
}
