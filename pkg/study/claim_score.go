package study

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// sweep is what the report says of its configurations on validation notes.
func (l *ledger) sweep() {
	l.part = PartSweep
	l.own("Configurations that were tried", count(len(reported.Sweep)), count(len(l.Sweep.Outcomes)), "a setting")
	l.own("The best of them", page.Text(reported.Selected), page.Text(l.Sweep.Outcomes[l.Sweep.Best].Name), byScore...)
	for _, name := range slices.Sorted(maps.Keys(reported.Sweep)) {
		said := reported.Sweep[name]
		here := func(of func(r *Run) page.Cell) page.Cell {
			switch o := l.named(name); {
			case o == nil:
				return page.Cell{Missing: "the profile has no configuration of this name"}
			case o.Run == nil:
				return page.Cell{Missing: "failed: " + o.Failed}
			default:
				return of(o.Run)
			}
		}
		validated := func(m evaluate.Metric, form page.Form) page.Cell {
			return here(func(r *Run) page.Cell { return form.Cell(value(r.Validation.Metrics[m])) })
		}
		l.own(name+": settings", recipe(said.LearningRate, said.BatchSize, said.Epochs, said.WeightDecay), here(func(r *Run) page.Cell {
			p := r.Profile.Train
			return recipe(p.LearningRate, p.BatchSize, p.Epochs, p.WeightDecay)
		}), "a setting")
		l.own(name+": validation accuracy", stated(said.Accuracy), validated(evaluate.RowAccuracy, page.Percent), byScore...)
		l.own(name+": validation macro-F1", score(said.MacroF1), validated(evaluate.MacroF1Union, page.Metric), byScore...)
	}
}

// recipe is a configuration's settings in words.
func recipe(rate float64, batch, epochs int, decay float64) page.Cell {
	return page.Text(fmt.Sprintf("rate %s, batch %d, %d epochs, decay %s", plainly(rate), batch, epochs, plainly(decay)))
}

// results is what the report says of its test.
func (l *ledger) results() {
	l.part = PartResults
	for _, m := range []evaluate.Metric{evaluate.RowAccuracy, evaluate.MacroF1Union, evaluate.WeightedF1, evaluate.WeightedPrecision, evaluate.WeightedRecall} {
		said, form := score(reported.Test[m]), page.Metric
		if m == evaluate.RowAccuracy {
			said, form = stated(reported.Test[m]), page.Percent
		}
		l.each(m.Title(), said, func(t tested) page.Cell { return form.Cell(value(t.run.Test.Metrics[m])) }, byScore...)
	}
}

// baselines is what the report sets its model beside.
func (l *ledger) baselines() {
	l.part = PartBaselines
	names := []string{"random, uniform", "keyword rules", "encoder, untuned"}
	of := func(name string, cell func(t tested, b evaluate.Summary) page.Cell) func(tested) page.Cell {
		return func(t tested) page.Cell {
			if t.rivals == nil {
				return page.Cell{Missing: "no baseline was run"}
			}
			for _, m := range t.rivals.Models {
				if m.Name == name {
					return cell(t, m.Test)
				}
			}
			return page.Cell{Missing: "there is no such baseline"}
		}
	}
	why := func(name string) []string {
		switch name {
		case "keyword rules":
			return []string{byNotes, bySplit, "other rules"}
		case "encoder, untuned":
			return []string{byNotes, byBase, byLength, bySplit, "a head drawn at random"}
		}
		return []string{byNotes, bySplit, "chance"}
	}
	for _, name := range names {
		said := reported.Baselines[name]
		l.each(upper(name)+": accuracy", stated(said.Accuracy), of(name, func(_ tested, b evaluate.Summary) page.Cell {
			return page.Percent.Cell(value(b.Metrics[evaluate.RowAccuracy]))
		}), why(name)...)
		l.each(upper(name)+": macro-F1", score(said.MacroF1), of(name, func(_ tested, b evaluate.Summary) page.Cell {
			return page.Metric.Cell(value(b.Metrics[evaluate.MacroF1Union]))
		}), why(name)...)
	}
	for _, name := range names {
		l.each("Accuracy over that of: "+name, times(reported.Ratios[name]), of(name, func(t tested, b evaluate.Summary) page.Cell {
			base := b.Metrics[evaluate.RowAccuracy].Value
			if base == 0 {
				return page.Cell{Missing: "the baseline is right about no row"}
			}
			return ratioCell(page.Of(t.run.Test.Metrics[evaluate.RowAccuracy].Value / base))
		}), byScore...)
	}
}

// classes is what the report says of single classes.
func (l *ledger) classes() {
	l.part = PartClasses
	few := reported.FewTest
	l.each("Classes with test rows", page.Text(fmt.Sprintf("%d of %d", reported.TestedLabels, reported.Labels)), func(t tested) page.Cell {
		return sorted(fmt.Sprintf("%d of %d", t.run.Test.LabelsPresent, t.run.Test.Labels), float64(t.run.Test.LabelsPresent))
	}, byNotes, bySplit)
	l.each("Top performing classes", listed(reported.Best), func(t tested) page.Cell { return t.run.top(len(reported.Best)) },
		append(slices.Clone(byScore), fmt.Sprintf("by F1 among classes of %d or more test rows here", few))...)
	l.each("Challenging classes", page.Text(fmt.Sprintf("under %d test rows", few)), func(t tested) page.Cell { return t.run.rareScores() },
		append(slices.Clone(byScore), "mean F1 here")...)
	for _, label := range slices.Backward(slices.Sorted(maps.Keys(reported.Confidence))) {
		l.own("Confidence on a test case: "+label, stated(reported.Confidence[label]), l.confidence(label), append(slices.Clone(byScore), "one case there; here the median of the texts that are read so and filed so, calibrated")...)
	}
}

// top names the classes with the highest F1 among those that have enough test rows.
func (r *Run) top(most int) page.Cell {
	var enough []evaluate.Class
	for _, c := range r.bySupport() {
		if c.Support >= reported.FewTest && c.F1 != nil && *c.F1 > 0 {
			enough = append(enough, c)
		}
	}
	slices.SortStableFunc(enough, func(a, b evaluate.Class) int {
		switch {
		case *a.F1 > *b.F1:
			return -1
		case *a.F1 < *b.F1:
			return 1
		}
		return 0
	})
	var names []string
	for _, c := range enough[:min(most, len(enough))] {
		names = append(names, fmt.Sprintf("%s (%s)", c.Label, page.Metric.String(page.Of(*c.F1))))
	}
	if len(names) == 0 {
		return page.Cell{Missing: fmt.Sprintf("no class of %d or more test rows is read right at all", reported.FewTest)}
	}
	return listed(names)
}

// rareScores is the mean F1 of the classes with few test rows, and of the others.
func (r *Run) rareScores() page.Cell {
	var sums [2]float64
	var counts [2]int
	for _, c := range r.Test.Classes {
		if c.Support == 0 || c.F1 == nil {
			continue
		}
		i := 0
		if c.Support >= reported.FewTest {
			i = 1
		}
		sums[i], counts[i] = sums[i]+*c.F1, counts[i]+1
	}
	if counts[0] == 0 {
		return page.Cell{Missing: fmt.Sprintf("no class has under %d test rows", reported.FewTest)}
	}
	rare := sums[0] / float64(counts[0])
	said := fmt.Sprintf("%s over %d of them", page.Metric.String(page.Of(rare)), counts[0])
	if counts[1] > 0 {
		said += fmt.Sprintf("; %s over the %d others", page.Metric.String(page.Of(sums[1]/float64(counts[1]))), counts[1])
	}
	return sorted(said, rare)
}

// confidence is the median confidence of the texts that are filed under a label and read as it. The label may be named by its beginning.
func (l *ledger) confidence(label string) page.Cell {
	var all []float64
	for _, c := range l.Errors.Cases {
		if strings.HasPrefix(c.Predicted, label) && slices.Contains(c.Labels, c.Predicted) {
			all = append(all, c.Confidence)
		}
	}
	if len(all) == 0 {
		return page.Cell{Missing: "no test text that is filed so is read so"}
	}
	slices.Sort(all)
	middle := (all[(len(all)-1)/2] + all[len(all)/2]) / 2
	return sorted(fmt.Sprintf("%s (of %d)", percentage(middle), len(all)), middle)
}

// efficiency is what the report says of parameters.
func (l *ledger) efficiency() {
	l.part = PartEfficiency
	n := l.run.Parameters
	share := page.Missing("nothing was counted")
	if n.PEFTTotal > 0 {
		share = page.Of(float64(n.Trainable) / float64(n.PEFTTotal))
	}
	fewer := share
	fewer.Number = 1 - share.Number
	percent2 := func(v page.Value) page.Cell {
		cell := page.Percent.Cell(v)
		if cell.Missing == "" {
			cell.Text = percentage2(v.Number)
		}
		return cell
	}
	l.same("Trained parameters", count(reported.Trainable), count(n.Trainable), byBase, byTraining)
	l.same("All parameters, as PEFT counts them", count(reported.AllParameters), count(n.PEFTTotal), byBase, byTraining)
	l.same("Share trained", stated(reported.ShareTrained), percent2(share), byBase, byTraining, "the head weighs more in a small encoder")
	l.same("Fewer trained parameters", stated(reported.Fewer), percent2(fewer), byBase, byTraining, "the head weighs more in a small encoder")
}

// rates is what the report says of learning rates.
func (l *ledger) rates() {
	l.part = PartRates
	best := func(method string) (*RatePoint, page.Cell, []string) {
		at, inside := l.Rates.best(method)
		if at == nil {
			return nil, page.Cell{Missing: "no learning rate of " + methodTitle(method) + " was compared"}, nil
		}
		why := append(slices.Clone(byScore), "short runs here")
		if !inside {
			why = append(why, "at the edge of the rates that were tried")
		}
		return at, plain(at.LearningRate), why
	}
	lora, here, why := best(methodLoRA)
	l.own("Best learning rate of LoRA", plain(reported.RateLoRA), here, why...)
	full, here, why := best(methodFull)
	l.own("Best learning rate of full fine-tuning", plain(reported.RateFull), here, why...)
	ratio := page.Missing("the rates of both were not compared")
	if lora != nil && full != nil {
		ratio = page.Of(lora.LearningRate / full.LearningRate)
	}
	cell := between(reported.RateRatio[0], reported.RateRatio[1], plainly)
	cell.Text += "\u00a0×"
	l.own("The one over the other", cell, ratioCell(ratio), byScore...)
}
