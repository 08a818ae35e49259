package chapter

import (
	"fmt"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/baseline"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/train"
)

func pointer(x float64) *float64 { return &x }

// scored is a summary with the given row accuracy and macro-F1.
func scored(accuracy, macro float64) evaluate.Summary {
	s := evaluate.Summary{Notes: 20, Rows: 40, Labels: 4, LabelsPresent: 3, Metrics: map[evaluate.Metric]evaluate.Measure{}, Interval: evaluate.Method{Level: .95, Resamples: 1000, Seed: 7}}
	for _, m := range evaluate.Metrics() {
		s.Metrics[m] = evaluate.Measure{Value: .125, Ceiling: .5}
	}
	s.Metrics[evaluate.RowAccuracy] = evaluate.Measure{Value: accuracy, Low: pointer(accuracy - .04), High: pointer(accuracy + .06), Ceiling: .5}
	s.Metrics[evaluate.MacroF1Union] = evaluate.Measure{Value: macro, Ceiling: .6}
	s.Classes = []evaluate.Class{
		{Label: "Surgery", Support: 20, F1: pointer(.6)}, {Label: "Orthopedic", Support: 12, F1: pointer(.7)}, {Label: "Urology", Support: 8, F1: pointer(.2)}, {Label: "Letters", Reason: "no row"},
	}
	return s
}

// smallRun has DistilBERT's sizes.
func smallRun(p profile.Profile, protocol string, accuracy, macro float64) *experiment.Run {
	r := &experiment.Run{Test: scored(accuracy, macro)}
	p.Corpus.Protocol = protocol
	r.Profile, r.Validation = p, scored(accuracy+.1, macro+.1)
	r.Corpus = experiment.Counts{Name: "notes", RowsRead: 50, RowsKept: 40, Texts: 20, Labels: 4, Protocol: protocol, MaxLength: 128, Synthetic: p.Corpus.Source == "demo"}
	n := &r.Parameters
	n.Trainable, n.Adapter, n.Head, n.Total, n.PEFTTotal = 888_580, 294_912, 593_668, 67_251_460, 67_845_128
	r.Training = train.State{Epochs: make([]train.Validation, 4), Best: 3}
	r.Provenance.Times = experiment.Times{TrainSeconds: 99, Cost: experiment.Cost{StepSeconds: .5, Processes: 1}}
	return r
}

// comparedWith is a comparison of a run with two baselines, of which one reaches .2 and the other is never right.
func comparedWith(r *experiment.Run) *experiment.Comparison {
	better := evaluate.Verdict{
		Metric: evaluate.MacroF1Union, Model: "TF-IDF + linear SVM", Reference: "LoRA", Better: true, Words: "TF-IDF + linear SVM is above LoRA",
		Difference: evaluate.Difference{A: .3, B: .45, Difference: .15},
	}
	tuned := &baseline.Tuned{Candidates: []baseline.Candidate{{}, {}}}
	tuned.Candidates[0].MacroF1, tuned.Candidates[1].MacroF1, tuned.Candidates[1].Balanced = .25, .5, true
	return &experiment.Comparison{
		Run: r, Family: evaluate.Family{Verdicts: []evaluate.Verdict{better}},
		Baselines: &experiment.Baselines{Protocol: r.Corpus.Protocol, Models: []experiment.Baseline{
			{Name: "random, uniform", Test: scored(0, 0)}, {Name: "keyword rules", Test: scored(.2, .15)}, {Name: "TF-IDF + linear SVM", Test: scored(.4, .45), Tuned: tuned},
		}},
	}
}

// SmallStudy is a study of the demo with both protocols, whose numbers can be checked by hand.
func SmallStudy(t *testing.T) *experiment.Study {
	t.Helper()
	p := profile.ReadProfile(t, "demo")
	chosen, row := smallRun(p, corpus.ProtocolGroup, .4, .3), smallRun(p, corpus.ProtocolRow, .5, .35)
	full := smallRun(profile.ReadProfile(t, "demo", "train.method=full"), corpus.ProtocolGroup, .3, .2)
	full.Provenance.Times.Cost.StepSeconds = .75
	rates := experiment.Curve{
		{Method: profile.MethodLoRA, LearningRate: 3e-4, Run: &smallRun(p, corpus.ProtocolGroup, .2, .1).TrainingRun},
		{Method: profile.MethodLoRA, LearningRate: 1e-3, Run: &smallRun(p, corpus.ProtocolGroup, .3, .2).TrainingRun},
		{Method: profile.MethodFull, LearningRate: 1e-4, Run: &smallRun(p, corpus.ProtocolGroup, .3, .2).TrainingRun},
	}
	a := &audit.Audit{
		Name: "notes", Synthetic: true, RowsRead: 50, RowsKept: 40, Texts: 20, Labels: 4, CeilingRowAccuracy: .5,
		Imbalance: audit.Imbalance{LargestTexts: 18, SmallestTexts: 2, Ratio: 9}, CoFiling: audit.CoFiling{SharedShare: .75},
		Lengths: audit.Lengths{Truncated: []audit.Cutoff{{Tokens: 128, Share: .6}, {Tokens: 512, Share: .25}}},
		Protocols: []audit.Protocol{
			{Name: corpus.ProtocolRow, TrainRows: 30, ValidationRows: 6, TestRows: 4}, {Name: corpus.ProtocolGroup, TrainRows: 28, ValidationRows: 6, TestRows: 6},
		},
	}
	return &experiment.Study{
		Profile: p, Audit: &experiment.Audit{Audit: a}, Rates: rates, Comparisons: []*experiment.Comparison{comparedWith(chosen), comparedWith(row)},
		Sweep:    &experiment.Sweep{Outcomes: []experiment.Outcome{{Name: "1-baseline", Failed: "diverged"}, {Name: "2-higher-rate", Run: chosen}}, Best: 1},
		Compared: []experiment.Outcome{{Name: "full", Run: full}}, Errors: smallErrors(chosen),
		Inference: &experiment.Inference{Singles: 20, MedianSeconds: .0123, P95Seconds: .02, Batched: 20, BatchSize: 4, TextsPerSecond: 88, MemoryUnknown: "hidden", Device: "a device"},
	}
}

// smallErrors has four texts, of which one is misread.
func smallErrors(run *experiment.Run) *experiment.Errors {
	a := &erroranalysis.Analysis{Synthetic: true, Interval: evaluate.Method{Level: .95}, Labels: []string{"Surgery", "Orthopedic", "Urology", "Letters"}}
	for i, c := range []struct {
		predicted  string
		confidence float64
		valid      bool
	}{{"Orthopedic", .9, true}, {"Orthopedic", .7, true}, {"Surgery", .5, true}, {"Surgery", .4, false}} {
		labels := []string{c.predicted}
		if !c.valid {
			labels = []string{"Urology"}
		}
		a.Cases = append(a.Cases, erroranalysis.Case{ID: fmt.Sprint(i), Predicted: c.predicted, Labels: labels, Confidence: c.confidence, Valid: c.valid, Characters: 1000 + i, Truncated: i > 1})
	}
	a.Length.Row.Findings = []*erroranalysis.Finding{
		{Name: "characters", Sides: []erroranalysis.Side{{Value: pointer(300)}, {Value: pointer(200)}}},
		{Name: "long", Estimate: erroranalysis.Estimate{Value: pointer(1.25), Low: pointer(.5), High: pointer(2)}},
	}
	a.Length.Valid.Findings = []*erroranalysis.Finding{{Name: "truncated", Estimate: erroranalysis.Estimate{Value: pointer(1.5)}, Verdict: erroranalysis.Undecided}}
	a.Imbalance.Row.Findings = []*erroranalysis.Finding{{Name: "pearson_classes", Estimate: erroranalysis.Estimate{Value: pointer(-.5)}}}
	a.Imbalance.Bands = []erroranalysis.Band{{Below: 10}, {From: 10, Below: 51}, {From: 51}}
	a.Imbalance.Bands[0].Row.Value, a.Imbalance.Bands[2].Row.Value = pointer(.875), pointer(.25)
	a.Imbalance.Bands[1].Row.Reason = "no test text"
	a.Imbalance.Classes = []erroranalysis.ClassError{{Label: "Surgery", Train: 60}, {Label: "Urology", Train: 3}}
	a.Similarity.WrongRows, a.Similarity.CoFiled = 9, 4
	a.Similarity.Reported = []erroranalysis.ReportedPair{
		{Asked: erroranalysis.LabelPair{Gold: "Orthopedic", Predicted: "Surgery"}, Pair: &erroranalysis.Pair{Texts: 5, Valid: 3, Misread: 2, Of: 12}},
		{Asked: erroranalysis.LabelPair{Gold: "Urology", Predicted: "Surgery"}, Pair: &erroranalysis.Pair{Texts: 1, Of: 8}, Typical: "2"},
		{Asked: erroranalysis.LabelPair{Gold: "Hospice", Predicted: "Consult"}, Reason: "there is no Hospice"},
	}
	undecided(a)
	return &experiment.Errors{Analysis: a, Run: run, Scaling: evaluate.Scaling{
		FittedNotes: 11, Temperature: evaluate.Temperature{Value: 1.25},
		Before: evaluate.Calibration{Metrics: map[evaluate.Metric]evaluate.Measure{evaluate.ValidECE: {Value: .3}}},
		After:  evaluate.Calibration{Metrics: map[evaluate.Metric]evaluate.Measure{evaluate.ValidECE: {Value: .25}}},
	}}
}

// undecided gives the four patterns a verdict.
func undecided(a *erroranalysis.Analysis) {
	for i, p := range a.Patterns() {
		p.Title, p.Row.Verdict, p.Valid.Verdict = fmt.Sprintf("Pattern %d", i+1), erroranalysis.Undecided, erroranalysis.Holds
	}
}

// oddStudies are studies that lack what others have.
func oddStudies(t *testing.T) map[string]*experiment.Study {
	t.Helper()
	odd := map[string]*experiment.Study{"whole": SmallStudy(t)}
	change := func(name string, how func(s *experiment.Study)) {
		s := SmallStudy(t)
		how(s)
		odd[name] = s
	}
	change("bare", func(s *experiment.Study) {
		s.Rates, s.Compared, s.Comparisons, s.Inference = nil, nil, nil, nil
		s.Sweep = &experiment.Sweep{Outcomes: []experiment.Outcome{{Name: "profile", Run: s.Sweep.Selected()}}}
	})
	change("row alone", func(s *experiment.Study) {
		row := s.Comparisons[1].Run
		s.Sweep.Outcomes[1].Run, s.Errors.Run, s.Comparisons = row, row, s.Comparisons[1:]
	})
	change("full fine-tuning, real notes", func(s *experiment.Study) {
		run := smallRun(profile.ReadProfile(t, "mtsamples", "train.method=full", "train.patience=0", "train.max_grad_norm=0"), corpus.ProtocolGroup, .4, .3)
		run.Parameters.Adapter = 0
		s.Sweep.Outcomes[1].Run, s.Audit.Synthetic, s.Errors.Synthetic = run, false, false
		s.Comparisons = []*experiment.Comparison{comparedWith(run)}
	})
	change("nothing to analyse", func(s *experiment.Study) {
		s.Errors = &experiment.Errors{Analysis: &erroranalysis.Analysis{}, Run: s.Sweep.Selected()}
		undecided(s.Errors.Analysis)
		s.Audit.Lengths, s.Audit.Imbalance = audit.Lengths{}, audit.Imbalance{}
		test := &s.Sweep.Selected().Test
		test.Classes = nil
		for m, v := range test.Metrics {
			v.Low, v.High, v.Reason = nil, nil, "a single note has no interval"
			test.Metrics[m] = v
		}
	})
	return odd
}
