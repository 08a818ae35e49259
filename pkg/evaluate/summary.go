package evaluate

import "github.com/specialist-nlp/specialist/pkg/predict"

// oneNote is why a single note has no interval: every resample of it is the note itself.
const oneNote = "a single note has no interval"

// Summary is the headline metrics of one set of predictions. As JSON it holds no NaN: an undefined value is null, with a reason.
type Summary struct {
	Model      string `json:"model"`
	Part       string `json:"part"`
	CorpusHash string `json:"corpus_hash"`
	Synthetic  bool   `json:"synthetic"`
	// Temperature is that of the scores; only the calibration metrics depend on it.
	Temperature float64 `json:"temperature"`
	// Notes counts the predictions and Rows their gold labels.
	Notes int `json:"notes"`
	Rows  int `json:"rows"`
	// Labels counts the labels that the model knows, LabelsPresent those that some note has, LabelsPredicted those that
	// were predicted for some note.
	Labels          int                `json:"labels"`
	LabelsPresent   int                `json:"labels_present"`
	LabelsPredicted int                `json:"labels_predicted"`
	Interval        Method             `json:"interval"`
	Metrics         map[Metric]Measure `json:"metrics"`
	// Classes holds every label's row counts, precision, recall and F1, in label order.
	Classes []Class `json:"classes"`
	// Rows' and notes' reliability; see [Evaluation.RowReliability] and [Evaluation.ValidReliability].
	RowReliability   Reliability `json:"reliability_rows"`
	ValidReliability Reliability `json:"reliability_valid"`
}

// Method says how intervals were computed.
type Method struct {
	Kind      string  `json:"kind"`
	Level     float64 `json:"level"`
	Resamples int     `json:"resamples"`
	Seed      uint64  `json:"seed"`
}

// Method describes the intervals of these options. It fails for options that give none.
func (o Options) Method() (Method, error) {
	o, err := o.complete()
	return o.method(), err
}

func (o Options) method() Method {
	return Method{Kind: "percentile bootstrap over notes", Level: o.Level, Resamples: o.Resamples, Seed: o.Seed}
}

// Measure is one metric with its interval and its ceiling.
type Measure struct {
	Value float64 `json:"value"`
	// Low and High are nil, with a Reason, if there is no interval.
	Low  *float64 `json:"low"`
	High *float64 `json:"high"`
	// Ceiling is the best value that any function of the text can reach; see [Evaluation.Ceilings].
	Ceiling float64 `json:"ceiling"`
	// CeilingIsBound says that Ceiling is an upper bound, which perhaps no function of the text reaches.
	CeilingIsBound bool `json:"ceiling_is_bound,omitempty"`
	// ShareOfCeiling is Value / Ceiling; nil for error measures, where lower is better.
	ShareOfCeiling *float64 `json:"share_of_ceiling,omitempty"`
	LowerIsBetter  bool     `json:"lower_is_better,omitempty"`
	Reason         string   `json:"reason,omitempty"`
}

// Summarize evaluates a set. It fails as [New] does, and for options that give no interval.
func Summarize(set predict.Set, options Options) (Summary, error) {
	options, err := options.complete()
	if err != nil {
		return Summary{}, err
	}
	e, err := New(set)
	if err != nil {
		return Summary{}, err
	}
	t := newTally(len(set.Labels))
	intervals, err := Intervals(len(e.notes), len(metrics), options, func(weights []int32, out []float64) {
		e.measure(weights, t, out)
	})
	if err != nil {
		return Summary{}, err
	}
	s := Summary{
		Model: set.Model, Part: set.Part, CorpusHash: set.CorpusHash, Synthetic: set.Synthetic, Temperature: set.Temperature,
		Notes: len(e.notes), Rows: e.rows, Labels: len(set.Labels),
		Interval: options.method(), Metrics: make(map[Metric]Measure, len(metrics)), Classes: e.Confusion().Classes(),
		RowReliability: e.RowReliability(), ValidReliability: e.ValidReliability(),
	}
	if s.Temperature == 0 {
		s.Temperature = 1
	}
	for _, class := range s.Classes {
		s.LabelsPresent += min(class.Support, 1)
		s.LabelsPredicted += min(class.Predicted, 1)
	}
	values, ceilings := e.Values(), e.Ceilings()
	for i, m := range metrics {
		v := Measure{Value: values[m.name], Ceiling: ceilings[m.name], CeilingIsBound: m.bound, LowerIsBetter: m.lower}
		if !m.lower {
			share := v.Value / v.Ceiling
			v.ShareOfCeiling = &share
		}
		if len(e.notes) == 1 {
			v.Reason = oneNote
		} else {
			v.Low, v.High = &intervals[i].Low, &intervals[i].High
		}
		s.Metrics[m.name] = v
	}
	return s, nil
}
