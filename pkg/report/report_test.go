package report

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// stagedProfile is a tiny study in a checkout of its own, with a listener for what is told.
func stagedProfile(t *testing.T, settings ...string) (p profile.Profile, said *[]string, tell stage.Log) {
	t.Helper()
	t.Setenv(checkout.HomeEnv, t.TempDir())
	base, err := filepath.Abs(experiment.Tiny)
	if err != nil {
		t.Fatal(err)
	}
	settings = append([]string{"base=" + base, "sweep=[]", "compare=[head]", "rates.lora=[1e-3]", "rates.full=[]", "rates.epochs=1", "rates.warmup_steps=1", "protocols=[]"}, settings...)
	said = &[]string{}
	return experiment.TinyProfile(t, settings...), said, stage.Log{Say: func(line string) { *said = append(*said, line) }}
}

func TestStagesAreRunAloneAndOnce(t *testing.T) {
	p, said, tell := stagedProfile(t)
	whole := -1.0
	tell.Progress = func(p stage.Progress) {
		if p.Whole < whole || p.Whole > 1 {
			t.Errorf("the share of the whole goes from %v to %v", whole, p.Whole)
		}
		if !strings.HasPrefix(p.Stage, "[1/1] rates, ") {
			t.Errorf("stage %q", p.Stage)
		}
		whole = p.Whole
	}
	only := func(stages ...string) Options { return Options{Out: t.TempDir(), Only: stages} }
	if err := Make(t.Context(), p, only(StageRates), tell); err != nil {
		t.Fatal(err)
	}
	if whole != 1 || (*said)[0] != "[1/1] rates" || !strings.HasPrefix((*said)[len(*said)-1], "[1/1] rates: done in ") {
		t.Errorf("%v of the whole; said %q", whole, *said)
	}
	tell.Progress = nil

	*said = nil
	if err := Make(t.Context(), p, only(StageRates), tell); err != nil || !slices.Equal(*said, []string{"[1/1] rates: ready"}) {
		t.Errorf("a second time: %v, %q", err, *said)
	}

	// What another stage needs is read, and never made.
	err := Make(t.Context(), p, only(StageErrors), tell)
	if err == nil || !strings.Contains(err.Error(), "stage sweep has no result") || !strings.Contains(err.Error(), "--only sweep") {
		t.Errorf("errors without a sweep: %v", err)
	}
	if err := Make(t.Context(), p, only(StageSweep, StageErrors, StageBaselines), tell); err != nil {
		t.Fatal(err)
	}
	err = Make(t.Context(), p, only(StagePage), tell)
	if err == nil || !strings.Contains(err.Error(), "stage data has no result") {
		t.Errorf("a page without its stages: %v", err)
	}

	// Made anew, and the same.
	folders, err := filepath.Glob(filepath.Join(os.Getenv(checkout.HomeEnv), "data", "cache", "rate", "*"))
	if err != nil || len(folders) != 1 {
		t.Fatal(folders, err)
	}
	adapter := filepath.Join(folders[0], experiment.AdapterDir, "adapter_model.safetensors")
	before, err := os.ReadFile(adapter)
	if err != nil {
		t.Fatal(err)
	}
	mark := filepath.Join(folders[0], "mark")
	if err := os.WriteFile(mark, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	options := only(StageRates)
	options.Fresh = true
	if err := Make(t.Context(), p, options, tell); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(adapter)
	if err != nil {
		t.Fatal(err)
	}
	if checkout.IsFile(mark) {
		t.Error("--fresh left the earlier run")
	}
	if string(before) != string(after) {
		t.Error("two equal runs trained other adapters")
	}
}

func TestReportRefusesWhatItCannotMake(t *testing.T) {
	p, _, tell := stagedProfile(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for want, options := range map[string]Options{
		`there is no stage "sweeps"; the nearest is "sweep"`: {Only: []string{"sweeps"}},
		"is a file: name a folder for the report":            {Out: file},
		"the report cannot be written":                       {Out: filepath.Join(file, "below")},
	} {
		if err := Make(t.Context(), p, options, tell); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", options, err)
		}
	}
	if entries, err := os.ReadDir(filepath.Join(os.Getenv(checkout.HomeEnv), "data")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was computed: %v, %v", entries, err)
	}
}

func TestInterruptedReportSaysSo(t *testing.T) {
	p, _, tell := stagedProfile(t)
	ctx, cancel := context.WithCancel(t.Context())
	tell.Progress = func(stage.Progress) { cancel() }
	err := Make(ctx, p, Options{Out: t.TempDir(), Only: []string{StageSweep}}, tell)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "the same command goes on") {
		t.Errorf("%v", err)
	}
}

func TestPublishKeepsTheEarlierReport(t *testing.T) {
	out := t.TempDir()
	write := func(path, content string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{pageFile, resultsFile, printFile, "mine.txt"} {
		write(filepath.Join(out, name), "earlier")
	}
	// What a killed process left goes; what another is working in stays.
	left, busy := filepath.Join(out, ".report-1"), filepath.Join(out, ".report-2")
	for _, dir := range []string{left, busy} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	release, err := stage.Lock(busy)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	work, done, err := workFolder(out)
	if err != nil {
		t.Fatal(err)
	}
	if checkout.IsDir(left) || !checkout.IsDir(busy) || filepath.Dir(work) != out {
		t.Errorf("folders: %t, %t, %s", checkout.IsDir(left), checkout.IsDir(busy), work)
	}
	m := &Builder{options: Options{Out: out}}
	if err := m.unwritten(errors.New("no space left on device")); !strings.Contains(err.Error(), "the earlier report in "+out+" is as it was") {
		t.Error(err)
	}
	write(filepath.Join(work, pageFile), "new")
	write(filepath.Join(work, resultsFile), "new")
	if err := publish(work, out, []string{pageFile, resultsFile}); err != nil {
		t.Fatal(err)
	}
	done()
	for name, want := range map[string]string{pageFile: "new", resultsFile: "new", "mine.txt": "earlier"} {
		if raw, err := os.ReadFile(filepath.Join(out, name)); err != nil || string(raw) != want {
			t.Errorf("%s: %q, %v", name, raw, err)
		}
	}
	if checkout.IsFile(filepath.Join(out, printFile)) || checkout.IsDir(work) {
		t.Error("an earlier print stands beside another page, or the work folder is left")
	}
}
