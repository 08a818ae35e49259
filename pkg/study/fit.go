package study

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/gomlx/compute"
	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/train"
)

// A run folder's files. ResultFile is written last: a folder that has it is whole.
const (
	ResultFile     = "run.json"
	CheckpointFile = "checkpoint.safetensors"
	AdapterDir     = "adapter" // of a run that trained an adapter, in PEFT's format
	ModelDir       = "model"   // of a run that trained the encoder itself, as transformers loads it
	CardFile       = "README.md"
	ValidationFile = "validation.parquet"
	TestFile       = "test.parquet"
)

// The kinds of runs: one that is tested, and one that is judged on the validation texts alone.
const (
	stageTrain = "train"
	stageRate  = "rate"
)

// layout changes with the meaning of a run folder's files, so that older folders are made anew.
const layout = 2

// Fit is what training left, judged on the validation texts alone.
type Fit struct {
	Fingerprint string  `json:"fingerprint"`
	Profile     Profile `json:"profile"`

	Corpus     Counts `json:"corpus"`
	Parameters struct {
		Trainable int `json:"trainable"`  // what training changed
		Adapter   int `json:"adapter"`    // the low-rank pairs alone
		Head      int `json:"head"`       // pre_classifier and classifier
		Total     int `json:"total"`      // each value once
		PEFTTotal int `json:"peft_total"` // as PEFT prints all parameters, the head twice where there is an adapter
	} `json:"parameters"`
	StepsPerEpoch int      `json:"steps_per_epoch"`
	Notices       []string `json:"notices"`

	Sizes    Sizes       `json:"sizes"`
	Training train.State `json:"training"`

	Validation evaluate.Summary `json:"validation"`

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
	Protocol   string   `json:"protocol"`        // how they were divided
	MaxLength  int      `json:"max_length"`      // tokens a text is cut to: the profile's, or the base's positions
	Truncated  int      `json:"truncated"`       // training texts that are longer
	With       []string `json:"with"`            // columns that the texts were extended with
	Unlearned  []string `json:"absent_in_train"` // labels without a training text
	Untested   []string `json:"absent_in_test"`  // labels without a test text
}

// Sizes are bytes: of the trained tensors' file, and of the optimiser's state in memory.
type Sizes struct {
	Trained   int64 `json:"trained"`
	Optimizer int64 `json:"optimizer"`
}

// fitting is a Fit that is to be made.
type fitting struct {
	Fit
	stage  string
	source *source
	notes  *Notes
	model  *classifier.Classifier // once it is needed
}

// prepare says, by a fingerprint, which run the profile makes from a source.
func (p Profile) prepare(stage string, src *source) *fitting {
	return &fitting{Fit: Fit{Profile: p, Fingerprint: p.fingerprint(stage, src)}, stage: stage, source: src, notes: src.notes}
}

// result is a Fit, or what embeds one.
type result interface{ fit() *Fit }

func (f *Fit) fit() *Fit { return f }

// work fills the result: it reads the folder's, or trains and lets finish do what is left with the best epoch's model.
func (f *fitting) work(ctx context.Context, dir string, into result, tell Tell, finish func(predict.Predictor) error) (err error) {
	if dir == "" {
		if dir, err = stageDir(f.stage, f.Fingerprint); err != nil {
			return err
		}
	}
	f.Dir = dir
	switch err := f.source.cache.result(dir, into); {
	case err == nil && into.fit().Fingerprint == f.Fingerprint:
		if !tell.series {
			tell.say("the run in %s is finished already", dir)
		}
		into.fit().Dir = dir
		return nil
	case err == nil:
		return fmt.Errorf("%s holds a run with fingerprint %.12s, this one's is %.12s: the settings, the data or the base weights differ; choose another folder or remove it", dir, into.fit().Fingerprint, f.Fingerprint)
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	if tell.series {
		tell.say("%s", tell.stage)
	}
	if len(f.source.worker) > 0 {
		e := errand{Stage: f.stage, Profile: f.Profile, Fingerprint: f.Fingerprint, Dir: dir, Short: tell.short}
		if err := f.source.worker.do(ctx, e, tell); err != nil {
			return err
		}
		into.fit().Dir = dir
		return readResult(dir, into)
	}
	if f.model, err = f.Profile.model(f.source.base, f.notes.Corpus.Labels); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	release, err := lockWithin(ctx, dir, f.source.patience)
	if err != nil {
		return err
	}
	defer release()
	if err := tidy(dir); err != nil {
		return err
	}
	backend, err := classifier.OpenBackend(f.Profile.Backend)
	if err != nil {
		return err
	}
	defer backend.Finalize()
	predictor, err := classifier.NewPredictor(backend, f.model, classifier.DefaultBatchSize)
	if err != nil {
		return err
	}
	if err := f.train(ctx, backend, predictor, tell); err != nil {
		return err
	}
	if err := finish(predictor); err != nil {
		return err
	}
	return writeStage(filepath.Join(dir, ResultFile), into)
}

// trainedBefore says that this process has trained: XLA keeps some of a run's memory for good, so that only the first run of a
// process has a peak of its own.
var trainedBefore atomic.Bool

// train runs the job, writes what it trained and predicts the validation notes.
func (f *fitting) train(ctx context.Context, backend compute.Backend, predictor predict.Predictor, tell Tell) error {
	started := time.Now()
	p, model := f.Profile, f.model
	data, err := f.notes.trainingData(p.Corpus.Targets, model)
	if err != nil {
		return err
	}
	f.Corpus, f.Notices = f.notes.counts(data), model.Notices
	if remark := p.Train.Remark(len(data.Encodings)); remark != "" {
		f.Notices = append(f.Notices, remark)
	}
	n := &f.Parameters
	n.Trainable, n.Total = model.Parameters()
	counts := classifier.Count(model.Config, model.Adapter, len(model.Labels))
	n.Adapter, n.Head, n.PEFTTotal = counts.Adapter, counts.Head, counts.PEFTTotal()
	opening := f.Opening(model, device(backend))
	if tell.short {
		opening = []string{f.trainsLine()}
	}
	for _, line := range opening {
		tell.say("%s", line)
	}
	job := &train.Job{
		Model: model.Model, Backend: backend, Config: p.Train.Config, Data: data,
		Validate: func(ctx context.Context) (train.Validation, error) {
			return f.notes.validate(ctx, predictor)
		},
		Checkpoint: filepath.Join(f.Dir, CheckpointFile), Fingerprint: f.Fingerprint, Progress: tell.progress,
	}
	if f.Training, err = job.Run(ctx); err != nil {
		return err
	}
	f.StepsPerEpoch = len(f.Training.Losses) / len(f.Training.Epochs)
	f.Provenance = newProvenance(p, model, device(backend), started)
	f.Provenance.Times.Cost = job.Cost()
	if cost := &f.Provenance.Times.Cost; trainedBefore.Swap(true) {
		cost.PeakBytes, cost.PeakUnknown = nil, "an earlier run of the same process left memory behind: `specialist train` alone measures it"
	}
	if err := f.writeTrained(); err != nil {
		return err
	}
	if f.Sizes, err = f.sizes(); err != nil {
		return err
	}
	set, err := f.predictions(ctx, f.notes, predictor, ValidationFile, "validation", f.notes.Validation)
	if err != nil {
		return err
	}
	f.Validation, err = evaluate.Summarize(set, f.options())
	return err
}

// readResult reads a folder's result. A folder without one is an error that wraps os.ErrNotExist.
func readResult(dir string, into result) error { return (*cache)(nil).result(dir, into) }

func (c *cache) result(dir string, into result) error {
	path := filepath.Join(dir, ResultFile)
	found, err := c.find(path, into)
	if err == nil && !found {
		return fmt.Errorf("%s: %w", path, os.ErrNotExist)
	}
	return err
}
