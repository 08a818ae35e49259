package studykit

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
)

// Errors is what the study's words are made from of an analysis of four texts, of which one is misread. Its tables and figures need a real one: there
// is no corpus behind it, and there are no predictions on disk.
func Errors(run *experiment.Run) *experiment.Errors {
	a := &erroranalysis.Analysis{
		CorpusHash: "0123456789abcdef0123456789abcdef", Synthetic: true, Interval: evaluate.Method{Level: .95}, Labels: []string{"Surgery", "Orthopedic", "Urology", "Letters"},
	}
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
		{Key: erroranalysis.CharactersFinding, Sides: []erroranalysis.Side{{Value: pointer(300)}, {Value: pointer(200)}}},
		{Key: erroranalysis.LongFinding, Estimate: erroranalysis.Estimate{Value: pointer(1.25), Low: pointer(.5), High: pointer(2)}},
	}
	a.Length.Valid.Findings = []*erroranalysis.Finding{
		{Key: erroranalysis.TruncatedFinding, Estimate: erroranalysis.Estimate{Value: pointer(1.5)}, Verdict: erroranalysis.Undecided},
	}
	a.Imbalance.Row.Findings = []*erroranalysis.Finding{{Key: erroranalysis.PearsonClassesFinding, Estimate: erroranalysis.Estimate{Value: pointer(-.5)}}}
	a.Imbalance.Bands = []erroranalysis.Band{{Below: 10}, {From: 10, Below: 51}, {From: 51}}
	a.Imbalance.Bands[0].Row.Value, a.Imbalance.Bands[2].Row.Value = pointer(.875), pointer(.25)
	a.Imbalance.Bands[1].Row.Reason = "no test text"
	a.Imbalance.Classes = []erroranalysis.ClassError{{Label: "Surgery", Train: 60}, {Label: "Urology", Train: 3}}
	a.Similarity.WrongRows, a.Similarity.CoFiled = 9, 4
	a.Similarity.Reported = []erroranalysis.ReportedPair{
		{Named: erroranalysis.LabelPair{Gold: "Orthopedic", Predicted: "Surgery"}, Pair: &erroranalysis.Pair{Texts: 5, Valid: 3, Misread: 2, Of: 12}},
		{Named: erroranalysis.LabelPair{Gold: "Urology", Predicted: "Surgery"}, Pair: &erroranalysis.Pair{Texts: 1, Of: 8}, Typical: "2"},
		{Named: erroranalysis.LabelPair{Gold: "Hospice", Predicted: "Consult"}, Reason: "there is no Hospice"},
	}
	decide(a)
	return &experiment.Errors{Analysis: a, Run: run, Scaling: evaluate.Scaling{
		FittedNotes: 11, Temperature: evaluate.Temperature{Value: 1.25},
		Before: evaluate.Calibration{Metrics: map[evaluate.Metric]evaluate.Measure{evaluate.ValidECE: {Value: .3}}},
		After:  evaluate.Calibration{Metrics: map[evaluate.Metric]evaluate.Measure{evaluate.ValidECE: {Value: .25}}},
	}}
}

// decide gives the four patterns a title and a verdict.
func decide(a *erroranalysis.Analysis) {
	for i, p := range a.Patterns() {
		p.Title, p.Row.Verdict, p.Valid.Verdict = fmt.Sprintf("Pattern %d", i+1), erroranalysis.Undecided, erroranalysis.Holds
	}
}
