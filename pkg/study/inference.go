package study

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/train"
)

// Inference is how fast the study's model answers. All of it differs between equal runs.
type Inference struct {
	Singles       int     `json:"singles"`        // texts that were given one by one
	MedianSeconds float64 `json:"median_seconds"` // of one, from its text to its scores
	P95Seconds    float64 `json:"p95_seconds"`

	Batched        int     `json:"batched"` // texts that were given together
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

// The most texts of the test part that are given one by one, and together.
const (
	mostSingles = 50
	mostBatched = 200
)

const inferenceFile = "inference.json"

// inference measures how fast a run's model answers on test texts, or reads what is in the stage cache.
func (p Profile) inference(ctx context.Context, src *source, run *Run, tell Tell) (*Inference, error) {
	h := sha256.New()
	fmt.Fprintf(h, "specialist inference 1\n%s %d %d %d", run.Fingerprint, mostSingles, mostBatched, classifier.DefaultBatchSize)
	dir, err := stageDir("inference", hex.EncodeToString(h.Sum(nil)))
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, inferenceFile)
	i := &Inference{}
	if found, err := src.cache.find(path, i); found || err != nil {
		return i, err
	}
	if len(src.worker) > 0 {
		if err := src.worker.do(ctx, errand{Stage: stageInference, Profile: p, Fingerprint: run.Fingerprint, Dir: run.Dir}, tell); err != nil {
			return nil, err
		}
		_, err := readStage(path, i)
		return i, err
	}
	tell.say("measuring how fast the model answers")
	texts := textsOf(src.notes.Test)
	if err := i.measure(ctx, run, src.base, texts); err != nil {
		return nil, fmt.Errorf("measuring the speed of %s: %w", run.Dir, err)
	}
	return i, writeStage(path, i)
}

// measure opens the model and times it.
func (i *Inference) measure(ctx context.Context, run *Run, base string, texts []string) error {
	before, unknown := emptyMemory()
	model, err := run.open(base)
	if err != nil {
		return err
	}
	backend, err := classifier.OpenBackend(run.Profile.Backend)
	if err != nil {
		return err
	}
	defer backend.Finalize()
	one, err := classifier.NewPredictor(backend, model, 1)
	if err != nil {
		return err
	}
	many, err := classifier.NewPredictor(backend, model, classifier.DefaultBatchSize)
	if err != nil {
		return err
	}
	singles, together := texts[:min(mostSingles, len(texts))], texts[:min(mostBatched, len(texts))]
	i.Singles, i.Batched, i.BatchSize = len(singles), len(together), min(classifier.DefaultBatchSize, len(together))
	i.MaxLength, i.WeightBytes = model.MaxLength, 4*int64(run.Parameters.Total)
	i.Device, i.Cores = device(backend), runtime.NumCPU()

	if _, err := one.Predict(ctx, singles); err != nil { // compiles a graph for each length
		return err
	}
	var took []float64 // seconds
	for _, text := range singles {
		started := time.Now()
		if _, err := one.Predict(ctx, []string{text}); err != nil {
			return err
		}
		took = append(took, time.Since(started).Seconds())
	}
	slices.Sort(took)
	i.MedianSeconds, i.P95Seconds = stat.Quantile(.5, stat.Empirical, took, nil), stat.Quantile(.95, stat.Empirical, took, nil)

	if _, err := many.Predict(ctx, together); err != nil { // as above
		return err
	}
	started := time.Now()
	if _, err := many.Predict(ctx, together); err != nil {
		return err
	}
	i.TextsPerSecond = float64(len(together)) / time.Since(started).Seconds()

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

// SpeedTable says how fast the model answers. It belongs to the block of times.
func (s *Study) SpeedTable() page.Table {
	i, run := s.Inference, s.Sweep.Chosen()
	t := page.Table{
		ID: "inference", Caption: "How fast the model answers", Synthetic: run.Corpus.Synthetic,
		Columns: []page.Column{{Name: "Quantity"}, {Name: "Value", Numeric: true}},
		Note: fmt.Sprintf("From a text to its scores, tokenisation included, once every graph is compiled; test texts as they come, of which up to %d tokens are read. On %s, %s cores. "+
			"Memory: what is resident once the model has answered, less what was before it was opened: XLA and its compiled graphs included.", i.MaxLength, i.Device, number(i.Cores)),
	}
	for _, row := range []struct {
		name string
		cell page.Cell
	}{
		{fmt.Sprintf("One text, median of %d", i.Singles), i.latency()},
		{"One text, 95 % take at most", page.Duration.Cell(page.Of(i.P95Seconds))},
		{fmt.Sprintf("Texts a second, in batches of %d", i.BatchSize), i.throughput()},
		{"Memory", i.memory()},
		{"of this the parameters, at 4 bytes each", page.Bytes.Cell(page.Of(float64(i.WeightBytes)))},
	} {
		t.Rows = append(t.Rows, []page.Cell{page.Text(row.name), row.cell})
	}
	return t
}

func (i *Inference) latency() page.Cell { return page.Duration.Cell(page.Of(i.MedianSeconds)) }

func (i *Inference) throughput() page.Cell {
	return sorted(strconv.FormatFloat(i.TextsPerSecond, 'f', 0, 64), i.TextsPerSecond)
}

func (i *Inference) memory() page.Cell {
	if i.MemoryBytes == nil {
		return page.Cell{Missing: i.MemoryUnknown}
	}
	return page.Bytes.Cell(page.Of(float64(*i.MemoryBytes)))
}
