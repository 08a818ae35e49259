package experiment

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

func TestErrorsAreThoseOfTheSelectedRun(t *testing.T) {
	s := wholeStudy(t)
	e := s.study.Errors
	if e.Run != s.study.Selected() || e.Corpus != s.experiment.Notes.Corpus || e.CorpusHash != notesHash || e.TrainTexts != 45 {
		t.Errorf("of run %s, corpus %s, %d training texts", e.Run.Dir, e.CorpusHash, e.TrainTexts)
	}
	read := func(file string) predict.Set {
		set, err := predict.Read(filepath.Join(e.Run.Dir, file), predict.Want{CorpusHash: notesHash})
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	want, err := evaluate.Scale(read(ValidationFile), read(TestFile), evaluate.Options{Seed: 42})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, e.Scaling); diff != "" {
		t.Errorf("calibration (-want +got):\n%s", diff)
	}
	if e.Temperature != e.Scaling.Temperature.Value {
		t.Errorf("the cases' temperature is %v, the fitted one %v", e.Temperature, e.Scaling.Temperature.Value)
	}
	// The confidences are calibrated, and the labels those of the predictions.
	test := read(TestFile)
	if len(e.Cases) != len(test.Predictions) {
		t.Fatalf("%d cases of %d predictions", len(e.Cases), len(test.Predictions))
	}
	misread := 0
	for _, c := range e.Cases {
		i := slices.IndexFunc(test.Predictions, func(q predict.Prediction) bool { return q.NoteID == c.ID })
		q := test.Predictions[i]
		best := q.Top(1)[0]
		if c.Predicted != test.Labels[best] || c.Valid != slices.Contains(q.Gold, best) {
			t.Errorf("case %s is predicted %s, valid %t; the prediction is %s of %v", c.ID, c.Predicted, c.Valid, test.Labels[best], q.Gold)
		}
		testkit.Near(t, "confidence", c.Confidence, float64(predict.Softmax(q.Logits, e.Temperature)[best]), 1e-6)
		if !c.Valid {
			misread++
		}
	}
	curve, err := e.RiskCoverage(e.Temperature)
	if err != nil {
		t.Fatal(err)
	}
	last := curve[len(curve)-1]
	if last.Coverage != 1 || last.Risk != float64(misread)/float64(len(e.Cases)) {
		t.Errorf("of %d misread texts of %d the whole curve ends with %+v", misread, len(e.Cases), last)
	}
	for _, point := range curve {
		o := e.AtThreshold(point.Threshold - 1e-9)
		testkit.Near(t, "coverage", o.Share(), point.Coverage, 1e-9)
		testkit.Near(t, "risk", o.ErrorRate(), point.Risk, 1e-9)
	}
	if _, err := e.RiskCoverage(0); err == nil {
		t.Error("a temperature of 0 was taken")
	}
}

func TestErrorsOfOtherNotesAreRefused(t *testing.T) {
	s := wholeStudy(t)
	notes := *s.experiment.Notes
	other := *notes.Corpus
	other.Hash = notesHash[1:] + "0"
	notes.Corpus = &other
	_, err := analyse(&notes, s.study.Selected())
	testkit.Refused(t, "predictions of another corpus", err, TestFile, "corpus")
	missing := *s.study.Selected()
	missing.Dir = t.TempDir()
	_, err = analyse(s.experiment.Notes, &missing)
	testkit.Refused(t, "a run without predictions", err, filepath.Join(missing.Dir, TestFile))
}

// filed are errors of the given cases.
func filed(cases ...erroranalysis.Case) *Errors {
	return &Errors{Analysis: &erroranalysis.Analysis{Cases: cases}}
}

func TestThresholds(t *testing.T) {
	e := filed(
		erroranalysis.Case{Confidence: .9, Valid: true}, erroranalysis.Case{Confidence: .4, Truncated: true}, erroranalysis.Case{Confidence: .7, Valid: true},
		erroranalysis.Case{Confidence: .7}, erroranalysis.Case{Confidence: .5, Valid: true},
	)
	for threshold, want := range map[float64]ThresholdOutcome{
		0:   {Threshold: 0, Texts: 5, Automatic: 5, Wrong: 2},
		.5:  {Threshold: .5, Texts: 5, Automatic: 4, Wrong: 1, LeftWrong: 1},
		.7:  {Threshold: .7, Texts: 5, Automatic: 3, Wrong: 1, LeftWrong: 1},
		.71: {Threshold: .71, Texts: 5, Automatic: 1, LeftWrong: 2},
		1:   {Threshold: 1, Texts: 5, LeftWrong: 2},
	} {
		if got := e.AtThreshold(threshold); got != want {
			t.Errorf("at %v: %+v, want %+v", threshold, got, want)
		}
	}
	o := e.AtThreshold(.5)
	testkit.Near(t, "share", o.Share(), .8, 1e-12)
	testkit.Near(t, "error rate", o.ErrorRate(), .25, 1e-12)
	testkit.Near(t, "truncated", e.Truncated(), .2, 1e-12)
	if o := e.AtThreshold(2); o.ErrorRate() != 0 || o.Share() != 0 {
		t.Errorf("where nothing is filed: %v, %v", o.Share(), o.ErrorRate())
	}
	for valid, want := range map[float64]float64{.5: .4, .6: .4, .75: .5, .8: .9, 1: .9} {
		if best, found := e.BestThreshold(valid); !found || best.Threshold != want {
			t.Errorf("for %v valid the best is %+v, want %v", valid, best, want)
		}
	}
	if best, found := filed(erroranalysis.Case{Confidence: .9}).BestThreshold(.5); found {
		t.Errorf("where none is right the best is %+v", best)
	}
	if none := filed(); none.Truncated() != 0 || none.AtThreshold(0).Share() != 0 {
		t.Error("shares of nothing are not 0")
	}
}

func TestExplanationExplainsTheMisreadAndTheExamples(t *testing.T) {
	s := wholeStudy(t)
	x, e := s.explanation, s.study.Errors
	all, examples := e.toExplain()
	if len(all) == 0 || len(examples) == 0 {
		t.Fatalf("%d texts to explain, %d examples", len(all), len(examples))
	}
	if len(x.Attributions) != len(all) || x.Agreement.Notes != len(examples) || x.CorpusHash != notesHash || x.Model != e.Run.Fingerprint {
		t.Errorf("%d attributions of %d, agreement %+v", len(x.Attributions), len(all), x.Agreement)
	}
	texts := e.Corpus.TextsByKey()
	for _, a := range x.Attributions {
		i := slices.IndexFunc(e.Cases, func(c erroranalysis.Case) bool { return c.ID == a.NoteID })
		if i < 0 || a.Label != e.Cases[i].Predicted || a.Predicted != a.Label || len(a.Spans) == 0 {
			t.Fatalf("attribution %+v", a)
		}
		text := texts[e.Cases[i].TextSHA256]
		if len(text) != a.Bytes {
			t.Errorf("note %s has %d bytes, the attribution is of %d", a.NoteID, len(text), a.Bytes)
		}
		// Integrated gradients add up to the logit's difference from the baseline.
		sum := 0.0
		for _, token := range a.Tokens {
			sum += token.Value
		}
		difference := a.Logit - *a.BaselineLogit
		testkit.Near(t, "the attributions' sum", sum, difference, .1*max(1, difference, -difference))
	}
	if g := x.Agreement; g.Defined > 0 && (*g.Lowest < -1 || *g.Mean > 1 || *g.Median < *g.Lowest) {
		t.Errorf("agreement %+v", g)
	}
}

func TestExplanationIsFoundAgain(t *testing.T) {
	s := wholeStudy(t)
	found, err := s.again(t).Explanation(t.Context(), stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s.explanation.Agreement, found.Agreement); diff != "" {
		t.Errorf("agreement (-made +found):\n%s", diff)
	}
	if len(found.Attributions) != len(s.explanation.Attributions) {
		t.Fatalf("%d attributions of %d", len(found.Attributions), len(s.explanation.Attributions))
	}
	for i, a := range found.Attributions {
		want := s.explanation.Attributions[i]
		want.Tokens = nil // which the file does not hold
		if diff := cmp.Diff(want, a); diff != "" {
			t.Errorf("attribution %d (-made +found):\n%s", i, diff)
		}
	}
}

func TestWhereNothingIsMisreadNothingIsExplained(t *testing.T) {
	s := wholeStudy(t)
	analysis := *s.study.Errors.Analysis
	analysis.Cases, analysis.Examples = slices.Clone(analysis.Cases), nil
	for i := range analysis.Cases {
		analysis.Cases[i].Valid = true
	}
	e := newExperiment(t, s.profile, newStore(t))
	e.errors = &Errors{Analysis: &analysis, Run: s.study.Selected(), Corpus: e.Notes.Corpus}
	x, err := e.Explanation(t.Context(), stage.Log{})
	if err != nil || len(x.Attributions) != 0 || x.Agreement != (Agreement{}) {
		t.Errorf("%+v, %v", x, err)
	}
}

func TestAnExplanationWithoutItsAttributionsIsAnError(t *testing.T) {
	s := wholeStudy(t)
	e := s.again(t)
	e.Store.Dir = filepath.Join(testkit.CopyFolder(t, s.home), "data", "cache")
	files, err := filepath.Glob(filepath.Join(e.Store.Dir, "explanation", "*", attributionFile))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %q, %v", files, err)
	}
	testkit.WriteFile(t, files[0], "PAR1")
	_, err = e.Explanation(t.Context(), stage.Log{})
	testkit.Refused(t, "damaged attributions", err, files[0])
}
