package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/gomlx/compute"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/lora"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
	"github.com/specialist-nlp/specialist/pkg/train"
)

// The stages of training runs: one that is tested, and one that is judged on the validation texts alone.
const (
	stageTrain = "train"
	stageRate  = "rate"
)

// runVersion changes with the meaning of a run folder's files.
const runVersion = 2

// trained is a [TrainingRun], or what embeds one.
type trained interface{ trainingRun() *TrainingRun }

// place is where a run stands in a series of runs. The zero value is a run by itself.
type place struct {
	title string // what a series calls the run
	later bool   // not the first of its series: the notes and the base were logged before
}

// runKey names a run by everything that its numbers depend on: the settings, and by content, not by path, the notes and the base.
func (e *Experiment) runKey(name string, p profile.Profile, b *baseModel) stage.Key {
	p = p.Single()
	p.Name, p.Base, p.Corpus.Path = "", b.hash, e.Notes.Corpus.Hash
	if p.Train.Method != profile.MethodLoRA {
		p.Adapter = lora.Config{}
	}
	p.Backend = classifier.BackendName(p.Backend)
	return stage.Key{Name: name, Version: runVersion, Inputs: []any{p}, File: ResultFile}
}

// begin logs what a series calls the run.
func (at place) begin(log stage.Log) {
	if at.title != "" {
		log.Printf("%s", at.title)
	}
}

// train fills into with a run of a profile: it reads what is in the folder, or trains and lets finish do what is left with the best epoch's
// model. An empty dir stands for the store.
func (e *Experiment) train(ctx context.Context, name string, p profile.Profile, dir string, into trained, at place, log stage.Log,
	finish func(*fineTuning, predict.Predictor) error,
) error {
	b, err := e.openBase(ctx, log)
	if err != nil {
		return err
	}
	key := e.runKey(name, p, b)
	f := &fineTuning{TrainingRun: TrainingRun{Profile: p, Fingerprint: key.Hash()}, notes: e.Notes}
	making := func(dir string) error {
		f.Dir = dir
		return f.run(ctx, into, at, log, finish)
	}
	if dir != "" {
		if found, err := findRun(dir, key, into, at, log); found || err != nil {
			return err
		}
		at.begin(log)
		if err := f.open(b.dir); err != nil { // before there is a folder
			return err
		}
		return stage.MakeIn(ctx, dir, key, into, making)
	}
	if len(e.Worker) > 0 {
		err = e.Store.MakeElsewhere(key, into, func() error {
			at.begin(log)
			return e.Worker.Do(ctx, request{Stage: name, Profile: p, Key: key.Hash(), Later: at.later}, log)
		})
	} else {
		err = e.Store.Make(ctx, key, into, func(dir string) error {
			at.begin(log)
			if err := f.open(b.dir); err != nil {
				return err
			}
			return making(dir)
		})
	}
	into.trainingRun().Dir = e.Store.Path(key)
	if errors.Is(err, stage.ErrMissing) { // of what cannot be set up there is never a result
		return cmp.Or(f.open(b.dir), err)
	}
	return err
}

// findRun reads the run in a folder of the caller's, which must not hold another one.
func findRun(dir string, key stage.Key, into trained, at place, log stage.Log) (found bool, err error) {
	if found, err = readRun(dir, into); !found || err != nil {
		return false, err
	}
	if theirs := into.trainingRun().Fingerprint; theirs != key.Hash() {
		return false, fmt.Errorf("%s holds a run with fingerprint %.12s, this one's is %.12s: the settings, the data or the base weights differ; choose another folder or remove it", dir, theirs, key.Hash())
	}
	if at.title == "" { // a series says itself what it has
		log.Printf("the run in %s is finished already", dir)
	}
	return true, nil
}

// fineTuning is a training run that is under way.
type fineTuning struct {
	TrainingRun
	notes *Notes
	model *classifier.Classifier
}

// open sets up the model, fresh from the base.
func (f *fineTuning) open(baseDir string) (err error) {
	f.model, err = newModel(f.Profile, baseDir, f.notes.Corpus.Labels)
	return err
}

// run trains, and has finish do the rest while the backend is open.
func (f *fineTuning) run(ctx context.Context, into trained, at place, log stage.Log, finish func(*fineTuning, predict.Predictor) error) error {
	backend, err := classifier.OpenBackend(f.Profile.Backend)
	if err != nil {
		return err
	}
	defer backend.Finalize()
	predictor, err := classifier.NewPredictor(backend, f.model, classifier.DefaultBatchSize)
	if err != nil {
		return err
	}
	if err := f.train(ctx, backend, predictor, at, log); err != nil {
		return err
	}
	*into.trainingRun() = f.TrainingRun
	if finish == nil {
		return nil
	}
	return finish(f, predictor)
}

// trainedBefore says that this process has trained: XLA keeps some of a run's memory for good, so that only the first run of a
// process has a peak of its own.
var trainedBefore atomic.Bool

// train runs the job, writes what it trained and predicts the validation notes.
func (f *fineTuning) train(ctx context.Context, backend compute.Backend, predictor predict.Predictor, at place, log stage.Log) error {
	started := time.Now()
	p, model := f.Profile, f.model
	data, err := f.notes.trainingData(p.Corpus.Targets, model)
	if err != nil {
		return err
	}
	f.Corpus, f.Notices = f.notes.counts(data), model.Notices
	if remark := p.Train.Warning(len(data.Encodings)); remark != "" {
		f.Notices = append(f.Notices, remark)
	}
	n := &f.Parameters
	n.Trainable, n.Total = model.Parameters()
	counts := classifier.Count(model.Config, model.Adapter, len(model.Labels))
	n.Adapter, n.Head, n.PEFTTotal = counts.Adapter, counts.Head, counts.PEFTTotal()
	for _, line := range f.opening(device(backend), at) {
		log.Printf("%s", line)
	}
	job := &train.Job{
		Model: model.Model, Backend: backend, Config: p.Train.Config, Data: data,
		Validate: func(ctx context.Context) (train.Validation, error) {
			return f.notes.validate(ctx, predictor)
		},
		Checkpoint: filepath.Join(f.Dir, CheckpointFile), Fingerprint: f.Fingerprint, Progress: progressTo(log),
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
	if err := f.writeModel(); err != nil {
		return err
	}
	if f.Sizes, err = f.sizes(); err != nil {
		return err
	}
	set, err := f.predictions(ctx, f.notes, predictor, ValidationFile, "validation", f.notes.Validation)
	if err != nil {
		return err
	}
	f.Validation, err = evaluate.Summarize(set, f.resampling())
	return err
}

// progressTo logs the progress of training: steps as progress, epochs as lines.
func progressTo(log stage.Log) func(train.Progress) {
	return func(p train.Progress) {
		if v := p.Validation; v != nil {
			log.Printf("epoch %d of %d: validation loss %.3f, row accuracy %.3f, macro-F1 %.3f, any-valid %.3f", p.Epoch, p.Epochs, v.Loss, v.Accuracy, v.MacroF1, v.AnyValid)
			return
		}
		log.Step(stage.Progress{
			Label: "training", Step: p.Step, Steps: p.Steps, Remaining: p.Remaining,
			Detail: fmt.Sprintf("epoch %d of %d, loss %.3f, %.1f notes/s", p.Epoch, p.Epochs, p.Loss, p.NotesPerSecond),
		})
	}
}
