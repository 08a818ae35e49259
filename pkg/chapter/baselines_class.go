package chapter

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// ClassF1Figure is the test F1 of every specialty that has test rows, the largest first.
func ClassF1Figure(r *experiment.Run) (page.Figure, error) {
	var labels []string
	var scores []page.Value
	right := 0
	for _, c := range r.ClassesBySupport() {
		if c.Support == 0 {
			continue
		}
		labels = append(labels, c.Label)
		scores = append(scores, page.Of(*c.F1))
		if c.Correct > 0 {
			right++
		}
	}
	return page.Bars(page.BarsSpec{
		About: page.About{
			ID: "class-f1", Title: "Test F1 by specialty", Synthetic: r.Corpus.Synthetic,
			Caption: "Specialties with test rows, the largest first.",
			Alt:     fmt.Sprintf("%d of %d specialties with test rows have an F1 above 0.", right, len(labels)),
		},
		Axis: page.Axis{Title: "F1", Min: 0, Max: 1}, Form: page.Metric, Labels: labels, Groups: []page.Group{{Name: "F1", Values: scores}},
	})
}

// ClassTable is the per-class test table, the largest classes first.
func ClassTable(r *experiment.Run) page.Table {
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
	for _, c := range r.ClassesBySupport() {
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
