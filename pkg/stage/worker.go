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
	"time"
)

// StopTimeout is how long a process that was asked to stop may take: a training run writes a checkpoint.
const StopTimeout = 30 * time.Second

// Worker is the command line of a process that serves one request; see [Serve]. XLA keeps a run's memory for the life of its process, so
// only in a process of its own does a run have a peak of its own, and one that crashes leaves the others.
type Worker []string

// OwnWorker is this program with one argument, the name of a command that calls [Serve].
func OwnWorker(command string) (Worker, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if program, err = filepath.EvalSymlinks(program); err != nil {
		return nil, err
	}
	return Worker{program, command}, nil
}

// event is a line of a worker's output.
type event struct {
	Print    string    `json:"print,omitempty"`
	Progress *Progress `json:"progress,omitempty"`
	Failed   string    `json:"failed,omitempty"`
}

// Do has a worker serve a request, written as one line of JSON, and passes on what it logs. When ctx ends the worker is asked to stop.
func (w Worker) Do(ctx context.Context, request any, log Log) error {
	line, err := json.Marshal(request)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, w[0], w[1:]...)
	ownGroup(cmd) // a terminal's Ctrl-C goes to this process alone
	errorOutput := &tail{}
	cmd.Stderr = errorOutput
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	// The worker's input stays open: it ends when this process does, however it ends, and so does the worker.
	cmd.Cancel = in.Close
	cmd.WaitDelay = StopTimeout
	if err := cmd.Start(); err != nil {
		return err
	}
	if _, err := in.Write(append(line, '\n')); err != nil {
		in.Close()
	}
	failed := follow(out, log)
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil && failed != "":
		return fmt.Errorf("%s: %w", failed, ctx.Err())
	case ctx.Err() != nil:
		return ctx.Err()
	case failed != "":
		return errors.New(failed)
	case err != nil:
		if reason := errorOutput.reason(); reason != "" {
			return fmt.Errorf("the worker process ended: %w: %s", err, reason)
		}
		return fmt.Errorf("the worker process ended: %w", err)
	}
	return nil
}

// follow passes on a worker's events, to its end, and returns what it failed with. Other lines, such as a library's that prints, are passed
// over; that a worker ended without an event is for Wait to say.
func follow(out io.Reader, log Log) (failed string) {
	reader := bufio.NewReader(out)
	for {
		line, err := reader.ReadBytes('\n')
		var e event
		if json.Unmarshal(line, &e) == nil {
			switch {
			case e.Failed != "":
				failed = e.Failed
			case e.Progress != nil:
				log.Step(*e.Progress)
			case e.Print != "":
				log.Printf("%s", e.Print)
			}
		}
		if err != nil {
			return failed
		}
	}
}

// Serve is the worker's side: it reads one request from in, which stays open as long as the parent process lives, and writes to out what
// handle logs and how it failed.
func Serve(ctx context.Context, in io.Reader, out io.Writer, handle func(ctx context.Context, request json.RawMessage, log Log) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reader := bufio.NewReader(in)
	line, err := reader.ReadBytes('\n')
	if err != nil {
		return errors.New("this command is for a report's own use: it waits for a request on standard input")
	}
	go func() {
		_, _ = io.Copy(io.Discard, reader)
		cancel() // the parent process is no longer there
	}()
	encoder := json.NewEncoder(out)
	send := func(e event) { _ = encoder.Encode(e) } // a lost line harms nothing
	log := Log{Print: func(line string) { send(event{Print: line}) }, Progress: func(p Progress) { send(event{Progress: &p}) }}
	if err := handle(ctx, line, log); err != nil {
		send(event{Failed: err.Error()})
		return err
	}
	return nil
}
