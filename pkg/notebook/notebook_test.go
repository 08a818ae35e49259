package notebook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/specialist-nlp/specialist/pkg/page"
)

func figure() page.Figure {
	f, err := page.Lines(page.LinesSpec{
		About: page.About{ID: "loss", Title: "Loss", Alt: "It falls from 3 to 1."}, X: page.Axis{Title: "Epoch"}, Y: page.Axis{Title: "Loss"},
		Series: []page.Series{{Name: "train", X: []float64{1, 2}, Y: []float64{3, 1}}},
	})
	if err != nil {
		panic(err)
	}
	return f
}

var table = page.Table{Caption: "Results", Columns: []page.Column{{Name: "Model"}}, Rows: [][]page.Cell{{page.Text("LoRA")}}}

// cells are what the test program runs in place of a notebook's.
var cells = map[string]func(context.Context) error{
	"figures": func(context.Context) error { return Show(figure(), figure()) },
	"figure":  func(context.Context) error { return Show(figure()) },
	"table":   func(context.Context) error { return Show(table) },
	"words": func(context.Context) error {
		return errors.Join(Markdown("**bold**"), HTML(page.Banner()))
	},
	"fail": func(context.Context) error {
		return errors.Join(Show(table), fmt.Errorf("notes.csv, line 3:\n\tno column %q", "label"))
	},
	"bad table": func(context.Context) error { return Show(page.Table{Caption: "Empty"}) },
	"progress": func(context.Context) error {
		p := NewProgress("Training", 1000)
		for i := range 800 {
			p.Set(i+1, "loss 1.25")
		}
		p.End("stopped early, loss 1.20")
		return nil
	},
	"wait": func(ctx context.Context) error {
		NewProgress("Training", 10)
		<-ctx.Done()
		return errors.New("stopped at step 3; the checkpoint is whole")
	},
}

// home makes a folder with a plotly.js in its place, and one of the folders below it.
func home(t *testing.T) (root, below string) {
	t.Helper()
	root = t.TempDir()
	below = filepath.Join(root, "notebooks", "deep")
	for _, dir := range []string{filepath.Dir(filepath.Join(root, script)), below} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, script), []byte("/* plotly.js v2.0.0, MIT license */"), 0o644); err != nil {
		t.Fatal(err)
	}
	return root, below
}

func TestPlotlyIsEmbeddedOnce(t *testing.T) {
	root, _ := home(t)
	s, env := newSession(t), "SPECIALIST_HOME="+root
	const id = `<script id="specialist-plotly">`
	for i, step := range []struct {
		cell string
		want int
	}{{"table", 0}, {"figures", 1}, {"figure", 0}, {"figures", 1}, {"figure", 0}} {
		r := s.run(step.cell, nil, env)
		if got := strings.Count(r.html(), id); got != step.want || r.exit != 0 {
			t.Errorf("run %d, cell %q: plotly.js stands %d times, want %d; exit %d, %s", i+1, step.cell, got, step.want, r.exit, r.stderr)
		}
	}
}

func TestShowSendsEveryForm(t *testing.T) {
	root, _ := home(t)
	r := newSession(t).run("figures", nil, "SPECIALIST_HOME="+root)
	if len(r.displays) != 2 {
		t.Fatalf("%d displays of 2 figures; %s", len(r.displays), r.stderr)
	}
	d := r.displays[1].Data
	if png, ok := d[protocol.MIMEImagePNG].([]byte); !ok || !bytes.Equal(png, figure().PNG) {
		t.Error("the picture did not come through")
	}
	if d[protocol.MIMETextPlain] != "Loss: It falls from 3 to 1.\n" {
		t.Errorf("as text: %q", d[protocol.MIMETextPlain])
	}
	html := d[protocol.MIMETextHTML].(string)
	for _, want := range []string{`<style class="sp-assets">`, "specialistBlocks", `<figure class="sp-figure" id="loss">`, `alt="It falls from 3 to 1."`} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestWithoutPlotlyAFigureSaysSoOnce(t *testing.T) {
	empty := t.TempDir()
	s, env := newSession(t), "SPECIALIST_HOME="+empty
	r := s.run("figures", nil, env)
	if n := strings.Count(r.html(), "make setup"); n != 1 || r.exit != 0 || !strings.Contains(r.html(), filepath.Join(empty, script)) {
		t.Errorf("it is said %d times that plotly.js is missing; exit %d, %s", n, r.exit, r.stderr)
	}
	if n := strings.Count(r.html(), "data:image/png"); n != 2 {
		t.Errorf("%d pictures, want 2", n)
	}
	if r = s.run("figure", nil, env); strings.Contains(r.html(), "make setup") {
		t.Error("a later cell says it again")
	}
}

func TestWordsAndHTML(t *testing.T) {
	r := newSession(t).run("words", nil)
	if len(r.displays) != 2 || r.displays[0].Data[protocol.MIMETextMarkdown] != "**bold**" || !strings.Contains(r.html(), "Synthetic notes.") {
		t.Errorf("displays %v; %s", r.displays, r.stderr)
	}
}

func TestAFailureIsOneLineAndFailsTheCell(t *testing.T) {
	r := newSession(t).run("fail", nil)
	if r.exit != 1 || r.stderr != "specialist: notes.csv, line 3: no column \"label\"\n" {
		t.Errorf("exit %d, standard error %q", r.exit, r.stderr)
	}
	if !strings.Contains(r.html(), "LoRA") {
		t.Error("what was shown before the failure is lost")
	}
	r = newSession(t).run("bad table", nil)
	if r.exit != 1 || !strings.Contains(r.stderr, `table "Empty" has no columns`) {
		t.Errorf("exit %d, standard error %q", r.exit, r.stderr)
	}
}

func TestProgressChangesInPlace(t *testing.T) {
	r := newSession(t).run("progress", nil)
	if len(r.displays) < 2 {
		t.Fatalf("%d displays; %s", len(r.displays), r.stderr)
	}
	for _, d := range r.displays {
		if d.DisplayID == "" || d.DisplayID != r.displays[0].DisplayID {
			t.Errorf("display %q, not %q: it would be another output", d.DisplayID, r.displays[0].DisplayID)
		}
	}
	// Far fewer than its steps, whatever the machine's speed: a step takes no time.
	if len(r.displays) > 100 {
		t.Errorf("%d displays for 800 steps", len(r.displays))
	}
	last := r.displays[len(r.displays)-1].Data[protocol.MIMETextHTML].(string)
	if !strings.Contains(last, `max="1000" value="800"`) || !strings.Contains(last, ">Training: 800 of 1000, stopped early, loss 1.20<") {
		t.Errorf("the last state is %s", last)
	}
}

func TestAnInterruptEndsTheContext(t *testing.T) {
	r := newSession(t).run("wait", os.Interrupt)
	if r.exit != 1 || r.stderr != "specialist: stopped at step 3; the checkpoint is whole\n" {
		t.Errorf("exit %d, standard error %q", r.exit, r.stderr)
	}
}

func TestFind(t *testing.T) {
	root, below := home(t)
	t.Setenv("SPECIALIST_HOME", "")
	t.Chdir(below)
	got, err := find(script)
	if err != nil {
		t.Fatal(err)
	}
	want, err := filepath.EvalSymlinks(filepath.Join(root, script))
	if err != nil {
		t.Fatal(err)
	}
	if got, err = filepath.EvalSymlinks(got); err != nil || got != want {
		t.Errorf("found %s, %v; want %s", got, err, want)
	}
}

// TestWithoutKernel: a program that no kernel started prints.
func TestWithoutKernel(t *testing.T) {
	for cell, want := range map[string]string{
		"table":    "Results\n\nModel\n-----\nLoRA\n\n",
		"figure":   "Loss: It falls from 3 to 1.\n\n",
		"progress": "Training: 800 of 1000, stopped early, loss 1.20\n",
	} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), cellEnv+"="+cell)
		got, err := cmd.Output()
		if err != nil || string(got) != want {
			t.Errorf("cell %q prints %q, %v; want %q", cell, got, err, want)
		}
	}
}
