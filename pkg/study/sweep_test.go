package study

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

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// tinySweep is two configurations that train and, at will, one that cannot.
func tinySweep(t *testing.T, failing bool) Profile {
	t.Helper()
	p := tinyProfile(t, "sweep=[]", "compare=[]", "rates.lora=[]", "rates.full=[]")
	p.Configurations = Configurations{{Name: "slow", Set: []string{"train.learning_rate=1e-6"}}, {Name: "fast", Set: []string{"train.learning_rate=2e-2", "adapter.rank=4"}}}
	if failing {
		p.Configurations = append(Configurations{{Name: "wild", Set: []string{"adapter.target_modules=[query]"}}}, p.Configurations...)
	}
	return p
}

func TestSweepSelectsByValidation(t *testing.T) {
	p := tinySweep(t, false)
	dir := t.TempDir()
	stages := map[string]int{}
	s, err := p.Sweep(t.Context(), dir, Tell{Progress: func(p Progress) { stages[p.Stage]++ }})
	if err != nil {
		t.Fatal(err)
	}
	if len(stages) != 2 || stages["configuration 1 of 2, slow"] == 0 || stages["configuration 2 of 2, fast"] == 0 {
		t.Errorf("told of %v", stages)
	}
	best := 0
	if s.Outcomes[1].Run.score() > s.Outcomes[0].Run.score() {
		best = 1
	}
	if s.Best != best || s.Chosen() != s.Outcomes[best].Run {
		t.Errorf("selected %d, the scores are %v and %v", s.Best, s.Outcomes[0].Run.score(), s.Outcomes[1].Run.score())
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
	again, err := p.Sweep(t.Context(), dir, Tell{Progress: func(p Progress) { stages[p.Stage]++ }})
	if err != nil || len(stages) != 0 || !cmp.Equal(again, s) {
		t.Errorf("the second time: %v, %v", stages, err)
	}
	// Another profile's sweep is refused by the folders.
	other := p
	other.Train.Seed = 7
	if _, err := other.Sweep(t.Context(), dir, Tell{}); err == nil || !strings.Contains(err.Error(), "choose another folder") {
		t.Errorf("another sweep in the same folder: %v", err)
	}
}

func TestFailedConfigurationLeavesTheOthers(t *testing.T) {
	p := tinySweep(t, true)
	dir := t.TempDir()
	s, err := p.Sweep(t.Context(), dir, Tell{})
	if err != nil {
		t.Fatal(err)
	}
	failed := s.Outcomes[0]
	if failed.Run != nil || !strings.Contains(failed.Failed, "query") || s.Best == 0 || s.Outcomes[1].Run == nil || s.Outcomes[2].Run == nil {
		t.Errorf("outcomes: %+v, best %d", s.Outcomes, s.Best)
	}
	text, err := s.Table().Text()
	if err != nil || !strings.Contains(text, "query") {
		t.Errorf("the table does not say why a configuration failed: %v\n%s", err, text)
	}
	p.Configurations = p.Configurations[:1]
	if _, err := p.Sweep(t.Context(), dir, Tell{}); err == nil || !strings.Contains(err.Error(), "no configuration could be trained") || !strings.Contains(err.Error(), "wild") {
		t.Errorf("none left: %v", err)
	}
}

func TestSweepStopsWhenAsked(t *testing.T) {
	p := tinySweep(t, false)
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := p.Sweep(ctx, dir, Tell{Progress: func(p Progress) {
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
	if _, err := p.Sweep(t.Context(), dir, Tell{Progress: func(p Progress) {
		if first == 0 {
			first = p.Step
		}
	}}); err != nil || first != 3 {
		t.Errorf("it goes on at step %d: %v", first, err)
	}
}

func TestConfigurationsAreChecked(t *testing.T) {
	for _, c := range []struct {
		list Configurations
		want string
	}{
		{Configurations{{Name: "A b"}}, "A b"},
		{Configurations{{Name: "../up"}}, "../up"},
		{Configurations{{Name: "a"}, {Name: "a"}}, "two configurations"},
		{Configurations{{Name: "a", Set: []string{"train.learning_rat=1"}}}, "train.learning_rate"},
		{Configurations{{Name: "a", Set: []string{"corpus.seed=1"}}}, "corpus.seed"},
		{Configurations{{Name: "a", Set: []string{"train.epochs=0"}}}, "train.epochs"},
		{Configurations{{Name: "a", Set: []string{"train.method=partial"}}}, "train.layers"},
	} {
		p := tinyProfile(t)
		p.Configurations = c.list
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "sweep") {
			t.Errorf("%v: %v, want an error with %q", c.list, err, c.want)
		}
	}
	p := readProfile(t, "demo", "sweep=[3-conservative, 1-baseline]")
	if got := p.Configurations.Names(); !slices.Equal(got, []string{"1-baseline", "3-conservative"}) {
		t.Errorf("picked %q", got)
	}
	if _, err := ReadProfile("demo", []string{"sweep=[2-higher]"}); err == nil || !strings.Contains(err.Error(), "2-higher-rate") {
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
		p, err := ReadProfile(path, nil)
		if want != "" {
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
				t.Errorf("%q: %v, want an error with %q", content, err, want)
			}
			continue
		}
		demo := readProfile(t, "demo")
		if err != nil || p.Name != "mine" || p.Train.Epochs != 9 || p.Train.BatchSize != demo.Train.BatchSize || !slices.Equal(p.Configurations.Names(), []string{"one"}) || p.Corpus.Source != "demo" {
			t.Errorf("%+v, %v", p, err)
		}
	}
	if _, err := ReadProfile("missing.yaml", nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestEveryMethodLeavesAModelThatOpens(t *testing.T) {
	for _, method := range [][]string{{"train.method=full"}, {"train.method=partial", "train.layers=1"}, {"train.method=head"}} {
		p := tinyProfile(t, append(method, "train.learning_rate=1e-3", "train.epochs=1")...)
		dir := filepath.Join(t.TempDir(), "run")
		run, err := p.Run(t.Context(), dir, Tell{})
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
		if run.Parameters.Adapter != 0 || run.Parameters.Trainable < run.Parameters.Head || (p.Train.Method == methodFull) != (run.Parameters.Trainable == run.Parameters.Total) {
			t.Errorf("%v: %+v", method, run.Parameters)
		}
	}
}

func TestCardSaysWhatTheRunIs(t *testing.T) {
	p := tinyProfile(t)
	dir := filepath.Join(t.TempDir(), "run")
	run, err := p.Run(t.Context(), dir, Tell{})
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
	if !ok || decode([]byte(front), &fields) != nil || fields["base_model"] != tiny {
		t.Errorf("the card's front matter cannot be read: %s", front)
	}
}

func TestRateCurveJudgesOnValidationAlone(t *testing.T) {
	t.Setenv(homeEnv, t.TempDir())
	base, err := filepath.Abs(tiny)
	if err != nil {
		t.Fatal(err)
	}
	p := tinyProfile(t, "base="+base, "sweep=[]", "compare=[]", "rates.lora=[1e-3, 1e-2]", "rates.full=[1e-3]", "rates.epochs=1", "rates.warmup_steps=1")
	s, err := p.Study(t.Context(), Tell{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Rates) != 3 || s.Rates[2].Fit.Parameters.Adapter != 0 || s.Rates[1].Fit.Profile.Train.LearningRate != 1e-2 {
		t.Errorf("points: %+v", s.Rates)
	}
	if c := s.Comparisons; len(c) != 2 || c[0].Anew != nil || c[1].Anew == nil || c[1].Run.Corpus.Protocol != "row" || len(c[0].Rivals.Models) != 8 {
		t.Errorf("comparisons: %+v", c)
	}
	for _, c := range s.Comparisons {
		for _, table := range []page.Table{c.Table(), c.FurtherTable(), c.VerdictTable(), c.TuningTable(), c.TermTable()} {
			if _, err := table.HTML(); err != nil {
				t.Error(err)
			}
		}
		if _, err := c.Figure(); err != nil {
			t.Error(err)
		}
	}
	for _, point := range s.Rates {
		if files, err := filepath.Glob(filepath.Join(point.Fit.Dir, TestFile)); err != nil || len(files) != 0 {
			t.Errorf("%s was tested: %v", point.name(), files)
		}
	}
	if _, err := s.Rates.Figure(); err != nil {
		t.Error(err)
	}
	if _, err := s.Rates.Table().HTML(); err != nil {
		t.Error(err)
	}
	// Everything that was trained is in the results, the times apart.
	path := filepath.Join(t.TempDir(), "results.json")
	if err := s.writeResults(path); err != nil {
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
	if err := json.Unmarshal(raw, &results); err != nil || results.Schema != resultsSchema || results.Sweep.Chosen() == nil || len(results.Times.Runs) != 5 || results.Times.Inference.Singles == 0 || len(results.Times.Claims) == 0 {
		t.Errorf("results: %v, times %+v", err, results.Times)
	}
}
