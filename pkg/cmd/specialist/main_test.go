package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The tests run the command as a user does: built once, started anew for each call.
var binary string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "specialist-test-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "specialist")
	build := exec.Command("go", "build", "-o", binary, ".") // GOFLAGS reaches it through the environment
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "building the command:", err)
		return 1
	}
	return m.Run()
}

const models = "../../classifier/testdata"

// model is one of the tiny folders of models, as an absolute path.
func model(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(models, name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// command prepares a call on the given backend. The pure Go one is the quickest for the tiny models.
func command(backend string, args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "GOMLX_BACKEND=") })
	cmd.Env = append(cmd.Env, "GOMLX_BACKEND="+backend)
	return cmd
}

// result is how a call ended.
type result struct {
	args           []string
	code           int
	stdout, stderr string
}

// run makes a call on the Go backend.
func call(t *testing.T, args ...string) result {
	t.Helper()
	return callWith(t, nil, command("go", args...))
}

func callWith(t *testing.T, stdin io.Reader, cmd *exec.Cmd) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdin = stdin
	if cmd.Stdout == nil {
		cmd.Stdout = &stdout
	}
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return wait(t, cmd, &stdout, &stderr)
}

// deadline ends a call that hangs.
const deadline = 2 * time.Minute

func wait(t *testing.T, cmd *exec.Cmd, stdout, stderr *bytes.Buffer) result {
	t.Helper()
	hung := time.AfterFunc(deadline, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	if !hung.Stop() {
		t.Fatalf("%q did not end within %v; standard error:\n%s", cmd.Args, deadline, stderr)
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{cmd.Args[1:], cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// works checks for exit code 0.
func (r result) works(t *testing.T) result {
	t.Helper()
	if r.code != 0 {
		t.Fatalf("%q: exit code %d; standard error:\n%s", r.args, r.code, r.stderr)
	}
	return r
}

// fails checks for one clear line on standard error that holds all the words.
func (r result) fails(t *testing.T, code int, words ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("%q: exit code %d, want %d; standard error:\n%s", r.args, r.code, code, r.stderr)
	}
	r.says(t, strings.TrimSuffix(r.stderr, "\n"), words...)
	if r.stdout != "" {
		t.Errorf("%q: standard output:\n%s", r.args, r.stdout)
	}
}

// failsLate is fails for a call that has said other things before: the error is the last line.
func (r result) failsLate(t *testing.T, code int, words ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("%q: exit code %d, want %d; standard error:\n%s", r.args, r.code, code, r.stderr)
	}
	lines := strings.Split(strings.TrimSuffix(r.stderr, "\n"), "\n")
	r.says(t, lines[len(lines)-1], words...)
	if strings.Contains(r.stderr, "goroutine ") {
		t.Errorf("%q: a stack trace:\n%s", r.args, r.stderr)
	}
}

func (r result) says(t *testing.T, line string, words ...string) {
	t.Helper()
	if !strings.HasPrefix(line, "specialist: ") || strings.ContainsAny(line, "\n\r") || strings.Contains(line, "goroutine") || strings.Contains(line, "internal error") {
		t.Errorf("%q: standard error is not one clear line:\n%s", r.args, line)
	}
	for _, word := range words {
		if !strings.Contains(line, word) {
			t.Errorf("%q: standard error does not say %q:\n%s", r.args, word, line)
		}
	}
}

// contents maps the paths below a folder, hidden ones too, to what is there.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		switch {
		case d.IsDir():
			out[path] = "folder"
		case d.Type()&fs.ModeSymlink != 0:
			out[path], err = os.Readlink(path)
		case d.Type().IsRegular():
			var raw []byte
			raw, err = os.ReadFile(path)
			out[path] = string(raw)
		default:
			out[path] = d.Type().String()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// unchanged checks that a folder is as it was.
func unchanged(t *testing.T, dir string, before map[string]string) {
	t.Helper()
	after := contents(t, dir)
	for _, path := range slices.Sorted(maps.Keys(after)) {
		if was, there := before[path]; !there {
			t.Errorf("%s is new", path)
		} else if was != after[path] {
			t.Errorf("%s has changed", path)
		}
	}
	for path := range before {
		if _, there := after[path]; !there {
			t.Errorf("%s is gone", path)
		}
	}
}

// until waits for a condition that another process brings about.
func until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); !condition(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, deadline)
		}
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// started is a call that is still going on.
type started struct {
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
}

// start makes a call on the Go backend and does not wait for its end.
func start(t *testing.T, stdin io.Reader, args ...string) *started {
	t.Helper()
	s := &started{cmd: command("go", args...)}
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = stdin, &s.stdout, &s.stderr
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	return s
}

// end sends a signal, and waits for the end.
func (s *started) end(t *testing.T, signal syscall.Signal) result {
	t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	return wait(t, s.cmd, &s.stdout, &s.stderr)
}
