package experiment

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
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

// Selected is the selected run.
func (s *Sweep) Selected() *Run { return s.Outcomes[s.Best].Run }

// Sweep trains the profile's configurations, or its own settings where it has none, each in a run folder of its own in the store. Finished
// ones are read, a stopped one goes on. A configuration that fails does not take the others with it; that all fail is an error.
func (e *Experiment) Sweep(ctx context.Context, log stage.Log) (*Sweep, error) {
	if e.sweep != nil {
		return e.sweep, nil
	}
	s, err := e.SweepIn(ctx, "", log)
	e.sweep = s
	return s, err
}

// SweepIn is Sweep with its run folders below dir, or in the store if dir is empty.
func (e *Experiment) SweepIn(ctx context.Context, dir string, log stage.Log) (*Sweep, error) {
	outcomes, err := e.runAll(ctx, e.Profile.SweepConfigurations(), dir, "configuration", log)
	if err != nil {
		return nil, err
	}
	s := &Sweep{Outcomes: outcomes, Best: -1}
	var failures []error
	for i, o := range outcomes {
		switch {
		case o.Run == nil:
			failures = append(failures, fmt.Errorf("%s: %s", o.Name, o.Failed))
		case s.Best < 0 || o.Run.ValidationScore() > s.Selected().ValidationScore():
			s.Best = i
		}
	}
	if s.Best < 0 {
		return nil, fmt.Errorf("no configuration could be trained: %w", errors.Join(failures...))
	}
	return s, nil
}

// Alternatives trains the profile's other ways to train, which are measured beside the sweep and never selected.
func (e *Experiment) Alternatives(ctx context.Context, log stage.Log) (_ []Outcome, err error) {
	if e.compared == nil {
		e.compared, err = e.runAll(ctx, e.Profile.Compare, "", "comparison", log)
	}
	return e.compared, err
}

// runAll runs configurations one after the other.
func (e *Experiment) runAll(ctx context.Context, configurations profile.Configurations, dir, kind string, log stage.Log) ([]Outcome, error) {
	var outcomes []Outcome
	costs := e.Profile.ConfigurationCosts(configurations)
	for i, c := range configurations {
		title := fmt.Sprintf("%s %d of %d, %s", kind, i+1, len(configurations), c.Name)
		o := Outcome{Name: c.Name, Set: c.Set}
		one, err := e.Profile.Configured(c)
		if err == nil {
			folder := ""
			if dir != "" {
				folder = filepath.Join(dir, c.Name)
			}
			o.Run, err = e.run(ctx, one, folder, place{title, i > 0}, log.Part(i, costs).Labelled(title))
		}
		if err != nil && ctx.Err() != nil || errors.Is(err, stage.ErrMissing) {
			return nil, err
		}
		if err != nil {
			o.Run, o.Failed = nil, err.Error()
			log.Printf("%s failed: %v", c.Name, err)
		}
		outcomes = append(outcomes, o)
	}
	return outcomes, nil
}

// String is the outcome in a line.
func (o Outcome) String() string {
	if o.Run == nil {
		return fmt.Sprintf("%s: failed, %s", o.Name, o.Failed)
	}
	return fmt.Sprintf("%s: validation macro-F1 %.3f in epoch %d of %d", o.Name, o.Run.ValidationScore(), o.Run.Training.Best+1, len(o.Run.Training.Epochs))
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
			score := o.Run.ValidationScore()
			l.Fingerprint, l.MacroF1 = o.Run.Fingerprint, &score
		}
		lines = append(lines, l)
	}
	return stage.Write(filepath.Join(dir, SweepFile), struct {
		Selected       string `json:"selected"`
		Configurations []line `json:"configurations"`
	}{s.Outcomes[s.Best].Name, lines})
}
