package report

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/internal/profilekit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// tinyProfile is a tiny study in a checkout of its own, and a log with the sourceText that it is given.
func tinyProfile(t *testing.T, settings ...string) (p profile.Profile, lines *[]string, log stage.Log) {
	t.Helper()
	t.Setenv(checkout.HomeEnv, t.TempDir())
	settings = append([]string{"sweep=[]", "compare=[head]", "rates.lora=[1e-3]", "rates.full=[]", "rates.epochs=1", "rates.warmup_steps=1", "protocols=[]"}, settings...)
	lines = &[]string{}
	return profilekit.Tiny(t, settings...), lines, stage.Log{Print: func(line string) { *lines = append(*lines, line) }}
}

func TestStagesAreRunAloneAndOnce(t *testing.T) {
	p, lines, log := tinyProfile(t)
	whole := -1.0
	log.Progress = func(p stage.Progress) {
		if p.Whole < whole || p.Whole > 1 {
			t.Errorf("the share of the whole goes from %v to %v", whole, p.Whole)
		}
		if !strings.HasPrefix(p.Label, "[1/1] rates, ") {
			t.Errorf("progress of %q", p.Label)
		}
		whole = p.Whole
	}
	only := func(stages ...string) Options { return Options{Out: t.TempDir(), Only: stages} }
	if err := Make(t.Context(), p, only("rates"), log); err != nil {
		t.Fatal(err)
	}
	if whole != 1 || (*lines)[0] != "[1/1] rates" || !strings.HasPrefix((*lines)[len(*lines)-1], "[1/1] rates: done in ") {
		t.Errorf("%v of the whole; logged %q", whole, *lines)
	}
	log.Progress = nil

	*lines = nil
	if err := Make(t.Context(), p, only("rates"), log); err != nil || !slices.Equal(*lines, []string{"[1/1] rates: ready"}) {
		t.Errorf("a second time: %v, %q", err, *lines)
	}

	// What another stage needs is read, and never made.
	err := Make(t.Context(), p, only("errors"), log)
	testkit.Refused(t, "errors without a sweep", err, "stage sweep has no result", "--only sweep")
	if err := Make(t.Context(), p, only("data", "sweep", "errors", "baselines"), log); err != nil {
		t.Fatal(err)
	}
	// A missing run is no failed one: without the other ways to train there is no page.
	testkit.Refused(t, "a page without its stages", Make(t.Context(), p, only("page"), log), "stage compare has no result")

	// Made anew, and the same.
	adapters, err := filepath.Glob(filepath.Join(os.Getenv(checkout.HomeEnv), "data", "cache", "rate", "*", experiment.AdapterDir, "adapter_model.safetensors"))
	if err != nil || len(adapters) != 1 {
		t.Fatal(adapters, err)
	}
	before := testkit.ReadFile(t, adapters[0])
	mark := testkit.WriteFile(t, filepath.Join(filepath.Dir(filepath.Dir(adapters[0])), "mark"), "")
	options := only("rates")
	options.Fresh = true
	if err := Make(t.Context(), p, options, log); err != nil {
		t.Fatal(err)
	}
	if checkout.IsFile(mark) {
		t.Error("--fresh left the earlier run")
	}
	if testkit.ReadFile(t, adapters[0]) != before {
		t.Error("two equal runs trained other adapters")
	}
}

func TestReportRefusesWhatItCannotMake(t *testing.T) {
	p, _, log := tinyProfile(t)
	file := testkit.WriteFile(t, filepath.Join(t.TempDir(), "file"), "")
	for want, options := range map[string]Options{
		`there is no stage "sweeps"; the nearest is "sweep"`: {Only: []string{"sweeps"}},
		"is a file: name a folder for the report":            {Out: file},
		"the report cannot be written":                       {Out: filepath.Join(file, "below")},
	} {
		testkit.Refused(t, fmt.Sprintf("%+v", options), Make(t.Context(), p, options, log), want)
	}
	wrong := p
	wrong.MaxLength = 1
	testkit.Refused(t, "a profile that cannot be run", Make(t.Context(), wrong, Options{}, log), "max_length")
	if entries, err := os.ReadDir(filepath.Join(os.Getenv(checkout.HomeEnv), "data")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was computed: %v, %v", entries, err)
	}
}

func TestInterruptedReportSaysSo(t *testing.T) {
	p, _, log := tinyProfile(t)
	ctx, cancel := context.WithCancel(t.Context())
	log.Progress = func(stage.Progress) { cancel() }
	out := filepath.Join(t.TempDir(), "out")
	err := Make(ctx, p, Options{Out: out}, log)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "the same command goes on") {
		t.Errorf("%v", err)
	}
	if checkout.IsDir(out) {
		t.Errorf("nothing came of it, and there is a folder with %q", testkit.Entries(t, out))
	}
}

// jupyterScript stands for jupyter nbconvert: it copies the notebook, says so in a file of the checkout, and fails where it is told to.
const jupyterScript = `#!/bin/sh
[ "$1 $7 $9" = "nbconvert --output-dir --output" ] || exit 3
[ -f "$SPECIALIST_PROFILE" ] && [ "$SPECIALIST_PARENT" -gt 1 ] && [ ! -e "$SPECIALIST_STOP" ] || { echo "specialist: no environment"; exit 1; }
[ "${10}" = "$(cat "$SPECIALIST_HOME/fail" 2>/dev/null)" ] && { echo "Traceback"; echo "specialist: the cell failed"; echo "more"; exit 1; }
cp "${11}" "$8/${10}.ipynb" && echo "${10}" >> "$SPECIALIST_HOME/executed"
`

// fakeCheckout has the notebooks, and a program in jupyter's place.
func fakeCheckout(t *testing.T) (home string) {
	t.Helper()
	home = os.Getenv(checkout.HomeEnv)
	if err := os.CopyFS(filepath.Join(home, "notebooks"), os.DirFS(filepath.Join("..", "..", "notebooks"))); err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(home, ".venv", "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "jupyter"), []byte(jupyterScript), 0o755); err != nil {
		t.Fatal(err)
	}
	return home
}

// TestReportIsMade makes a whole report, with a program in jupyter's place and without a browser, and then again.
func TestReportIsMade(t *testing.T) {
	p, lines, log := tinyProfile(t)
	home := fakeCheckout(t)
	t.Setenv("CHROME", filepath.Join(home, "no-browser"))
	out := filepath.Join(home, "reports", p.Name)
	if err := makeQuickly(t.Context(), p, Options{}, log); err != nil {
		t.Fatal(err)
	}
	want := []string{"index.html", "results.json"}
	for _, name := range Notebooks {
		want = append(want, name+".ipynb")
	}
	if got := testkit.Entries(t, out); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("the report has %q, want %q", got, want)
	}
	page := testkit.ReadFile(t, out, "index.html")
	for _, part := range []string{`id="abstract"`, `id="headline"`, `id="part-02-finetune-the-sweep"`} {
		if !strings.Contains(page, part) {
			t.Errorf("the page has no %s", part)
		}
	}
	if last := (*lines)[len(*lines)-1]; last != "report: "+filepath.Join(out, "index.html") {
		t.Errorf("the last line is %q", last)
	}
	if !slices.ContainsFunc(*lines, func(line string) bool { return strings.HasPrefix(line, "report.pdf is left out: CHROME=") }) {
		t.Errorf("nothing is said of the print: %q", *lines)
	}
	executed := strings.Fields(testkit.ReadFile(t, home, "executed"))
	slices.Sort(executed)
	if !slices.Equal(executed, Notebooks) {
		t.Errorf("executed %q", executed)
	}

	*lines = nil
	again := filepath.Join(home, "again")
	if err := makeQuickly(t.Context(), p, Options{Out: again}, log); err != nil {
		t.Fatal(err)
	}
	for i, name := range Stages()[:8] {
		if want := fmt.Sprintf("[%d/9] %s: ready", i+1, name); (*lines)[i] != want {
			t.Errorf("line %d is %q, want %q", i+1, (*lines)[i], want)
		}
	}
	if found, err := Diff(out, again); err != nil || len(found) > 0 {
		t.Errorf("two reports differ in %q, %v", found, err)
	}
	if testkit.ReadFile(t, again, "index.html") != page {
		t.Error("two pages of the same results differ")
	}

	// Another notebook is executed with the others; one that fails leaves the earlier report.
	testkit.EditJSON(t, filepath.Join(home, "notebooks", "06_discussion.ipynb"), func(notebook map[string]any) { notebook["nbformat_minor"] = 4 })
	testkit.WriteFile(t, filepath.Join(home, "fail"), "03_baselines")
	err := makeQuickly(t.Context(), p, Options{}, log)
	testkit.Refused(t, "a notebook that fails", err, "stage notebooks: notebook 03_baselines: jupyter nbconvert failed: specialist: the cell failed")
	if testkit.ReadFile(t, out, "index.html") != page || len(testkit.Entries(t, out)) != len(want) {
		t.Error("the earlier report is not as it was")
	}
}

// makeQuickly is Make without the time between the starts of notebooks.
func makeQuickly(ctx context.Context, p profile.Profile, options Options, log stage.Log) error {
	options.startInterval = 1
	return Make(ctx, p, options, log)
}

// TestExecutedNotebooksAreNamedByWhatTheyHold: by the notebooks, the results, their times, the corrections, plotly.js and the program.
func TestExecutedNotebooksAreNamedByWhatTheyHold(t *testing.T) {
	p, _, log := tinyProfile(t)
	home := fakeCheckout(t)
	e, err := experiment.New(t.Context(), p, &stage.Store{Dir: checkout.CacheDir(home)}, log)
	if err != nil {
		t.Fatal(err)
	}
	b := &builder{profile: p, experiment: e, home: home}
	key := func() stage.Key {
		t.Helper()
		k, err := b.notebooksKey(t.Context(), stage.Log{})
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	first := key()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	hash, err := fileHash(program)
	if err != nil {
		t.Fatal(err)
	}
	if at := slices.Index(first.Inputs, any(hash)); at < 1 || first.Inputs[at-1] != filepath.Base(program) {
		t.Error("the program is not among the inputs")
	}
	names := map[string]string{first.Hash(): "at first"}
	changed := func(what string) {
		t.Helper()
		hash := key().Hash()
		if earlier, seen := names[hash]; seen {
			t.Errorf("%s: the name is the same as %s", what, earlier)
		}
		names[hash] = what
	}
	write := func(path, content string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		testkit.WriteFile(t, path, content)
	}
	if hash := key().Hash(); hash != first.Hash() {
		t.Error("the name differs where nothing does")
	}
	for _, name := range Notebooks {
		write(b.source(name), `{"cells": []}`)
		changed("another " + name)
	}
	write(checkout.PlotlyFile(home), "plotly")
	changed("plotly.js")
	errors, err := e.Errors(t.Context(), stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	write(checkout.CorrectionsFile(home, errors.CorpusHash), "{}\n")
	changed("a correction")
	speed, err := e.Inference(t.Context(), stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	speed.MedianSeconds++
	changed("a time")
	sweep, err := e.Sweep(t.Context(), stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	sweep.Selected().Test.Rows++
	changed("a result")
}

func TestPublishKeepsTheEarlierReport(t *testing.T) {
	out := t.TempDir()
	for _, name := range []string{pageFile, resultsFile, printFile, "mine.txt"} {
		testkit.WriteFile(t, filepath.Join(out, name), "earlier")
	}
	// What a killed process left goes; what another is working in stays.
	left, busy := filepath.Join(out, ".report-1"), filepath.Join(out, ".report-2")
	for _, dir := range []string{left, busy} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	release, err := stage.Lock(t.Context(), busy, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	work, done, err := workFolder(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	if checkout.IsDir(left) || !checkout.IsDir(busy) || filepath.Dir(work) != out {
		t.Errorf("folders: %t, %t, %s", checkout.IsDir(left), checkout.IsDir(busy), work)
	}
	b := &builder{options: Options{Out: out}}
	testkit.Refused(t, "a full disk", b.unwritten(errors.New("no space left on device")), "no space left on device; the earlier report in "+out+" is as it was")
	testkit.WriteFile(t, filepath.Join(work, pageFile), "new")
	testkit.WriteFile(t, filepath.Join(work, resultsFile), "new")
	if err := publish(work, out, []string{pageFile, resultsFile}); err != nil {
		t.Fatal(err)
	}
	done()
	for name, want := range map[string]string{pageFile: "new", resultsFile: "new", "mine.txt": "earlier"} {
		if got := testkit.ReadFile(t, out, name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if checkout.IsFile(filepath.Join(out, printFile)) || checkout.IsDir(work) {
		t.Error("an earlier print stands beside another page, or the work folder is left")
	}
	// Without an earlier report nothing is said of one.
	b.options.Out = t.TempDir()
	if err := b.unwritten(errors.New("no space left on device")); err.Error() != "no space left on device" {
		t.Error(err)
	}
}
