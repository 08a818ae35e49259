package chapter

import (
	"strings"

	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

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
