package experiment

import (
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
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

// TrainingRun is what training left, judged on the validation texts alone.
type TrainingRun struct {
	Fingerprint string          `json:"fingerprint"` // the hash of the run's key
	Profile     profile.Profile `json:"profile"`

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
	Name          string   `json:"name"`
	Synthetic     bool     `json:"synthetic"`
	Hash          string   `json:"hash"`
	RowsRead      int      `json:"rows_read"`
	RowsKept      int      `json:"rows_kept"`
	Texts         int      `json:"texts"`
	Labels        int      `json:"labels"`
	Train         int      `json:"train"` // texts
	Validation    int      `json:"validation"`
	Test          int      `json:"test"`
	Protocol      string   `json:"protocol"`   // how they were divided
	MaxLength     int      `json:"max_length"` // tokens a text is cut to: the profile's, or the base's positions
	Truncated     int      `json:"truncated"`  // training texts that are longer
	With          []string `json:"with"`       // columns that the texts were extended with
	AbsentInTrain []string `json:"absent_in_train"`
	AbsentInTest  []string `json:"absent_in_test"`
}

// Sizes are bytes: of the trained tensors' file, and of the optimizer's state in memory.
type Sizes struct {
	Trained   int64 `json:"trained"`
	Optimizer int64 `json:"optimizer"`
}

// trainingRun is what a run has of its training.
func (r *TrainingRun) trainingRun() *TrainingRun { return r }

// ValidationScore is the macro-F1 on the validation texts, by which epochs and configurations are selected.
func (r *TrainingRun) ValidationScore() float64 {
	return r.Validation.Metrics[evaluate.MacroF1Union].Value
}

// EncoderParameters counts the base's parameters without a head.
func (r *TrainingRun) EncoderParameters() int {
	return r.Parameters.Total - r.Parameters.Adapter - r.Parameters.Head
}

// HiddenSize is the base's width. The head is a layer of width x width and one of width x labels, each with its biases, so that it has
// (width + 1)(width + labels) parameters. It is 0 where no width gives their number.
func (r *TrainingRun) HiddenSize() int {
	for width := 1; ; width++ {
		switch n := (width + 1) * (width + r.Corpus.Labels); {
		case n == r.Parameters.Head:
			return width
		case n > r.Parameters.Head:
			return 0
		}
	}
}

// ModelPath is the folder of what was trained: an adapter, or a whole model.
func (r *TrainingRun) ModelPath() string {
	if r.Profile.Train.Method == profile.MethodLoRA {
		return filepath.Join(r.Dir, AdapterDir)
	}
	return filepath.Join(r.Dir, ModelDir)
}

// open reads the run's model. The base is the one that the run was trained on.
func (r *TrainingRun) open(baseDir string) (*classifier.Classifier, error) {
	if r.Profile.Train.Method == profile.MethodLoRA {
		return classifier.Open(baseDir, r.ModelPath())
	}
	return classifier.Open(r.ModelPath(), "")
}

// resampling fixes the bootstrap samples that the run's intervals come from.
func (r *TrainingRun) resampling() evaluate.Options {
	return evaluate.Options{Seed: r.Profile.Corpus.Seed}
}

// readRun reads a run folder's result, and says whether there is one.
func readRun(dir string, into trained) (found bool, err error) {
	found, err = stage.Read(filepath.Join(dir, ResultFile), into)
	into.trainingRun().Dir = dir
	return found, err
}
