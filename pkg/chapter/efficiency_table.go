package chapter

import (
	"errors"
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// trainingMethod is one way to train that the study measured.
type trainingMethod struct {
	name    string
	outcome experiment.Outcome
}

// trainingMethods are the selected configuration and, beside it, the comparisons.
func trainingMethods(s *experiment.Study) []trainingMethod {
	ways := []trainingMethod{{"LoRA, " + s.Sweep.Outcomes[s.Sweep.Best].Name, s.Sweep.Outcomes[s.Sweep.Best]}}
	if chosen := s.Sweep.Selected().Profile; chosen.Train.Method != profile.MethodLoRA {
		ways[0].name = chosen.MethodName()
	}
	for _, o := range s.Compared {
		name := o.Name
		if o.Run != nil {
			name = o.Run.Profile.MethodName()
		}
		ways = append(ways, trainingMethod{name, o})
	}
	return ways
}

// MethodTable sets LoRA beside the other ways to train: what each changes and keeps, and what it scores.
func MethodTable(s *experiment.Study) page.Table {
	t := page.Table{
		ID: "effort", Caption: "LoRA beside other ways to train", Synthetic: s.Sweep.Selected().Corpus.Synthetic,
		Columns: []page.Column{
			{Name: "Way"},
			{Name: "Trained", Numeric: true, Note: "parameters that training changes"},
			{Name: "Learning rate", Numeric: true},
			{Name: "Optimiser state", Numeric: true, Note: "Adam's two moments, 8 bytes a trained parameter"},
			{Name: "Trained file", Numeric: true, Note: "an adapter with its head, or a whole model"},
			{Name: "Validation F1", Numeric: true, Note: "macro-F1"},
			{Name: "Test F1", Numeric: true, Note: "macro-F1 with its 95 % interval, by bootstrap over texts"},
		},
		Note: savedParameters(s),
	}
	for _, w := range trainingMethods(s) {
		r := w.outcome.Run
		if r == nil {
			cells := []page.Cell{page.Text(w.name)}
			for range len(t.Columns) - 1 {
				cells = append(cells, page.Cell{Missing: "failed: " + w.outcome.Failed})
			}
			t.Rows = append(t.Rows, cells)
			continue
		}
		rate := r.Profile.Train.LearningRate
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(w.name),
			page.Count.Cell(page.Of(float64(r.Parameters.Trainable))),
			{Text: fmt.Sprintf("%g", rate), Sort: &rate},
			page.Bytes.Cell(page.Of(float64(r.Sizes.Optimizer))),
			page.Bytes.Cell(page.Of(float64(r.Sizes.Trained))),
			page.Metric.Cell(page.Of(r.ValidationScore())),
			page.Metric.Cell(wording.Measure(r.Test.Metrics[evaluate.MacroF1Union])),
		})
	}
	return t
}

// savedParameters compares the parameters with the reported saving.
func savedParameters(s *experiment.Study) string {
	n := s.Sweep.Selected().Parameters
	return fmt.Sprintf("Fewer trained parameters than full fine-tuning: this run %s, reported %s (of DistilBERT-base, with the head counted twice). The head weighs more in a small model: %s of the %s trained parameters are the head's.",
		page.FormatPercent(1-float64(n.Trainable)/float64(n.Total), 2), page.FormatPercent(original.Study.Fewer, 2), page.FormatCount(n.Head), page.FormatCount(n.Trainable))
}

// ParameterTable sets the parameters beside the reported ones.
func ParameterTable(r *experiment.Run) page.Table {
	share := func(a, b int) page.Cell { return page.Percent.Cell(page.Of(float64(a) / float64(b))) }
	count := func(n int) page.Cell { return page.Count.Cell(page.Of(float64(n))) }
	n := r.Parameters
	return page.Table{
		ID: "efficiency", Caption: "What LoRA trains", Synthetic: r.Corpus.Synthetic,
		Columns: []page.Column{{Name: "Quantity"}, {Name: "This run", Numeric: true}, {Name: "Reported", Numeric: true}},
		Rows: [][]page.Cell{
			{page.Text("Trained parameters (adapter and head)"), count(n.Trainable), count(original.Study.Trainable)},
			{page.Text("of them in the adapter"), count(n.Adapter), count(original.Study.Adapter)},
			{page.Text("All parameters, as PEFT counts them"), count(n.PEFTTotal), count(original.Study.AllParameters)},
			{page.Text("Share trained"), share(n.Trainable, n.PEFTTotal), share(original.Study.Trainable, original.Study.AllParameters)},
			{page.Text("Parameters, each counted once"), count(n.Total), page.Count.Cell(page.Missing("not in the report"))},
		},
		Note: "Reported: DistilBERT-base; the adapter's number follows from its settings. PEFT's count of all parameters holds the head twice, as the frozen original and as the trained copy.",
	}
}

// curveSynthetic says whether any point was made on made-up notes.
func curveSynthetic(c experiment.Curve) bool {
	for _, p := range c {
		if p.Run != nil {
			return p.Run.Corpus.Synthetic
		}
	}
	return false
}

// RatesFigure is the validation macro-F1 by learning rate.
func RatesFigure(c experiment.Curve) (page.Figure, error) {
	var series []page.Series
	alt := ""
	for _, method := range []profile.Method{profile.MethodLoRA, profile.MethodFull} {
		line := page.Series{Name: method.Title()}
		for _, p := range c {
			if p.Method != method || p.Run == nil {
				continue
			}
			m := p.Run.Validation.Metrics[evaluate.MacroF1Union]
			line.X, line.Y = append(line.X, p.LearningRate), append(line.Y, m.Value)
			if m.Low != nil && m.High != nil { // an interval of resamples may leave its value out
				line.Low, line.High = append(line.Low, min(*m.Low, m.Value)), append(line.High, max(*m.High, m.Value))
			}
		}
		if len(line.X) == 0 {
			continue
		}
		series = append(series, line)
		best, _ := c.Best(method)
		alt += fmt.Sprintf("%s does best at %g, with %.3f. ", line.Name, best.LearningRate, best.Run.ValidationScore())
	}
	if len(series) == 0 {
		return page.Figure{}, errors.New("no learning rate of the profile (rates.lora, rates.full) could be trained")
	}
	return page.Lines(page.LinesSpec{
		About: page.About{
			ID: "rates", Title: "Learning-rate sensitivity", Synthetic: curveSynthetic(c), Alt: alt,
			Caption: "Validation macro-F1 with 95 % intervals after a short run at each rate: the same epochs, warm-up and batch for all.",
		},
		X: page.Axis{Title: "Learning rate", Log: true}, Y: page.Axis{Title: "Macro-F1"}, Series: series,
	})
}

// RatesTable lists every point of the curve.
func RatesTable(c experiment.Curve) page.Table {
	t := page.Table{
		ID: "rate-points", Caption: "Learning rates, judged on the validation texts", Synthetic: curveSynthetic(c),
		Columns: []page.Column{
			{Name: "Method"},
			{Name: "Learning rate", Numeric: true},
			{Name: "Validation loss", Numeric: true, Note: "cross entropy against the rows, in nats, in the best epoch"},
			{Name: "Row accuracy", Numeric: true},
			{Name: "Macro-F1", Numeric: true},
		},
		Note: ratesRatio(c),
	}
	for _, p := range c {
		rate := page.Cell{Text: fmt.Sprintf("%g", p.LearningRate), Sort: &p.LearningRate}
		if p.Run == nil {
			failed := page.Metric.Cell(page.Missing(p.Failed))
			t.Rows = append(t.Rows, []page.Cell{page.Text(p.Method.Title()), rate, failed, failed, failed})
			continue
		}
		best := p.Run.Training.Epochs[p.Run.Training.Best]
		f1 := page.Metric.Cell(wording.Measure(p.Run.Validation.Metrics[evaluate.MacroF1Union]))
		if top, _ := c.Best(p.Method); top.LearningRate == p.LearningRate {
			f1 = f1.Best()
		}
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(p.Method.Title()), rate, page.Metric.Cell(page.Of(best.Loss)),
			page.Metric.Cell(page.Of(p.Run.Validation.Metrics[evaluate.RowAccuracy].Value)), f1,
		})
	}
	return t
}

// ratesRatio compares the best rates of the two methods with the reported finding.
func ratesRatio(c experiment.Curve) string {
	lora, loraInside := c.Best(profile.MethodLoRA)
	full, fullInside := c.Best(profile.MethodFull)
	if lora == nil || full == nil {
		return ""
	}
	text := fmt.Sprintf("Best rates: LoRA %g, full fine-tuning %g, a ratio of %.3g; reported: %g against %g, a ratio of %.0f to %.0f.",
		lora.LearningRate, full.LearningRate, lora.LearningRate/full.LearningRate, original.Study.RateLoRA, original.Study.RateFull, original.Study.RateRatio[0], original.Study.RateRatio[1])
	if !loraInside || !fullInside {
		text += " At least one of the two lies at the edge of the rates that were tried, so the ratio is not settled."
	}
	return text
}

// TrainingTimesTable is what each way to train took. It stands apart from the other tables, because times differ between equal runs.
func TrainingTimesTable(s *experiment.Study) page.Table {
	t := page.Table{
		ID: "training-times", Caption: "What training took", Synthetic: s.Sweep.Selected().Corpus.Synthetic,
		Columns: []page.Column{
			{Name: "Way"},
			{Name: "Seconds a step", Numeric: true, Note: "median, without steps that compiled a graph"},
			{Name: "Training", Numeric: true, Note: "all steps, compilation included"},
			{Name: "First step after", Numeric: true, Note: "compilation included"},
			{Name: "Peak memory", Numeric: true, Note: "resident, of the process while it trained"},
			{Name: "Checkpoint", Numeric: true, Note: "trained tensors, the best epoch's, and the optimiser's state"},
		},
		Note: speedup(s),
	}
	for _, w := range trainingMethods(s) {
		r := w.outcome.Run
		if r == nil {
			continue
		}
		c := r.Provenance.Times.Cost
		peak := page.Missing(c.PeakUnknown)
		if c.PeakBytes != nil {
			peak = page.Of(float64(*c.PeakBytes))
		}
		step := page.Missing("every step compiled a graph")
		if c.StepSeconds > 0 {
			step = page.Of(c.StepSeconds)
		}
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(w.name), page.Metric.Cell(step),
			page.Duration.Cell(page.Of(c.TrainSeconds)), page.Duration.Cell(page.Of(c.FirstStepSeconds)), page.Bytes.Cell(peak),
			page.Bytes.Cell(page.Of(float64(c.CheckpointBytes))),
		})
	}
	return t
}

// speedup compares the times of LoRA and of full fine-tuning with the reported ones.
func speedup(s *experiment.Study) string {
	full, lora := s.FullFineTuning(), s.Sweep.Selected()
	text := fmt.Sprintf("Reported: %.1f s for LoRA on a GPU and an estimated %.0f to %.0f minutes for full fine-tuning, about %.0f times as long.",
		original.Study.TrainSeconds, original.Study.FullSeconds[0]/60, original.Study.FullSeconds[1]/60, original.Study.Speedup)
	if full == nil || full.Provenance.Times.Cost.StepSeconds == 0 || lora.Provenance.Times.Cost.StepSeconds == 0 {
		return text
	}
	return text + fmt.Sprintf(" This run: a step of full fine-tuning takes %.2f times as long as one of LoRA, because LoRA saves the gradients and the update of the frozen weights, but not the pass through them.",
		full.Provenance.Times.Cost.StepSeconds/lora.Provenance.Times.Cost.StepSeconds)
}

// InferenceTable says how fast the model answers. It belongs to the block of times.
func InferenceTable(s *experiment.Study) page.Table {
	i, run := s.Inference, s.Sweep.Selected()
	t := page.Table{
		ID: "inference", Caption: "How fast the model answers", Synthetic: run.Corpus.Synthetic,
		Columns: []page.Column{{Name: "Quantity"}, {Name: "Value", Numeric: true}},
		Note: fmt.Sprintf("From a text to its scores, tokenisation included, once every graph is compiled; test texts as they come, of which up to %d tokens are read. On %s, %s cores. "+
			"Memory: what is resident once the model has answered, less what was before it was opened: XLA and its compiled graphs included.", i.MaxLength, i.Device, page.FormatCount(i.Cores)),
	}
	for _, row := range []struct {
		name string
		cell page.Cell
	}{
		{fmt.Sprintf("One text, median of %d", i.Singles), wording.Latency(i)},
		{"One text, 95 % take at most", page.Duration.Cell(page.Of(i.P95Seconds))},
		{fmt.Sprintf("Texts a second, in batches of %d", i.BatchSize), wording.Throughput(i)},
		{"Memory", wording.Memory(i)},
		{"of this the parameters, at 4 bytes each", page.Bytes.Cell(page.Of(float64(i.WeightBytes)))},
	} {
		t.Rows = append(t.Rows, []page.Cell{page.Text(row.name), row.cell})
	}
	return t
}
