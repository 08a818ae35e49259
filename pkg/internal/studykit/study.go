package studykit

import (
	"testing"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/baseline"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/internal/profilekit"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/train"
)

// New is a study of the demo with every part: two configurations, of which the first failed and the second was selected, full fine-tuning
// beside them, three learning rates, both protocols with three baselines each, the audit, the errors and the speed.
func New(t testing.TB) *experiment.Study {
	t.Helper()
	p := profilekit.Read(t, "demo")
	selected, row := Run(p, corpus.ProtocolGroup, .4, .3), Run(p, corpus.ProtocolRow, .5, .35)
	full := Run(profilekit.Read(t, "demo", "train.method=full"), corpus.ProtocolGroup, .3, .2)
	full.Provenance.Times.Cost.StepSeconds = .75
	rates := experiment.Curve{
		{Method: profile.MethodLoRA, LearningRate: 3e-4, Run: &Run(p, corpus.ProtocolGroup, .2, .1).TrainingRun},
		{Method: profile.MethodLoRA, LearningRate: 1e-3, Run: &Run(p, corpus.ProtocolGroup, .3, .2).TrainingRun},
		{Method: profile.MethodFull, LearningRate: 1e-4, Run: &Run(p, corpus.ProtocolGroup, .3, .2).TrainingRun},
	}
	comparisons := []*experiment.Comparison{Comparison(selected), Comparison(row)}
	comparisons[1].Retrained = row
	return &experiment.Study{
		Profile: p, Audit: newAudit(), Rates: rates, Comparisons: comparisons,
		Sweep:    &experiment.Sweep{Outcomes: []experiment.Outcome{{Name: "1-baseline", Failed: "diverged"}, {Name: "2-higher-rate", Run: selected}}, Best: 1},
		Compared: []experiment.Outcome{{Name: "full", Run: full}}, Errors: Errors(selected),
		Inference: &experiment.Inference{Singles: 20, MedianSeconds: .0123, P95Seconds: .02, Batched: 20, BatchSize: 4, TextsPerSecond: 88, MemoryUnknown: "hidden", Device: "a device"},
	}
}

func pointer(x float64) *float64 { return &x }

// Run is a run with DistilBERT's sizes under a protocol, with the given test scores; on the validation texts both are .1 higher.
func Run(p profile.Profile, protocol string, accuracy, macroF1 float64) *experiment.Run {
	r := &experiment.Run{Test: summary("LoRA", accuracy, macroF1)}
	p.Corpus.Protocol = protocol
	r.Profile, r.Validation = p, summary("LoRA", accuracy+.1, macroF1+.1)
	r.Corpus = experiment.Counts{
		Name: "notes", RowsRead: 50, RowsKept: 40, Texts: 20, Labels: 4, Protocol: protocol, MaxLength: 128, Synthetic: p.Corpus.Source == "demo",
	}
	n := &r.Parameters
	n.Trainable, n.Adapter, n.Head, n.Total, n.PEFTTotal = 888_580, 294_912, 593_668, 67_251_460, 67_845_128
	r.StepsPerEpoch = 2
	r.Training = train.State{Losses: []float64{2, 1.75, 1.5, 1.25, 1, .75, .5, .25}, Epochs: make([]train.Validation, 4), Best: 3, Step: 8}
	for i := range r.Training.Epochs {
		r.Training.Epochs[i] = train.Validation{Loss: 1.5 - .25*float64(i), Accuracy: .125 * float64(i), MacroF1: .1 * float64(i), AnyValid: .25 * float64(i)}
	}
	r.Provenance.Times = experiment.Times{TrainSeconds: 99, Cost: experiment.Cost{StepSeconds: .5, Processes: 1}}
	return r
}

// summary has the given row accuracy and macro-F1; every other metric is .125 of a ceiling of .5.
func summary(model string, accuracy, macroF1 float64) evaluate.Summary {
	s := evaluate.Summary{
		Model: model, Notes: 20, Rows: 40, Labels: 4, LabelsPresent: 3, Metrics: make(map[evaluate.Metric]evaluate.Measure),
		Interval: evaluate.Method{Level: .95, Resamples: 1000, Seed: 7},
	}
	for _, m := range evaluate.Metrics() {
		s.Metrics[m] = evaluate.Measure{Value: .125, Ceiling: .5}
	}
	s.Metrics[evaluate.RowAccuracy] = evaluate.Measure{Value: accuracy, Low: pointer(max(0, accuracy-.04)), High: pointer(accuracy + .06), Ceiling: .5}
	s.Metrics[evaluate.MacroF1Union] = evaluate.Measure{Value: macroF1, Ceiling: .6}
	class := func(label string, support int, f1 float64) evaluate.Class {
		return evaluate.Class{Label: label, Support: support, Precision: pointer(f1), Recall: pointer(f1), F1: pointer(f1)}
	}
	s.Classes = []evaluate.Class{class("Surgery", 20, .6), class("Orthopedic", 12, .7), class("Urology", 8, .2), {Label: "Letters", Reason: "no row"}}
	return s
}

// Comparison sets a run beside three baselines: one is never right, one reaches .2, and one is better than the run.
func Comparison(r *experiment.Run) *experiment.Comparison {
	better := evaluate.Verdict{
		Metric: evaluate.MacroF1Union, Model: string(baseline.KeyTFIDFSVM), Reference: "LoRA", Better: true, Words: string(baseline.KeyTFIDFSVM) + " is above LoRA",
		Difference: evaluate.Difference{A: .3, B: .45, Difference: .15},
	}
	tuned := &baseline.Tuned{Model: "TF-IDF + linear SVM", Candidates: []baseline.Candidate{{}, {}}}
	tuned.Candidates[0].MacroF1, tuned.Candidates[1].MacroF1, tuned.Candidates[1].Balanced = .25, .5, true
	model := func(key baseline.Key, accuracy, macroF1 float64) experiment.Baseline {
		return experiment.Baseline{Key: key, File: string(key) + ".parquet", Test: summary(string(key), accuracy, macroF1)}
	}
	models := []experiment.Baseline{model(baseline.KeyRandomUniform, 0, 0), model(baseline.KeyRules, .2, .15), model(baseline.KeyTFIDFSVM, .4, .45)}
	models[1].Remarks, models[2].Tuned = []string{"a label has no cue"}, tuned
	return &experiment.Comparison{
		Run: r, Family: evaluate.Family{
			Reference: "LoRA", Comparisons: []evaluate.Comparison{{A: "LoRA", B: better.Model}}, Verdicts: []evaluate.Verdict{better},
		},
		Baselines: &experiment.Baselines{
			Protocol: r.Corpus.Protocol, Models: models, TermsOf: tuned.Model,
			Terms: []experiment.LabelTerms{{Label: "Urology", Terms: []baseline.Term{{Term: "bladder", Weight: 2}}}},
		},
	}
}

// newAudit has 20 texts under 4 labels, a quarter of them over 512 tokens.
func newAudit() *audit.Audit {
	characters, tokens := audit.Length{Mean: 900, Median: 800, Max: 2000}, audit.Length{Mean: 300, Median: 200, Max: 700}
	cutoffs := []audit.Cutoff{{Tokens: 128, Texts: 12, Share: .6}, {Tokens: 512, Texts: 5, Share: .25}}
	a := &audit.Audit{
		Name: "notes", Synthetic: true, RowsRead: 50, RowsKept: 40, DroppedShort: 4, DroppedDuplicate: 6, Texts: 20, Labels: 4, CeilingRowAccuracy: .5,
		LabelsPerText: map[int]int{1: 5, 2: 10, 3: 5},
		Imbalance:     audit.Imbalance{Largest: "Surgery", LargestTexts: 18, Smallest: "Letters", SmallestTexts: 2, Ratio: 9, Under10: []string{"Letters", "Urology"}},
		CoFiling: audit.CoFiling{
			Labels: []string{"Letters", "Orthopedic", "Surgery", "Urology"}, Shared: 15, SharedShare: .75,
			Counts: [][]int{{2, 0, 1, 0}, {0, 12, 10, 0}, {1, 10, 18, 6}, {0, 0, 6, 8}},
		},
		Lengths: audit.Lengths{
			Characters: characters, CharactersHistogram: audit.Histogram{Width: 500, Counts: []int{5, 10, 3, 2}},
			Tokens: &tokens, TokensHistogram: &audit.Histogram{Width: 128, Counts: []int{8, 4, 2, 1, 3, 2}}, Tokenizer: "a tokenizer", Truncated: cutoffs,
		},
		Protocols: []audit.SplitAudit{
			{Name: corpus.ProtocolRow, TrainRows: 30, ValidationRows: 6, TestRows: 4, TestTexts: 4, TestTextsInTrain: 3, TestShareInTrain: .75},
			{Name: corpus.ProtocolGroup, TrainRows: 28, ValidationRows: 6, TestRows: 6, TestTexts: 3},
		},
		Columns: []audit.Column{{Name: "keywords"}, {Name: "description", NonEmpty: 40, FilledShare: 1, Contains: 10, ContainsShare: .25}},
	}
	for i, label := range a.CoFiling.Labels {
		texts := a.CoFiling.Counts[i][i]
		a.Classes = append(a.Classes, audit.Class{Label: label, Texts: texts, RowShare: float64(texts) / 40, Characters: characters, Tokens: &tokens, Truncated: cutoffs})
	}
	values := make(map[evaluate.Metric]float64)
	for _, m := range audit.CeilingMetrics {
		values[m] = .5
	}
	for _, policy := range []string{audit.AnyFunction, audit.MostFiled, audit.LeastFiled, audit.Majority} {
		a.Ceilings = append(a.Ceilings, audit.Ceiling{Policy: policy, Values: values})
	}
	for i := range a.Protocols {
		for _, name := range []string{audit.MajorityPredictor, audit.MemorisingPredictor, audit.AntiMemorisingPredictor, audit.CoLabelPredictor} {
			a.Protocols[i].Exploiters = append(a.Protocols[i].Exploiters, audit.LeakPredictor{Name: name, RowAccuracy: .25, AnyValid: .5})
		}
	}
	return a
}
