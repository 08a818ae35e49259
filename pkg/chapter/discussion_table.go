package chapter

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// headlineMetrics are the metrics of the abstract.
var headlineMetrics = []evaluate.Metric{evaluate.RowAccuracy, evaluate.MacroF1Union, evaluate.WeightedF1, evaluate.AnyValid}

// HeadlineTable is the abstract's: the study's model beside the reported scores, and under each protocol beside the strongest baseline and the
// ceiling.
func HeadlineTable(s *experiment.Study) page.Table {
	run := s.Sweep.Selected()
	t := page.Table{
		ID: "headline", Caption: "Test scores in short", Synthetic: run.Corpus.Synthetic,
		Columns: []page.Column{{Name: "Whose"}},
		Note:    "Reported: on rows that were divided at random, so that protocol row is the one to compare with; group is the one to go by. 95 % intervals by bootstrap over texts.",
	}
	for _, m := range headlineMetrics {
		t.Columns = append(t.Columns, page.Column{Name: m.Title(), Numeric: true})
	}
	add := func(name string, of func(evaluate.Metric) page.Value) {
		cells := []page.Cell{page.Text(name)}
		for _, m := range headlineMetrics {
			cells = append(cells, page.Metric.Cell(of(m)))
		}
		t.Rows = append(t.Rows, cells)
	}
	add("Reported", wording.Reported)
	for _, protocol := range []string{corpus.ProtocolRow, corpus.ProtocolGroup} {
		one := s.Under(protocol)
		if one.Run == nil {
			continue
		}
		add("This run, protocol "+protocol, func(m evaluate.Metric) page.Value { return wording.Measure(one.Run.Test.Metrics[m]) })
		if one.Baselines != nil {
			add("best baseline, "+protocol, func(m evaluate.Metric) page.Value { return bestBaseline(one.Baselines, m) })
		}
		add("ceiling, "+protocol, func(m evaluate.Metric) page.Value { return page.Of(one.Run.Test.Metrics[m].Ceiling) })
	}
	return t
}

// bestBaseline is the highest value that a baseline has in a metric.
func bestBaseline(r *experiment.Baselines, m evaluate.Metric) page.Value {
	best := page.Missing("no baseline was run")
	for i, model := range r.Models {
		if v := model.Test.Metrics[m].Value; i == 0 || v > best.Number {
			best = page.Of(v)
		}
	}
	return best
}

// OriginTable says what made the numbers. When, and how long it took, stands apart from it.
func OriginTable(f *experiment.TrainingRun) page.Table {
	o := f.Provenance
	rows := [][2]string{
		{"Commit", o.Commit},
		{"Notes (SHA-256)", f.Corpus.Hash},
		{"Base weights (SHA-256)", o.BaseSHA256},
		{"Run", f.Fingerprint},
		{"Seeds", fmt.Sprintf("split %d, training %d", f.Profile.Corpus.Seed, f.Profile.Train.Seed)},
		{"Backend", o.Device},
		{"Tokenizer", o.Tokenizer},
		{"Go", o.Go},
	}
	for _, path := range experiment.TracedModules {
		if version := o.Modules[path]; version != "" {
			rows = append(rows, [2]string{path, version})
		}
	}
	rows = append(rows, [2]string{"Cores", page.FormatCount(o.Cores)})
	return pairTable(f, "origin", "What made these numbers", rows)
}
