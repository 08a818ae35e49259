package study

import (
	"errors"
	"fmt"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// Curve is the learning-rate curve.
type Curve []RatePoint

// methodTitle is how a curve's method is shown.
func methodTitle(method string) string { return Profile{Train: Training{Method: method}}.methodName() }

// best is the method's rate with the highest validation macro-F1, and whether it is one inside the range that was tried.
func (c Curve) best(method string) (at *RatePoint, inside bool) {
	var points []*RatePoint
	for i := range c {
		if c[i].Method == method {
			points = append(points, &c[i])
		}
	}
	place := 0
	for i, p := range points {
		if p.Fit != nil && (at == nil || p.Fit.score() > at.Fit.score()) {
			at, place = p, i
		}
	}
	return at, place > 0 && place < len(points)-1
}

// Any says whether some point could be trained.
func (c Curve) Any() bool {
	return slices.ContainsFunc(c, func(p RatePoint) bool { return p.Fit != nil })
}

// synthetic says whether any point was made on made-up notes.
func (c Curve) synthetic() bool {
	for _, p := range c {
		if p.Fit != nil {
			return p.Fit.Corpus.Synthetic
		}
	}
	return false
}

// Figure is the validation macro-F1 by learning rate.
func (c Curve) Figure() (page.Figure, error) {
	var series []page.Series
	alt := ""
	for _, method := range []string{methodLoRA, methodFull} {
		line := page.Series{Name: methodTitle(method)}
		for _, p := range c {
			if p.Method != method || p.Fit == nil {
				continue
			}
			m := p.Fit.Validation.Metrics[evaluate.MacroF1Union]
			line.X, line.Y = append(line.X, p.LearningRate), append(line.Y, m.Value)
			if m.Low != nil && m.High != nil { // an interval of resamples may leave its value out
				line.Low, line.High = append(line.Low, min(*m.Low, m.Value)), append(line.High, max(*m.High, m.Value))
			}
		}
		if len(line.X) == 0 {
			continue
		}
		series = append(series, line)
		best, _ := c.best(method)
		alt += fmt.Sprintf("%s does best at %g, with %.3f. ", line.Name, best.LearningRate, best.Fit.score())
	}
	if len(series) == 0 {
		return page.Figure{}, errors.New("no learning rate of the profile (rates.lora, rates.full) could be trained")
	}
	return page.Lines(page.LinesSpec{
		About: page.About{
			ID: "rates", Title: "Learning-rate sensitivity", Synthetic: c.synthetic(), Alt: alt,
			Caption: "Validation macro-F1 with 95 % intervals after a short run at each rate: the same epochs, warm-up and batch for all.",
		},
		X: page.Axis{Title: "Learning rate", Log: true}, Y: page.Axis{Title: "Macro-F1"}, Series: series,
	})
}

// Table lists every point of the curve.
func (c Curve) Table() page.Table {
	t := page.Table{
		ID: "rate-points", Caption: "Learning rates, judged on the validation texts", Synthetic: c.synthetic(),
		Columns: []page.Column{
			{Name: "Method"},
			{Name: "Learning rate", Numeric: true},
			{Name: "Validation loss", Numeric: true, Note: "cross entropy against the rows, in nats, in the best epoch"},
			{Name: "Row accuracy", Numeric: true},
			{Name: "Macro-F1", Numeric: true},
		},
		Note: c.ratio(),
	}
	for _, p := range c {
		rate := page.Cell{Text: fmt.Sprintf("%g", p.LearningRate), Sort: &p.LearningRate}
		if p.Fit == nil {
			failed := page.Metric.Cell(page.Missing(p.Failed))
			t.Rows = append(t.Rows, []page.Cell{page.Text(methodTitle(p.Method)), rate, failed, failed, failed})
			continue
		}
		best := p.Fit.Training.Epochs[p.Fit.Training.Best]
		f1 := page.Metric.Cell(value(p.Fit.Validation.Metrics[evaluate.MacroF1Union]))
		if top, _ := c.best(p.Method); top.LearningRate == p.LearningRate {
			f1 = f1.Best()
		}
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(methodTitle(p.Method)), rate, page.Metric.Cell(page.Of(best.Loss)),
			page.Metric.Cell(page.Of(p.Fit.Validation.Metrics[evaluate.RowAccuracy].Value)), f1,
		})
	}
	return t
}

// ratio compares the best rates of the two methods with the reported finding.
func (c Curve) ratio() string {
	lora, loraInside := c.best(methodLoRA)
	full, fullInside := c.best(methodFull)
	if lora == nil || full == nil {
		return ""
	}
	said := fmt.Sprintf("Best rates: LoRA %g, full fine-tuning %g, a ratio of %.3g; reported: %g against %g, a ratio of %.0f to %.0f.",
		lora.LearningRate, full.LearningRate, lora.LearningRate/full.LearningRate, reported.RateLoRA, reported.RateFull, reported.RateRatio[0], reported.RateRatio[1])
	if !loraInside || !fullInside {
		said += " At least one of the two lies at the edge of the rates that were tried, so the ratio is not settled."
	}
	return said
}
