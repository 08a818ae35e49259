package evaluate

import (
	"fmt"
	"math"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Family is the comparison of several models with one reference on the same notes. In each metric the models are one family of tests, so
// their p-values are adjusted together.
type Family struct {
	Reference string   `json:"reference"`
	Part      string   `json:"part"`
	Notes     int      `json:"notes"`
	Metrics   []Metric `json:"metrics"`
	Interval  Method   `json:"interval"`
	// Comparisons has the reference as A and each model as B, in the order given.
	Comparisons []Comparison `json:"comparisons"`
	// Verdicts are ordered by metric, and within a metric as the models.
	Verdicts []Verdict `json:"verdicts"`
}

// CompareAll compares models with a reference in the given metrics, all if there are none, with paired bootstraps over notes and Holm's
// correction over the models. It fails as [Compare] does, without models, for two models of one name, for a metric that is none of
// [Metrics], and if the resamples are too few for any difference to be significant after the correction.
func CompareAll(reference predict.Set, models []predict.Set, metrics []Metric, options Options) (Family, error) {
	options, err := options.complete()
	if err != nil {
		return Family{}, err
	}
	if len(models) == 0 {
		return Family{}, fmt.Errorf("evaluate: there is no model to compare with %q", reference.Model)
	}
	if len(metrics) == 0 {
		metrics = Metrics()
	}
	for _, m := range metrics {
		if m.index() < 0 {
			return Family{}, fmt.Errorf("evaluate: there is no metric %q", m)
		}
	}
	// pValue is at least 2/(resamples+1), and Holm multiplies the smallest by the number of models.
	if least := int(math.Ceil(2*float64(len(models))/(1-options.Level)-1e-9)) - 1; options.Resamples < least {
		return Family{}, fmt.Errorf("evaluate: with %d resamples none of %d comparisons could be significant; take %d or more",
			options.Resamples, len(models), least)
	}
	f := Family{Reference: reference.Model, Part: reference.Part, Notes: len(reference.Predictions), Metrics: metrics, Interval: options.method()}
	names := []string{reference.Model}
	for _, model := range models {
		if slices.Contains(names, model.Model) {
			return Family{}, fmt.Errorf("evaluate: two of the models to compare are called %q", model.Model)
		}
		names = append(names, model.Model)
		c, err := Compare(reference, model, options)
		if err != nil {
			return Family{}, err
		}
		f.Comparisons = append(f.Comparisons, c)
	}
	mcnemar := make([]float64, len(models))
	for i, c := range f.Comparisons {
		mcnemar[i] = c.McNemar.PValue
	}
	for i, p := range Holm(mcnemar) {
		f.Comparisons[i].McNemar.Adjusted = &p
	}
	for _, m := range metrics {
		f.Verdicts = append(f.Verdicts, f.verdicts(m)...)
	}
	return f, nil
}

// verdicts corrects one metric's p-values over the models and returns a verdict for each model.
func (f Family) verdicts(m Metric) []Verdict {
	var p []float64
	for _, c := range f.Comparisons {
		if d := c.Metrics[m]; d.PValue != nil {
			p = append(p, *d.PValue)
		}
	}
	adjusted := Holm(p) // all have a p-value or, for a single note, none
	verdicts := make([]Verdict, len(f.Comparisons))
	for i, c := range f.Comparisons {
		v := Verdict{
			Metric: m, Model: c.B, Reference: f.Reference, Difference: c.Metrics[m],
			Level: math.Round(1e9*(1-f.Interval.Level)) / 1e9, Comparisons: len(f.Comparisons), LowerIsBetter: m.LowerIsBetter(),
		}
		if len(adjusted) > 0 {
			v.Adjusted = &adjusted[i]
		}
		v.decide()
		verdicts[i] = v
	}
	return verdicts
}
