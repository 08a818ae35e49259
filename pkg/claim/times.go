package claim

import (
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// times is what the original says of times and memory. This run's are those of the profile's own protocol.
func (l *builder) times() {
	l.part = PartEfficiency
	const machine = "another machine"
	trained := func(r *experiment.Run) (float64, string) {
		t := r.Provenance.Times
		if t.Cost.Processes > 1 { // TrainSeconds is the last process's alone
			return t.Cost.TrainSeconds, "validation not counted, as the run was stopped and went on"
		}
		return t.TrainSeconds, ""
	}
	seconds := func(r *experiment.Run) (page.Cell, []string) {
		took, remark := trained(r)
		why := []string{machine, causeNotes, causeBase, causeLength, causeTraining}
		if remark != "" {
			why = append(why, remark)
		}
		return page.Duration.Cell(page.Of(took)), why
	}

	here, why := page.Cell{Missing: "the profile has no configuration of this name"}, []string(nil)
	if o := l.Configuration(original.Study.Selected); o != nil && o.Run == nil {
		here = page.Cell{Missing: "failed: " + o.Failed}
	} else if o != nil {
		here, why = seconds(o.Run)
	}
	l.same("Training of "+original.Study.Selected, page.SortedCell(page.FormatExact(original.Study.TrainSeconds)+" s", original.Study.TrainSeconds), here, why...)

	sum, runs := 0.0, 0
	for _, o := range l.Sweep.Outcomes {
		if o.Run != nil {
			took, _ := trained(o.Run)
			sum, runs = sum+took, runs+1
		}
	}
	l.same("Training of a configuration, on average", page.SortedCell(page.FormatExact(original.Study.SecondsEach/60)+" min", original.Study.SecondsEach), page.Duration.Cell(page.Of(sum/float64(runs))), machine, causeNotes, causeBase, causeLength, causeTraining)

	full, why := l.FullFineTuning(), []string(nil)
	none := page.Cell{Missing: "full fine-tuning was not run"}
	fullTime, ratio := none, none
	if full != nil {
		fullTime, why = seconds(full)
		lora := l.run.Provenance.Times.Cost.StepSeconds
		ratio = page.Cell{Missing: "every step compiled a graph"}
		if own := full.Provenance.Times.Cost.StepSeconds; own > 0 && lora > 0 {
			ratio = page.RatioCell(page.Of(own / lora))
		}
	}
	cell := page.RangeCell(original.Study.FullSeconds[0]/60, original.Study.FullSeconds[1]/60, page.FormatExact)
	cell.Text, cell.Sort = cell.Text+" min", &original.Study.FullSeconds[0]
	l.same("Full fine-tuning", cell, fullTime, append(why, "an estimate there")...)
	l.same("Full fine-tuning over "+l.run.Profile.MethodName(), page.FactorCell(original.Study.Speedup), ratio, "an estimate of whole runs there, the median step of each here: the pass through the frozen weights stays")

	speed := func(of func(i *experiment.Inference) page.Cell) page.Cell {
		if l.Inference == nil {
			return page.Cell{Missing: "the speed was not measured"}
		}
		return of(l.Inference)
	}
	l.part = PartDeployment
	l.same("One note", page.Duration.Cell(page.Of(original.Study.NoteSeconds)), speed(wording.Latency), machine, causeBase, causeLength)
	l.same("Notes a second, in batches", page.ExactCell(original.Study.NotesASecond), speed(wording.Throughput), machine, causeBase, causeLength)
	l.same("Memory of inference", page.Bytes.Cell(page.Of(original.Study.InferenceBytes)), speed(wording.Memory), "a GPU's memory there; here the process's, with XLA and its graphs", causeBase, causeLength)
}
