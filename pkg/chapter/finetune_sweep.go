package chapter

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// SweepTable sets every configuration's settings and validation scores beside the reported ones.
func SweepTable(s *experiment.Sweep) page.Table {
	t := page.Table{
		ID: "sweep", Synthetic: s.Selected().Corpus.Synthetic,
		Caption: fmt.Sprintf("Configurations on %s validation texts; %s was selected", page.FormatCount(s.Selected().Validation.Notes), s.Outcomes[s.Best].Name),
		Columns: []page.Column{
			{Name: "Configuration"},
			{Name: "Settings"},
			{Name: "Best epoch", Numeric: true, Note: "of the epochs that were run; the model of the best one is kept"},
			{Name: "Row accuracy", Numeric: true},
			{Name: "Macro-F1", Numeric: true, Note: "by the union of true and predicted labels; configurations are selected by it"},
			{Name: "Reported acc.", Numeric: true, Note: "accuracy on the original report's validation rows, which are other notes by another split"},
			{Name: "Reported F1", Numeric: true, Note: "macro-F1 on the same"},
		},
	}
	for i, o := range s.Outcomes {
		reported, known := original.Study.Sweep[o.Name]
		t.Rows = append(t.Rows, sweepRow(s, i, o, reported, known))
	}
	ceiling := s.Selected().Validation.Metrics[evaluate.RowAccuracy].Ceiling
	t.Note = fmt.Sprintf("Intervals are 95 %%, by bootstrap over texts. No reader of the text alone can be right on more than %.3f of the validation rows. The test texts took no part in the selection.", ceiling)
	return t
}

func sweepRow(s *experiment.Sweep, i int, o experiment.Outcome, reported original.Configuration, known bool) []page.Cell {
	reportedCell := func(v float64) page.Cell {
		if !known {
			return page.Metric.Cell(page.Missing("not in the report"))
		}
		return page.Metric.Cell(page.Of(v))
	}
	if o.Run == nil {
		failed := page.Metric.Cell(page.Missing("failed: " + o.Failed))
		return []page.Cell{page.Text(o.Name), failed, failed, failed, failed, reportedCell(reported.Accuracy), reportedCell(reported.MacroF1)}
	}
	p, v := o.Run.Profile.Train, o.Run.Validation
	f1 := page.Metric.Cell(wording.Measure(v.Metrics[evaluate.MacroF1Union]))
	if i == s.Best {
		f1 = f1.Best()
	}
	epoch := float64(o.Run.Training.Best + 1)
	return []page.Cell{
		page.Text(o.Name), page.Text(fmt.Sprintf("rate %g, batch %d, decay %g", p.LearningRate, p.BatchSize, p.WeightDecay)),
		{Text: fmt.Sprintf("%d of %d", o.Run.Training.Best+1, len(o.Run.Training.Epochs)), Sort: &epoch},
		page.Metric.Cell(page.Of(v.Metrics[evaluate.RowAccuracy].Value)), f1, reportedCell(reported.Accuracy), reportedCell(reported.MacroF1),
	}
}

// SweepLossFigure is the loss of every configuration: in training, smoothed, and on the validation texts.
func SweepLossFigure(s *experiment.Sweep) (page.Figure, error) {
	var series []page.Series
	alt := ""
	for _, o := range s.Outcomes {
		if o.Run == nil {
			continue
		}
		steps, smooth := smoothedLoss(&o.Run.TrainingRun)
		ends, held := validationLoss(&o.Run.TrainingRun)
		series = append(series, page.Series{Name: o.Name + ", training", X: steps, Y: smooth}, page.Series{Name: o.Name + ", validation", X: ends, Y: held, Points: true})
		alt += fmt.Sprintf("%s: training loss %.2f, validation loss %.2f at the end. ", o.Name, smooth[len(smooth)-1], held[len(held)-1])
	}
	return page.Lines(page.LinesSpec{
		About: page.About{
			ID: "sweep-loss", Title: "Loss of every configuration", Synthetic: s.Selected().Corpus.Synthetic, Alt: alt,
			Caption: "Cross entropy in nats: in training against the targets, smoothed over about ten steps; on the validation texts against their rows, after each epoch.",
		},
		X: page.Axis{Title: "Optimiser step"}, Y: page.Axis{Title: "Cross entropy", Unit: "nats"}, Series: series,
	})
}

// SweepScoreFigure is the validation macro-F1 of every configuration by epoch.
func SweepScoreFigure(s *experiment.Sweep) (page.Figure, error) {
	var series []page.Series
	alt := ""
	for _, o := range s.Outcomes {
		if o.Run == nil {
			continue
		}
		line := page.Series{Name: o.Name}
		for i, e := range o.Run.Training.Epochs {
			line.X, line.Y = append(line.X, float64(i+1)), append(line.Y, e.MacroF1)
		}
		series = append(series, line)
		best := o.Run.Training.Epochs[o.Run.Training.Best]
		alt += fmt.Sprintf("%s: best macro-F1 %.3f in epoch %d. ", o.Name, best.MacroF1, o.Run.Training.Best+1)
	}
	return page.Lines(page.LinesSpec{
		About: page.About{
			ID: "sweep-f1", Title: "Validation macro-F1 of every configuration", Synthetic: s.Selected().Corpus.Synthetic, Alt: alt,
			Caption: "By the union of true and predicted labels. The configuration with the best epoch of all was selected.",
		},
		X: page.Axis{Title: "Epoch"}, Y: page.Axis{Title: "Macro-F1"}, Series: series,
	})
}
