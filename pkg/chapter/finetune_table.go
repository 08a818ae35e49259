package chapter

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/claim"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// pairTable is a table of names and values.
func pairTable(f *experiment.TrainingRun, id, caption string, rows [][2]string) page.Table {
	t := page.Table{ID: id, Caption: caption, Synthetic: f.Corpus.Synthetic, Columns: []page.Column{{Name: "What"}, {Name: "Value"}}}
	for _, row := range rows {
		t.Rows = append(t.Rows, []page.Cell{page.Text(row[0]), page.Text(row[1])})
	}
	return t
}

// SetupTable says what was trained, on what, and how.
func SetupTable(f *experiment.TrainingRun) page.Table {
	c, p := f.Corpus, f.Profile
	targets := "the label set of a text, each label with equal weight"
	if p.Corpus.Targets == "rows" {
		targets = "one label a row"
	}
	rows := [][2]string{
		{"Notes", fmt.Sprintf("%s: %s rows kept of %s", c.Name, page.FormatCount(c.RowsKept), page.FormatCount(c.RowsRead))},
		{"Text", wording.CorpusText(c)},
		{"Texts and labels", fmt.Sprintf("%s texts under %d labels", page.FormatCount(c.Texts), c.Labels)},
		{"Split", fmt.Sprintf("%s: %s texts to train, %s to validate, %s to test", splitWords(c), page.FormatCount(c.Train), page.FormatCount(c.Validation), page.FormatCount(c.Test))},
		{"Targets", targets},
		{"Base model", p.Base},
		{"Length", fmt.Sprintf("%d tokens; %s training notes are longer and were cut", c.MaxLength, page.FormatCount(c.Truncated))},
		{"Trained", p.Describe()},
		{"Optimiser", fmt.Sprintf("AdamW, learning rate %g after %d warm-up steps, then linear decay; weight decay %g, gradients clipped to %g", p.Train.LearningRate, p.Train.WarmupSteps, p.Train.WeightDecay, p.Train.MaxGradNorm)},
		{"Steps", fmt.Sprintf("%s of %d notes, %d epochs of at most %d", page.FormatCount(f.Training.Step), p.Train.BatchSize, len(f.Training.Epochs), p.Train.Epochs)},
	}
	if len(c.AbsentInTrain) > 0 {
		rows = append(rows, [2]string{"Labels without a training text", strings.Join(c.AbsentInTrain, "; ")})
	}
	if len(c.AbsentInTest) > 0 {
		rows = append(rows, [2]string{"Labels without a test text", strings.Join(c.AbsentInTest, "; ")})
	}
	return pairTable(f, "setup", "What was trained", rows)
}

// splitWords says how the texts were divided.
func splitWords(c experiment.Counts) string {
	if c.Protocol == corpus.ProtocolRow {
		return "by rows, as the report did, so that a text may stand in several parts"
	}
	return "grouped by text"
}

// testMetrics are the metrics of the main table, in its order.
var testMetrics = []evaluate.Metric{
	evaluate.RowAccuracy, evaluate.MacroF1Union, evaluate.WeightedF1, evaluate.WeightedPrecision, evaluate.WeightedRecall,
	evaluate.Top3Accuracy, evaluate.AnyValid, evaluate.RecallAt3,
}

// ResultsTable is the test metrics with their intervals, beside the majority class, the ceiling and what was reported.
func ResultsTable(r *experiment.Run) page.Table {
	t := page.Table{
		ID: "results", Caption: fmt.Sprintf("Test metrics on %s texts, %s rows, with 95 %% intervals", page.FormatCount(r.Test.Notes), page.FormatCount(r.Test.Rows)), Synthetic: r.Corpus.Synthetic,
		Columns: []page.Column{
			{Name: "Metric"},
			{Name: "This run: LoRA", Numeric: true, Note: "95 % interval by bootstrap over texts"},
			{Name: "This run: majority class", Numeric: true, Note: "the largest training class for every note"},
			{Name: "Ceiling", Numeric: true, Note: "the most that any function of the text can reach on these labels; an upper bound for F1 and precision"},
			{Name: "Reported", Numeric: true, Note: "the original report's configuration 2, on other notes, another base and another split"},
		},
		Note: claim.WhyDifferent(r),
	}
	for _, m := range testMetrics {
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(m.Title()), page.Metric.Cell(wording.Measure(r.Test.Metrics[m])), page.Metric.Cell(wording.Measure(r.Majority.Metrics[m])),
			page.Metric.Cell(page.Of(r.Test.Metrics[m].Ceiling)), page.Metric.Cell(wording.Reported(m)),
		})
	}
	return t
}

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
