//go:build ignore

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/demo"
	"github.com/specialist-nlp/specialist/pkg/distilbert"
	"github.com/specialist-nlp/specialist/pkg/lora"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
	"github.com/specialist-nlp/specialist/pkg/train"
)

const (
	batchSize = 16
	mixNotes  = 128
)

// filled is how many notes there are that fill their length.
var filled = map[int]int{128: 64, maxLength: 32}

// sample is notes as token ids, for all sides the same.
type sample struct {
	Length  int          `json:"length"` // tokens that the notes are cut to
	Classes int          `json:"classes"`
	Notes   []sampleNote `json:"notes"`
}

type sampleNote struct {
	IDs    []int32 `json:"ids"`
	Labels []int   `json:"labels"`
}

// adapter is the configuration of the study's second run.
func adapter() *lora.Config {
	return &lora.Config{Rank: 16, Alpha: 32, Dropout: 0.1, TargetModules: []string{"q_lin", "v_lin"}, TaskType: "SEQ_CLS"}
}

// samples writes what the speed is measured on: 128.json and 512.json, of notes joined until they fill that length; mix.json, of
// notes as they are at up to 512 tokens; and a fresh classifier, as the folders adapter and merged.
func samples(base, path, dir string) error {
	c, err := demo.Corpus(seed)
	if path != "-" {
		c, err = corpus.Read(context.Background(), path, corpus.Options{})
	}
	if err != nil {
		return err
	}
	d, err := corpus.Divide(c, corpus.ProtocolGroup, seed)
	if err != nil {
		return err
	}
	model, err := classifier.Prepare(base, adapter(), c.Labels, seed)
	if err != nil {
		return err
	}
	spread := func(count, i int) int { return i * len(d.Train) / count }
	write := func(name string, length, count int, text func(i int) string) error {
		if err := model.SetMaxLength(length); err != nil {
			return err
		}
		texts := make([]string, count)
		for i := range texts {
			texts[i] = text(spread(count, i))
		}
		encodings, err := model.Encode(texts)
		if err != nil {
			return err
		}
		s := sample{Length: length, Classes: len(c.Labels)}
		for i, e := range encodings {
			s.Notes = append(s.Notes, sampleNote{e.IDs, d.Train[spread(count, i)].Labels})
		}
		raw, err := json.Marshal(s)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name+".json"), raw, 0o644)
	}
	for length, count := range filled {
		err := write(fmt.Sprint(length), length, count, func(i int) string {
			var words []string
			for ; len(words) < length; i++ {
				words = append(words, strings.Fields(d.Train[i%len(d.Train)].Text)...)
			}
			return strings.Join(words, " ")
		})
		if err != nil {
			return err
		}
	}
	if err := write("mix", maxLength, mixNotes, func(i int) string { return d.Train[i].Text }); err != nil {
		return err
	}
	if err := model.WriteAdapter(filepath.Join(dir, "adapter"), c.Synthetic); err != nil {
		return err
	}
	return model.WriteMerged(filepath.Join(dir, "merged"), c.Synthetic)
}

func readSample(path string) (sample, []tokenize.Encoding, error) {
	var s sample
	raw, err := os.ReadFile(path)
	if err != nil {
		return s, nil, err
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, nil, fmt.Errorf("%s: %w", path, err)
	}
	encodings := make([]tokenize.Encoding, len(s.Notes))
	for i, n := range s.Notes {
		encodings[i] = tokenize.Encoding{IDs: n.IDs, Tokens: len(n.IDs)}
	}
	return s, encodings, nil
}

// turns measures while the other sides wait, and waits while they measure: each line that it reads lets it do one round.
type turns struct {
	asked *bufio.Scanner
	out   *json.Encoder
	wall  time.Time
	cpu   float64
}

func newTurns() *turns {
	t := &turns{asked: bufio.NewScanner(os.Stdin), out: json.NewEncoder(os.Stdout)}
	t.start()
	return t
}

func (t *turns) start() { t.wall, t.cpu = time.Now(), processorSeconds() }

// since is the time since the start of this turn, for each of so many pieces of work.
func (t *turns) since(pieces int) map[string]any {
	n := float64(pieces)
	return map[string]any{"wall": time.Since(t.wall).Seconds() / n, "cpu": (processorSeconds() - t.cpu) / n}
}

// wait says what a turn took, and whether there is to be another one.
func (t *turns) wait(answer map[string]any) bool {
	if t.out.Encode(answer) != nil || !t.asked.Scan() {
		return false
	}
	t.start()
	return true
}

func processorSeconds() float64 {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}

// trainSpeed trains on a sample, as a run does, and tells of the first step and of every epoch.
func trainSpeed(base, path string) error {
	s, encodings, err := readSample(path)
	if err != nil {
		return err
	}
	model, err := classifier.Prepare(base, adapter(), distilbert.NumberedLabels(s.Classes), seed)
	if err != nil {
		return err
	}
	backend, err := classifier.OpenBackend("")
	if err != nil {
		return err
	}
	defer backend.Finalize()
	data := train.Data{Encodings: encodings, Buckets: tokenize.Buckets(s.Length), Pad: model.Tokenizer.PadID()}
	for _, n := range s.Notes {
		target := make([]float32, s.Classes)
		for _, label := range n.Labels {
			target[label] = 1 / float32(len(n.Labels))
		}
		data.Targets = append(data.Targets, target)
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	steps := len(encodings) / batchSize
	t := newTurns()
	job := &train.Job{
		Model: model.Model, Backend: backend, Data: data,
		Config:     train.Config{LearningRate: 3e-4, BatchSize: batchSize, Epochs: 1000, WarmupSteps: 100, WeightDecay: 0.01, MaxGradNorm: 1, Seed: seed},
		Validate:   func(context.Context) (train.Validation, error) { return train.Validation{}, nil },
		Checkpoint: filepath.Join(dir, "checkpoint.safetensors"),
		Progress: func(p train.Progress) {
			switch {
			case p.Validation != nil:
			case p.Step == 1:
				t.out.Encode(t.since(1))
			case p.Step%steps == 0:
				if !t.wait(t.since(steps)) {
					stop()
				}
			}
		},
	}
	if _, err := job.Run(ctx); !errors.Is(err, train.ErrStopped) {
		return err
	}
	return nil
}

// inferSpeed classifies the given number of a sample's notes at once, so many times a round, and tells of the first time and of
// every round.
func inferSpeed(base, adapterDir, path, notes, times string) error {
	count, err := strconv.Atoi(notes)
	if err != nil {
		return err
	}
	repeats, err := strconv.Atoi(times)
	if err != nil {
		return err
	}
	s, encodings, err := readSample(path)
	if err != nil {
		return err
	}
	model, err := classifier.Open(base, adapterDir)
	if err != nil {
		return err
	}
	if err := model.SetMaxLength(s.Length); err != nil {
		return err
	}
	backend, err := classifier.OpenBackend("")
	if err != nil {
		return err
	}
	defer backend.Finalize()
	predictor, err := classifier.NewPredictor(backend, model, classifier.DefaultBatchSize)
	if err != nil {
		return err
	}
	chosen := make([]tokenize.Encoding, count)
	for i := range chosen {
		chosen[i] = encodings[i*len(encodings)/count]
	}
	t := newTurns()
	outputs, err := predictor.PredictEncoded(context.Background(), chosen)
	if err != nil {
		return err
	}
	first := t.since(1)
	logits := make([][]float32, count)
	for i, output := range outputs {
		logits[i] = output.Logits
	}
	first["logits"] = logits
	for ready := t.wait(first); ready; ready = t.wait(t.since(repeats)) {
		for range repeats {
			if _, err := predictor.PredictEncoded(context.Background(), chosen); err != nil {
				return err
			}
		}
	}
	return nil
}
