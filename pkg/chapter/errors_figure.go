package chapter

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// groupFigure draws error rates of groups of texts in both readings.
func groupFigure(e *experiment.Errors, about page.About, groups []group) (page.Figure, error) {
	var labels []string
	bars := []page.Group{{Name: "rows"}, {Name: "texts"}}
	for _, g := range groups {
		labels = append(labels, g.name)
		bars[0].Values, bars[1].Values = append(bars[0].Values, wording.Estimate(g.Row.Estimate)), append(bars[1].Values, wording.Estimate(g.Valid.Estimate))
	}
	about.Synthetic = e.Synthetic
	return page.Bars(page.BarsSpec{
		About: about, Axis: page.Axis{Title: "Error rate", Min: 0, Max: 1}, Form: page.Percent, Labels: axisLabels(labels), Groups: bars,
	})
}

// axisLabels are labels as an axis can show them.
func axisLabels(labels []string) []string {
	classes := make([]audit.Class, len(labels))
	for i, l := range labels {
		classes[i].Label = l
	}
	return axisNames(classes)
}

// words are a judgement's findings as a sentence.
func words(p *erroranalysis.Pattern) string {
	return fmt.Sprintf("Over rows: %s. Over texts: %s.", p.Row.Words, p.Valid.Words)
}

// ErrorLengthFigure is the error rate by length.
func ErrorLengthFigure(e *experiment.Errors) (page.Figure, error) {
	return groupFigure(e, page.About{
		ID: "length-error-rates", Title: "Error rate by length",
		Caption: fmt.Sprintf("Quarters of the test texts by characters, with their bounds; the model reads %d tokens of a text. Error rates with 95 %% intervals. Reported: %s.", e.Run.Corpus.MaxLength, reportedLong()),
		Alt:     words(&e.Length.Pattern),
	}, lengthGroups(e))
}

// MisreadLengthFigure is the distribution of the lengths of misread and of right texts.
func MisreadLengthFigure(e *experiment.Errors) (page.Figure, error) {
	right, misread := page.Sample{Name: "right texts"}, page.Sample{Name: "misread texts"}
	for _, c := range e.Cases {
		into := &misread
		if c.Valid {
			into = &right
		}
		into.Values = append(into.Values, float64(c.Characters))
	}
	var samples []page.Sample
	var references []page.Reference
	text := ""
	for _, s := range []page.Sample{right, misread} {
		if len(s.Values) == 0 {
			text += fmt.Sprintf(" There are no %s.", s.Name)
			continue
		}
		sum := 0.0
		for _, v := range s.Values {
			sum += v
		}
		mean := sum / float64(len(s.Values))
		label := fmt.Sprintf("mean of the %s %s", s.Name, page.Count.String(page.Of(mean)))
		samples, references = append(samples, s), append(references, page.Reference{Label: label, Value: mean})
		text += fmt.Sprintf(" %s: %s characters.", wording.Upper(fmt.Sprintf("mean of the %s %s", page.FormatCount(len(s.Values)), s.Name)), page.Count.String(page.Of(mean)))
	}
	return page.Histogram(page.HistogramSpec{
		About: page.About{
			ID: "misread-length", Title: "Length of misread and of right texts", Synthetic: e.Synthetic,
			Caption: "Misread: the predicted label is none of the text's own. Reported, over rows: " + reportedPattern(erroranalysis.LengthPattern) + ".",
			Alt:     strings.TrimSpace(text),
		},
		Axis: page.Axis{Title: "Length", Unit: "characters"}, Count: page.Axis{Title: "Share of these texts"}, Share: true, Bins: 20,
		Samples: samples, References: references,
	})
}

// matrixLabels is how many labels the matrix of confusions has room for with its numbers; the others share a column.
const matrixLabels = 9

// ConfusionFigure is what the texts of the main labels are read as.
func ConfusionFigure(e *experiment.Errors) (page.Figure, error) {
	support := map[string]int{}
	reads := map[erroranalysis.LabelPair]int{}
	for _, c := range e.Cases {
		for _, label := range c.Gold {
			support[label]++
			reads[erroranalysis.LabelPair{Gold: label, Predicted: c.Predicted}]++
		}
	}
	main := slices.DeleteFunc(slices.Clone(e.Labels), func(label string) bool { return support[label] == 0 })
	slices.SortStableFunc(main, func(a, b string) int { return cmp.Compare(support[b], support[a]) })
	main = main[:min(matrixLabels, len(main))]
	columns := axisLabels(main)
	cells := make([][]page.Value, len(main))
	rows := make([]string, len(main))
	for i, label := range main {
		rest := support[label]
		rows[i] = fmt.Sprintf("%s (%d)", columns[i], support[label])
		for _, predicted := range main {
			n := reads[erroranalysis.LabelPair{Gold: label, Predicted: predicted}]
			rest -= n
			cells[i] = append(cells[i], page.Of(float64(n)/float64(support[label])))
		}
		cells[i] = append(cells[i], page.Of(float64(rest)/float64(support[label])))
	}
	s := e.Similarity
	alt := "No row is wrong."
	if len(s.Pairs) > 0 {
		p := s.Pairs[0]
		alt = fmt.Sprintf("The most frequent confusion is %s read as %s: %d texts, %d of them filed under both.", p.Gold, p.Predicted, p.Texts, p.Valid)
	}
	return page.Heatmap(page.HeatmapSpec{
		About: page.About{
			ID: "confusion-matrix", Title: "What the texts of the main labels are read as", Synthetic: e.Synthetic, Alt: alt,
			Caption: fmt.Sprintf("Of the test texts under the label on the left (their number in parentheses), the share that is read as the label below; the labels with the most test texts. Of all %s wrong rows %s are texts that are filed under both labels, which is no error.", page.FormatCount(s.WrongRows), page.FormatCount(s.CoFiled)),
		},
		RowTitle: "Filed under", ColumnTitle: "read as", Rows: rows, Columns: append(columns, "any other label"), Cells: cells,
		Scale: page.Axis{Title: "Share of the row's texts", Min: 0, Max: 1}, Form: page.Metric,
	})
}

// ImbalanceFigure is the error rate of each label against its number of training texts.
func ImbalanceFigure(e *experiment.Errors) (page.Figure, error) {
	points := []page.Series{{Name: "rows", Points: true}, {Name: "texts", Points: true}}
	var unlearned []string
	for _, c := range e.Imbalance.Classes {
		if c.Texts == 0 {
			continue
		}
		if c.Train == 0 { // a logarithmic axis has no place for it
			unlearned = append(unlearned, c.Label)
			continue
		}
		for i, r := range erroranalysis.Readings() {
			p := &points[i]
			p.X, p.Y, p.Labels = append(p.X, float64(c.Train)), append(p.Y, *c.Of(r).Value), append(p.Labels, fmt.Sprintf("%s, %d test texts", c.Label, c.Texts))
		}
	}
	if len(points[0].X) == 0 {
		return page.Figure{}, fmt.Errorf("no label has both training and test texts, so there is no error rate to set beside their number")
	}
	var sentences []string
	for _, key := range []erroranalysis.FindingKey{erroranalysis.PearsonClassesFinding, erroranalysis.SpearmanClassesFinding} {
		row, valid := e.Imbalance.Finding(erroranalysis.RowReading, key), e.Imbalance.Finding(erroranalysis.ValidReading, key)
		title, _, _ := strings.Cut(row.Effect, ",")
		sentences = append(sentences, fmt.Sprintf("%s: %s over rows, %s over texts.", title, page.Metric.String(wording.Estimate(row.Estimate)), page.Metric.String(wording.Estimate(valid.Estimate))))
	}
	caption := "Each point is a label with test texts. Correlations of the number of training texts with the error rate, with 95 % intervals over labels. " + strings.Join(sentences, " ") +
		" Reported: " + page.Metric.String(page.Of(original.Errors.Correlation)) + "."
	if len(unlearned) > 0 {
		caption += " Without a training text, and so not shown: " + strings.Join(unlearned, "; ") + "."
	}
	var bounds []page.Reference
	for _, b := range e.Imbalance.Bands[1:] {
		bounds = append(bounds, page.Reference{Label: fmt.Sprintf("%d training texts", b.From), Value: float64(b.From)})
	}
	return page.Lines(page.LinesSpec{
		About: page.About{
			ID: "imbalance", Title: "Training texts and error rate", Synthetic: e.Synthetic, Caption: caption, Alt: strings.Join(sentences, " "),
		},
		X: page.Axis{Title: "Training texts", Log: true}, Y: page.Axis{Title: "Error rate", Min: -.02, Max: 1.02}, Series: points, AtX: bounds,
	})
}

// KindFigure is the error rate of administrative labels and of specialties.
func KindFigure(e *experiment.Errors) (page.Figure, error) {
	k := e.Kinds
	all := []group{{"administrative, all", k.Document}, {"specialties, all", k.Clinical}}
	for _, l := range k.Labels {
		all = append(all, group{l.Label, l.Rates})
	}
	return groupFigure(e, page.About{
		ID: "kind-error-rates", Title: "Error rate of administrative labels and of specialties",
		Caption: "Administrative labels name a kind of document. Error rates with 95 % intervals. Reported: " + reportedPattern(erroranalysis.KindsPattern) + ".",
		Alt:     words(&k.Pattern),
	}, all)
}
