package study

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// way is one way to train that the study measured.
type way struct {
	name    string
	outcome Outcome
}

// ways are the selected configuration and, beside it, the comparisons.
func (s *Study) ways() []way {
	ways := []way{{"LoRA, " + s.Sweep.Outcomes[s.Sweep.Best].Name, s.Sweep.Outcomes[s.Sweep.Best]}}
	if chosen := s.Sweep.Chosen().Profile; chosen.Train.Method != methodLoRA {
		ways[0].name = chosen.methodName()
	}
	for _, o := range s.Compared {
		name := o.Name
		if o.Run != nil {
			name = o.Run.Profile.methodName()
		}
		ways = append(ways, way{name, o})
	}
	return ways
}

// full is the full fine-tuning that the study measured, nil without one.
func (s *Study) full() *Run {
	for _, w := range s.ways() {
		if w.outcome.Run != nil && w.outcome.Run.Profile.Train.Method == methodFull {
			return w.outcome.Run
		}
	}
	return nil
}

// EffortTable sets LoRA beside the other ways to train: what each changes and keeps, and what it scores.
func (s *Study) EffortTable() page.Table {
	t := page.Table{
		ID: "effort", Caption: "LoRA beside other ways to train", Synthetic: s.Sweep.Chosen().Corpus.Synthetic,
		Columns: []page.Column{
			{Name: "Way"},
			{Name: "Trained", Numeric: true, Note: "parameters that training changes"},
			{Name: "Learning rate", Numeric: true},
			{Name: "Optimiser state", Numeric: true, Note: "Adam's two moments, 8 bytes a trained parameter"},
			{Name: "Trained file", Numeric: true, Note: "an adapter with its head, or a whole model"},
			{Name: "Validation F1", Numeric: true, Note: "macro-F1"},
			{Name: "Test F1", Numeric: true, Note: "macro-F1 with its 95 % interval, by bootstrap over texts"},
		},
		Note: s.saved(),
	}
	for _, w := range s.ways() {
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
			page.Metric.Cell(page.Of(r.score())),
			page.Metric.Cell(value(r.Test.Metrics[evaluate.MacroF1Union])),
		})
	}
	return t
}

// saved compares the parameters with the reported saving.
func (s *Study) saved() string {
	n := s.Sweep.Chosen().Parameters
	return fmt.Sprintf("Fewer trained parameters than full fine-tuning: this run %s, reported %s (of DistilBERT-base, with the head counted twice). The head weighs more in a small model: %s of the %s trained parameters are the head's.",
		percentage2(1-float64(n.Trainable)/float64(n.Total)), percentage2(reported.Fewer), number(n.Head), number(n.Trainable))
}

// TimesTable is what each way to train took. It stands apart from the other tables, because times differ between equal runs.
func (s *Study) TimesTable() page.Table {
	t := page.Table{
		ID: "training-times", Caption: "What training took", Synthetic: s.Sweep.Chosen().Corpus.Synthetic,
		Columns: []page.Column{
			{Name: "Way"},
			{Name: "Seconds a step", Numeric: true, Note: "median, without steps that compiled a graph"},
			{Name: "Training", Numeric: true, Note: "all steps, compilation included"},
			{Name: "First step after", Numeric: true, Note: "compilation included"},
			{Name: "Peak memory", Numeric: true, Note: "resident, of the process while it trained"},
			{Name: "Checkpoint", Numeric: true, Note: "trained tensors, the best epoch's, and the optimiser's state"},
		},
		Note: s.faster(),
	}
	for _, w := range s.ways() {
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

// faster compares the times of LoRA and of full fine-tuning with the reported ones.
func (s *Study) faster() string {
	full, lora := s.full(), s.Sweep.Chosen()
	said := fmt.Sprintf("Reported: %.1f s for LoRA on a GPU and an estimated %.0f to %.0f minutes for full fine-tuning, about %.0f times as long.",
		reported.TrainSeconds, reported.FullSeconds[0]/60, reported.FullSeconds[1]/60, reported.Speedup)
	if full == nil || full.Provenance.Times.Cost.StepSeconds == 0 || lora.Provenance.Times.Cost.StepSeconds == 0 {
		return said
	}
	return said + fmt.Sprintf(" This run: a step of full fine-tuning takes %.2f times as long as one of LoRA, because LoRA saves the gradients and the update of the frozen weights, but not the pass through them.",
		full.Provenance.Times.Cost.StepSeconds/lora.Provenance.Times.Cost.StepSeconds)
}
