package study

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/train"
)

// A run folder's files. ResultFile is written last: a folder that has it is whole.
const (
	ResultFile     = "run.json"
	CheckpointFile = "checkpoint.safetensors"
	AdapterDir     = "adapter"
	ValidationFile = "validation.parquet"
	TestFile       = "test.parquet"
)

// layout changes with the meaning of a run folder's files, so that older folders are made anew.
const layout = 1

// Run is a finished training run, as its folder holds it.
type Run struct {
	Fingerprint string  `json:"fingerprint"`
	Profile     Profile `json:"profile"`

	Corpus     Counts `json:"corpus"`
	Parameters struct {
		Trainable int `json:"trainable"`  // adapter and head
		Adapter   int `json:"adapter"`    // the low-rank pairs alone
		Total     int `json:"total"`      // each value once
		PEFTTotal int `json:"peft_total"` // as PEFT prints all parameters, the head twice
	} `json:"parameters"`
	StepsPerEpoch int      `json:"steps_per_epoch"`
	Notices       []string `json:"notices"`

	Training   train.State      `json:"training"`
	Validation evaluate.Summary `json:"validation"`
	Test       evaluate.Summary `json:"test"`
	Majority   evaluate.Summary `json:"majority"` // the largest training class for every test note

	Provenance Provenance `json:"provenance"`
	Dir        string     `json:"-"`
}

// Counts says what was learned from.
type Counts struct {
	Name       string   `json:"name"`
	Synthetic  bool     `json:"synthetic"`
	Hash       string   `json:"hash"`
	RowsRead   int      `json:"rows_read"`
	RowsKept   int      `json:"rows_kept"`
	Texts      int      `json:"texts"`
	Labels     int      `json:"labels"`
	Train      int      `json:"train"` // texts
	Validation int      `json:"validation"`
	Test       int      `json:"test"`
	MaxLength  int      `json:"max_length"`      // tokens a text is cut to: the profile's, or the base's positions
	Truncated  int      `json:"truncated"`       // training texts that are longer
	With       []string `json:"with"`            // columns that the texts were extended with
	Unlearned  []string `json:"absent_in_train"` // labels without a training text
	Untested   []string `json:"absent_in_test"`  // labels without a test text
}

// Tell is told what happens: a line of text now and then, and every training step. Either may be nil.
type Tell struct {
	Say      func(line string)
	Progress func(train.Progress)
}

func (t Tell) say(format string, args ...any) {
	if t.Say != nil {
		t.Say(fmt.Sprintf(format, args...))
	}
}

// Run trains and tests the profile in the given folder, or in the stage cache if dir is empty. A finished run is read, a stopped one
// goes on from its checkpoint, and the folder of a run with other settings, data or base weights is refused.
func (p Profile) Run(ctx context.Context, dir string, tell Tell) (*Run, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	notes, err := p.ReadNotes(ctx, tell)
	if err != nil {
		return nil, err
	}
	base, err := p.baseDir(ctx, tell.download)
	if err != nil {
		return nil, err
	}
	config := p.lora()
	model, err := classifier.Prepare(base, &config, notes.Corpus.Labels, p.Train.Seed)
	if err != nil {
		return nil, err
	}
	if err := model.SetMaxLength(p.MaxLength); err != nil {
		return nil, fmt.Errorf("max_length: %w", err)
	}
	fingerprint, err := p.fingerprint(notes, model)
	if err != nil {
		return nil, err
	}
	if dir == "" {
		if dir, err = stageDir("train", fingerprint); err != nil {
			return nil, err
		}
	}
	if run, err := ReadRun(dir); err == nil && run.Fingerprint == fingerprint {
		tell.say("the run in %s is finished already", dir)
		return run, nil
	} else if err == nil {
		return nil, fmt.Errorf("%s holds a run with fingerprint %.12s, this one's is %.12s: the settings, the data or the base weights differ; choose another folder or remove it", dir, run.Fingerprint, fingerprint)
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	release, err := lock(dir)
	if err != nil {
		return nil, err
	}
	defer release()
	if err := sweep(dir); err != nil {
		return nil, err
	}
	return p.fit(ctx, dir, fingerprint, notes, model, tell)
}

// fit does the work of Run in its folder.
func (p Profile) fit(ctx context.Context, dir, fingerprint string, notes *Notes, model *classifier.Classifier, tell Tell) (*Run, error) {
	started := time.Now()
	backend, err := classifier.OpenBackend(p.Backend)
	if err != nil {
		return nil, err
	}
	defer backend.Finalize()
	data, err := notes.trainingData(p.Corpus.Targets, model)
	if err != nil {
		return nil, err
	}
	run := &Run{Fingerprint: fingerprint, Profile: p, Dir: dir, Corpus: notes.counts(data), Notices: model.Notices}
	if remark := p.Train.Remark(len(data.Encodings)); remark != "" {
		run.Notices = append(run.Notices, remark)
	}
	run.Parameters.Trainable, run.Parameters.Total = model.Parameters()
	counts := classifier.Count(model.Config, model.Adapter, len(model.Labels))
	run.Parameters.Adapter, run.Parameters.PEFTTotal = counts.Adapter, counts.PEFTTotal()
	for _, line := range run.Opening(model, device(backend)) {
		tell.say("%s", line)
	}
	predictor, err := classifier.NewPredictor(backend, model, classifier.DefaultBatchSize)
	if err != nil {
		return nil, err
	}
	job := &train.Job{
		Model: model.Model, Backend: backend, Config: p.Train.Config, Data: data,
		Validate: func(ctx context.Context) (train.Validation, error) {
			return notes.validate(ctx, predictor)
		},
		Checkpoint: filepath.Join(dir, CheckpointFile), Fingerprint: fingerprint, Progress: tell.Progress,
	}
	if run.Training, err = job.Run(ctx); err != nil {
		return nil, err
	}
	run.StepsPerEpoch = len(run.Training.Losses) / len(run.Training.Epochs)
	trained := time.Now()
	if err := model.WriteAdapter(filepath.Join(dir, AdapterDir), notes.Corpus.Synthetic); err != nil {
		return nil, err
	}
	tell.say("testing on %d texts", len(notes.Split.Test))
	if err := run.evaluate(ctx, notes, predictor); err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("interrupted while testing; the same command goes on from %s: %w", job.Checkpoint, ctx.Err())
		}
		return nil, err
	}
	run.Provenance = newProvenance(p, model, device(backend), started, trained)
	return run, run.write()
}

// evaluate predicts the validation and the test notes with the best epoch's model, and the test notes with the majority.
func (r *Run) evaluate(ctx context.Context, notes *Notes, predictor predict.Predictor) error {
	majority, err := notes.majority()
	if err != nil {
		return err
	}
	options := evaluate.Options{Seed: r.Profile.Corpus.Seed}
	for _, part := range []struct {
		model, name, file string
		notes             []int
		predictor         predict.Predictor
		summary           *evaluate.Summary
	}{
		{"LoRA", "validation", ValidationFile, notes.Split.Validation, predictor, &r.Validation},
		{"LoRA", "test", TestFile, notes.Split.Test, predictor, &r.Test},
		{"majority", "test", "", notes.Split.Test, majority, &r.Majority},
	} {
		set, err := notes.predict(ctx, part.predictor, part.model, part.name, part.notes)
		if err != nil {
			return err
		}
		if part.file != "" {
			if err := predict.Write(filepath.Join(r.Dir, part.file), set); err != nil {
				return err
			}
		}
		if *part.summary, err = evaluate.Summarize(set, options); err != nil {
			return err
		}
	}
	return nil
}

func (r *Run) write() error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return renameio.WriteFile(filepath.Join(r.Dir, ResultFile), append(raw, '\n'), 0o644, renameio.WithTempDir(r.Dir))
}

// ReadRun reads a finished run's folder. A folder without a result is an error that wraps os.ErrNotExist.
func ReadRun(dir string) (*Run, error) {
	path := filepath.Join(dir, ResultFile)
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	run := &Run{Dir: dir}
	if err := json.Unmarshal(raw, run); err != nil {
		return nil, fmt.Errorf("%s: %w; remove the folder to make the run again", path, err)
	}
	return run, nil
}

// definitions are the files of a base that, beside its weights, decide what it computes from a text.
var definitions = []string{"config.json", "tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"}

// fingerprint is the hash of everything that a run's numbers depend on: the settings, and by content, not by path, the notes
// and the base.
func (p Profile) fingerprint(notes *Notes, model *classifier.Classifier) (string, error) {
	p.Name, p.Base, p.Corpus.Path = "", model.BaseSHA256, notes.Corpus.Hash
	p.Backend = classifier.BackendName(p.Backend)
	h := sha256.New()
	fmt.Fprintf(h, "specialist run %d\n", layout)
	h.Write(p.canonical())
	for _, name := range definitions {
		raw, err := os.ReadFile(filepath.Join(model.BaseDir, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		fmt.Fprintf(h, "\n%s %d\n", name, len(raw))
		h.Write(raw)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// stageDir is the folder of a stage's result in the checkout's cache.
func stageDir(stage, fingerprint string) (string, error) {
	home, err := Home()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, "data", "cache", stage, fingerprint[:16]), nil
}
