package notebook

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/specialist-nlp/specialist/pkg/chapter"
	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/internal/profilekit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/profile"
)

func init() {
	cells["labels"] = func() { Show(chapter.Labels) }
	cells["results"] = func() { Show(chapter.Results, "That is all.") }
	cells["rates"] = func() { Show(chapter.RatesFigure(LoadRates())) }
	cells["load"] = func() {
		notes, audit, sweep, run := LoadNotes(), LoadAudit(), LoadSweep(), LoadRun()
		fmt.Println(len(notes.Corpus.Notes), audit.Texts, len(sweep.Outcomes), run == sweep.Selected(), len(LoadRates()), len(LoadComparisons()))
		errors, study := LoadErrors(), LoadStudy()
		fmt.Println(len(errors.Cases) == len(notes.Test), study.Errors == errors, study.Audit == audit, LoadExperiment().Profile.Name)
	}
	cells["errors"] = func() { fmt.Println(LoadErrors().Run.Profile.Describe()) }
	cells["explore errors"] = ExploreErrors
	cells["classify"] = func() { Classify("chest heart blood pressure mg 1 2", "knee hip fracture left mg 3 4") }
}

// tinyStudy is the environment of a notebook whose profile is a tiny study in a checkout of its own.
func tinyStudy(t *testing.T) (home string, env []string) {
	t.Helper()
	home = t.TempDir()
	p := profilekit.Tiny(t, "train.epochs=1", "sweep=[]", "compare=[]", "rates.lora=[]", "rates.full=[]", "protocols=[]")
	path := filepath.Join(home, "profile.json")
	if err := p.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	return home, []string{checkout.HomeEnv + "=" + home, profile.Env + "=" + path}
}

// printed is what a cell prints without a kernel.
func printed(cell string, env ...string) (stdout, stderr string, err error) {
	var out, errors strings.Builder
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stdout, cmd.Stderr = append(append(os.Environ(), cellEnv+"="+cell), env...), &out, &errors
	err = cmd.Run()
	return out.String(), errors.String(), err
}

// TestSectionsInACell: without a kernel a section is text, and makes what it needs and no more; in a kernel it is HTML after its progress.
func TestSectionsInACell(t *testing.T) {
	home, env := tinyStudy(t)
	out, said, err := printed("labels", env...)
	if err != nil || said != "" || !strings.Contains(out, "Texts by label: The largest label, ") || strings.Contains(out, "<") {
		t.Fatalf("%v, %q; printed\n%s", err, said, out)
	}
	if got := testkit.Entries(t, checkout.CacheDir(home)); len(got) != 1 || got[0] != "audit" {
		t.Errorf("showing labels made %q", got)
	}
	r := newSession(t).run("results", nil, env...)
	if r.exit != 0 || r.stderr != "" {
		t.Fatalf("exit %d, %s", r.exit, r.stderr)
	}
	last := len(r.displays) - 1
	table, text := r.displays[last-1], r.displays[last]
	if html, _ := table.Data[protocol.MIMETextHTML].(string); !strings.Contains(html, `id="results"`) || text.Data[protocol.MIMETextMarkdown] != "That is all." {
		t.Errorf("the last displays are %v and %v", table.Data, text.Data)
	}
	steps := 0
	for _, d := range r.displays[:last-1] {
		if html, _ := d.Data[protocol.MIMETextHTML].(string); strings.Contains(html, "<progress") {
			steps++
		}
	}
	if steps != last-1 || steps == 0 {
		t.Errorf("%d of the %d displays before the table are progress", steps, last-1)
	}
	// On disk, it is shown at once.
	if again := newSession(t).run("results", nil, env...); again.exit != 0 || len(again.displays) != 2 || again.stdout != "" {
		t.Errorf("a second time: %d displays, exit %d, %q", len(again.displays), again.exit, again.stdout)
	}
}

// TestLoadedValues: each result is there as a value, once in the life of a cell.
func TestLoadedValues(t *testing.T) {
	_, env := tinyStudy(t)
	out, said, err := printed("load", env...)
	if err != nil || said != "" {
		t.Fatal(err, said)
	}
	for _, line := range []string{"60 60 1 true 0 1\n", "true true true demo\n"} {
		if strings.Count(out, line) != 1 {
			t.Errorf("no line %q in\n%s", line, out)
		}
	}
	if n := strings.Count(out, "training: "); n != 1 {
		t.Errorf("trained %d times:\n%s", n, out)
	}
	if out, said, err = printed("errors", env...); err != nil || said != "" || !strings.HasPrefix(out, "LoRA, rank 16") {
		t.Errorf("the run behind the errors: %q, %q, %v", out, said, err)
	}
}

// TestClassifyShowsTheBestLabels of each text, by the study's model.
func TestClassifyShowsTheBestLabels(t *testing.T) {
	_, env := tinyStudy(t)
	if _, said, err := printed("errors", env...); err != nil { // it trains
		t.Fatal(err, said)
	}
	out, said, err := printed("classify", env...)
	if err != nil || said != "" {
		t.Fatal(err, said)
	}
	for _, text := range []string{"Text 1: ", "Text 2: "} {
		_, table, _ := strings.Cut(out, text)
		table, _, _ = strings.Cut(table, "\n\nText")
		for _, label := range profilekit.Labels {
			if !strings.Contains(table, label) {
				t.Errorf("%s has no %s:\n%s", text, label, out)
			}
		}
		if strings.Count(table, "%") != len(profilekit.Labels) {
			t.Errorf("%s has other than 4 probabilities:\n%s", text, out)
		}
	}
}

// TestExploreErrorsOfTheStudy: nobody answers, so the cell shows the study's test notes with their words shaded, and ends.
func TestExploreErrorsOfTheStudy(t *testing.T) {
	_, env := tinyStudy(t)
	r := newSession(t).run("explore errors", nil, append(env, sessionEnv+"=")...)
	if r.exit != 0 || r.stderr != "" {
		t.Fatalf("exit %d, %s", r.exit, r.stderr)
	}
	html, _ := r.displays[len(r.displays)-1].Data[protocol.MIMETextHTML].(string)
	for _, want := range []string{"Notes of the test part, read by LoRA", "integrated gradients", `"channel":""`, `"method":"integrated-gradients"`} {
		if !strings.Contains(html, want) {
			t.Errorf("the explorer has no %s", want)
		}
	}
}

// TestAStudyThatCannotBeLoadedFailsTheCell with one line, whatever asks for it.
func TestAStudyThatCannotBeLoadedFailsTheCell(t *testing.T) {
	home, env := tinyStudy(t)
	for _, cell := range []string{"labels", "load", "classify"} {
		out, said, err := printed(cell, checkout.HomeEnv+"="+home, profile.Env+"=demos")
		if err == nil || out != "" || strings.Count(said, "\n") != 1 || !strings.HasPrefix(said, "specialist: ") || !strings.Contains(said, `"demos"`) {
			t.Errorf("cell %q with another profile: %v, %q, %q", cell, err, out, said)
		}
	}
	if out, said, err := printed("rates", env...); err == nil || out != "" || !strings.HasPrefix(said, "specialist: no learning rate of the profile") {
		t.Errorf("a figure of nothing: %v, %q, %q", err, out, said)
	}
}
