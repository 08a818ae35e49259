package studykit

import (
	"testing"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/internal/profilekit"
)

// Odd are studies by their names: the whole one, and others that lack what it has.
func Odd(t testing.TB) map[string]*experiment.Study {
	t.Helper()
	odd := map[string]*experiment.Study{"whole": New(t)}
	change := func(name string, how func(s *experiment.Study)) {
		s := New(t)
		how(s)
		odd[name] = s
	}
	change("bare", func(s *experiment.Study) {
		s.Rates, s.Compared, s.Comparisons, s.Inference = nil, nil, nil, nil
		s.Sweep = &experiment.Sweep{Outcomes: []experiment.Outcome{{Name: "profile", Run: s.Selected()}}}
	})
	change("row alone", func(s *experiment.Study) {
		row := s.Comparisons[1].Run
		s.Sweep.Outcomes[1].Run, s.Errors.Run, s.Comparisons = row, row, s.Comparisons[1:]
	})
	change("full fine-tuning, real notes", func(s *experiment.Study) {
		run := Run(profilekit.Read(t, "mtsamples", "train.method=full", "train.patience=0", "train.max_grad_norm=0"), corpus.ProtocolGroup, .4, .3)
		run.Parameters.Adapter = 0
		s.Sweep.Outcomes[1].Run, s.Audit.Synthetic, s.Errors.Synthetic = run, false, false
		s.Comparisons = []*experiment.Comparison{Comparison(run)}
	})
	change("every other run failed", func(s *experiment.Study) {
		s.Compared[0].Run, s.Compared[0].Failed = nil, "out of memory"
		for i := range s.Rates {
			s.Rates[i].Run, s.Rates[i].Failed = nil, "diverged"
		}
	})
	change("nothing to analyse", func(s *experiment.Study) {
		s.Errors = &experiment.Errors{Analysis: &erroranalysis.Analysis{}, Run: s.Selected()}
		decide(s.Errors.Analysis)
		s.Audit.Lengths, s.Audit.Imbalance = audit.Lengths{}, audit.Imbalance{}
		test := &s.Selected().Test
		test.Classes = nil
		for m, v := range test.Metrics {
			v.Low, v.High, v.Reason = nil, nil, "a single note has no interval"
			test.Metrics[m] = v
		}
	})
	return odd
}
