package study

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// ImprovementTable sets the report's proposals, with what it expects of them, beside what this run has to say.
func (s *Study) ImprovementTable() page.Table {
	t := page.Table{
		ID: "improvements", Caption: "The report's proposals, and what this run says of them", Synthetic: s.Sweep.Chosen().Corpus.Synthetic,
		Columns: []page.Column{
			{Name: "Proposal"},
			{Name: "Priority"},
			{Name: "Expected there", Note: "of the accuracy; the report measured none of them"},
			{Name: "Measured here"},
			{Name: "What this run says"},
		},
	}
	p := prose{s, s.Sweep.Chosen()}
	for _, proposal := range reported.Improvements {
		expected := between(proposal.Low, proposal.High, sharply)
		expected.Text = "+" + expected.Text + proposal.Of
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(proposal.What), page.Text(proposal.Priority), expected, {Missing: s.notMeasured(proposal.What)}, page.Text(p.evidence(proposal.What)),
		})
	}
	return t
}

// evidence is what this run's results say for or against a proposal that it did not run.
func (p prose) evidence(proposal string) string {
	const silent = "Nothing in this run bears on it."
	switch proposal {
	case longNotes:
		if f, words := p.effect(&p.Errors.Length.Pattern, "truncated"); f != nil {
			return fmt.Sprintf("Texts that are cut are misread %s times as often as those that are seen whole: that they are misread more often %s.", words, verdictWords(string(f.Verdict)))
		}
	case classWeights:
		if w := p.weighted(); w != nil {
			return fmt.Sprintf("In %s class weights move the validation macro-F1 from %s to %s.", w.model, w.without, w.with)
		}
	case twoStages:
		if c := p.Errors.Kinds.ValidConcentration; c.Observed != nil && c.Expected != nil {
			return fmt.Sprintf("Of the misread texts %s cross between kinds of documents and specialties, where chance gives %s.", percentage(*c.Observed), percentage(*c.Expected))
		}
	case medicalBase:
		frozen, words := p.rival("encoder, frozen + logistic regression"), p.bestOf("TF-IDF")
		if frozen != nil && words != nil {
			return fmt.Sprintf("%s as it is, with a linear model on top, has a macro-F1 of %s; %s has %s.", upper(p.Run.baseName()), f1(frozen.Test), words.Name, f1(words.Test))
		}
	case moreEpochs:
		best, ran := p.Run.Training.Best+1, len(p.Run.Training.Epochs)
		if best == ran {
			return fmt.Sprintf("The last of %d epochs was the best, so more may help.", ran)
		}
		return fmt.Sprintf("Epoch %d of %d was the best: the later ones did not help.", best, ran)
	}
	return silent
}

// verdictWords makes a verdict part of a sentence.
func verdictWords(verdict string) string {
	return strings.ReplaceAll(verdict, "undecided", "is undecided")
}

func f1(s evaluate.Summary) string { return three(s.Metrics[evaluate.MacroF1Union].Value) }

// rival finds a baseline under the profile's own protocol.
func (p prose) rival(name string) *Rival {
	rivals := p.under(p.Own()).rivals
	if rivals == nil {
		return nil
	}
	for i := range rivals.Models {
		if rivals.Models[i].Name == name {
			return &rivals.Models[i]
		}
	}
	return nil
}

// bestOf finds the baseline with the highest test macro-F1 among those whose names begin so.
func (p prose) bestOf(prefix string) *Rival {
	rivals := p.under(p.Own()).rivals
	if rivals == nil {
		return nil
	}
	var best *Rival
	for i := range rivals.Models {
		m := &rivals.Models[i]
		if strings.HasPrefix(m.Name, prefix) && (best == nil || m.Test.Metrics[evaluate.MacroF1Union].Value > best.Test.Metrics[evaluate.MacroF1Union].Value) {
			best = m
		}
	}
	return best
}

// weighing is what class weights do to a linear model on the validation texts.
type weighing struct {
	model, without, with string
	gain                 float64
}

// weighted compares the best settings of the strongest linear model on words with and without class weights; nil where it was not tuned with
// both.
func (p prose) weighted() *weighing {
	m := p.bestOf("TF-IDF")
	if m == nil || m.Tuned == nil {
		return nil
	}
	var best [2]float64
	var seen [2]bool
	for _, c := range m.Tuned.Candidates {
		i := 0
		if c.Balanced {
			i = 1
		}
		best[i], seen[i] = max(best[i], c.MacroF1), true
	}
	if !seen[0] || !seen[1] {
		return nil
	}
	return &weighing{m.Name, three(best[0]), three(best[1]), best[1] - best[0]}
}

// hint is how much macro-F1 on the validation texts counts as a hint.
const hint = .01

// Suggestions are what the measured results point to, each a sentence or two in Markdown.
func (p prose) Suggestions() []string {
	var all []string
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if v := p.Versus(); v != nil && v.Better {
		add("**Start from %s.** It is above the study's model in macro-F1, %s against %s on the same test texts, and the difference is significant. An encoder that is to replace it has to pass it first.", v.Model, three(v.B), three(v.A))
	}
	if w := p.weighted(); w != nil && w.gain > hint {
		add("**Weigh the classes.** The linear baseline gains %s of validation macro-F1 by it; the encoder's loss counts every text alike.", three(w.gain))
	}
	if better := p.alternative(); better != nil {
		add("**Another way to train.** On the validation texts %s has a macro-F1 of %s, %s has %s. It was measured beside the sweep, and so was not selected.", better.Profile.methodName(), three(better.score()), p.Selected(), three(p.Run.score()))
	}
	if at := p.rate(); at != nil {
		add("**Another learning rate.** In the short runs LoRA does best at %g, with a validation macro-F1 of %s; %s was trained at %g.", at.LearningRate, three(at.Fit.score()), p.Selected(), p.Run.Profile.Train.LearningRate)
	}
	if p.Run.Training.Best+1 == len(p.Run.Training.Epochs) && len(p.Run.Training.Epochs) == p.Run.Profile.Train.Epochs {
		add("**Train longer.** The last of %d epochs was the best one.", len(p.Run.Training.Epochs))
	}
	if s := p.Errors.Similarity; s.CoFiled > 0 {
		add("**Judge label sets, not rows.** %s of %s wrong rows are no errors, as the text is filed under the predicted label too. No better model removes these.", number(s.CoFiled), number(s.WrongRows))
	}
	return all
}

// three writes a score with three decimals.
func three(x float64) string { return page.Metric.String(page.Of(x)) }

// alternative is the way to train beside the sweep with the highest validation macro-F1, where that is clearly above the study's model.
func (p prose) alternative() *Run {
	var best *Run
	for _, o := range p.Compared {
		if o.Run != nil && o.Run.score() > p.Run.score()+hint && (best == nil || o.Run.score() > best.score()) {
			best = o.Run
		}
	}
	return best
}

// rate is the best learning rate of LoRA in the short runs, where it is another than the study's model has, does clearly better there, and the
// model is LoRA.
func (p prose) rate() *RatePoint {
	best, _ := p.Rates.best(methodLoRA)
	if best == nil || !p.LoRA() {
		return nil
	}
	for i := range p.Rates {
		at := &p.Rates[i]
		if at.Method == methodLoRA && at.Fit != nil && at.LearningRate == p.Run.Profile.Train.LearningRate && best.Fit.score() > at.Fit.score()+hint {
			return best
		}
	}
	return nil
}
