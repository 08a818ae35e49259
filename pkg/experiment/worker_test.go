package experiment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// withWorker is an experiment whose runs are made by other processes. pid is the id of the latest.
func withWorker(t *testing.T, p profile.Profile, s *stage.Store) (e *Experiment, pid func() int) {
	t.Helper()
	worker, err := stage.OwnWorker("work")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "pid")
	t.Setenv(pidEnv, path)
	e = newExperiment(t, p, s)
	e.Worker = worker
	return e, func() int {
		pid, err := strconv.Atoi(testkit.ReadFile(t, path))
		if err != nil {
			t.Fatal(err)
		}
		return pid
	}
}

// Everything that is made by other processes is what this one makes, and has a peak of its own.
func TestWorkersMakeTheSame(t *testing.T) {
	shared, s := wholeStudy(t), newStore(t)
	var r recorder
	e, pid := withWorker(t, shared.profile, s)
	study, err := e.Study(t.Context(), r.log())
	if err != nil {
		t.Fatal(err)
	}
	if pid() == os.Getpid() {
		t.Error("there was no other process")
	}
	names, runs := study.TrainingRuns()
	wantNames, want := shared.study.TrainingRuns()
	if !slices.Equal(names, wantNames) {
		t.Fatalf("runs %q, want %q", names, wantNames)
	}
	for i, run := range runs {
		if run.Dir != strings.Replace(want[i].Dir, shared.home, filepath.Dir(filepath.Dir(s.Dir)), 1) {
			t.Errorf("%s is in %s", names[i], run.Dir)
		}
		files := []string{ValidationFile}
		if checkout.IsFile(filepath.Join(want[i].Dir, TestFile)) {
			files = append(files, TestFile, CardFile)
		}
		if run.Profile.Train.Method == profile.MethodLoRA {
			files = append(files, AdapterDir+"/adapter_model.safetensors")
		} else {
			files = append(files, ModelDir+"/model.safetensors")
		}
		for _, file := range files {
			if testkit.ReadFile(t, run.Dir, file) != testkit.ReadFile(t, want[i].Dir, file) {
				t.Errorf("%s: %s differs from that of this process", names[i], file)
			}
		}
		if cost := run.Provenance.Times.Cost; cost.PeakBytes == nil || *cost.PeakBytes < 1<<20 || cost.Processes != 1 {
			t.Errorf("%s has the peak %v, %q", names[i], cost.PeakBytes, cost.PeakUnknown)
		}
	}
	if i := study.Inference; i.MemoryBytes == nil || i.Singles != shared.study.Inference.Singles {
		t.Errorf("speed %+v", i)
	}
	// It is logged as if this process had made it.
	if diff := slices.Compare(r.labels(), shared.labels()); diff != 0 {
		t.Errorf("progress of %q, want %q", r.labels(), shared.labels())
	}
	for _, line := range []string{"configuration 1 of 3, slow", "notes: notes.csv, 64 rows kept", "testing on", "protocol row", "wild failed: "} {
		if got, want := r.count(line), shared.count(line); got != want {
			t.Errorf("%q is logged %d times, want %d", line, got, want)
		}
	}
	if failed := study.Sweep.Outcomes[1].Failed; failed != shared.study.Sweep.Outcomes[1].Failed {
		t.Errorf("what fails in a worker fails with %q, in this process with %q", failed, shared.study.Sweep.Outcomes[1].Failed)
	}
}

// long is a run of many epochs, each of which leaves a checkpoint.
func long(t *testing.T) profile.Profile {
	t.Helper()
	return tinyProfile(t, "train.epochs=12", "train.patience=0")
}

func TestAKilledWorkerGoesOn(t *testing.T) {
	p, s := long(t), newStore(t)
	whole := filepath.Join(t.TempDir(), "whole")
	run := runOf(t, p, whole)
	e, pid := withWorker(t, p, s)
	killed := false
	_, err := e.Run(t.Context(), "", stage.Log{Progress: func(p stage.Progress) {
		if p.Step <= run.StepsPerEpoch || killed {
			return
		}
		killed = true
		worker, err := os.FindProcess(pid())
		if err == nil {
			err = worker.Kill()
		}
		if err != nil {
			t.Error(err)
		}
	}})
	testkit.Refused(t, "a worker that is killed", err, "the worker process ended", "killed")
	if found, err := filepath.Glob(filepath.Join(s.Dir, "train", "*", ResultFile)); err != nil || len(found) != 0 {
		t.Fatalf("it has left a result: %q, %v", found, err)
	}
	var r recorder
	again, err := e.Run(t.Context(), "", r.log())
	if err != nil {
		t.Fatal(err)
	}
	if first := r.steps[0].Step; first <= run.StepsPerEpoch || first > run.Training.Step {
		t.Errorf("it goes on with step %d; an epoch has %d", first, run.StepsPerEpoch)
	}
	sameRun(t, again.Dir, whole)
	if got := again.Provenance.Times.Cost.Processes; got != 2 {
		t.Errorf("%d processes have trained it", got)
	}
}

func TestAStoppedWorkerGoesOn(t *testing.T) {
	p, s := long(t), newStore(t)
	e, _ := withWorker(t, p, s)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	last := 0
	_, err := e.Run(ctx, "", stage.Log{Progress: func(p stage.Progress) {
		last = p.Step
		if p.Step == 3 {
			cancel()
		}
	}})
	testkit.Refused(t, "it was stopped", err, "training stopped at step ", "the same command goes on", CheckpointFile)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("it was stopped with %v", err)
	}
	var r recorder
	if _, err := e.Run(t.Context(), "", r.log()); err != nil || r.steps[0].Step != last+1 {
		t.Errorf("stopped after step %d it goes on with %+v, %v", last, r.steps[:1], err)
	}
}

func TestWorkersRefuseWhatHasChanged(t *testing.T) {
	p, s := tinyProfile(t), newStore(t)
	e, _ := withWorker(t, p, s)
	testkit.WriteFile(t, p.Corpus.Path, testkit.ReadFile(t, p.Corpus.Path)+"a note that came later,Cardiology\n")
	_, err := e.Run(t.Context(), "", stage.Log{})
	testkit.Refused(t, "other notes", err, "have changed since the report was begun")
	if len(stored(t, s, "train")) != 0 {
		t.Error("it was trained")
	}
	if err := os.Remove(p.Corpus.Path); err != nil {
		t.Fatal(err)
	}
	_, err = e.Run(t.Context(), "", stage.Log{})
	testkit.Refused(t, "no notes", err, p.Corpus.Path)
}

// A study that was made from the same files in another place is found, and what it lacks is made from the files where they are.
func TestAMovedStudyGoesOn(t *testing.T) {
	p, s := tinyProfile(t, "train.epochs=1"), newStore(t)
	if _, err := newExperiment(t, p, s).Sweep(t.Context(), stage.Log{}); err != nil {
		t.Fatal(err)
	}
	moved := profileOf(t, filepath.Join(t.TempDir(), "elsewhere.csv"), "train.epochs=1", "base="+testkit.CopyFolder(t, tiny), "protocols=[group, row]")
	if err := os.Rename(p.Corpus.Path, moved.Corpus.Path); err != nil {
		t.Fatal(err)
	}
	e, _ := withWorker(t, moved, s)
	comparisons, err := e.Comparisons(t.Context(), stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	if got := comparisons[1].Run.Profile; got.Corpus.Path != moved.Corpus.Path || got.Base != moved.Base || s.Made != 1+2+2+1 {
		t.Errorf("made from %s and %s; %d results", got.Corpus.Path, got.Base, s.Made)
	}
}

func TestServeRefusesWhatItDoesNotKnow(t *testing.T) {
	p := tinyProfile(t)
	newStore(t)
	serve := func(line string) (string, error) {
		in, parent := io.Pipe()
		defer parent.Close()
		go func() { _, _ = parent.Write([]byte(line + "\n")) }()
		var out bytes.Buffer
		err := Serve(t.Context(), in, &out)
		return out.String(), err
	}
	for line, part := range map[string]string{
		"no JSON": "the request cannot be read",
		"{}":      "corpus.source",
		asLine(t, request{Stage: "sweep", Profile: p, Key: stageHash(t, "sweep", p)}):               `no stage "sweep"`,
		asLine(t, request{Stage: stageTrain, Profile: p, Key: "0"}):                                 "have changed",
		asLine(t, request{Stage: stageInference, Profile: p, Run: filepath.Join(t.TempDir(), "r")}): ResultFile,
	} {
		out, err := serve(line)
		testkit.Refused(t, line, err, part)
		if want := fmt.Sprintf("{\"failed\":%s}\n", asLine(t, fmt.Sprint(err))); out != want {
			t.Errorf("%s: it writes %s, want %s", line, out, want)
		}
	}
	if err := Serve(t.Context(), strings.NewReader(""), io.Discard); err == nil {
		t.Error("nothing was served")
	}
}

// asLine is a value as one line of JSON.
func asLine(t *testing.T, v any) string {
	t.Helper()
	return testkit.ReadFile(t, testkit.WriteJSON(t, filepath.Join(t.TempDir(), "line.json"), v))
}
