package notebook

import (
	"encoding/gob"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// cellEnv makes the test program run one of the cells instead of the tests.
const cellEnv = "NOTEBOOK_TEST_CELL"

func TestMain(m *testing.M) {
	if name := os.Getenv(cellEnv); name != "" {
		cells[name]()
		return
	}
	os.Exit(m.Run())
}

// session is what a kernel gives its cells: a folder and two pipes.
type session struct {
	t   *testing.T
	dir string
}

// cellResult is what came of a cell.
type cellResult struct {
	displays       []protocol.DisplayData
	stdout, stderr string
	exit           int
}

func newSession(t *testing.T) session {
	t.Helper()
	s := session{t, t.TempDir()}
	for _, name := range []string{"out", "back"} {
		if err := syscall.Mkfifo(filepath.Join(s.dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// run executes a cell as the kernel does: the cell's program as main.go in the kernel's folder, its displays read from one pipe, its
// calls of Sync answered on the other. The signal, if any, is sent when the cell first displays something.
func (s session) run(cell string, signal os.Signal, env ...string) cellResult {
	s.t.Helper()
	main := "package main\n\nvar earlier = 1\n\nfunc main() {\n\tcell(\"" + cell + "\")\n}\n"
	if err := os.WriteFile(filepath.Join(s.dir, "main.go"), []byte(main), 0o600); err != nil {
		s.t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	cmd := exec.Command(os.Args[0])
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = append(os.Environ(), cellEnv+"="+cell, protocol.GONB_TMP_DIR_ENV+"="+s.dir,
		protocol.GONB_PIPE_ENV+"="+filepath.Join(s.dir, "out"), protocol.GONB_PIPE_BACK_ENV+"="+filepath.Join(s.dir, "back"))
	cmd.Env = append(cmd.Env, env...)
	// Opened to read and to write, so that neither side waits for the other.
	out, back := s.pipe("out"), s.pipe("back")
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // its exit status is read below
		// A reader of its own end of a pipe sees no end of file.
		_ = out.SetReadDeadline(time.Now())
	}()
	var result cellResult
	messages, answers := gob.NewDecoder(out), gob.NewEncoder(back)
	for {
		var m protocol.DisplayData
		if err := messages.Decode(&m); err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, io.EOF) {
				s.t.Error(err)
			}
			break
		}
		if v, ok := m.Data[protocol.MIMECommValue].(protocol.CommValue); ok {
			answer := protocol.CommValue{Address: protocol.GonbuiSyncAckAddress, Value: v.Value}
			if err := answers.Encode(&answer); err != nil {
				s.t.Error(err)
			}
			continue
		}
		if signal != nil && len(result.displays) == 0 {
			if err := cmd.Process.Signal(signal); err != nil {
				s.t.Error(err)
			}
		}
		result.displays = append(result.displays, m)
	}
	<-ended
	result.stdout, result.stderr, result.exit = stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
	return result
}

func (s session) pipe(name string) *os.File {
	s.t.Helper()
	f, err := os.OpenFile(filepath.Join(s.dir, name), os.O_RDWR, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { f.Close() })
	return f
}

// html returns the displays' HTML, one after the other.
func (r cellResult) html() string {
	var all strings.Builder
	for _, d := range r.displays {
		if html, ok := d.Data[protocol.MIMETextHTML].(string); ok {
			all.WriteString(html)
		}
	}
	return all.String()
}
