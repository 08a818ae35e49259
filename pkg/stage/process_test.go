package stage

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// programEnv names the one of programs that the test binary is started as.
const programEnv = "STAGE_TEST_PROGRAM"

// programs are the other processes of the tests.
var programs = map[string]func(args []string) error{"make": makeProgram, "serve": serveProgram, "ask": askProgram}

func TestMain(m *testing.M) {
	program, found := programs[os.Getenv(programEnv)]
	if !found {
		os.Exit(m.Run())
	}
	if err := program(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "specialist:", err)
		os.Exit(1)
	}
}

// deadline is when a test no longer waits for another process.
const deadline = 30 * time.Second

// process is a program of programs that was started.
type process struct {
	*exec.Cmd
	in    io.WriteCloser
	lines *bufio.Reader // of its standard output
}

// startProgram starts the test binary as a program.
func startProgram(t *testing.T, program string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(os.Args[0], args...)}
	p.Env = append(os.Environ(), programEnv+"="+program)
	p.Stderr = os.Stderr
	var err error
	if p.in, err = p.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.lines = bufio.NewReader(out)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	return p
}

// line waits for the process's next line.
func (p *process) line(t *testing.T) string {
	t.Helper()
	line, err := p.lines.ReadString('\n')
	if err != nil {
		t.Fatalf("the process ended before its next line: %v", err)
	}
	return strings.TrimSpace(line)
}

// kill ends the process as no program can prevent.
func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait()
}

// until waits for what another process brings about.
func until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, deadline)
		}
	}
}

// makeProgram makes the result of a key. Its arguments are the store's folder, the key's input and how long it waits for another process. In the
// middle it says where it is, with a file beside, and waits for a line.
func makeProgram(args []string) error {
	wait, err := time.ParseDuration(args[2])
	if err != nil {
		return err
	}
	s := &Store{Dir: args[0], Wait: wait}
	var result string
	err = s.Make(context.Background(), Key{Name: "slow", Version: 1, Inputs: []any{args[1]}}, &result, func(dir string) error {
		if err := os.WriteFile(filepath.Join(dir, "checkpoint"), []byte("half"), 0o644); err != nil {
			return err
		}
		fmt.Println("making in", dir)
		if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
			return err
		}
		result = "made by the process"
		return nil
	})
	switch {
	case errors.Is(err, ErrBusy):
		fmt.Println("busy")
	case err != nil:
		return err
	default:
		fmt.Println(result)
	}
	return nil
}

// task is what a request asks of serveProgram.
type task struct {
	Do   string `json:"do"`
	Text string `json:"text"`
}

// serveProgram is a worker.
func serveProgram([]string) error {
	return Serve(context.Background(), os.Stdin, os.Stdout, func(ctx context.Context, request json.RawMessage, log Log) error {
		var k task
		if err := json.Unmarshal(request, &k); err != nil {
			return err
		}
		switch k.Do {
		case "work":
			log.Printf("begun: %s", k.Text)
			fmt.Println("a library prints a line of its own")
			fmt.Println(`{"unknown": "event"}`)
			for step := range 2 {
				log.Step(Progress{Label: "training", Step: step + 1, Steps: 2, Detail: "loss 0.5", Remaining: time.Second})
			}
			log.Printf("done")
			fmt.Print("half a line")
		case "fail":
			fmt.Fprintln(os.Stderr, "a stack trace")
			return errors.New("diverged at step 3")
		case "exit":
			fmt.Fprintf(os.Stderr, "a trace\nspecialist: out of memory\n%s\n", strings.Repeat("more of the trace\n", 9))
			os.Exit(3)
		case "vanish":
			os.Exit(3)
		case "kill":
			self, err := os.FindProcess(os.Getpid())
			if err != nil {
				return err
			}
			_ = self.Kill()
			time.Sleep(deadline)
		case "hang":
			log.Printf("hanging")
			<-ctx.Done()
			if k.Text != "" {
				_ = os.WriteFile(k.Text, nil, 0o644)
			}
			return errors.New("stopped at step 7")
		}
		return nil
	})
}

// askProgram has a worker hang, with the file that it is to leave when it ends.
func askProgram(args []string) error {
	w, err := OwnWorker("serve")
	if err != nil {
		return err
	}
	if err := os.Setenv(programEnv, "serve"); err != nil {
		return err
	}
	return w.Do(context.Background(), task{"hang", args[0]}, Log{Print: func(line string) { fmt.Println(line) }})
}
