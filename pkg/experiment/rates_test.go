package experiment

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

func TestRatesJudgeOnValidationAlone(t *testing.T) {
	s := wholeStudy(t)
	rates := s.study.Rates
	var names []string
	for _, point := range rates {
		names = append(names, point.Name())
		run := point.Run
		if run == nil || point.Failed != "" {
			t.Fatalf("%s failed: %s", point.Name(), point.Failed)
		}
		if got := testkit.Entries(t, run.Dir); slices.Contains(got, TestFile) || slices.Contains(got, CardFile) || !slices.Contains(got, ValidationFile) {
			t.Errorf("%s was tested: its folder holds %q", point.Name(), got)
		}
		if run.Dir != filepath.Join(s.experiment.Store.Dir, "rate", run.Fingerprint[:16]) {
			t.Errorf("%s is in %s", point.Name(), run.Dir)
		}
		if p := run.Profile.Train; p.Method != point.Method || p.LearningRate != point.LearningRate || p.Epochs != 1 || p.WarmupSteps != 1 || p.Patience != 0 {
			t.Errorf("%s was trained with %+v", point.Name(), p)
		}
		if (run.Parameters.Adapter == 0) != (point.Method == profile.MethodFull) {
			t.Errorf("%s trained %+v", point.Name(), run.Parameters)
		}
	}
	if want := []string{"lora at 0.001", "lora at 0.01", "full at 0.001"}; !slices.Equal(names, want) {
		t.Errorf("points %q, want %q", names, want)
	}
}

func TestARateThatFailsIsAPointWithAReason(t *testing.T) {
	e := newExperiment(t, tinyProfile(t, "rates.lora=[1, 1e-3]", "rates.epochs=1", "rates.warmup_steps=0"), newStore(t))
	e.Profile.Rates.LoRA[0] = 1e30 // which no profile has, and no training takes
	var r recorder
	rates, err := e.Rates(t.Context(), r.log())
	if err != nil {
		t.Fatal(err)
	}
	if rates[0].Run != nil || !strings.Contains(rates[0].Failed, "train.learning_rate") || rates[1].Run == nil || r.count("learning rate 1 of 2, lora at 1e+30 failed: ") != 1 {
		t.Errorf("points %+v, logged %q", rates, r.lines)
	}
	if best, _ := rates.Best(profile.MethodLoRA); best != &rates[1] || !rates.Any() {
		t.Errorf("the best is %+v", best)
	}
}

// scored is a run with a validation macro-F1.
func scored(score float64) *TrainingRun {
	return &TrainingRun{Validation: evaluate.Summary{Metrics: map[evaluate.Metric]evaluate.Measure{evaluate.MacroF1Union: {Value: score}}}}
}

func TestBestRate(t *testing.T) {
	const lora, full = profile.MethodLoRA, profile.MethodFull
	curve := Curve{
		{lora, 1e-4, scored(.1), ""},
		{lora, 1e-3, scored(.4), ""},
		{lora, 1e-2, scored(.3), ""},
		{lora, 1, nil, "diverged"},
		{full, 1e-4, scored(.5), ""},
		{full, 1e-3, scored(.5), ""},
		{full, 1e-2, scored(.9), ""},
		{profile.MethodHead, 1, nil, "diverged"},
	}
	for method, want := range map[profile.Method]struct {
		at     *RatePoint
		inside bool
	}{lora: {&curve[1], true}, full: {&curve[6], false}, profile.MethodHead: {nil, false}, profile.MethodPartial: {nil, false}} {
		if at, inside := curve.Best(method); at != want.at || inside != want.inside {
			t.Errorf("the best of %s is %+v, inside %t", method, at, inside)
		}
	}
	if at, inside := curve[4:6].Best(full); at != &curve[4] || inside {
		t.Errorf("of equal ones the best is %+v, inside %t", at, inside)
	}
	if at, inside := curve[:4].Best(lora); at != &curve[1] || !inside {
		t.Errorf("before one that diverged the best is %+v, inside %t", at, inside)
	}
	if !curve.Any() || curve[3:4].Any() || (Curve{}).Any() {
		t.Error("some point could be trained where one was")
	}
}

func TestRateCosts(t *testing.T) {
	p := tinyProfile(t, "rates.lora=[1, 2]", "rates.full=[3]", "rates.epochs=10")
	costs := RateCosts(p)
	if len(costs) != 3 || costs[0] != 10 || costs[1] != 10 || math.Abs(costs[2]-17) > 1e-9 {
		t.Errorf("costs %v", costs)
	}
	if rates, err := newExperiment(t, tinyProfile(t), nil).Rates(t.Context(), stage.Log{}); err != nil || len(rates) != 0 {
		t.Errorf("without rates: %v, %v", rates, err)
	}
}
