package experiment

import (
	"context"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// Study is all results of an experiment.
type Study struct {
	Profile  profile.Profile `json:"profile"`
	Audit    *audit.Audit    `json:"data"`
	Sweep    *Sweep          `json:"sweep"`
	Compared []Outcome       `json:"compared"` // other ways to train
	Rates    Curve           `json:"rates"`

	Comparisons []*Comparison `json:"comparisons"` // with the baselines, one for each protocol
	Errors      *Errors       `json:"errors"`      // of the selected configuration, on the test texts
	Inference   *Inference    `json:"-"`           // of the selected configuration: times, which results.json has at its end
}

// Part is a part of a study that can be read or made alone.
type Part int

// The parts, each named for the field of [Study] that it fills.
const (
	PartAudit Part = iota
	PartSweep
	PartCompared
	PartRates
	PartComparisons
	PartErrors
	PartInference
)

// Study reads or makes the given parts of the study; all of them where none is given. The others are left empty.
func (e *Experiment) Study(ctx context.Context, log stage.Log, parts ...Part) (*Study, error) {
	s := &Study{Profile: e.Profile}
	for part, load := range []func() error{
		PartAudit:       func() (err error) { s.Audit, err = e.Audit(ctx, log); return err },
		PartSweep:       func() (err error) { s.Sweep, err = e.Sweep(ctx, log); return err },
		PartCompared:    func() (err error) { s.Compared, err = e.Alternatives(ctx, log); return err },
		PartRates:       func() (err error) { s.Rates, err = e.Rates(ctx, log); return err },
		PartComparisons: func() (err error) { s.Comparisons, err = e.Comparisons(ctx, log); return err },
		PartErrors:      func() (err error) { s.Errors, err = e.Errors(ctx, log); return err },
		PartInference:   func() (err error) { s.Inference, err = e.Inference(ctx, log); return err },
	} {
		if len(parts) > 0 && !slices.Contains(parts, Part(part)) {
			continue
		}
		if err := load(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// TrainingRuns are all training runs of the study, each with the name that a reader calls it.
func (s *Study) TrainingRuns() (names []string, runs []*TrainingRun) {
	for _, outcomes := range [][]Outcome{s.Sweep.Outcomes, s.Compared} {
		for _, o := range outcomes {
			if o.Run != nil {
				names, runs = append(names, o.Name), append(runs, &o.Run.TrainingRun)
			}
		}
	}
	for _, p := range s.Rates {
		if p.Run != nil {
			names, runs = append(names, p.Name()), append(runs, p.Run)
		}
	}
	for _, c := range s.Comparisons {
		if c.Retrained != nil {
			names, runs = append(names, "protocol "+c.Baselines.Protocol), append(runs, &c.Retrained.TrainingRun)
		}
	}
	return names, runs
}

// Selected is the selected run: the study's model.
func (s *Study) Selected() *Run { return s.Sweep.Selected() }

// ProtocolResult is what was run under one protocol.
type ProtocolResult struct {
	Protocol  string
	Run       *Run       // nil where the protocol was not run
	Baselines *Baselines // nil where there are no baselines
}

// Under finds what was run under a protocol.
func (s *Study) Under(protocol string) ProtocolResult {
	out := ProtocolResult{Protocol: protocol}
	if run := s.Selected(); run.Corpus.Protocol == protocol {
		out.Run = run
	}
	for _, c := range s.Comparisons {
		if c.Baselines.Protocol == protocol {
			out.Run, out.Baselines = c.Run, c.Baselines
		}
	}
	return out
}

// Protocols lists the protocols under which the study's model was tested, the original's first.
func (s *Study) Protocols() []string {
	var all []string
	for _, protocol := range []string{corpus.ProtocolRow, corpus.ProtocolGroup} {
		if s.Under(protocol).Run != nil {
			all = append(all, protocol)
		}
	}
	return all
}

// Configuration finds the outcome of a configuration of the sweep, nil where there is none of that name.
func (s *Study) Configuration(name string) *Outcome {
	i := slices.IndexFunc(s.Sweep.Outcomes, func(o Outcome) bool { return o.Name == name })
	if i < 0 {
		return nil
	}
	return &s.Sweep.Outcomes[i]
}

// Epochs are the fewest and the most epochs that a configuration was given.
func (s *Study) Epochs() (least, most int) {
	for _, o := range s.Sweep.Outcomes {
		if o.Run == nil {
			continue
		}
		n := o.Run.Profile.Train.Epochs
		if least == 0 || n < least {
			least = n
		}
		most = max(most, n)
	}
	return least, most
}

// FullFineTuning is the run that trained every parameter, nil without one.
func (s *Study) FullFineTuning() *Run {
	for _, o := range append([]Outcome{s.Sweep.Outcomes[s.Sweep.Best]}, s.Compared...) {
		if o.Run != nil && o.Run.Profile.Train.Method == profile.MethodFull {
			return o.Run
		}
	}
	return nil
}
