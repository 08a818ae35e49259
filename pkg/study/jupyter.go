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
)

// jupyter is the program that executes notebooks.
type jupyter struct {
	path        string
	home        string // the checkout
	environment []string
	stop        string // a file that asks the cells to stop
}

func findJupyter(home string) (jupyter, error) {
	j := jupyter{path: filepath.Join(home, ".venv", "bin", "jupyter"), home: home}
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

// serve says what the cells work for: a profile's file, this process, and the file that asks them to stop.
func (j *jupyter) serve(home, profile, stop string) {
	j.stop = stop
	j.environment = append(os.Environ(), ProfileEnv+"="+profile, StopEnv+"="+stop, ParentEnv+"="+strconv.Itoa(os.Getpid()), homeEnv+"="+home)
}

// execute runs a notebook into dir.
func (j jupyter) execute(ctx context.Context, source, dir, name string) error {
	return j.run(ctx, "nbconvert", "--to", "notebook", "--execute", "--ExecutePreprocessor.timeout=-1",
		"--ExecutePreprocessor.record_timing=False", "--output-dir", dir, "--output", name, source)
}

// stopWithin is how long a notebook may take to stop.
const stopWithin = 30 * time.Second

// run is one call of jupyter. When ctx ends, the cell that runs is asked to stop, which fails the notebook; what does not stop
// in time is ended.
func (j jupyter) run(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, j.path, args...)
	cmd.Env = j.environment
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a terminal's Ctrl-C goes to this process alone
	cmd.Cancel = func() error { return os.WriteFile(j.stop, nil, 0o644) }
	cmd.WaitDelay = stopWithin
	log := &tail{}
	cmd.Stdout, cmd.Stderr = log, log
	err := cmd.Run()
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // whatever it left behind
	}
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("jupyter %s failed: %s", args[0], log.reason())
	}
	return ctx.Err()
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
