package chapter

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// temperatureNote says where the temperature comes from.
func temperatureNote(e *experiment.Errors) string {
	t := e.Scaling.Temperature
	text := fmt.Sprintf("Temperature %.2f, fitted on the rows of %s validation texts; the test texts had no part in it.", t.Value, page.FormatCount(e.Scaling.FittedNotes))
	if t.Reason != "" {
		text += " It is the end of the permitted range: " + t.Reason + "."
	}
	return text
}

// CalibrationTable is how far the confidence can be taken for a probability, before and after temperature scaling.
func CalibrationTable(e *experiment.Errors) page.Table {
	s := e.Scaling
	t := page.Table{
		ID: "calibration", Caption: fmt.Sprintf("Calibration on %s test texts, before and after temperature scaling", page.FormatCount(s.Notes)), Synthetic: e.Synthetic,
		Columns: []page.Column{
			{Name: "Measure"},
			{Name: "Before", Numeric: true, Note: "at temperature 1"},
			{Name: "After", Numeric: true},
			{Name: "Change", Numeric: true, Note: "with a 95 % interval, by paired bootstrap over texts"},
		},
		Note: "Lower is better in all of them; the report has none of them. " + temperatureNote(e) +
			" Rows: the confidence as the probability that a row's label is the predicted one. Valid label: that the predicted label is one of the text's own; a model that is right about rows divides its confidence among a text's labels, and is too modest here." +
			" AURC: the mean, over every share of the texts, of the share that is misread among the most confident ones.",
	}
	t.Rows = append(t.Rows, []page.Cell{
		page.Text("Log loss (rows), in nats"), page.Metric.Cell(page.Of(s.Before.LogLoss)), page.Metric.Cell(page.Of(s.After.LogLoss)),
		page.Metric.Cell(page.Of(s.After.LogLoss - s.Before.LogLoss)),
	})
	for _, m := range []evaluate.Metric{evaluate.RowECE, evaluate.ValidECE, evaluate.Brier, evaluate.AURC} {
		d := s.Change[m]
		change := page.Of(d.Difference)
		if d.Low != nil && d.High != nil {
			change = page.Between(d.Difference, *d.Low, *d.High)
		}
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(m.Title()), page.Metric.Cell(wording.Measure(s.Before.Metrics[m])), page.Metric.Cell(wording.Measure(s.After.Metrics[m])), page.Metric.Cell(change),
		})
	}
	return t
}

// ReliabilityFigure is how often the predicted label is one of the text's own, by confidence, before and after temperature scaling.
func ReliabilityFigure(e *experiment.Errors) (page.Figure, error) {
	return reliabilityFigure(e, "reliability", "Confidence and how often a label of the text is predicted", "Share whose predicted label is valid",
		e.Scaling.Before.ValidReliability, e.Scaling.After.ValidReliability)
}

// RowReliabilityFigure is how often a row's label is the predicted one, by confidence, before and after temperature scaling.
func RowReliabilityFigure(e *experiment.Errors) (page.Figure, error) {
	return reliabilityFigure(e, "reliability-rows", "Confidence and how often a row's label is predicted", "Share of rows that are right",
		e.Scaling.Before.RowReliability, e.Scaling.After.RowReliability)
}

func reliabilityFigure(e *experiment.Errors, id, title, y string, before, after evaluate.Reliability) (page.Figure, error) {
	var series []page.Series
	for _, r := range []struct {
		name string
		of   evaluate.Reliability
	}{{"before scaling", before}, {"after scaling", after}} {
		line := page.Series{Name: r.name}
		for _, b := range r.of.Bins {
			if b.Count > 0 {
				line.X, line.Y = append(line.X, *b.Confidence), append(line.Y, *b.Accuracy)
				line.Labels = append(line.Labels, fmt.Sprintf("%d with a confidence of %s to %s", b.Count, page.FormatPercent(b.Low, 1), page.FormatPercent(b.High, 1)))
			}
		}
		series = append(series, line)
	}
	return page.Lines(page.LinesSpec{
		About: page.About{
			ID: id, Title: title, Synthetic: e.Synthetic,
			Caption: fmt.Sprintf("Test predictions in bins of confidence; above the diagonal the model is right more often than its confidence says. ECE, the mean distance from the diagonal: %.3f before and %.3f after. ", before.ECE, after.ECE) + temperatureNote(e),
			Alt:     fmt.Sprintf("The expected calibration error is %.3f before and %.3f after temperature scaling.", before.ECE, after.ECE),
		},
		X: page.Axis{Title: "Mean confidence", Min: 0, Max: 1}, Y: page.Axis{Title: y, Min: 0, Max: 1}, Series: series, Diagonal: "as sure as it is right",
	})
}

// covered is the share of the texts with at least the given confidence and the share of these that is misread; both are 0 where there is
// none.
func covered(curve []evaluate.CoveragePoint, threshold float64) (share, risk float64) {
	for _, p := range curve { // from the highest confidence down
		if p.Threshold < threshold {
			break
		}
		share, risk = p.Coverage, p.Risk
	}
	return share, risk
}

// CoverageFigure is the share of the texts that is misread among the most confident ones, by how many these are.
func CoverageFigure(e *experiment.Errors) (page.Figure, error) {
	before, err := e.RiskCoverage(1)
	if err != nil {
		return page.Figure{}, err
	}
	after, err := e.RiskCoverage(e.Scaling.Temperature.Value)
	if err != nil {
		return page.Figure{}, err
	}
	var series []page.Series
	var marks []page.Reference
	var sentences []string
	top := 0.0
	for _, c := range []struct {
		name  string
		curve []evaluate.CoveragePoint
	}{{"before scaling", before}, {"after scaling", after}} {
		line := page.Series{Name: c.name}
		for _, p := range c.curve {
			line.X, line.Y = append(line.X, p.Coverage), append(line.Y, p.Risk)
			line.Labels = append(line.Labels, "confidence from "+page.FormatPercent(p.Threshold, 1))
			top = max(top, p.Risk)
		}
		series = append(series, line)
		share, risk := covered(c.curve, original.Study.Threshold)
		if share == 0 {
			sentences = append(sentences, c.name+": none of the texts")
			continue
		}
		sentences = append(sentences, fmt.Sprintf("%s: %s of the texts, of which %s are misread", c.name, page.FormatPercent(share, 1), page.FormatPercent(risk, 1)))
		marks = append(marks, page.Reference{Label: fmt.Sprintf("from %s on, %s", page.FormatPercent(original.Study.Threshold, 0), c.name), Value: share})
	}
	if top == 0 {
		top = 1 // nothing is misread
	}
	looked := fmt.Sprintf("From the report's threshold of %s confidence on, %s.", page.FormatPercent(original.Study.Threshold, 0), strings.Join(sentences, "; "))
	return page.Lines(page.LinesSpec{
		About: page.About{
			ID: "coverage", Title: "Errors among the most confident texts", Synthetic: e.Synthetic,
			Caption: "From left to right more texts are filed without a person, the most confident first. " + looked + " The report gives neither number.",
			Alt:     looked,
		},
		X: page.Axis{Title: "Share of the texts", Min: 0, Max: 1}, Y: page.Axis{Title: "Share of these that is misread", Min: 0, Max: 1.05 * top}, Series: series, AtX: marks,
	})
}

// ThresholdTable is what is filed without a person from a confidence on, and what is left to people.
func ThresholdTable(e *experiment.Errors) page.Table {
	t := page.Table{
		ID: "thresholds", Caption: "What a threshold on the calibrated confidence does", Synthetic: e.Synthetic,
		Columns: []page.Column{
			{Name: "Confidence from"},
			{Name: "Automatic", Numeric: true, Note: "share of the test texts with at least this confidence, with a 95 % interval"},
			{Name: "Texts", Numeric: true},
			{Name: "Misread", Numeric: true, Note: "of these: the predicted label is none of the text's own"},
			{Name: "Others misread", Numeric: true, Note: "of the texts that are left to people, had the model filed them"},
		},
		Note: "The report files automatically from " + page.FormatPercent(original.Study.Threshold, 0) + " on, and does not say how many notes that is or how many of them are wrong. A model that divides its confidence among the labels of a text gives each of two 50 % at most, so that few texts under several labels pass such a threshold. " + temperatureNote(e),
	}
	for _, threshold := range []float64{0, .5, .6, .7, .8, .9, .95} {
		f := e.AtThreshold(threshold)
		name := page.FormatPercent(threshold, 0)
		if threshold == original.Study.Threshold {
			name += ", the report's"
		}
		t.Rows = append(t.Rows, []page.Cell{
			{Text: name, Sort: &threshold},
			proportion(e, f.Automatic, f.Texts, ""), page.CountCell(f.Automatic), proportion(e, f.Wrong, f.Automatic, "no text is this confident"),
			proportion(e, f.LeftWrong, f.Texts-f.Automatic, "no text is left to people"),
		})
	}
	return t
}

// proportion is a share of texts with its score interval.
func proportion(e *experiment.Errors, n, of int, none string) page.Cell {
	if of == 0 {
		return page.Percent.Cell(page.Missing(none))
	}
	share := float64(n) / float64(of)
	interval := evaluate.Wilson(share, float64(of), e.Interval.Level)
	return page.Percent.Cell(page.Between(share, interval.Low, interval.High))
}
