package chapter

import (
	"errors"
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// curveSynthetic says whether any point was made on made-up notes.
func curveSynthetic(c experiment.Curve) bool {
	for _, p := range c {
		if p.Run != nil {
			return p.Run.Corpus.Synthetic
		}
	}
	return false
}

// RatesFigure is the validation macro-F1 by learning rate.
func RatesFigure(c experiment.Curve) (page.Figure, error) {
	var series []page.Series
	alt := ""
	for _, method := range []profile.Method{profile.MethodLoRA, profile.MethodFull} {
		line := page.Series{Name: method.Title()}
		for _, p := range c {
			if p.Method != method || p.Run == nil {
				continue
			}
			m := p.Run.Validation.Metrics[evaluate.MacroF1Union]
			line.X, line.Y = append(line.X, p.LearningRate), append(line.Y, m.Value)
			if m.Low != nil && m.High != nil { // an interval of resamples may leave its value out
				line.Low, line.High = append(line.Low, min(*m.Low, m.Value)), append(line.High, max(*m.High, m.Value))
			}
		}
		if len(line.X) == 0 {
			continue
		}
		series = append(series, line)
		best, _ := c.Best(method)
		alt += fmt.Sprintf("%s does best at %g, with %.3f. ", line.Name, best.LearningRate, best.Run.ValidationScore())
	}
	if len(series) == 0 {
		return page.Figure{}, errors.New("no learning rate of the profile (rates.lora, rates.full) could be trained")
	}
	return page.Lines(page.LinesSpec{
		About: page.About{
			ID: "rates", Title: "Learning-rate sensitivity", Synthetic: curveSynthetic(c), Alt: alt,
			Caption: "Validation macro-F1 with 95 % intervals after a short run at each rate: the same epochs, warm-up and batch for all.",
		},
		X: page.Axis{Title: "Learning rate", Log: true}, Y: page.Axis{Title: "Macro-F1"}, Series: series,
	})
}

// RatesTable lists every point of the curve.
func RatesTable(c experiment.Curve) page.Table {
	t := page.Table{
		ID: "rate-points", Caption: "Learning rates, judged on the validation texts", Synthetic: curveSynthetic(c),
		Columns: []page.Column{
			{Name: "Method"},
			{Name: "Learning rate", Numeric: true},
			{Name: "Validation loss", Numeric: true, Note: "cross entropy against the rows, in nats, in the best epoch"},
			{Name: "Row accuracy", Numeric: true},
			{Name: "Macro-F1", Numeric: true},
		},
		Note: ratesRatio(c),
	}
	for _, p := range c {
		rate := page.Cell{Text: fmt.Sprintf("%g", p.LearningRate), Sort: &p.LearningRate}
		if p.Run == nil {
			failed := page.Metric.Cell(page.Missing(p.Failed))
			t.Rows = append(t.Rows, []page.Cell{page.Text(p.Method.Title()), rate, failed, failed, failed})
			continue
		}
		best := p.Run.Training.Epochs[p.Run.Training.Best]
		f1 := page.Metric.Cell(wording.Measure(p.Run.Validation.Metrics[evaluate.MacroF1Union]))
		if top, _ := c.Best(p.Method); top.LearningRate == p.LearningRate {
			f1 = f1.Best()
		}
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(p.Method.Title()), rate, page.Metric.Cell(page.Of(best.Loss)),
			page.Metric.Cell(page.Of(p.Run.Validation.Metrics[evaluate.RowAccuracy].Value)), f1,
		})
	}
	return t
}

// ratesRatio compares the best rates of the two methods with the reported finding.
func ratesRatio(c experiment.Curve) string {
	lora, loraInside := c.Best(profile.MethodLoRA)
	full, fullInside := c.Best(profile.MethodFull)
	if lora == nil || full == nil {
		return ""
	}
	text := fmt.Sprintf("Best rates: LoRA %g, full fine-tuning %g, a ratio of %.3g; reported: %g against %g, a ratio of %.0f to %.0f.",
		lora.LearningRate, full.LearningRate, lora.LearningRate/full.LearningRate, original.Study.RateLoRA, original.Study.RateFull, original.Study.RateRatio[0], original.Study.RateRatio[1])
	if !loraInside || !fullInside {
		text += " At least one of the two lies at the edge of the rates that were tried, so the ratio is not settled."
	}
	return text
}
