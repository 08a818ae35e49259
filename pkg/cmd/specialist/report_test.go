package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestReportRefusesAStageThatThereIsNot(t *testing.T) {
	out := filepath.Join(t.TempDir(), "report")
	call(t, "report", "--only", "baseline", "--out", out).fails(t, 1, `no stage "baseline"`, `"baselines"`)
	if exists(out) {
		t.Error("the report's folder was made")
	}
}

func TestDiffComparesTwoReports(t *testing.T) {
	dir := t.TempDir()
	one := testkit.WriteFile(t, filepath.Join(dir, "one.json"), `{"schema": 3, "sweep": {"best": 1}, "times": {"runs": 1}}`)
	same := testkit.WriteFile(t, filepath.Join(dir, "same.json"), `{"schema": 3, "sweep": {"best": 1}, "times": {"runs": 2}}`)
	other := testkit.WriteFile(t, filepath.Join(dir, "other.json"), `{"schema": 3, "sweep": {"best": 0}, "times": {"runs": 1}}`)
	old := testkit.WriteFile(t, filepath.Join(dir, "old.json"), `{"schema": 2, "sweep": {"best": 1}}`)
	if r := call(t, "diff", one, same).works(t); !strings.Contains(r.stdout, "equal but for the times") {
		t.Errorf("equal reports: %q", r.stdout)
	}
	r := call(t, "diff", one, other)
	r.failsLate(t, 1, "differ in 1 of their values", other)
	if r.stdout != "sweep.best: 1, 0\n" {
		t.Errorf("what differs: %q", r.stdout)
	}
	call(t, "diff", one, old).fails(t, 1, old, "has schema 2", "make the report again")
	call(t, "diff", one, filepath.Join(dir, "none")).fails(t, 1, "does not exist", "results.json")
	call(t, "diff", one).fails(t, 2)
}

// stages is a call of report for the stages that train and measure, in a checkout of its own.
func stages(t *testing.T, dir string) []string {
	t.Helper()
	home := filepath.Join(dir, "home")
	if err := os.MkdirAll(home, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SPECIALIST_HOME", home)
	return []string{
		"report", "--profile", sweepProfile(t, dir), "--base", model(t, "tiny"), "--data", trainCSV(t), "--out", filepath.Join(dir, "out"),
		"--set", "rates.lora=[1e-3]", "--set", "rates.full=[]", "--set", "rates.warmup_steps=1", "--only", "sweep,rates,speed",
	}
}

var peak = regexp.MustCompile(`"peak_bytes": ([0-9]+|null)`)

func TestReportMakesEachRunInAProcessOfItsOwn(t *testing.T) {
	dir := t.TempDir()
	args := stages(t, dir)
	r := call(t, args...).works(t)
	for _, want := range []string{"[1/3] sweep\n", "configuration 1 of 3, first\n", "broken failed: ", "query", "[2/3] rates: done in ", "[3/3] speed: done in ", "60 texts under 4 labels"} {
		if !strings.Contains(r.stderr, want) {
			t.Errorf("standard error does not say %q:\n%s", want, r.stderr)
		}
	}
	if n := strings.Count(r.stderr, "60 texts under 4 labels"); n != 2 {
		t.Errorf("the notes are told of %d times, want once for each stage that trains:\n%s", n, r.stderr)
	}
	runs, err := filepath.Glob(filepath.Join(dir, "home", "data", "cache", "*", "*", "run.json"))
	if err != nil || len(runs) != 3 {
		t.Fatalf("runs %q, %v", runs, err)
	}
	for _, run := range runs {
		found := peak.FindStringSubmatch(testkit.ReadFile(t, run))
		if found == nil || found[1] == "null" || len(found[1]) < 7 {
			t.Errorf("%s has the peak %q", run, found)
		}
	}
	again := call(t, args...).works(t)
	if want := "[2/3] rates: ready\n[3/3] speed: ready\n"; !strings.HasSuffix(again.stderr, want) || strings.Contains(again.stderr, "step ") {
		t.Errorf("a second time:\n%s", again.stderr)
	}
}

func TestReportIsKilledAndGoesOn(t *testing.T) {
	whole, dir := t.TempDir(), t.TempDir()
	began := time.Now()
	call(t, stages(t, whole)...).works(t)
	took := time.Since(began)
	args := stages(t, dir)
	for i, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGINT, syscall.SIGKILL} {
		s := start(t, nil, args...)
		time.Sleep(took * time.Duration(i+1) / 5)
		r := s.end(t, signal)
		if signal == syscall.SIGINT && r.code != 0 {
			r.failsLate(t, exitInterrupted, "the same command goes on")
		}
	}
	call(t, args...).works(t)
	files, err := filepath.Glob(filepath.Join(whole, "home", "data", "cache", "*", "*", "adapter", "adapter_model.safetensors"))
	if err != nil || len(files) != 3 {
		t.Fatalf("adapters %q, %v", files, err)
	}
	for _, file := range files {
		if other := strings.Replace(file, whole, dir, 1); testkit.ReadFile(t, file) != testkit.ReadFile(t, other) {
			t.Errorf("%s differs from that of a report that was not killed", other)
		}
	}
}

func TestReportMakesAStageAnewWhereItIsAsked(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("SPECIALIST_HOME", dir)
	args := []string{"report", "--base", model(t, "tiny"), "--data", trainCSV(t), "--out", filepath.Join(dir, "out"), "--only", "data"}
	for i, c := range []struct {
		extra []string
		want  string
	}{{nil, "[1/1] data: done in "}, {nil, "[1/1] data: ready\n"}, {[]string{"--fresh"}, "[1/1] data: done in "}} {
		if r := call(t, append(args, c.extra...)...).works(t); !strings.HasPrefix(r.stderr, c.want) && !strings.Contains(r.stderr, "\n"+c.want) {
			t.Errorf("call %d does not say %q:\n%s", i+1, c.want, r.stderr)
		}
	}
	// What a stage needs of others that are left out has to be there.
	args[len(args)-1] = "speed"
	call(t, args...).failsLate(t, 1, "stage sweep has no result for these settings", "--only sweep")
	if exists(filepath.Join(dir, "out")) || exists(filepath.Join(dir, "data", "cache", "train")) {
		t.Error("something else was made")
	}
}

func TestWorkIsForReports(t *testing.T) {
	call(t, "work").fails(t, 1, "for a report's own use")
	callWith(t, strings.NewReader("{}\n"), command("go", "work")).failsLate(t, 1)
	if r := call(t, "--help").works(t); strings.Contains(r.stdout, "work  ") {
		t.Errorf("the help names it:\n%s", r.stdout)
	}
}
