package chapter

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

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
