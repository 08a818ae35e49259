package claim

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/baseline"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// sweep is what the original says of its configurations on validation notes.
func (l *builder) sweep() {
	l.own("Configurations that were tried", page.CountCell(len(original.Study.Sweep)), page.CountCell(len(l.Sweep.Outcomes)), "a setting")
	l.own("The best of them", page.Text(original.Study.Selected), page.Text(l.Sweep.Outcomes[l.Sweep.Best].Name), scoreCauses...)
	for _, name := range slices.Sorted(maps.Keys(original.Study.Sweep)) {
		reported := original.Study.Sweep[name]
		here := func(of func(r *experiment.Run) page.Cell) page.Cell {
			switch o := l.Configuration(name); {
			case o == nil:
				return page.Cell{Missing: "the profile has no configuration of this name"}
			case o.Run == nil:
				return page.Cell{Missing: "failed: " + o.Failed}
			default:
				return of(o.Run)
			}
		}
		validated := func(m evaluate.Metric, form page.Form) page.Cell {
			return here(func(r *experiment.Run) page.Cell { return form.Cell(wording.Measure(r.Validation.Metrics[m])) })
		}
		l.own(name+": settings", recipe(reported.LearningRate, reported.BatchSize, reported.Epochs, reported.WeightDecay), here(func(r *experiment.Run) page.Cell {
			p := r.Profile.Train
			return recipe(p.LearningRate, p.BatchSize, p.Epochs, p.WeightDecay)
		}), "a setting")
		l.own(name+": validation accuracy", page.ExactPercentCell(reported.Accuracy), validated(evaluate.RowAccuracy, page.Percent), scoreCauses...)
		l.own(name+": validation macro-F1", page.ExactScoreCell(reported.MacroF1), validated(evaluate.MacroF1Union, page.Metric), scoreCauses...)
	}
}

// recipe is a configuration's settings in words.
func recipe(rate float64, batch, epochs int, decay float64) page.Cell {
	return page.Text(fmt.Sprintf("rate %s, batch %d, %d epochs, decay %s", page.FormatExact(rate), batch, epochs, page.FormatExact(decay)))
}

// results is what the original says of its test.
func (l *builder) results() {
	for _, reported := range original.Metrics() {
		m := evaluate.Metric(reported)
		cell, form := page.ExactScoreCell(original.Study.Test[reported]), page.Metric
		if reported == original.Accuracy {
			cell, form = page.ExactPercentCell(original.Study.Test[reported]), page.Percent
		}
		l.each(m.Title(), cell, func(t experiment.ProtocolResult) page.Cell { return form.Cell(wording.Measure(t.Run.Test.Metrics[m])) }, scoreCauses...)
	}
}

// baselines is what the original sets its model beside.
func (l *builder) baselines() {
	of := func(key baseline.Key, cell func(t experiment.ProtocolResult, b evaluate.Summary) page.Cell) func(experiment.ProtocolResult) page.Cell {
		return func(t experiment.ProtocolResult) page.Cell {
			if t.Baselines == nil {
				return page.Cell{Missing: "no baseline was run"}
			}
			b := t.Baselines.Model(key)
			if b == nil {
				return page.Cell{Missing: "there is no such baseline"}
			}
			return cell(t, b.Test)
		}
	}
	score := func(m evaluate.Metric, form page.Form) func(experiment.ProtocolResult, evaluate.Summary) page.Cell {
		return func(_ experiment.ProtocolResult, b evaluate.Summary) page.Cell {
			return form.Cell(wording.Measure(b.Metrics[m]))
		}
	}
	why := map[original.Baseline][]string{
		original.Random:  {causeNotes, causeSplit, "chance"},
		original.Rules:   {causeNotes, causeSplit, "other rules"},
		original.Untuned: {causeNotes, causeBase, causeLength, causeSplit, "a head drawn at random"},
	}
	for _, b := range original.Baselines() {
		key, reported := baseline.Key(b), original.Study.Baselines[b]
		l.each(wording.Upper(wording.Baseline(key))+": accuracy", page.ExactPercentCell(reported.Accuracy), of(key, score(evaluate.RowAccuracy, page.Percent)), why[b]...)
		l.each(wording.Upper(wording.Baseline(key))+": macro-F1", page.ExactScoreCell(reported.MacroF1), of(key, score(evaluate.MacroF1Union, page.Metric)), why[b]...)
	}
	for _, b := range original.Baselines() {
		key := baseline.Key(b)
		l.each("Accuracy over that of: "+wording.Baseline(key), page.FactorCell(original.Study.Baselines[b].Ratio), of(key, func(t experiment.ProtocolResult, b evaluate.Summary) page.Cell {
			base := b.Metrics[evaluate.RowAccuracy].Value
			if base == 0 {
				return page.Cell{Missing: "the baseline is right about no row"}
			}
			return page.RatioCell(page.Of(t.Run.Test.Metrics[evaluate.RowAccuracy].Value / base))
		}), scoreCauses...)
	}
}

// classes is what the original says of single classes.
func (l *builder) classes() {
	few := original.Study.FewTest
	l.each("Classes with test rows", page.Text(fmt.Sprintf("%d of %d", original.Study.TestedLabels, original.Study.Labels)), func(t experiment.ProtocolResult) page.Cell {
		return page.SortedCell(fmt.Sprintf("%d of %d", t.Run.Test.LabelsPresent, t.Run.Test.Labels), float64(t.Run.Test.LabelsPresent))
	}, causeNotes, causeSplit)
	l.each("Top performing classes", page.ListCell(original.Study.Best), func(t experiment.ProtocolResult) page.Cell { return topClasses(t.Run, len(original.Study.Best)) },
		append(slices.Clone(scoreCauses), fmt.Sprintf("by F1 among classes of %d or more test rows here", few))...)
	l.each("Challenging classes", page.Text(fmt.Sprintf("under %d test rows", few)), func(t experiment.ProtocolResult) page.Cell { return rareScores(t.Run) },
		append(slices.Clone(scoreCauses), "mean F1 here")...)
	for _, label := range slices.Backward(slices.Sorted(maps.Keys(original.Study.Confidence))) {
		l.own("Confidence on a test case: "+label, page.ExactPercentCell(original.Study.Confidence[label]), l.confidence(label), append(slices.Clone(scoreCauses), "one case there; here the median of the texts that are read so and filed so, calibrated")...)
	}
}

// topClasses names the classes with the highest F1 among those that have enough test rows.
func topClasses(r *experiment.Run, most int) page.Cell {
	var enough []evaluate.Class
	for _, c := range r.ClassesBySupport() {
		if c.Support >= original.Study.FewTest && c.F1 != nil && *c.F1 > 0 {
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
		return page.Cell{Missing: fmt.Sprintf("no class of %d or more test rows is read right at all", original.Study.FewTest)}
	}
	return page.ListCell(names)
}

// rareScores is the mean F1 of the classes with few test rows, and of the others.
func rareScores(r *experiment.Run) page.Cell {
	var sums [2]float64
	var counts [2]int
	for _, c := range r.Test.Classes {
		if c.Support == 0 || c.F1 == nil {
			continue
		}
		i := 0
		if c.Support >= original.Study.FewTest {
			i = 1
		}
		sums[i], counts[i] = sums[i]+*c.F1, counts[i]+1
	}
	if counts[0] == 0 {
		return page.Cell{Missing: fmt.Sprintf("no class has under %d test rows", original.Study.FewTest)}
	}
	rare := sums[0] / float64(counts[0])
	reported := fmt.Sprintf("%s over %d of them", page.Metric.String(page.Of(rare)), counts[0])
	if counts[1] > 0 {
		reported += fmt.Sprintf("; %s over the %d others", page.Metric.String(page.Of(sums[1]/float64(counts[1]))), counts[1])
	}
	return page.SortedCell(reported, rare)
}

// confidence is the median confidence of the texts that are filed under a label and read as it. The label may be named by its beginning.
func (l *builder) confidence(label string) page.Cell {
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
	return page.SortedCell(fmt.Sprintf("%s (of %d)", page.FormatPercent(middle, 1), len(all)), middle)
}

// efficiency is what the original says of parameters.
func (l *builder) efficiency() {
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
			cell.Text = page.FormatPercent(v.Number, 2)
		}
		return cell
	}
	l.same("Trained parameters", page.CountCell(original.Study.Trainable), page.CountCell(n.Trainable), causeBase, causeTraining)
	l.same("All parameters, as PEFT counts them", page.CountCell(original.Study.AllParameters), page.CountCell(n.PEFTTotal), causeBase, causeTraining)
	l.same("Share trained", page.ExactPercentCell(original.Study.ShareTrained), percent2(share), causeBase, causeTraining, "the head weighs more in a small encoder")
	l.same("Fewer trained parameters", page.ExactPercentCell(original.Study.Fewer), percent2(fewer), causeBase, causeTraining, "the head weighs more in a small encoder")
}

// rates is what the original says of learning rates.
func (l *builder) rates() {
	best := func(method profile.Method) (*experiment.RatePoint, page.Cell, []string) {
		at, inside := l.Rates.Best(method)
		if at == nil {
			return nil, page.Cell{Missing: "no learning rate of " + method.Title() + " was compared"}, nil
		}
		why := append(slices.Clone(scoreCauses), "short runs here")
		if !inside {
			why = append(why, "at the edge of the rates that were tried")
		}
		return at, page.ExactCell(at.LearningRate), why
	}
	lora, here, why := best(profile.MethodLoRA)
	l.own("Best learning rate of LoRA", page.ExactCell(original.Study.RateLoRA), here, why...)
	full, here, why := best(profile.MethodFull)
	l.own("Best learning rate of full fine-tuning", page.ExactCell(original.Study.RateFull), here, why...)
	ratio := page.Missing("the rates of both were not compared")
	if lora != nil && full != nil {
		ratio = page.Of(lora.LearningRate / full.LearningRate)
	}
	cell := page.RangeCell(original.Study.RateRatio[0], original.Study.RateRatio[1], page.FormatExact)
	cell.Text += "\u00a0×"
	l.own("The one over the other", cell, page.RatioCell(ratio), scoreCauses...)
}
