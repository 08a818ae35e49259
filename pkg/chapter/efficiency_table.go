package chapter

import (
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
