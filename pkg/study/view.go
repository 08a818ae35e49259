package study

import (
	"fmt"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// number is a whole number as a table writes it.
func number(n int) string { return page.Count.String(page.Of(float64(n))) }

// pairs is a table of names and values.
func (f *Fit) pairs(id, caption string, rows [][2]string) page.Table {
	t := page.Table{ID: id, Caption: caption, Synthetic: f.Corpus.Synthetic, Columns: []page.Column{{Name: "What"}, {Name: "Value"}}}
	for _, row := range rows {
		t.Rows = append(t.Rows, []page.Cell{page.Text(row[0]), page.Text(row[1])})
	}
	return t
}

// Setup says what was trained, on what, and how.
func (f *Fit) Setup() page.Table {
	c, p := f.Corpus, f.Profile
	targets := "the label set of a text, each label with equal weight"
	if p.Corpus.Targets == "rows" {
		targets = "one label a row"
	}
	rows := [][2]string{
		{"Notes", fmt.Sprintf("%s: %s rows kept of %s", c.Name, number(c.RowsKept), number(c.RowsRead))},
		{"Text", c.text()},
		{"Texts and labels", fmt.Sprintf("%s texts under %d labels", number(c.Texts), c.Labels)},
		{"Split", fmt.Sprintf("%s: %s texts to train, %s to validate, %s to test", c.split(), number(c.Train), number(c.Validation), number(c.Test))},
		{"Targets", targets},
		{"Base model", p.Base},
		{"Length", fmt.Sprintf("%d tokens; %s training notes are longer and were cut", c.MaxLength, number(c.Truncated))},
		{"Trained", p.trains()},
		{"Optimiser", fmt.Sprintf("AdamW, learning rate %g after %d warm-up steps, then linear decay; weight decay %g, gradients clipped to %g", p.Train.LearningRate, p.Train.WarmupSteps, p.Train.WeightDecay, p.Train.MaxGradNorm)},
		{"Steps", fmt.Sprintf("%s of %d notes, %d epochs of at most %d", number(f.Training.Step), p.Train.BatchSize, len(f.Training.Epochs), p.Train.Epochs)},
	}
	if len(c.Unlearned) > 0 {
		rows = append(rows, [2]string{"Labels without a training text", strings.Join(c.Unlearned, "; ")})
	}
	if len(c.Untested) > 0 {
		rows = append(rows, [2]string{"Labels without a test text", strings.Join(c.Untested, "; ")})
	}
	return f.pairs("setup", "What was trained", rows)
}

// split says how the texts were divided.
func (c Counts) split() string {
	if c.Protocol == corpus.ProtocolRow {
		return "by rows, as the report did, so that a text may stand in several parts"
	}
	return "grouped by text"
}

// text says what the model read.
func (c Counts) text() string {
	switch {
	case len(c.With) == 0:
		return "the note alone"
	case slices.Contains(c.With, "keywords"):
		return "the note and its " + strings.Join(c.With, " and ") + "; keywords such as MTSamples' name the label, so that these scores do not measure reading"
	}
	return "the note and its " + strings.Join(c.With, " and ")
}

// ParameterTable sets the parameters beside the reported ones.
func (r *Run) ParameterTable() page.Table {
	share := func(a, b int) page.Cell { return page.Percent.Cell(page.Of(float64(a) / float64(b))) }
	count := func(n int) page.Cell { return page.Count.Cell(page.Of(float64(n))) }
	n := r.Parameters
	return page.Table{
		ID: "efficiency", Caption: "What LoRA trains", Synthetic: r.Corpus.Synthetic,
		Columns: []page.Column{{Name: "Quantity"}, {Name: "This run", Numeric: true}, {Name: "Reported", Numeric: true}},
		Rows: [][]page.Cell{
			{page.Text("Trained parameters (adapter and head)"), count(n.Trainable), count(reported.Trainable)},
			{page.Text("of them in the adapter"), count(n.Adapter), count(reported.Adapter)},
			{page.Text("All parameters, as PEFT counts them"), count(n.PEFTTotal), count(reported.AllParameters)},
			{page.Text("Share trained"), share(n.Trainable, n.PEFTTotal), share(reported.Trainable, reported.AllParameters)},
			{page.Text("Parameters, each counted once"), count(n.Total), page.Count.Cell(page.Missing("not in the report"))},
		},
		Note: "Reported: DistilBERT-base; the adapter's number follows from its settings. PEFT's count of all parameters holds the head twice, as the frozen original and as the trained copy.",
	}
}

// headline are the metrics of the main table, in its order.
var headline = []evaluate.Metric{
	evaluate.RowAccuracy, evaluate.MacroF1Union, evaluate.WeightedF1, evaluate.WeightedPrecision, evaluate.WeightedRecall,
	evaluate.Top3Accuracy, evaluate.AnyValid, evaluate.RecallAt3,
}

// Results is the test metrics with their intervals, beside the majority class, the ceiling and what was reported.
func (r *Run) Results() page.Table {
	t := page.Table{
		ID: "results", Caption: fmt.Sprintf("Test metrics on %s texts, %s rows, with 95 %% intervals", number(r.Test.Notes), number(r.Test.Rows)), Synthetic: r.Corpus.Synthetic,
		Columns: []page.Column{
			{Name: "Metric"},
			{Name: "This run: LoRA", Numeric: true, Note: "95 % interval by bootstrap over texts"},
			{Name: "This run: majority class", Numeric: true, Note: "the largest training class for every note"},
			{Name: "Ceiling", Numeric: true, Note: "the most that any function of the text can reach on these labels; an upper bound for F1 and precision"},
			{Name: "Reported", Numeric: true, Note: "the original report's configuration 2, on other notes, another base and another split"},
		},
		Note: r.whyDifferent(),
	}
	for _, m := range headline {
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(m.Title()), page.Metric.Cell(value(r.Test.Metrics[m])), page.Metric.Cell(value(r.Majority.Metrics[m])),
			page.Metric.Cell(page.Of(r.Test.Metrics[m].Ceiling)), page.Metric.Cell(reportedValue(m)),
		})
	}
	return t
}

func value(m evaluate.Measure) page.Value {
	if m.Low != nil && m.High != nil {
		return page.Between(m.Value, *m.Low, *m.High)
	}
	return page.Of(m.Value)
}

// Classes is the per-class test table, the largest classes first.
func (r *Run) Classes() page.Table {
	t := page.Table{
		ID: "classes", Caption: "Test results by specialty", Synthetic: r.Corpus.Synthetic,
		Columns: []page.Column{
			{Name: "Specialty"},
			{Name: "Test rows", Numeric: true},
			{Name: "Predicted rows", Numeric: true, Note: "rows of the texts that were given this label"},
			{Name: "Precision", Numeric: true},
			{Name: "Recall", Numeric: true},
			{Name: "F1", Numeric: true},
		},
		Note: "A text under several labels counts once for each, so that precision stays below 1 even where every prediction is one of the text's labels.",
	}
	for _, c := range r.bySupport() {
		score := func(v *float64) page.Cell {
			if v == nil {
				return page.Metric.Cell(page.Missing(c.Reason))
			}
			return page.Metric.Cell(page.Of(*v))
		}
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(c.Label), page.Count.Cell(page.Of(float64(c.Support))), page.Count.Cell(page.Of(float64(c.Predicted))),
			score(c.Precision), score(c.Recall), score(c.F1),
		})
	}
	return t
}

// bySupport is the test result of every class, the one with the most rows first.
func (r *Run) bySupport() []evaluate.Class {
	classes := slices.Clone(r.Test.Classes)
	slices.SortStableFunc(classes, func(a, b evaluate.Class) int { return b.Support - a.Support })
	return classes
}

// Origin says what made the numbers. When, and how long it took, stands apart from it.
func (f *Fit) Origin() page.Table {
	o := f.Provenance
	rows := [][2]string{
		{"Commit", o.Commit},
		{"Notes (SHA-256)", f.Corpus.Hash},
		{"Base weights (SHA-256)", o.BaseSHA256},
		{"Run", f.Fingerprint},
		{"Seeds", fmt.Sprintf("split %d, training %d", f.Profile.Corpus.Seed, f.Profile.Train.Seed)},
		{"Backend", o.Device},
		{"Tokenizer", o.Tokenizer},
		{"Go", o.Go},
	}
	for _, path := range traced {
		if version := o.Modules[path]; version != "" {
			rows = append(rows, [2]string{path, version})
		}
	}
	rows = append(rows, [2]string{"Cores", number(o.Cores)})
	return f.pairs("origin", "What made these numbers", rows)
}
