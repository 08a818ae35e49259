//go:build unix

package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// shell is a command for a script.
func shell(script string, environment ...string) Command {
	return Command{Path: "/bin/sh", Args: []string{"-c", script}, Environment: append(os.Environ(), environment...)}
}

func TestCommandRuns(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	if err := shell(`printf %s "$WORD" >"$OUT"`, "WORD=a word", "OUT="+out).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := testkit.ReadFile(t, out); got != "a word" {
		t.Errorf("it wrote %q", got)
	}
}

func TestCommandSaysWhatFailed(t *testing.T) {
	for script, want := range map[string]string{
		"echo first; echo '  the last line '; exit 1":               "the last line",
		"echo last on standard error >&2; exit 1":                   "last on standard error",
		"echo '  specialist: stage sweep: no notes'; seq 9; exit 1": "specialist: stage sweep: no notes",
		"echo specialist: first; echo specialist: second; exit 2":   "specialist: second",
		"seq 100000; echo the end; exit 1":                          "the end",
		"exit 3":                                                    "/bin/sh: exit status 3",
		"kill -9 $$":                                                "/bin/sh: signal: killed",
		"echo; exit 4":                                              "/bin/sh: exit status 4",
	} {
		if err := shell(script).Run(t.Context()); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %q", script, err, want)
		}
	}
	missing := Command{Path: filepath.Join(t.TempDir(), "none")}
	testkit.Refused(t, "no program", missing.Run(t.Context()), missing.Path)
}

func TestCommandIsAskedToStop(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	begun, stop, ended := filepath.Join(dir, "begun"), filepath.Join(dir, "stop"), filepath.Join(dir, "ended")
	c := shell(`: >"$BEGUN"; while [ ! -e "$STOP" ]; do sleep .02; done; : >"$ENDED"; exit 1`, "BEGUN="+begun, "STOP="+stop, "ENDED="+ended)
	c.StopFile = stop
	go func() {
		for !exists(begun) && ctx.Err() == nil {
			time.Sleep(5 * time.Millisecond)
		}
		cancel()
	}()
	began := time.Now()
	if err := c.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	if !exists(ended) || time.Since(began) >= StopTimeout {
		t.Errorf("it was killed after %v", time.Since(began))
	}
}

func TestCommandEndsWithAllThatItStarted(t *testing.T) {
	out := filepath.Join(t.TempDir(), "pid")
	for script, want := range map[string]string{"": "", "; echo broken; exit 1": "broken"} {
		err := shell(`sleep 300 >/dev/null 2>&1 & echo $! >"$OUT"`+script, "OUT="+out).Run(t.Context())
		if fmt.Sprint(err) != want && (err != nil || want != "") {
			t.Fatalf("it ended with %v, want %q", err, want)
		}
		pid, err := strconv.Atoi(strings.TrimSpace(testkit.ReadFile(t, out)))
		if err != nil {
			t.Fatal(err)
		}
		until(t, "the end of what it left behind", func() bool { return ended(t, pid) })
	}
}

// ended says whether a process is no longer at work: it is gone, or a zombie that nobody has waited for.
func ended(t *testing.T, pid int) bool {
	t.Helper()
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}
