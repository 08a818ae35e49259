package experiment

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/stage"
	"github.com/specialist-nlp/specialist/pkg/train"
)

// Inference is how fast the study's model answers. All of it differs between equal runs.
type Inference struct {
	Singles       int     `json:"singles"`        // texts that were given one by one
	MedianSeconds float64 `json:"median_seconds"` // of one, from its text to its scores
	P95Seconds    float64 `json:"p95_seconds"`

	Batched        int     `json:"batched"` // texts that were given in batches
	BatchSize      int     `json:"batch_size"`
	TextsPerSecond float64 `json:"texts_per_second"`

	// MemoryBytes is how much more was resident once the model had answered than before it was opened; nil, with the reason, where earlier work
	// of the process hides it.
	MemoryBytes   *int64 `json:"memory_bytes"`
	MemoryUnknown string `json:"memory_unknown,omitempty"`
	WeightBytes   int64  `json:"weight_bytes"` // the parameters alone, in memory
	MaxLength     int    `json:"max_length"`   // tokens that are read of a text

	Device string `json:"device"`
	Cores  int    `json:"cores"`
}

const stageInference = "inference"

// The most texts of the test part that are given one by one, and in batches.
const (
	mostSingles = 50
	mostBatched = 200
)

// Inference measures how fast the selected configuration's model answers on test texts. It trains first what is not on disk.
func (e *Experiment) Inference(ctx context.Context, log stage.Log) (*Inference, error) {
	if e.inference != nil {
		return e.inference, nil
	}
	s, err := e.Sweep(ctx, log)
	if err != nil {
		return nil, err
	}
	run := s.Selected()
	if len(e.Worker) == 0 {
		e.inference, err = e.measureInference(ctx, run, log)
		return e.inference, err
	}
	i := &Inference{}
	err = e.Store.MakeElsewhere(inferenceKey(run), i, func() error {
		return e.Worker.Do(ctx, request{Stage: stageInference, Profile: e.Profile, Run: run.Dir}, log)
	})
	if err == nil {
		e.inference = i
	}
	return i, err
}

func inferenceKey(run *Run) stage.Key {
	return stage.Key{Name: stageInference, Version: 2, Inputs: []any{run.Fingerprint, mostSingles, mostBatched, classifier.DefaultBatchSize}}
}

// measureInference measures a run's speed in this process.
func (e *Experiment) measureInference(ctx context.Context, run *Run, log stage.Log) (*Inference, error) {
	b, err := e.openBase(ctx, log)
	if err != nil {
		return nil, err
	}
	i := &Inference{}
	err = e.Store.Make(ctx, inferenceKey(run), i, func(string) error {
		log.Printf("measuring how fast the model answers")
		if err := i.measure(ctx, run, b.dir, textsOf(e.Notes.Test)); err != nil {
			return fmt.Errorf("measuring the speed of %s: %w", run.Dir, err)
		}
		return nil
	})
	return i, err
}

// measure opens the model and times it.
func (i *Inference) measure(ctx context.Context, run *Run, baseDir string, texts []string) error {
	before, unknown := emptyMemory()
	model, err := run.open(baseDir)
	if err != nil {
		return err
	}
	backend, err := classifier.OpenBackend(run.Profile.Backend)
	if err != nil {
		return err
	}
	defer backend.Finalize()
	singles, batched := texts[:min(mostSingles, len(texts))], texts[:min(mostBatched, len(texts))]
	i.Singles, i.Batched, i.BatchSize = len(singles), len(batched), min(classifier.DefaultBatchSize, len(batched))
	i.MaxLength, i.WeightBytes = model.MaxLength, 4*int64(run.Parameters.Total)
	i.Device, i.Cores = device(backend), runtime.NumCPU()

	one, err := classifier.NewPredictor(backend, model, 1)
	if err != nil {
		return err
	}
	if _, err := one.Predict(ctx, singles); err != nil { // compiles a graph for each length
		return err
	}
	var seconds []float64
	for _, text := range singles {
		started := time.Now()
		if _, err := one.Predict(ctx, []string{text}); err != nil {
			return err
		}
		seconds = append(seconds, time.Since(started).Seconds())
	}
	slices.Sort(seconds)
	i.MedianSeconds, i.P95Seconds = stat.Quantile(.5, stat.Empirical, seconds, nil), stat.Quantile(.95, stat.Empirical, seconds, nil)

	many, err := classifier.NewPredictor(backend, model, classifier.DefaultBatchSize)
	if err != nil {
		return err
	}
	if _, err := many.Predict(ctx, batched); err != nil { // as above
		return err
	}
	started := time.Now()
	if _, err := many.Predict(ctx, batched); err != nil {
		return err
	}
	i.TextsPerSecond = float64(len(batched)) / time.Since(started).Seconds()

	if i.MemoryUnknown = unknown; unknown == "" {
		after, err := train.ResidentBytes()
		if err != nil {
			i.MemoryUnknown = err.Error()
		} else {
			grown := max(0, after-before)
			i.MemoryBytes = &grown
		}
	}
	return nil
}

// emptyMemory gives back what the process does not need and says what is resident, or why that would hide what a model takes: XLA keeps
// memory of earlier work for good.
func emptyMemory() (bytes int64, unknown string) {
	loaded, err := xlaLoaded()
	switch {
	case err != nil:
		return 0, err.Error()
	case loaded:
		return 0, "earlier work of the same process left memory behind"
	}
	debug.FreeOSMemory()
	if bytes, err = train.ResidentBytes(); err != nil {
		return 0, err.Error()
	}
	return bytes, ""
}

// xlaLoaded says whether the process has loaded XLA. Linux alone can tell.
func xlaLoaded() (bool, error) {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return false, fmt.Errorf("the system does not say what a process has loaded: %w", err)
	}
	return bytes.Contains(maps, []byte("pjrt_c_api")), nil
}
