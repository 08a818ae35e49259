package study

import "context"

// Study is what a profile's stages came to.
type Study struct {
	Profile  Profile   `json:"profile"`
	Audit    *Audit    `json:"data"`
	Sweep    *Sweep    `json:"sweep"`
	Compared []Outcome `json:"compared"` // other ways to train
	Rates    Curve     `json:"rates"`

	Comparisons []*Comparison `json:"comparisons"` // with the baselines, one for each protocol
	Errors      *Errors       `json:"errors"`      // of the selected configuration, on the test texts
	Inference   *Inference    `json:"-"`           // of the selected configuration: times, which results.json has at its end
}

// Study makes every stage of the profile, or reads those that are on disk.
func (p Profile) Study(ctx context.Context, tell Tell) (*Study, error) {
	src, err := p.source(ctx, tell)
	if err != nil {
		return nil, err
	}
	m := &making{profile: p, source: src, study: Study{Profile: p}}
	for _, stage := range []func(context.Context, Tell) error{m.data, m.sweep, m.compare, m.rates, m.baselines, m.analysis, m.speed} {
		if err := stage(ctx, tell); err != nil {
			return nil, err
		}
	}
	return &m.study, nil
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
