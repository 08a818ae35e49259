package study

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/specialist-nlp/specialist/pkg/report"
)

// Notebooks are the study's, in the order in which they are executed.
var Notebooks = []string{"01_data", "02_finetune", "03_baselines", "04_errors"}

// joinedPage names the notebook that all of them are joined to: the report's page.
const joinedPage = "index"

// Report executes the notebooks with the profile and writes the report's folder: index.html, one page of all of them that needs no
// network, the executed notebooks, and results.json. An empty out means reports/PROFILE in the checkout. Each file takes its place when all
// are whole, so that an earlier report stays as it was until then.
func Report(ctx context.Context, p Profile, out string, tell Tell) error {
	home, err := Home()
	if err != nil {
		return err
	}
	if out == "" {
		out = filepath.Join(home, "reports", p.Name)
	}
	jupyter, err := findJupyter(home)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(out), ".report-*")
	if err != nil {
		return fmt.Errorf("the report needs a folder it can write to: %w", err)
	}
	defer os.RemoveAll(work)
	profile, progress := filepath.Join(work, "profile.json"), filepath.Join(work, "progress.json")
	if err := p.WriteFile(profile); err != nil {
		return err
	}
	environment := append(os.Environ(), ProfileEnv+"="+profile, ProgressEnv+"="+progress, ParentEnv+"="+strconv.Itoa(os.Getpid()), homeEnv+"="+home)
	for i, name := range Notebooks {
		tell.say("[%d/%d] notebook %s", i+1, len(Notebooks), name)
		source := filepath.Join(home, "notebooks", name+".ipynb")
		jupyter.environment, jupyter.progress = environment, progress
		if err := jupyter.execute(ctx, source, work, name, tell); err != nil {
			return fmt.Errorf("notebook %s: %w", name, err)
		}
	}
	s, err := p.Study(ctx, Tell{}) // finished by the notebooks: this reads it
	if err != nil {
		return err
	}
	if err := s.writeResults(filepath.Join(work, "results.json")); err != nil {
		return err
	}
	tell.say("writing the page")
	if err := s.writePage(ctx, jupyter, work); err != nil {
		return err
	}
	return publish(work, out, tell)
}

// writePage joins the executed notebooks to one page.
func (s *Study) writePage(ctx context.Context, j jupyter, work string) error {
	front, err := s.Front()
	if err != nil {
		return err
	}
	var paths []string
	for _, name := range Notebooks {
		paths = append(paths, filepath.Join(work, name+".ipynb"))
	}
	script, err := report.Script(filepath.Join(j.home, ".cache", "plotly", "plotly.min.js"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	joined, err := join(front, "Clinical notes under medical specialties: "+s.Profile.Name, string(script), paths, Notebooks)
	if err != nil {
		return err
	}
	path := filepath.Join(work, joinedPage+".ipynb")
	if err := os.WriteFile(path, joined, 0o644); err != nil {
		return err
	}
	return j.export(ctx, path, work, joinedPage)
}

// publish moves the whole report into place.
func publish(work, out string, tell Tell) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	files := []string{"results.json"}
	for _, n := range Notebooks {
		files = append(files, n+".ipynb")
	}
	for _, name := range append(files, joinedPage+".html") {
		if err := os.Rename(filepath.Join(work, name), filepath.Join(out, name)); err != nil {
			return err
		}
	}
	tell.say("report: %s", filepath.Join(out, "index.html"))
	return nil
}

// jupyter is the program that executes notebooks.
type jupyter struct {
	path, templates string
	home            string // the checkout
	environment     []string
	progress        string // the file that cells write their progress to
}

func findJupyter(home string) (jupyter, error) {
	j := jupyter{path: filepath.Join(home, ".venv", "bin", "jupyter"), templates: filepath.Join(home, "pkg", "report"), home: home}
	if isFile(j.path) {
		return j, nil
	}
	path, err := exec.LookPath("jupyter")
	if err != nil {
		return jupyter{}, errors.New("jupyter is neither in .venv nor on PATH: run `make setup`")
	}
	j.path = path
	return j, nil
}

// execute runs a notebook into dir.
func (j jupyter) execute(ctx context.Context, source, dir, name string, tell Tell) error {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	go watch(watching, j.progress, tell)
	return j.run(ctx, "nbconvert", "--to", "notebook", "--execute", "--ExecutePreprocessor.timeout=-1",
		"--output-dir", dir, "--output", name, source)
}

// export writes an executed notebook as a page into dir.
func (j jupyter) export(ctx context.Context, path, dir, name string) error {
	// The template folder holds the page's own styles and script, so that the page asks nobody for any.
	return j.run(ctx, "nbconvert", "--to", "html", "--template", "page", "--TemplateExporter.extra_template_basedirs="+j.templates,
		"--output-dir", dir, "--output", name, path)
}

// stopWithin is how long a notebook may take to stop: a training step and a checkpoint.
const stopWithin = 30 * time.Second

// run is one call of jupyter. When ctx ends, the cell that runs is asked to stop, which fails the notebook; what does not stop
// in time is ended.
func (j jupyter) run(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, j.path, args...)
	cmd.Env = j.environment
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a terminal's Ctrl-C goes to this process alone
	cmd.Cancel = func() error { return os.WriteFile(stopFile(j.progress), nil, 0o644) }
	cmd.WaitDelay = stopWithin
	log := &tail{}
	cmd.Stdout, cmd.Stderr = log, log
	err := cmd.Run()
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // whatever it left behind
	}
	if err != nil {
		if ctx.Err() != nil {
			return errors.New("interrupted; the same command goes on from the last checkpoint")
		}
		return fmt.Errorf("jupyter %s failed: %s", args[0], log.reason())
	}
	return nil
}

// watch passes progress on while a notebook runs.
func watch(ctx context.Context, path string, tell Tell) {
	var last Progress
	for ctx.Err() == nil {
		p, err := ReadProgress(path)
		if err == nil && tell.Progress != nil && (p.Stage != last.Stage || p.Step != last.Step || (p.Validation != nil) != (last.Validation != nil)) {
			last = p
			tell.Progress(p)
		}
		select {
		case <-ctx.Done():
		case <-time.After(300 * time.Millisecond):
		}
	}
}

// tail keeps the end of what a program prints.
type tail struct{ text []byte }

var _ io.Writer = (*tail)(nil)

func (t *tail) Write(p []byte) (int, error) {
	const most = 1 << 16
	t.text = append(t.text, p...)
	if len(t.text) > most {
		t.text = t.text[len(t.text)-most:]
	}
	return len(p), nil
}

// reason picks the line that says what went wrong: a cell's last line on standard error, else the last line.
func (t *tail) reason() string {
	lines := strings.Split(strings.TrimSpace(string(t.text)), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if line := strings.TrimSpace(lines[i]); strings.HasPrefix(line, "specialist:") {
			return line
		}
	}
	return strings.TrimSpace(lines[len(lines)-1])
}
