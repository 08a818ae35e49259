package chapter

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/claim"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
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
