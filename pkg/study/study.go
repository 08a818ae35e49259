package study

import "context"

// Study is what a profile's training came to.
type Study struct {
	Profile  Profile   `json:"profile"`
	Sweep    *Sweep    `json:"sweep"`
	Compared []Outcome `json:"compared"` // other ways to train
	Rates    Curve     `json:"rates"`

	Comparisons []*Comparison `json:"comparisons"` // with the baselines, one for each protocol
	Errors      *Errors       `json:"errors"`      // of the selected configuration, on the test texts
}

// Study makes every stage of the profile, or reads those that are on disk.
func (p Profile) Study(ctx context.Context, tell Tell) (*Study, error) {
	s := &Study{Profile: p}
	src, err := p.source(ctx, tell)
	if err != nil {
		return nil, err
	}
	if s.Sweep, err = p.sweep(ctx, src, "", tell); err != nil {
		return nil, err
	}
	if s.Compared, err = p.alternatives(ctx, src, tell); err != nil {
		return nil, err
	}
	if s.Rates, err = p.curve(ctx, src, tell); err != nil {
		return nil, err
	}
	if s.Comparisons, err = p.comparisons(ctx, src, s.Sweep, tell); err != nil {
		return nil, err
	}
	if s.Errors, err = src.errors(s.Sweep.Chosen()); err != nil {
		return nil, err
	}
	return s, nil
}

// fits are all training runs of the study, by what a reader calls them.
func (s *Study) fits() (names []string, fits []*Fit) {
	for _, outcomes := range [][]Outcome{s.Sweep.Outcomes, s.Compared} {
		for _, o := range outcomes {
			if o.Run != nil {
				names, fits = append(names, o.Name), append(fits, &o.Run.Fit)
			}
		}
	}
	for _, p := range s.Rates {
		if p.Fit != nil {
			names, fits = append(names, p.name()), append(fits, p.Fit)
		}
	}
	for _, c := range s.Comparisons {
		if c.Anew != nil {
			names, fits = append(names, "protocol "+c.Rivals.Protocol), append(fits, &c.Anew.Fit)
		}
	}
	return names, fits
}
