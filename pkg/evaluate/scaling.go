package evaluate

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Scaling is the effect of temperature scaling on a model: a temperature fitted on validation notes, and the calibration on test notes
// before and after.
type Scaling struct {
	Model string `json:"model"`
	// Fitted is the part that the temperature was fitted on, FittedNotes its number of notes; Part and Notes are those of the
	// calibration.
	Fitted      string      `json:"fitted_on"`
	FittedNotes int         `json:"fitted_notes"`
	Part        string      `json:"part"`
	Notes       int         `json:"notes"`
	Temperature Temperature `json:"temperature"` // with the validation rows' negative log likelihood
	// Before has the scores at temperature 1, After at the fitted one.
	Before Calibration `json:"before"`
	After  Calibration `json:"after"`
	// Change is After minus Before in each metric of the two, with paired intervals.
	Change map[Metric]Difference `json:"change"`
}

// Calibration is how well the confidence agrees with the probability of being right.
type Calibration struct {
	// LogLoss is the mean negative log likelihood of the rows' labels, in nats.
	LogLoss float64 `json:"log_loss"`
	// Metrics holds RowECE, ValidECE, Brier and AURC.
	Metrics          map[Metric]Measure `json:"metrics"`
	RowReliability   Reliability        `json:"reliability_rows"`
	ValidReliability Reliability        `json:"reliability_valid"`
}

// calibrationMetrics are the metrics that depend on the temperature.
var calibrationMetrics = []Metric{RowECE, ValidECE, Brier, AURC}

// Scale fits a temperature on the validation predictions and measures its effect on the test predictions. The two must be of one model
// and one corpus, and of different parts without a note in common. It fails otherwise, as [FitTemperature] and [Compare] do, and for test
// predictions without logits.
func Scale(validation, test predict.Set, options Options) (Scaling, error) {
	fail := func(format string, args ...any) (Scaling, error) {
		return Scaling{}, fmt.Errorf("evaluate: a temperature of %q, part %q, does not serve %q, part %q: %w",
			validation.Model, validation.Part, test.Model, test.Part, fmt.Errorf(format, args...))
	}
	switch {
	case validation.Model != test.Model:
		return fail("they are different models")
	case validation.Part == test.Part:
		return fail("it must be fitted on another part than the one it is measured on")
	case validation.CorpusHash != test.CorpusHash:
		return fail("they belong to different corpora, %q and %q", validation.CorpusHash, test.CorpusHash)
	}
	fitted := make(map[string]bool, len(validation.Predictions))
	for _, p := range validation.Predictions {
		fitted[p.NoteID] = true
	}
	for _, p := range test.Predictions {
		if fitted[p.NoteID] {
			return fail("note %q is in both", p.NoteID)
		}
	}
	temperature, err := FitTemperature(validation)
	if err != nil {
		return Scaling{}, err
	}
	unscaled, err := test.WithTemperature(1)
	if err != nil {
		return Scaling{}, fmt.Errorf("evaluate: %w", err)
	}
	scaled, err := test.WithTemperature(temperature.Value)
	if err != nil {
		return Scaling{}, fmt.Errorf("evaluate: %w", err)
	}
	s := Scaling{
		Model: test.Model, Fitted: validation.Part, FittedNotes: len(validation.Predictions), Part: test.Part, Notes: len(test.Predictions),
		Temperature: temperature, Change: make(map[Metric]Difference, len(calibrationMetrics)),
	}
	change, err := Compare(unscaled, scaled, options)
	if err != nil {
		return Scaling{}, err
	}
	for _, m := range calibrationMetrics {
		s.Change[m] = change.Metrics[m]
	}
	if s.Before, err = calibration(unscaled, options); err != nil {
		return Scaling{}, err
	}
	s.After, err = calibration(scaled, options)
	return s, err
}

func calibration(set predict.Set, options Options) (Calibration, error) {
	summary, err := Summarize(set, options)
	if err != nil {
		return Calibration{}, err
	}
	e, err := New(set)
	if err != nil {
		return Calibration{}, err
	}
	c := Calibration{
		Metrics: make(map[Metric]Measure, len(calibrationMetrics)), RowReliability: summary.RowReliability, ValidReliability: summary.ValidReliability,
	}
	c.LogLoss, _ = e.likelihood(1 / summary.Temperature)
	for _, m := range calibrationMetrics {
		c.Metrics[m] = summary.Metrics[m]
	}
	return c, nil
}
