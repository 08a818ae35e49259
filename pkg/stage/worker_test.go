package stage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// worker is the test binary as a worker.
func worker(t *testing.T) Worker {
	t.Helper()
	t.Setenv(programEnv, "serve")
	return Worker{os.Args[0]}
}

func TestWorkerServesARequest(t *testing.T) {
	var lines []string
	var steps []Progress
	log := Log{Print: func(line string) { lines = append(lines, line) }, Progress: func(p Progress) { steps = append(steps, p) }}
	text := strings.Repeat("a long line, with \"quotes\" and\na line break; ", 10_000)
	if err := worker(t).Do(t.Context(), task{"work", text}, log.Part(1, []float64{1, 1}).Labelled("run 2 of 2")); err != nil {
		t.Fatal(err)
	}
	if want := []string{"begun: " + text, "done"}; !slices.Equal(lines, want) {
		t.Errorf("it logged %d lines, want the two of the request", len(lines))
	}
	want := []Progress{
		{Label: "run 2 of 2", Whole: .75, Step: 1, Steps: 2, Detail: "loss 0.5", Remaining: time.Second},
		{Label: "run 2 of 2", Whole: 1, Step: 2, Steps: 2, Detail: "loss 0.5", Remaining: time.Second},
	}
	if diff := cmp.Diff(want, steps, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}

func TestWorkerFails(t *testing.T) {
	w := worker(t)
	for do, parts := range map[string][]string{
		"fail":   {"diverged at step 3"},
		"exit":   {"the worker process ended", "exit status 3", "specialist: out of memory"},
		"vanish": {"the worker process ended", "exit status 3"},
		"kill":   {"the worker process ended", "killed"},
	} {
		err := w.Do(t.Context(), task{Do: do}, Log{})
		testkit.Refused(t, do, err, parts...)
		if err != nil && strings.TrimSpace(err.Error()) != err.Error() {
			t.Errorf("%s: %q has blanks at an end", do, err)
		}
	}
	if err := w.Do(t.Context(), task{Do: "fail"}, Log{}); err.Error() != "diverged at step 3" {
		t.Errorf("a failure is told as %q", err)
	}
	testkit.Refused(t, "no program", Worker{filepath.Join(t.TempDir(), "none")}.Do(t.Context(), task{}, Log{}), "none")
	if err := w.Do(t.Context(), func() {}, Log{}); err == nil {
		t.Error("a request that has no JSON was sent")
	}
}

func TestWorkerIsStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	began := time.Now()
	err := worker(t).Do(ctx, task{Do: "hang"}, Log{Print: func(string) { cancel() }})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "stopped at step 7") {
		t.Errorf("it ended with %v", err)
	}
	if took := time.Since(began); took >= StopTimeout {
		t.Errorf("it was killed after %v", took)
	}
	if err := worker(t).Do(ctx, task{Do: "work"}, Log{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

func TestWorkerEndsWithItsParent(t *testing.T) {
	ended := filepath.Join(t.TempDir(), "ended")
	parent := startProgram(t, "ask", ended)
	if got := parent.line(t); got != "hanging" {
		t.Fatalf("it says %q", got)
	}
	parent.kill(t)
	until(t, "the worker's end", func() bool { return exists(ended) })
}

func TestOwnWorkerIsThisProgram(t *testing.T) {
	w, err := OwnWorker("work")
	if err != nil || len(w) != 2 || w[1] != "work" || !filepath.IsAbs(w[0]) {
		t.Fatalf("%q, %v", w, err)
	}
	ours, err := os.Stat(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if theirs, err := os.Stat(w[0]); err != nil || !os.SameFile(ours, theirs) {
		t.Errorf("%s is another program (%v)", w[0], err)
	}
}

// served is what Serve writes for a request whose parent lives until the end.
func served(t *testing.T, handle func(ctx context.Context, request json.RawMessage, log Log) error) (out string, err error) {
	t.Helper()
	in, parent := io.Pipe()
	defer parent.Close()
	go func() { _, _ = parent.Write([]byte("{\"do\": \"it\"}\n")) }()
	var b bytes.Buffer
	err = Serve(t.Context(), in, &b, handle)
	return b.String(), err
}

func TestServeWritesALineAnEvent(t *testing.T) {
	out, err := served(t, func(_ context.Context, request json.RawMessage, log Log) error {
		log.Printf("%s\nof two lines", bytes.TrimSpace(request))
		log.Step(Progress{Label: "training", Step: 1, Steps: 4})
		return errors.New("broken")
	})
	want := `{"print":"{\"do\": \"it\"}\nof two lines"}` + "\n" +
		`{"progress":{"label":"training","whole":0.25,"step":1,"steps":4,"remaining":0}}` + "\n" + `{"failed":"broken"}` + "\n"
	if out != want || err == nil || err.Error() != "broken" {
		t.Errorf("%v; it wrote\n%swant\n%s", err, out, want)
	}
	if out, err := served(t, func(context.Context, json.RawMessage, Log) error { return nil }); out != "" || err != nil {
		t.Errorf("%v; it wrote %q", err, out)
	}
}

func TestServeWaitsForARequest(t *testing.T) {
	for _, in := range []string{"", "half a request"} {
		err := Serve(t.Context(), strings.NewReader(in), io.Discard, func(context.Context, json.RawMessage, Log) error {
			t.Error("it was served")
			return nil
		})
		testkit.Refused(t, in, err, "for a report's own use", "standard input")
	}
}

func TestServeEndsWhenItsInputDoes(t *testing.T) {
	err := Serve(t.Context(), strings.NewReader("{}\n"), io.Discard, func(ctx context.Context, _ json.RawMessage, _ Log) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(deadline):
			return nil
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}
