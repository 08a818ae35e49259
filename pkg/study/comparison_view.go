package study

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// compared are the metrics of a comparison's table, in its order.
var compared = []evaluate.Metric{evaluate.RowAccuracy, evaluate.MacroF1Union, evaluate.AnyValid}

// furtherCompared are those of the second table.
var furtherCompared = []evaluate.Metric{evaluate.RecallAt3, evaluate.MacroF1All, evaluate.WeightedF1, evaluate.BalancedAccuracy}

// protocol says in words how the texts were divided.
func (c *Comparison) protocol() string {
	if c.Rivals.Protocol == "row" {
		return "protocol row: rows divided at random, as the report did"
	}
	return "protocol group: no text stands in two parts"
}

// Table is every model's test scores with intervals, the ceilings below them, the reported ones beside them.
func (c *Comparison) Table() page.Table {
	t := c.scores("comparison", "Models", compared)
	t.Columns = append(t.Columns,
		page.Column{Name: "Reported acc.", Numeric: true, Note: "accuracy on the original report's test rows: other notes, another base, a split of rows"},
		page.Column{Name: "Reported F1", Numeric: true, Note: "macro-F1 on the same"})
	for i := range t.Rows {
		said, known := reportedScore{}, false
		switch {
		case i < len(c.Rivals.Models):
			said, known = reported.Baselines[c.Rivals.Models[i].Name], true
			known = said != reportedScore{}
		case i == len(c.Rivals.Models):
			said, known = reportedScore{reported.Test[evaluate.RowAccuracy], reported.Test[evaluate.MacroF1Union]}, true
		}
		for _, v := range []float64{said.Accuracy, said.MacroF1} {
			cell := page.Metric.Cell(page.Missing("not in the report"))
			if known {
				cell = page.Cell{Text: fmt.Sprintf("%.4g", v), Sort: &v}
			}
			t.Rows[i] = append(t.Rows[i], cell)
		}
	}
	t.Note = c.note()
	return t
}

// FurtherTable is the same in further metrics.
func (c *Comparison) FurtherTable() page.Table {
	return c.scores("further", "Further scores of the models", furtherCompared)
}

// scores is a table of the baselines, the study's model and the ceilings.
func (c *Comparison) scores(id, what string, metrics []evaluate.Metric) page.Table {
	t := page.Table{
		ID: id + "-" + c.Rivals.Protocol, Synthetic: c.Run.Corpus.Synthetic,
		Caption: fmt.Sprintf("%s on %s test texts, %s rows; %s", what, number(c.Run.Test.Notes), number(c.Run.Test.Rows), c.protocol()),
		Columns: []page.Column{{Name: "Model"}},
	}
	for _, m := range metrics {
		t.Columns = append(t.Columns, page.Column{Name: m.Title(), Numeric: true})
	}
	best := c.best(metrics)
	add := func(name string, s evaluate.Summary) {
		row := []page.Cell{page.Text(name)}
		for _, m := range metrics {
			cell := page.Metric.Cell(value(s.Metrics[m]))
			if s.Metrics[m].Value == best[m] {
				cell = cell.Best()
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	for _, m := range c.Rivals.Models {
		add(m.Name, m.Test)
	}
	add(c.Run.Profile.methodName()+", the selected configuration", c.Run.Test)
	ceiling := []page.Cell{page.Text("ceiling of any reader of the text")}
	for _, m := range metrics {
		ceiling = append(ceiling, page.Metric.Cell(page.Of(c.Run.Test.Metrics[m].Ceiling)))
	}
	t.Rows = append(t.Rows, ceiling)
	return t
}

// best is the highest value of each metric over the models.
func (c *Comparison) best(metrics []evaluate.Metric) map[evaluate.Metric]float64 {
	best := make(map[evaluate.Metric]float64)
	for _, m := range metrics {
		best[m] = c.Run.Test.Metrics[m].Value
		for _, rival := range c.Rivals.Models {
			best[m] = max(best[m], rival.Test.Metrics[m].Value)
		}
	}
	return best
}

func (c *Comparison) note() string {
	said := []string{"Intervals are 95 %, by bootstrap over texts. Settings of the linear models and the epoch of the encoder were chosen on the validation texts."}
	if c.Rivals.Protocol == "row" {
		said = append(said, "Under this protocol a test text may stand in the training part under another of its labels, which punishes a model that remembers it; any-valid counts only the labels that the text has in the test part. The ceiling is that of one who knows which of a text's rows are there; who does not know, and has not seen the text in training, stays on average below the ceiling of protocol group.")
	}
	for _, m := range c.Rivals.Models {
		for _, remark := range m.Remarks {
			said = append(said, upper(remark)+".")
		}
	}
	return strings.Join(said, " ")
}

// upper starts a sentence.
func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// VerdictTable says in words how each baseline stands to the study's model.
func (c *Comparison) VerdictTable() page.Table {
	t := page.Table{
		ID: "verdicts-" + c.Rivals.Protocol, Caption: "Which differences are significant; " + c.protocol(), Synthetic: c.Run.Corpus.Synthetic,
		Columns: []page.Column{{Name: "Baseline"}, {Name: "Metric"}, {Name: "Less the study's model", Numeric: true, Note: "with a 95 % interval, by paired bootstrap over texts"}, {Name: "p, corrected", Numeric: true, Note: "after Holm over the baselines, within each metric"}, {Name: "Verdict"}},
		Note:    c.Words(),
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
		said := "no significant difference"
		switch {
		case v.Better:
			said = "the baseline is better"
		case v.Worse:
			said = "the study's model is better"
		}
		t.Rows = append(t.Rows, []page.Cell{page.Text(v.Model), page.Text(v.Metric.Title()), page.Metric.Cell(difference), page.Metric.Cell(p), page.Text(said)})
	}
	return t
}

// Words says for each metric how the strongest baseline stands to the study's model.
func (c *Comparison) Words() string {
	var said []string
	after, marked := "", false
	for _, m := range judged {
		v := c.strongest(m)
		if v == nil {
			continue
		}
		words := fmt.Sprintf("%s: %s, %s", m.Title(), v.Model, signed(v.Difference.Difference))
		if v.Low != nil && v.High != nil {
			words += fmt.Sprintf(" (%s to %s)", signed(*v.Low), signed(*v.High))
		}
		if v.Better || v.Worse {
			words, marked = words+"†", true
		}
		if v.Comparisons > 1 {
			after = fmt.Sprintf(" after Holm's correction over %d comparisons", v.Comparisons)
		}
		said = append(said, words)
	}
	switch {
	case len(said) == 0:
		return "There is no baseline to compare with."
	case marked:
		after = "† is significant at 5 %" + after + "."
	default:
		after = "None is significant at 5 %" + after + "."
	}
	return fmt.Sprintf("The strongest baseline less %s, with 95 %% intervals. %s. %s", c.Run.Profile.methodName(), strings.Join(said, "; "), after)
}

// signed is a difference of scores as a text writes it.
func signed(x float64) string {
	return strings.NewReplacer("-0.", "−.", "+0.", "+.", "-", "−").Replace(fmt.Sprintf("%+.3f", x))
}

// strongest is the verdict on the baseline with the highest value in a metric; nil without one.
func (c *Comparison) strongest(m evaluate.Metric) *evaluate.Verdict {
	var strongest *evaluate.Verdict
	for i := range c.Family.Verdicts {
		if v := &c.Family.Verdicts[i]; v.Metric == m && (strongest == nil || v.B > strongest.B) {
			strongest = v
		}
	}
	return strongest
}

// Figure is the models' macro-F1 and any-valid with intervals.
func (c *Comparison) Figure() (page.Figure, error) {
	var names []string
	groups := []page.Group{{Name: "macro-F1"}, {Name: "row accuracy"}, {Name: "any-valid"}}
	add := func(name string, s evaluate.Summary) {
		names = append(names, name)
		for i, m := range []evaluate.Metric{evaluate.MacroF1Union, evaluate.RowAccuracy, evaluate.AnyValid} {
			groups[i].Values = append(groups[i].Values, value(s.Metrics[m]))
		}
	}
	for _, m := range c.Rivals.Models {
		add(m.Name, m.Test)
	}
	add(c.Run.Profile.methodName(), c.Run.Test)
	return page.Bars(page.BarsSpec{
		About: page.About{
			ID: "comparison-figure-" + c.Rivals.Protocol, Title: "Models beside each other, protocol " + c.Rivals.Protocol, Synthetic: c.Run.Corpus.Synthetic,
			Caption: "Test scores with 95 % intervals by bootstrap over texts.", Alt: c.Words(),
		},
		Axis: page.Axis{Title: "Score", Min: 0, Max: 1}, Form: page.Metric, Labels: names, Groups: groups,
	})
}

// TuningTable is what the linear models reached on the validation texts, by their settings.
func (c *Comparison) TuningTable() page.Table {
	t := page.Table{
		ID: "tuning-" + c.Rivals.Protocol, Caption: "How the linear models were tuned, on the validation texts; " + c.protocol(), Synthetic: c.Run.Corpus.Synthetic,
		Columns: []page.Column{{Name: "Model"}, {Name: "C", Numeric: true}, {Name: "Class weights"}, {Name: "Macro-F1", Numeric: true, Note: "of equal ones the first is taken"}, {Name: "Row accuracy", Numeric: true}, {Name: "Any-valid", Numeric: true}},
		Note:    "The test texts took no part in this.",
	}
	for _, m := range c.Rivals.Models {
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
			t.Rows = append(t.Rows, []page.Cell{page.Text(m.Name), page.Decimal.Cell(page.Of(k.C)), page.Text(weights), f1, page.Metric.Cell(page.Of(k.RowAccuracy)), page.Metric.Cell(page.Of(k.AnyValid))})
		}
	}
	return t
}

// TermTable is what the linear model on words goes by.
func (c *Comparison) TermTable() page.Table {
	t := page.Table{
		ID: "terms-" + c.Rivals.Protocol, Caption: "Words that speak most for each label, by " + c.Rivals.TermsOf, Synthetic: c.Run.Corpus.Synthetic,
		Columns: []page.Column{{Name: "Label"}, {Name: "Words and phrases, the weightiest first"}},
	}
	for _, l := range c.Rivals.Terms {
		var terms []string
		for _, term := range l.Terms {
			terms = append(terms, term.Term)
		}
		t.Rows = append(t.Rows, []page.Cell{page.Text(l.Label), page.Text(strings.Join(terms, ", "))})
	}
	return t
}
