package study

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
	"syscall"

	"github.com/specialist-nlp/specialist/pkg/train"
)

// worker is the command line of a process that calls Work. A report makes each training run in a process of its own: XLA keeps memory of a
// run for good, so that peaks are those of one run only there, and what ends a process does not take the other runs with it. An empty
// worker means this process.
type worker []string

// errand is what a worker is sent for: a run, or its speed.
type errand struct {
	Stage       string  `json:"stage"`
	Profile     Profile `json:"profile"`
	Fingerprint string  `json:"fingerprint"` // of the run that is made, or whose speed is measured
	Dir         string  `json:"dir"`         // of that run
	Short       bool    `json:"short"`       // the notes and the base were said before
}

// news is what comes back from a worker, a line each.
type news struct {
	Say      string          `json:"say,omitempty"`
	Progress *train.Progress `json:"progress,omitempty"`
	Failed   string          `json:"failed,omitempty"`
}

const stageInference = "inference"

// do sends a worker on an errand and passes on what it tells. When ctx ends the worker is asked to stop, and leaves a checkpoint.
func (w worker) do(ctx context.Context, e errand, tell Tell) error {
	sent, err := json.Marshal(e)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, w[0], w[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a terminal's Ctrl-C goes to this process alone
	log := &tail{}
	cmd.Stderr = log
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
	cmd.WaitDelay = stopWithin
	if err := cmd.Start(); err != nil {
		return err
	}
	if _, err := in.Write(append(sent, '\n')); err != nil {
		in.Close()
	}
	failed := listen(out, tell)
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil && failed != "":
		return fmt.Errorf("%s: %w", failed, ctx.Err())
	case ctx.Err() != nil:
		return ctx.Err()
	case failed != "":
		return errors.New(failed)
	case err != nil:
		return fmt.Errorf("the process that was at work ended: %w %s", err, log.reason())
	}
	return nil
}

// listen passes on what a worker tells, to its end, and returns what it failed with. Lines of other origin, such as a library's that prints,
// are passed over; how a worker ended without a word is for Wait to say.
func listen(out io.Reader, tell Tell) (failed string) {
	reader := bufio.NewReader(out)
	for {
		line, err := reader.ReadBytes('\n')
		var n news
		if json.Unmarshal(line, &n) == nil {
			switch {
			case n.Failed != "":
				failed = n.Failed
			case n.Progress != nil:
				tell.progress(*n.Progress)
			case n.Say != "":
				tell.say("%s", n.Say)
			}
		}
		if err != nil {
			return failed
		}
	}
}

// Work does one errand of a report: what it is comes from in, which stays open as long as the report's process lives, and what there is to tell
// goes to out.
func Work(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reader := bufio.NewReader(in)
	line, err := reader.ReadBytes('\n')
	if err != nil {
		return errors.New("this command is for a report's own use: it waits for a line that says what is to be done")
	}
	var e errand
	if err := json.Unmarshal(line, &e); err != nil {
		return fmt.Errorf("what is to be done cannot be read: %w", err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, reader)
		cancel() // the report's process is no longer there
	}()
	encoder := json.NewEncoder(out)
	send := func(n news) { _ = encoder.Encode(n) } // a line that is lost harms nothing
	tell := Tell{Say: func(line string) { send(news{Say: line}) }, Progress: func(p Progress) { send(news{Progress: &p.Progress}) }, short: e.Short}
	if err := e.do(ctx, tell); err != nil {
		send(news{Failed: err.Error()})
		return err
	}
	return nil
}

// do makes the run, or measures it, as the report's own process would.
func (e errand) do(ctx context.Context, tell Tell) error {
	src, err := e.Profile.source(ctx, tell)
	if err != nil {
		return err
	}
	src.patience = stopWithin
	if e.Stage == stageInference {
		run, err := ReadRun(e.Dir)
		if err == nil {
			_, err = e.Profile.inference(ctx, src, run, tell)
		}
		return err
	}
	if made := e.Profile.fingerprint(e.Stage, src); made != e.Fingerprint {
		return errors.New("the notes or the base weights have changed since the report was begun: give the command again")
	}
	switch e.Stage {
	case stageTrain:
		_, err = e.Profile.run(ctx, src, e.Dir, tell)
	case stageRate:
		_, err = e.Profile.fitted(ctx, src, e.Dir, tell)
	default:
		err = fmt.Errorf("there is no run of the kind %q", e.Stage)
	}
	return err
}

// Worker is the command line of this program's workers.
func Worker() ([]string, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if program, err = filepath.EvalSymlinks(program); err != nil {
		return nil, err
	}
	return []string{program, "work"}, nil
}
