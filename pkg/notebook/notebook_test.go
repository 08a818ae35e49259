package notebook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
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
var cells = map[string]func(){
	"figures": func() { Show(figure(), figure()) },
	"figure":  func() { Show(figure()) },
	"pair":    func() { Show(page.SimpleBars("Notes", []string{"Surgery", "Urology"}, []float64{12, 3})) },
	"table":   func() { Show(table) },
	"words":   func() { Show("**bold**", page.Banner()) },
	"fail": func() {
		Show(table)
		Run(func(context.Context) error { return fmt.Errorf("notes.csv, line 3:\n\tno column %q", "label") })
	},
	"bad table":  func() { Show(table, page.Table{Caption: "Empty"}, table) },
	"bad figure": func() { Show(table, page.Figure{}, errors.New("no labels"), table) },
	"bad item":   func() { Show(table, 3) },
	"must":       func() { fmt.Println(Must(strconv.Atoi("12")), Must(strconv.Atoi("twelve"))) },
	"progress": func() {
		p := NewProgress("Training", 1000)
		for i := range 800 {
			p.Set(i+1, "loss 1.25")
		}
		p.End("stopped early, loss 1.20")
		gonbui.Sync()
	},
	"wait": func() {
		Run(func(ctx context.Context) error {
			NewProgress("Training", 10)
			<-ctx.Done()
			return errors.New("stopped at step 3; the checkpoint is whole")
		})
	},
}

// homeVariable is the setting of a checkout with a plotly.js in its place.
func homeVariable(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	writePlotly(t, root)
	return checkout.HomeEnv + "=" + root
}

func writePlotly(t *testing.T, root string) {
	t.Helper()
	path := checkout.PlotlyFile(root)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	testkit.WriteFile(t, path, "/* plotly.js v2.0.0, MIT license */")
}

func TestPlotlyIsEmbeddedOnce(t *testing.T) {
	s, env := newSession(t), homeVariable(t)
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
	r := newSession(t).run("figures", nil, homeVariable(t))
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
	s, env := newSession(t), checkout.HomeEnv+"="+empty
	r := s.run("figures", nil, env)
	if n := strings.Count(r.html(), "make setup"); n != 1 || r.exit != 0 || !strings.Contains(r.html(), checkout.PlotlyFile(empty)) {
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

// TestAFigureWithItsError: what a function that may fail returns is shown as it is.
func TestAFigureWithItsError(t *testing.T) {
	r := newSession(t).run("pair", nil, homeVariable(t))
	if r.exit != 0 || len(r.displays) != 1 || r.displays[0].Data[protocol.MIMETextPlain] != "Notes: The highest of 2 bars is Surgery, with 12.\n" {
		t.Errorf("exit %d, displays %v, %s", r.exit, r.displays, r.stderr)
	}
}

// TestAFailureIsOneLineAndFailsTheCell: what stands before it is shown, what comes after it is not.
func TestAFailureIsOneLineAndFailsTheCell(t *testing.T) {
	for cell, want := range map[string]string{
		"fail":       `notes.csv, line 3: no column "label"`,
		"bad table":  `table "Empty" has no columns`,
		"bad figure": "no labels",
		"bad item":   "a int cannot be shown: Show takes sections, figures, tables, text and HTML",
	} {
		r := newSession(t).run(cell, nil)
		if r.exit != 1 || r.stderr != "specialist: "+want+"\n" {
			t.Errorf("cell %q: exit %d, standard error %q", cell, r.exit, r.stderr)
		}
		if len(r.displays) != 1 || !strings.Contains(r.html(), "LoRA") {
			t.Errorf("cell %q: %d displays, want the table before the failure", cell, len(r.displays))
		}
	}
	r := newSession(t).run("must", nil)
	if r.exit != 1 || r.stdout != "" || !strings.HasPrefix(r.stderr, "specialist: strconv.Atoi: parsing") {
		t.Errorf("a value that is not there: exit %d, %q, %q", r.exit, r.stdout, r.stderr)
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

// TestPlotlyIsFoundFromBelow: a notebook's folder is somewhere in the checkout.
func TestPlotlyIsFoundFromBelow(t *testing.T) {
	root := t.TempDir()
	below := filepath.Join(root, "notebooks", "deep")
	for _, dir := range []string{below, filepath.Join(root, "pkg", "checkout")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	testkit.WriteFile(t, filepath.Join(root, "go.mod"), "module example.com/none\n")
	writePlotly(t, root)
	t.Chdir(below)
	r := newSession(t).run("figure", nil, checkout.HomeEnv+"=")
	if r.exit != 0 || !strings.Contains(r.html(), `<script id="specialist-plotly">`) {
		t.Errorf("exit %d, %s", r.exit, r.stderr)
	}
}

// TestWithoutKernel: a program that no kernel started prints.
func TestWithoutKernel(t *testing.T) {
	for cell, want := range map[string]string{
		"table":    "Results\n\nModel\n-----\nLoRA\n\n",
		"figure":   "Loss: It falls from 3 to 1.\n\n",
		"progress": "Training: 800 of 1000, stopped early, loss 1.20\n",
		"words":    "**bold**\n" + string(page.Banner()) + "\n",
	} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), cellEnv+"="+cell)
		got, err := cmd.Output()
		if err != nil || string(got) != want {
			t.Errorf("cell %q prints %q, %v; want %q", cell, got, err, want)
		}
	}
}
