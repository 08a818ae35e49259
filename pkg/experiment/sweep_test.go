package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/chapter"
	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/report"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// tinySweep is two configurations that train and, at will, one that cannot.
func tinySweep(t *testing.T, failing bool) profile.Profile {
	t.Helper()
	p := TinyProfile(t, "sweep=[]", "compare=[]", "rates.lora=[]", "rates.full=[]")
	p.Configurations = profile.Configurations{{Name: "slow", Set: []string{"train.learning_rate=1e-6"}}, {Name: "fast", Set: []string{"train.learning_rate=2e-2", "adapter.rank=4"}}}
	if failing {
		p.Configurations = append(profile.Configurations{{Name: "wild", Set: []string{"adapter.target_modules=[query]"}}}, p.Configurations...)
	}
	return p
}

func TestSweepSelectsByValidation(t *testing.T) {
	p := tinySweep(t, false)
	dir := t.TempDir()
	stages := map[string]int{}
	s, err := SweepProfile(p, t.Context(), dir, stage.Log{Progress: func(p stage.Progress) { stages[p.Stage]++ }})
	if err != nil {
		t.Fatal(err)
	}
	if len(stages) != 2 || stages["configuration 1 of 2, slow"] == 0 || stages["configuration 2 of 2, fast"] == 0 {
		t.Errorf("told of %v", stages)
	}
	best := 0
	if s.Outcomes[1].Run.ValidationScore() > s.Outcomes[0].Run.ValidationScore() {
		best = 1
	}
	if s.Best != best || s.Selected() != s.Outcomes[best].Run {
		t.Errorf("selected %d, the scores are %v and %v", s.Best, s.Outcomes[0].Run.ValidationScore(), s.Outcomes[1].Run.ValidationScore())
	}
	for _, o := range s.Outcomes {
		run, err := ReadRun(filepath.Join(dir, o.Name))
		if err != nil || !cmp.Equal(run, o.Run) {
			t.Errorf("the folder of %s: %v", o.Name, err)
		}
	}
	if r := s.Outcomes[1].Run.Profile; r.Adapter.Rank != 4 || r.Train.LearningRate != 2e-2 || r.Configurations != nil {
		t.Errorf("the second configuration ran with %+v", r)
	}
	// What an earlier run left in memory is not counted as a later one's.
	if cost := s.Outcomes[1].Run.Provenance.Times.Cost; cost.PeakBytes != nil || !strings.Contains(cost.PeakUnknown, "earlier run") {
		t.Errorf("the second run's peak: %v, %q", cost.PeakBytes, cost.PeakUnknown)
	}
	// Finished ones are read.
	clear(stages)
	again, err := SweepProfile(p, t.Context(), dir, stage.Log{Progress: func(p stage.Progress) { stages[p.Stage]++ }})
	if err != nil || len(stages) != 0 || !cmp.Equal(again, s) {
		t.Errorf("the second time: %v, %v", stages, err)
	}
	// Another profile's sweep is refused by the folders.
	other := p
	other.Train.Seed = 7
	if _, err := SweepProfile(other, t.Context(), dir, stage.Log{}); err == nil || !strings.Contains(err.Error(), "choose another folder") {
		t.Errorf("another sweep in the same folder: %v", err)
	}
}

func TestFailedConfigurationLeavesTheOthers(t *testing.T) {
	p := tinySweep(t, true)
	dir := t.TempDir()
	s, err := SweepProfile(p, t.Context(), dir, stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	failed := s.Outcomes[0]
	if failed.Run != nil || !strings.Contains(failed.Failed, "query") || s.Best == 0 || s.Outcomes[1].Run == nil || s.Outcomes[2].Run == nil {
		t.Errorf("outcomes: %+v, best %d", s.Outcomes, s.Best)
	}
	text, err := chapter.SweepTable(s).Text()
	if err != nil || !strings.Contains(text, "query") {
		t.Errorf("the table does not say why a configuration failed: %v\n%s", err, text)
	}
	p.Configurations = p.Configurations[:1]
	if _, err := SweepProfile(p, t.Context(), dir, stage.Log{}); err == nil || !strings.Contains(err.Error(), "no configuration could be trained") || !strings.Contains(err.Error(), "wild") {
		t.Errorf("none left: %v", err)
	}
}

func TestSweepStopsWhenAsked(t *testing.T) {
	p := tinySweep(t, false)
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := SweepProfile(p, ctx, dir, stage.Log{Progress: func(p stage.Progress) {
		if strings.HasSuffix(p.Stage, "fast") && p.Step == 2 {
			cancel()
		}
	}})
	if err == nil || !strings.Contains(err.Error(), "step 2") {
		t.Fatalf("stopped: %v", err)
	}
	if _, err := ReadRun(filepath.Join(dir, "slow")); err != nil {
		t.Errorf("the finished configuration: %v", err)
	}
	first := 0
	if _, err := SweepProfile(p, t.Context(), dir, stage.Log{Progress: func(p stage.Progress) {
		if first == 0 {
			first = p.Step
		}
	}}); err != nil || first != 3 {
		t.Errorf("it goes on at step %d: %v", first, err)
	}
}

func TestConfigurationsAreChecked(t *testing.T) {
	for _, c := range []struct {
		list profile.Configurations
		want string
	}{
		{profile.Configurations{{Name: "A b"}}, "A b"},
		{profile.Configurations{{Name: "../up"}}, "../up"},
		{profile.Configurations{{Name: "a"}, {Name: "a"}}, "two configurations"},
		{profile.Configurations{{Name: "a", Set: []string{"train.learning_rat=1"}}}, "train.learning_rate"},
		{profile.Configurations{{Name: "a", Set: []string{"corpus.seed=1"}}}, "corpus.seed"},
		{profile.Configurations{{Name: "a", Set: []string{"train.epochs=0"}}}, "train.epochs"},
		{profile.Configurations{{Name: "a", Set: []string{"train.method=partial"}}}, "train.layers"},
	} {
		p := TinyProfile(t)
		p.Configurations = c.list
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "sweep") {
			t.Errorf("%v: %v, want an error with %q", c.list, err, c.want)
		}
	}
	p := profile.ReadProfile(t, "demo", "sweep=[3-conservative, 1-baseline]")
	if got := p.Configurations.Names(); !slices.Equal(got, []string{"1-baseline", "3-conservative"}) {
		t.Errorf("picked %q", got)
	}
	if _, err := profile.Read("demo", []string{"sweep=[2-higher]"}); err == nil || !strings.Contains(err.Error(), "2-higher-rate") {
		t.Errorf("a configuration that there is not: %v", err)
	}
	for setting, refused := range map[string]bool{"train.learning_rate=1": true, "train.epochs=1": false} {
		err := p.CheckSettings([]string{setting})
		if (err != nil) != refused || refused && (!strings.Contains(err.Error(), "train.learning_rate") || !strings.Contains(err.Error(), "sweep=[")) {
			t.Errorf("%s: %v", setting, err)
		}
	}
}

func TestProfileFileExtendsAProfile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.yaml")
	for content, want := range map[string]string{
		"extends: demo\ntrain:\n  epochs: 9\nsweep:\n  - {name: one, set: [train.learning_rate=1e-3]}\n": "",
		"train:\n  epochs: 9\n":               "extends",
		"extends: large\n":                    "large",
		"extends: demo\ntrain:\n  epoch: 9\n": "epoch",
		"extends: demo\nextends: mtsamples\n": "extends",
	} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		p, err := profile.Read(path, nil)
		if want != "" {
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
				t.Errorf("%q: %v, want an error with %q", content, err, want)
			}
			continue
		}
		demo := profile.ReadProfile(t, "demo")
		if err != nil || p.Name != "mine" || p.Train.Epochs != 9 || p.Train.BatchSize != demo.Train.BatchSize || !slices.Equal(p.Configurations.Names(), []string{"one"}) || p.Corpus.Source != "demo" {
			t.Errorf("%+v, %v", p, err)
		}
	}
	if _, err := profile.Read("missing.yaml", nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestEveryMethodLeavesAModelThatOpens(t *testing.T) {
	for _, method := range [][]string{{"train.method=full"}, {"train.method=partial", "train.layers=1"}, {"train.method=head"}} {
		p := TinyProfile(t, append(method, "train.learning_rate=1e-3", "train.epochs=1")...)
		dir := filepath.Join(t.TempDir(), "run")
		run, err := RunProfile(p, t.Context(), dir, stage.Log{})
		if err != nil {
			t.Fatalf("%v: %v", method, err)
		}
		c, err := classifier.Open(filepath.Join(dir, ModelDir), "")
		if err != nil {
			t.Fatalf("%v: %v", method, err)
		}
		if !slices.Equal(c.Labels, readNotes(t, p).Corpus.Labels) || c.MaxLength != 32 || c.Synthetic {
			t.Errorf("%v: labels %q, length %d", method, c.Labels, c.MaxLength)
		}
		if run.Parameters.Adapter != 0 || run.Parameters.Trainable < run.Parameters.Head || (p.Train.Method == profile.MethodFull) != (run.Parameters.Trainable == run.Parameters.Total) {
			t.Errorf("%v: %+v", method, run.Parameters)
		}
	}
}

func TestCardSaysWhatTheRunIs(t *testing.T) {
	p := TinyProfile(t)
	dir := filepath.Join(t.TempDir(), "run")
	run, err := RunProfile(p, t.Context(), dir, stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, CardFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{run.Corpus.Hash, "`group`", "ceiling", run.Provenance.BaseSHA256, "library_name: peft", "Licence", "Limits", "LoRA, rank 16"} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("the card does not say %q:\n%s", want, raw)
		}
	}
	if strings.Contains(string(raw), "synthetic") {
		t.Error("the card calls real notes synthetic")
	}
	front, _, ok := strings.Cut(strings.TrimPrefix(string(raw), "---\n"), "\n---\n")
	var fields map[string]any
	if !ok || profile.Decode([]byte(front), &fields) != nil || fields["base_model"] != Tiny {
		t.Errorf("the card's front matter cannot be read: %s", front)
	}
}

func TestRateCurveJudgesOnValidationAlone(t *testing.T) {
	t.Setenv(checkout.HomeEnv, t.TempDir())
	base, err := filepath.Abs(Tiny)
	if err != nil {
		t.Fatal(err)
	}
	p := TinyProfile(t, "base="+base, "sweep=[]", "compare=[]", "rates.lora=[1e-3, 1e-2]", "rates.full=[1e-3]", "rates.epochs=1", "rates.warmup_steps=1")
	s, err := StudyOf(p, t.Context(), stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Rates) != 3 || s.Rates[2].Run.Parameters.Adapter != 0 || s.Rates[1].Run.Profile.Train.LearningRate != 1e-2 {
		t.Errorf("points: %+v", s.Rates)
	}
	if c := s.Comparisons; len(c) != 2 || c[0].Retrained != nil || c[1].Retrained == nil || c[1].Run.Corpus.Protocol != "row" || len(c[0].Baselines.Models) != 8 {
		t.Errorf("comparisons: %+v", c)
	}
	for _, c := range s.Comparisons {
		for _, table := range []page.Table{chapter.ComparisonTable(c), chapter.FurtherScoresTable(c), chapter.SignificanceTable(c), chapter.TuningTable(c), chapter.TermTable(c)} {
			if _, err := table.HTML(); err != nil {
				t.Error(err)
			}
		}
		if _, err := chapter.ComparisonFigure(c); err != nil {
			t.Error(err)
		}
	}
	for _, point := range s.Rates {
		if files, err := filepath.Glob(filepath.Join(point.Run.Dir, TestFile)); err != nil || len(files) != 0 {
			t.Errorf("%s was tested: %v", point.Name(), files)
		}
	}
	if _, err := chapter.RatesFigure(s.Rates); err != nil {
		t.Error(err)
	}
	if _, err := chapter.RatesTable(s.Rates).HTML(); err != nil {
		t.Error(err)
	}
	// Everything that was trained is in the results, the times apart.
	path := filepath.Join(t.TempDir(), "results.json")
	if err := report.WriteResults(s, path); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	body, times, ok := strings.Cut(string(raw), "\n  \"times\": {\n")
	if !ok || strings.Contains(body, `"finished": "2`) || !strings.Contains(times, `"finished": "2`) {
		t.Error("the times are not a block of their own at the end")
	}
	var results struct {
		Schema int
		Sweep  Sweep
		Times  struct {
			Runs      map[string]Times
			Inference Inference
			Claims    []map[string]any
		}
	}
	if err := json.Unmarshal(raw, &results); err != nil || results.Schema != report.ResultsSchema || results.Sweep.Selected() == nil || len(results.Times.Runs) != 5 || results.Times.Inference.Singles == 0 || len(results.Times.Claims) == 0 {
		t.Errorf("results: %v, times %+v", err, results.Times)
	}
}
