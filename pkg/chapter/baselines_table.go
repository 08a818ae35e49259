package chapter

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// comparisonMetrics are the metrics of a comparison's table, in its order.
var comparisonMetrics = []evaluate.Metric{evaluate.RowAccuracy, evaluate.MacroF1Union, evaluate.AnyValid}

// furtherMetrics are those of the second table.
var furtherMetrics = []evaluate.Metric{evaluate.RecallAt3, evaluate.MacroF1All, evaluate.WeightedF1, evaluate.BalancedAccuracy}

// splitTitle says in words how the texts were divided.
func splitTitle(c *experiment.Comparison) string {
	if c.Baselines.Protocol == corpus.ProtocolRow {
		return "protocol row: rows divided at random, as the report did"
	}
	return "protocol group: no text stands in two parts"
}

// ComparisonTable is every model's test scores with intervals, the ceilings below them, the reported ones beside them.
func ComparisonTable(c *experiment.Comparison) page.Table {
	t := scoresTable(c, "comparison", "Models", comparisonMetrics)
	t.Columns = append(t.Columns,
		page.Column{Name: "Reported acc.", Numeric: true, Note: "accuracy on the original report's test rows: other notes, another base, a split of rows"},
		page.Column{Name: "Reported F1", Numeric: true, Note: "macro-F1 on the same"})
	for i := range t.Rows {
		reported, known := original.Score{}, false
		switch {
		case i < len(c.Baselines.Models):
			var score original.BaselineScore
			score, known = original.Study.Baselines[original.Baseline(c.Baselines.Models[i].Key)]
			reported = score.Score
		case i == len(c.Baselines.Models):
			reported, known = original.Score{Accuracy: original.Study.Test[original.Accuracy], MacroF1: original.Study.Test[original.MacroF1]}, true
		}
		for _, v := range []float64{reported.Accuracy, reported.MacroF1} {
			cell := page.Metric.Cell(page.Missing("not in the report"))
			if known {
				cell = page.Cell{Text: fmt.Sprintf("%.4g", v), Sort: &v}
			}
			t.Rows[i] = append(t.Rows[i], cell)
		}
	}
	t.Note = comparisonNote(c)
	return t
}

// FurtherScoresTable is the same in further metrics.
func FurtherScoresTable(c *experiment.Comparison) page.Table {
	return scoresTable(c, "further", "Further scores of the models", furtherMetrics)
}

// scoresTable is a table of the baselines, the study's model and the ceilings.
func scoresTable(c *experiment.Comparison, id, what string, metrics []evaluate.Metric) page.Table {
	t := page.Table{
		ID: id + "-" + c.Baselines.Protocol, Synthetic: c.Run.Corpus.Synthetic,
		Caption: fmt.Sprintf("%s on %s test texts, %s rows; %s", what, page.FormatCount(c.Run.Test.Notes), page.FormatCount(c.Run.Test.Rows), splitTitle(c)),
		Columns: []page.Column{{Name: "Model"}},
	}
	for _, m := range metrics {
		t.Columns = append(t.Columns, page.Column{Name: m.Title(), Numeric: true})
	}
	best := bestScores(c, metrics)
	add := func(name string, s evaluate.Summary) {
		row := []page.Cell{page.Text(name)}
		for _, m := range metrics {
			cell := page.Metric.Cell(wording.Measure(s.Metrics[m]))
			if s.Metrics[m].Value == best[m] {
				cell = cell.Best()
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	for _, m := range c.Baselines.Models {
		add(wording.Baseline(m.Key), m.Test)
	}
	add(c.Run.Profile.MethodName()+", the selected configuration", c.Run.Test)
	ceiling := []page.Cell{page.Text("ceiling of any reader of the text")}
	for _, m := range metrics {
		ceiling = append(ceiling, page.Metric.Cell(page.Of(c.Run.Test.Metrics[m].Ceiling)))
	}
	t.Rows = append(t.Rows, ceiling)
	return t
}

// bestScores is the highest value of each metric over the models.
func bestScores(c *experiment.Comparison, metrics []evaluate.Metric) map[evaluate.Metric]float64 {
	best := make(map[evaluate.Metric]float64)
	for _, m := range metrics {
		best[m] = c.Run.Test.Metrics[m].Value
		for _, b := range c.Baselines.Models {
			best[m] = max(best[m], b.Test.Metrics[m].Value)
		}
	}
	return best
}

func comparisonNote(c *experiment.Comparison) string {
	sentences := []string{"Intervals are 95 %, by bootstrap over texts. Settings of the linear models and the epoch of the encoder were chosen on the validation texts."}
	if c.Baselines.Protocol == corpus.ProtocolRow {
		sentences = append(sentences, "Under this protocol a test text may stand in the training part under another of its labels, which punishes a model that remembers it; any-valid counts only the labels that the text has in the test part. The ceiling is that of one who knows which of a text's rows are there; who does not know, and has not seen the text in training, stays on average below the ceiling of protocol group.")
	}
	for _, m := range c.Baselines.Models {
		for _, remark := range m.Remarks {
			sentences = append(sentences, wording.Upper(remark)+".")
		}
	}
	return strings.Join(sentences, " ")
}

// ComparisonFigure is the models' macro-F1 and any-valid with intervals.
func ComparisonFigure(c *experiment.Comparison) (page.Figure, error) {
	var names []string
	groups := []page.Group{{Name: "macro-F1"}, {Name: "row accuracy"}, {Name: "any-valid"}}
	add := func(name string, s evaluate.Summary) {
		names = append(names, name)
		for i, m := range []evaluate.Metric{evaluate.MacroF1Union, evaluate.RowAccuracy, evaluate.AnyValid} {
			groups[i].Values = append(groups[i].Values, wording.Measure(s.Metrics[m]))
		}
	}
	for _, m := range c.Baselines.Models {
		add(wording.Baseline(m.Key), m.Test)
	}
	add(c.Run.Profile.MethodName(), c.Run.Test)
	return page.Bars(page.BarsSpec{
		About: page.About{
			ID: "comparison-figure-" + c.Baselines.Protocol, Title: "Models beside each other, protocol " + c.Baselines.Protocol, Synthetic: c.Run.Corpus.Synthetic,
			Caption: "Test scores with 95 % intervals by bootstrap over texts.", Alt: ComparisonSummary(c),
		},
		Axis: page.Axis{Title: "Score", Min: 0, Max: 1}, Form: page.Metric, Labels: names, Groups: groups,
	})
}

// SignificanceTable says in words how each baseline stands to the study's model.
func SignificanceTable(c *experiment.Comparison) page.Table {
	t := page.Table{
		ID: "verdicts-" + c.Baselines.Protocol, Caption: "Which differences are significant; " + splitTitle(c), Synthetic: c.Run.Corpus.Synthetic,
		Columns: []page.Column{{Name: "Baseline"}, {Name: "Metric"}, {Name: "Less the study's model", Numeric: true, Note: "with a 95 % interval, by paired bootstrap over texts"}, {Name: "p, corrected", Numeric: true, Note: "after Holm over the baselines, within each metric"}, {Name: "Verdict"}},
		Note:    ComparisonSummary(c),
	}
	for _, v := range c.Family.Verdicts {
		p := page.Missing(v.Reason)
		if v.Adjusted != nil {
			p = page.Of(*v.Adjusted)
		}
		difference := page.Of(v.Difference.Difference)
		if v.Low != nil && v.High != nil {
			difference = page.Between(v.Difference.Difference, *v.Low, *v.High)
		}
		verdict := "no significant difference"
		switch {
		case v.Better:
			verdict = "the baseline is better"
		case v.Worse:
			verdict = "the study's model is better"
		}
		t.Rows = append(t.Rows, []page.Cell{page.Text(wording.VerdictModel(&v)), page.Text(v.Metric.Title()), page.Metric.Cell(difference), page.Metric.Cell(p), page.Text(verdict)})
	}
	return t
}

// ComparisonSummary says for each metric how the strongest baseline stands to the study's model.
func ComparisonSummary(c *experiment.Comparison) string {
	var sentences []string
	after, marked := "", false
	for _, m := range experiment.ComparedMetrics() {
		v := c.Strongest(m)
		if v == nil {
			continue
		}
		words := fmt.Sprintf("%s: %s, %s", m.Title(), wording.VerdictModel(v), page.FormatDifference(v.Difference.Difference))
		if v.Low != nil && v.High != nil {
			words += fmt.Sprintf(" (%s to %s)", page.FormatDifference(*v.Low), page.FormatDifference(*v.High))
		}
		if v.Better || v.Worse {
			words, marked = words+"†", true
		}
		if v.Comparisons > 1 {
			after = fmt.Sprintf(" after Holm's correction over %d comparisons", v.Comparisons)
		}
		sentences = append(sentences, words)
	}
	switch {
	case len(sentences) == 0:
		return "There is no baseline to compare with."
	case marked:
		after = "† is significant at 5 %" + after + "."
	default:
		after = "None is significant at 5 %" + after + "."
	}
	return fmt.Sprintf("The strongest baseline less %s, with 95 %% intervals. %s. %s", c.Run.Profile.MethodName(), strings.Join(sentences, "; "), after)
}

// TuningTable is what the linear models reached on the validation texts, by their settings.
func TuningTable(c *experiment.Comparison) page.Table {
	t := page.Table{
		ID: "tuning-" + c.Baselines.Protocol, Caption: "How the linear models were tuned, on the validation texts; " + splitTitle(c), Synthetic: c.Run.Corpus.Synthetic,
		Columns: []page.Column{{Name: "Model"}, {Name: "C", Numeric: true}, {Name: "Class weights"}, {Name: "Macro-F1", Numeric: true, Note: "of equal ones the first is taken"}, {Name: "Row accuracy", Numeric: true}, {Name: "Any-valid", Numeric: true}},
		Note:    "The test texts took no part in this.",
	}
	for _, m := range c.Baselines.Models {
		if m.Tuned == nil {
			continue
		}
		for i, k := range m.Tuned.Candidates {
			weights := "none"
			if k.Balanced {
				weights = "balanced"
			}
			f1 := page.Metric.Cell(page.Of(k.MacroF1))
			if i == m.Tuned.Chosen {
				f1 = f1.Best()
			}
			t.Rows = append(t.Rows, []page.Cell{page.Text(wording.Baseline(m.Key)), page.Decimal.Cell(page.Of(k.C)), page.Text(weights), f1, page.Metric.Cell(page.Of(k.RowAccuracy)), page.Metric.Cell(page.Of(k.AnyValid))})
		}
	}
	return t
}

// TermTable is what the linear model on words goes by.
func TermTable(c *experiment.Comparison) page.Table {
	t := page.Table{
		ID: "terms-" + c.Baselines.Protocol, Caption: "Words that speak most for each label, by " + c.Baselines.TermsOf, Synthetic: c.Run.Corpus.Synthetic,
		Columns: []page.Column{{Name: "Label"}, {Name: "Words and phrases, the weightiest first"}},
	}
	for _, l := range c.Baselines.Terms {
		var terms []string
		for _, term := range l.Terms {
			terms = append(terms, term.Term)
		}
		t.Rows = append(t.Rows, []page.Cell{page.Text(l.Label), page.Text(strings.Join(terms, ", "))})
	}
	return t
}
