package study

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// errors is what the report says of its errors, over rows.
func (l *ledger) errors() {
	l.part = PartErrors
	e, said := l.Errors, reportedErrors
	found := func(p *erroranalysis.Pattern, name string, cell func(f *erroranalysis.Finding) page.Cell) page.Cell {
		f := finding(p, erroranalysis.RowReading, name)
		if f == nil {
			return page.Cell{Missing: "the analysis did not test this"}
		}
		return cell(f)
	}
	sideOf := func(i int, none string) func(f *erroranalysis.Finding) page.Cell {
		return func(f *erroranalysis.Finding) page.Cell { return page.Count.Cell(side(f, i, none)) }
	}
	effect := func(form page.Form) func(f *erroranalysis.Finding) page.Cell {
		return func(f *erroranalysis.Finding) page.Cell { return form.Cell(estimate(f.Estimate)) }
	}
	l.own("Mean length of misread notes, characters", page.Count.Cell(page.Of(said.MisreadCharacters)), found(&e.Length.Pattern, "characters", sideOf(0, "nothing is misread")), byScore...)
	l.own("Mean length of right notes, characters", page.Count.Cell(page.Of(said.RightCharacters)), found(&e.Length.Pattern, "characters", sideOf(1, "everything is misread")), byScore...)
	l.own("Error rate over 512 tokens, over that of the others", sorted(plainly(said.LongRatio), said.LongRatio), found(&e.Length.Pattern, "long", effect(page.Metric)), append([]string{"the report's is the very ratio of its two mean lengths"}, byScore...)...)
	for _, asked := range erroranalysis.DefaultPairs() {
		pair := said.Pairs[asked]
		if pair.Errors > 0 {
			l.own(asked.Gold+" read as "+asked.Predicted, count(pair.Errors), l.confused(asked), byScore...)
		}
	}
	l.own("Correlation of a class's training samples with its error rate", page.Metric.Cell(page.Of(said.Correlation)), found(&e.Imbalance.Pattern, "pearson_classes", effect(page.Metric)), byScore...)
	bands := e.Imbalance.Bands
	band := func(i int) page.Cell {
		if len(bands) == 0 {
			return page.Cell{Missing: "the analysis did not test this"}
		}
		return rate(bands[i].Row)
	}
	l.own(fmt.Sprintf("Error rate of classes under %d training samples", said.Few), stated(said.RareError), band(0), byScore...)
	l.own(fmt.Sprintf("Error rate of classes over %d training samples", said.Many), between(said.CommonLow, said.CommonHigh, sharply), band(max(0, len(bands)-1)), byScore...)
	for _, asked := range erroranalysis.DefaultPairs() {
		pair := said.Pairs[asked]
		if pair.Errors == 0 {
			l.own("Example of "+asked.Gold+" read as "+asked.Predicted+", characters", exampleLength(pair.Characters, pair.Truncated), l.example(asked), byNotes, bySplit, "one note there; here the one of median length")
		}
	}
}

// asked finds what the analysis has of a confusion that the report names.
func (l *ledger) asked(pair erroranalysis.LabelPair) erroranalysis.ReportedPair {
	for _, p := range l.Errors.Similarity.Reported {
		if p.Asked == pair {
			return p
		}
	}
	return erroranalysis.ReportedPair{Reason: "the analysis did not look it up"}
}

// confused counts a confusion, with how many of its texts are filed under both labels.
func (l *ledger) confused(pair erroranalysis.LabelPair) page.Cell {
	p := l.asked(pair)
	if p.Pair == nil {
		return page.Cell{Missing: p.Reason}
	}
	cell := count(p.Pair.Texts)
	if p.Pair.Texts > 0 {
		cell.Text += fmt.Sprintf(" of %s, %s of them filed under both", number(p.Pair.Of), number(p.Pair.Valid))
	}
	return cell
}

// example is the length of the typical text of a confusion.
func (l *ledger) example(pair erroranalysis.LabelPair) page.Cell {
	p := l.asked(pair)
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
	cell := count(characters)
	if truncated {
		cell.Text += ", truncated"
	}
	return cell
}

// improvements is what the report expects of its proposals.
func (l *ledger) improvements() {
	l.part = PartImprovements
	for _, proposal := range reported.Improvements {
		cell := between(proposal.Low, proposal.High, sharply)
		cell.Text = "+" + cell.Text + proposal.Of
		l.same(proposal.What, cell, page.Cell{Missing: l.notMeasured(proposal.What)}, "an expectation, not a measurement")
	}
	ceiling := sorted("at most "+percentage(l.Audit.CeilingRowAccuracy)+", the ceiling of any reader of the text", l.Audit.CeilingRowAccuracy)
	l.same("Accuracy called achievable with all of them", between(reported.Achievable[0], reported.Achievable[1], sharply), ceiling, byNotes, "an expectation, not a measurement")
}

// notMeasured says why the study has no number for a proposal of the report.
func (s *Study) notMeasured(proposal string) string {
	run := s.Sweep.Chosen()
	switch proposal {
	case longNotes:
		return fmt.Sprintf("not run: every model of this study reads the first %d tokens of a note, or counts all of its words", run.Corpus.MaxLength)
	case classWeights:
		return "not run for the encoder; the linear baselines were tuned with and without class weights"
	case twoStages:
		return "not run: every model answers in one stage"
	case medicalBase:
		return "not run: " + run.baseName() + " is the only base of this study; --base names another"
	case moreEpochs:
		least, most := s.epochs()
		if least == most {
			return fmt.Sprintf("not run: every configuration has %d epochs, with warm-up and linear decay", most)
		}
		return fmt.Sprintf("not run on its own: the configurations have %d to %d epochs, with warm-up and linear decay, and differ in more", least, most)
	}
	return "not run"
}

// epochs are the fewest and the most epochs that a configuration was given.
func (s *Study) epochs() (least, most int) {
	for _, o := range s.Sweep.Outcomes {
		if o.Run == nil {
			continue
		}
		n := o.Run.Profile.Train.Epochs
		if least == 0 || n < least {
			least = n
		}
		most = max(most, n)
	}
	return least, most
}

// deployment is what the report says of using its model.
func (l *ledger) deployment() {
	l.part = PartDeployment
	t := l.Errors.filed(reported.Threshold)
	here := page.Cell{Missing: "no test text is this confident"}
	if t.Automatic > 0 {
		here = sorted(fmt.Sprintf("%s of the texts, of which %s are misread", percentage(t.share()), percentage(t.risk())), t.share())
	}
	l.own("Confidence from which on a note is filed without a person", stated(reported.Threshold), here, append([]string{"the report does not say what its threshold does"}, byScore...)...)
	l.same("A/B test: filed without a person", stated(reported.Automatic), page.Cell{Missing: "a study has no traffic to divide"})
	l.same("A/B test: checked by hand", stated(1-reported.Automatic), page.Cell{Missing: "a study has no traffic to divide"})
	l.same("Trained anew", page.Text(reported.Retrained), page.Cell{Missing: "corrections are kept; nothing is trained on them by itself"})
}
