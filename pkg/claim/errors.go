package claim

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// errors is what the original says of its errors, over rows.
func (l *builder) errors() {
	e, reported := l.Errors, original.Errors
	found := func(p *erroranalysis.Pattern, key erroranalysis.FindingKey, cell func(f *erroranalysis.Finding) page.Cell) page.Cell {
		f := p.Finding(erroranalysis.RowReading, key)
		if f == nil {
			return page.Cell{Missing: "the analysis did not test this"}
		}
		return cell(f)
	}
	sideOf := func(i int, none string) func(f *erroranalysis.Finding) page.Cell {
		return func(f *erroranalysis.Finding) page.Cell { return page.Count.Cell(wording.Side(f, i, none)) }
	}
	effect := func(form page.Form) func(f *erroranalysis.Finding) page.Cell {
		return func(f *erroranalysis.Finding) page.Cell { return form.Cell(wording.Estimate(f.Estimate)) }
	}
	l.own("Mean length of misread notes, characters", page.Count.Cell(page.Of(reported.MisreadCharacters)), found(&e.Length.Pattern, erroranalysis.CharactersFinding, sideOf(0, "nothing is misread")), scoreCauses...)
	l.own("Mean length of right notes, characters", page.Count.Cell(page.Of(reported.RightCharacters)), found(&e.Length.Pattern, erroranalysis.CharactersFinding, sideOf(1, "everything is misread")), scoreCauses...)
	l.own("Error rate over 512 tokens, over that of the others", page.SortedCell(page.FormatExact(reported.LongRatio), reported.LongRatio), found(&e.Length.Pattern, erroranalysis.LongFinding, effect(page.Metric)), append([]string{"the report's is the very ratio of its two mean lengths"}, scoreCauses...)...)
	for _, c := range reported.Confusions {
		if c.Errors > 0 {
			l.own(c.Gold+" read as "+c.Predicted, page.CountCell(c.Errors), l.confused(c.Pair), scoreCauses...)
		}
	}
	l.own("Correlation of a class's training samples with its error rate", page.Metric.Cell(page.Of(reported.Correlation)), found(&e.Imbalance.Pattern, erroranalysis.PearsonClassesFinding, effect(page.Metric)), scoreCauses...)
	bands := e.Imbalance.Bands
	band := func(i int) page.Cell {
		if len(bands) == 0 {
			return page.Cell{Missing: "the analysis did not test this"}
		}
		return wording.RateCell(bands[i].Row)
	}
	l.own(fmt.Sprintf("Error rate of classes under %d training samples", reported.Few), page.ExactPercentCell(reported.RareError), band(0), scoreCauses...)
	l.own(fmt.Sprintf("Error rate of classes over %d training samples", reported.Many), page.RangeCell(reported.CommonLow, reported.CommonHigh, page.FormatExactPercent), band(max(0, len(bands)-1)), scoreCauses...)
	for _, c := range reported.Confusions {
		if c.Errors == 0 {
			l.own("Example of "+c.Gold+" read as "+c.Predicted+", characters", exampleLength(c.Characters, c.Truncated), l.example(c.Pair), causeNotes, causeSplit, "one note there; here the one of median length")
		}
	}
}

// confusion finds what the analysis has of a confusion that the original names.
func (l *builder) confusion(pair original.Pair) erroranalysis.ReportedPair {
	for _, p := range l.Errors.Similarity.Reported {
		if p.Named == erroranalysis.LabelPair(pair) {
			return p
		}
	}
	return erroranalysis.ReportedPair{Reason: "the analysis did not look it up"}
}

// confused counts a confusion, with how many of its texts are filed under both labels.
func (l *builder) confused(pair original.Pair) page.Cell {
	p := l.confusion(pair)
	if p.Pair == nil {
		return page.Cell{Missing: p.Reason}
	}
	cell := page.CountCell(p.Pair.Texts)
	if p.Pair.Texts > 0 {
		cell.Text += fmt.Sprintf(" of %s, %s of them filed under both", page.FormatCount(p.Pair.Of), page.FormatCount(p.Pair.Valid))
	}
	return cell
}

// example is the length of the typical text of a confusion.
func (l *builder) example(pair original.Pair) page.Cell {
	p := l.confusion(pair)
	switch {
	case p.Pair == nil:
		return page.Cell{Missing: p.Reason}
	case p.Typical == "":
		return page.Cell{Missing: "no text is read so"}
	}
	c, err := l.Errors.Case(p.Typical)
	if err != nil {
		return page.Cell{Missing: err.Error()}
	}
	return exampleLength(c.Characters, c.Truncated)
}

func exampleLength(characters int, truncated bool) page.Cell {
	cell := page.CountCell(characters)
	if truncated {
		cell.Text += ", truncated"
	}
	return cell
}

// improvements is what the original expects of its proposals.
func (l *builder) improvements() {
	for _, improvement := range original.Study.Improvements {
		cell := page.RangeCell(improvement.Low, improvement.High, page.FormatExactPercent)
		cell.Text = "+" + cell.Text + wording.ProposalScopes[improvement.Proposal]
		l.same(wording.Proposals[improvement.Proposal], cell, page.Cell{Missing: NotMeasured(l.Study, improvement.Proposal)}, "an expectation, not a measurement")
	}
	ceiling := page.SortedCell("at most "+page.FormatPercent(l.Audit.CeilingRowAccuracy, 1)+", the ceiling of any reader of the text", l.Audit.CeilingRowAccuracy)
	l.same("Accuracy called achievable with all of them", page.RangeCell(original.Study.Achievable[0], original.Study.Achievable[1], page.FormatExactPercent), ceiling, causeNotes, "an expectation, not a measurement")
}

// NotMeasured says why the study has no number for a proposal of the original.
func NotMeasured(s *experiment.Study, proposal original.Proposal) string {
	run := s.Sweep.Selected()
	switch proposal {
	case original.LongNotes:
		return fmt.Sprintf("not run: every model of this study reads the first %d tokens of a note, or counts all of its words", run.Corpus.MaxLength)
	case original.ClassWeights:
		return "not run for the encoder; the linear baselines were tuned with and without class weights"
	case original.TwoStages:
		return "not run: every model answers in one stage"
	case original.MedicalBase:
		return "not run: " + run.Profile.BaseName() + " is the only base of this study; --base names another"
	case original.MoreEpochs:
		least, most := s.Epochs()
		if least == most {
			return fmt.Sprintf("not run: every configuration has %d epochs, with warm-up and linear decay", most)
		}
		return fmt.Sprintf("not run on its own: the configurations have %d to %d epochs, with warm-up and linear decay, and differ in more", least, most)
	}
	return "not run"
}

// deployment is what the original says of using its model.
func (l *builder) deployment() {
	t := l.Errors.AtThreshold(original.Study.Threshold)
	here := page.Cell{Missing: "no test text is this confident"}
	if t.Automatic > 0 {
		here = page.SortedCell(fmt.Sprintf("%s of the texts, of which %s are misread", page.FormatPercent(t.Share(), 1), page.FormatPercent(t.ErrorRate(), 1)), t.Share())
	}
	l.own("Confidence from which on a note is filed without a person", page.ExactPercentCell(original.Study.Threshold), here, append([]string{"the report does not say what its threshold does"}, scoreCauses...)...)
	l.same("A/B test: filed without a person", page.ExactPercentCell(original.Study.Automatic), page.Cell{Missing: "a study has no traffic to divide"})
	l.same("A/B test: checked by hand", page.ExactPercentCell(1-original.Study.Automatic), page.Cell{Missing: "a study has no traffic to divide"})
	l.same("Trained anew", page.Text(original.Study.Retrained), page.Cell{Missing: "corrections are kept; nothing is trained on them by itself"})
}
