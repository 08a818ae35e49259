package chapter

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/baseline"
	"github.com/specialist-nlp/specialist/pkg/claim"
	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// ImprovementTable sets the original's proposals, with what it expects of them, beside what this run has to say.
func ImprovementTable(s *experiment.Study) page.Table {
	t := page.Table{
		ID: "improvements", Caption: "The report's proposals, and what this run says of them", Synthetic: s.Sweep.Selected().Corpus.Synthetic,
		Columns: []page.Column{
			{Name: "Proposal"},
			{Name: "Priority"},
			{Name: "Expected there", Note: "of the accuracy; the report measured none of them"},
			{Name: "Measured here"},
			{Name: "What this run says"},
		},
	}
	p := templateData{s, s.Sweep.Selected()}
	for _, improvement := range original.Study.Improvements {
		proposal := improvement.Proposal
		expected := page.RangeCell(improvement.Low, improvement.High, page.FormatExactPercent)
		expected.Text = "+" + expected.Text + wording.ProposalScopes[proposal]
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(wording.Proposals[proposal]), page.Text(improvement.Priority), expected, {Missing: claim.NotMeasured(s, proposal)}, page.Text(p.evidence(proposal)),
		})
	}
	return t
}

// evidence is what this run's results say for or against a proposal that it did not run.
func (p templateData) evidence(proposal original.Proposal) string {
	const silent = "Nothing in this run bears on it."
	switch proposal {
	case original.LongNotes:
		if f, words := p.effect(&p.Errors.Length.Pattern, erroranalysis.TruncatedFinding); f != nil {
			return fmt.Sprintf("Texts that are cut are misread %s times as often as those that are seen whole: that they are misread more often %s.", words, verdictWords(string(f.Verdict)))
		}
	case original.ClassWeights:
		if w := p.weighted(); w != nil {
			return fmt.Sprintf("In %s class weights move the validation macro-F1 from %s to %s.", w.model, w.without, w.with)
		}
	case original.TwoStages:
		if c := p.Errors.Kinds.ValidConcentration; c.Observed != nil && c.Expected != nil {
			return fmt.Sprintf("Of the misread texts %s cross between kinds of documents and specialties, where chance gives %s.", page.FormatPercent(*c.Observed, 1), page.FormatPercent(*c.Expected, 1))
		}
	case original.MedicalBase:
		frozen, words := p.baseline(baseline.KeyFrozen), p.bestOnWords()
		if frozen != nil && words != nil {
			return fmt.Sprintf("%s as it is, with a linear model on top, has a macro-F1 of %s; %s has %s.", wording.Upper(p.Run.Profile.BaseName()), f1(frozen.Test), wording.Baseline(words.Key), f1(words.Test))
		}
	case original.MoreEpochs:
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

func f1(s evaluate.Summary) string { return page.FormatScore(s.Metrics[evaluate.MacroF1Union].Value) }

// baseline finds a baseline under the profile's own protocol.
func (p templateData) baseline(key baseline.Key) *experiment.Baseline {
	if all := p.Under(p.Own()).Baselines; all != nil {
		return all.Model(key)
	}
	return nil
}

// bestOnWords finds the linear model on words with the highest test macro-F1.
func (p templateData) bestOnWords() *experiment.Baseline {
	var best *experiment.Baseline
	for _, key := range baseline.Keys() {
		b := p.baseline(key)
		if b == nil || !key.OnWords() {
			continue
		}
		if best == nil || b.Test.Metrics[evaluate.MacroF1Union].Value > best.Test.Metrics[evaluate.MacroF1Union].Value {
			best = b
		}
	}
	return best
}

// classWeighting is what class weights do to a linear model on the validation texts.
type classWeighting struct {
	model, without, with string
	gain                 float64
}

// weighted compares the best settings of the strongest linear model on words with and without class weights; nil where it was not tuned with
// both.
func (p templateData) weighted() *classWeighting {
	m := p.bestOnWords()
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
	return &classWeighting{wording.Baseline(m.Key), page.FormatScore(best[0]), page.FormatScore(best[1]), best[1] - best[0]}
}

// hint is how much macro-F1 on the validation texts counts as a hint.
const hint = .01

// Suggestions are what the measured results point to, each a sentence or two in Markdown.
func (p templateData) Suggestions() []string {
	var all []string
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if v := p.Versus(); v != nil && v.Better {
		add("**Start from %s.** It is above the study's model in macro-F1, %s against %s on the same test texts, and the difference is significant. An encoder that is to replace it has to pass it first.", v.Baseline, page.FormatScore(v.B), page.FormatScore(v.A))
	}
	if w := p.weighted(); w != nil && w.gain > hint {
		add("**Weigh the classes.** The linear baseline gains %s of validation macro-F1 by it; the encoder's loss counts every text alike.", page.FormatScore(w.gain))
	}
	if better := p.alternative(); better != nil {
		add("**Another way to train.** On the validation texts %s has a macro-F1 of %s, %s has %s. It was measured beside the sweep, and so was not selected.", better.Profile.MethodName(), page.FormatScore(better.ValidationScore()), p.Selected(), page.FormatScore(p.Run.ValidationScore()))
	}
	if at := p.rate(); at != nil {
		add("**Another learning rate.** In the short runs LoRA does best at %g, with a validation macro-F1 of %s; %s was trained at %g.", at.LearningRate, page.FormatScore(at.Run.ValidationScore()), p.Selected(), p.Run.Profile.Train.LearningRate)
	}
	if p.Run.Training.Best+1 == len(p.Run.Training.Epochs) && len(p.Run.Training.Epochs) == p.Run.Profile.Train.Epochs {
		add("**Train longer.** The last of %d epochs was the best one.", len(p.Run.Training.Epochs))
	}
	if s := p.Errors.Similarity; s.CoFiled > 0 {
		add("**Judge label sets, not rows.** %s of %s wrong rows are no errors, as the text is filed under the predicted label too. No better model removes these.", page.FormatCount(s.CoFiled), page.FormatCount(s.WrongRows))
	}
	return all
}

// alternative is the way to train beside the sweep with the highest validation macro-F1, where that is clearly above the study's model.
func (p templateData) alternative() *experiment.Run {
	var best *experiment.Run
	for _, o := range p.Compared {
		if o.Run != nil && o.Run.ValidationScore() > p.Run.ValidationScore()+hint && (best == nil || o.Run.ValidationScore() > best.ValidationScore()) {
			best = o.Run
		}
	}
	return best
}

// rate is the best learning rate of LoRA in the short runs, where it is another than the study's model has, does clearly better there, and the
// model is LoRA.
func (p templateData) rate() *experiment.RatePoint {
	best, _ := p.Rates.Best(profile.MethodLoRA)
	if best == nil || !p.LoRA() {
		return nil
	}
	for i := range p.Rates {
		at := &p.Rates[i]
		if at.Method == profile.MethodLoRA && at.Run != nil && at.LearningRate == p.Run.Profile.Train.LearningRate && best.Run.ValidationScore() > at.Run.ValidationScore()+hint {
			return best
		}
	}
	return nil
}
