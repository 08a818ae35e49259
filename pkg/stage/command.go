package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Command is a program of others that runs for long.
type Command struct {
	Path        string
	Args        []string
	Environment []string
	// StopFile is a file that, once it is there, asks the program to stop; see [WithParent].
	StopFile string
}

// Run runs the program to its end. When ctx ends it is asked to stop; what does not stop in time is ended, with all that it started. The
// error is the line that says what failed, or what the program printed last; of a program that printed nothing, how it ended.
func (c Command) Run(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, c.Path, c.Args...)
	cmd.Env = c.Environment
	ownGroup(cmd) // a terminal's Ctrl-C goes to this process alone
	cmd.Cancel = func() error { return os.WriteFile(c.StopFile, nil, 0o644) }
	cmd.WaitDelay = StopTimeout
	output := &tail{}
	cmd.Stdout, cmd.Stderr = output, output
	err := cmd.Run()
	killGroup(cmd) // whatever it left behind
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	if reason := output.reason(); reason != "" {
		return errors.New(reason)
	}
	return fmt.Errorf("%s: %w", c.Path, err)
}

// tail keeps the end of what a program prints.
type tail struct{ text []byte }

func (t *tail) Write(p []byte) (int, error) {
	const most = 1 << 16
	t.text = append(t.text, p...)
	if len(t.text) > most {
		t.text = t.text[len(t.text)-most:]
	}
	return len(p), nil
}

// reason picks the line that says what went wrong: the last that begins as this project's errors do, else the last one.
func (t *tail) reason() string {
	lines := strings.Split(strings.TrimSpace(string(t.text)), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if line := strings.TrimSpace(lines[i]); strings.HasPrefix(line, "specialist:") {
			return line
		}
	}
	return strings.TrimSpace(lines[len(lines)-1])
}
