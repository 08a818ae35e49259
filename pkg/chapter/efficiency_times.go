package chapter

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

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
