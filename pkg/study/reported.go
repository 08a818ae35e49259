package study

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// reported is every number that the original report states of its data, its training and its results: DistilBERT-base on MTSamples rows
// split at random, 512 tokens, test scores of the second configuration. The numbers stand here once; they are shown beside this project's and
// never mixed with them. Shares are between 0 and 1, sizes in bytes, times in seconds.
var reported = struct {
	// The notes as published, of these the ones in its training and its test part; what cleaning left of each; and the split.
	Notes, NotesToTrain, NotesToTest int
	Kept, KeptToTrain, KeptToTest    int
	TrainRows, ValidationRows        reportedPart
	TestRows                         reportedPart
	Labels, TestedLabels             int
	LeastCharacters                  int // of a cleaned note that is kept
	Whole, Truncated                 float64
	Imbalance                        float64 // largest class over smallest

	Base                         string
	EncoderParameters, HiddenDim int
	MaxLength                    int
	Rank                         int
	Alpha, Dropout               float64
	Targets                      []string
	Adapter                      int // not stated: what these settings give
	Trainable, AllParameters     int // as PEFT prints them
	ShareTrained, Fewer          float64
	WarmupSteps                  int
	Precision                    string
	Patience                     [2]int

	Sweep    map[string]reportedConfiguration // by the names of the profiles' configurations
	Selected string
	Test     map[evaluate.Metric]float64 // scores of the selected one on the test rows

	Baselines map[string]reportedScore // test scores, by the names of the baselines
	Ratios    map[string]float64       // the selected model's accuracy over theirs

	Confidence map[string]float64 // of one test case, by label
	Best       []string           // classes
	FewTest    int                // test rows below which a class is called challenging

	RateLoRA, RateFull float64
	RateRatio          [2]float64

	TrainSeconds, SecondsEach float64    // of the second configuration, of one on average; on a GPU
	FullSeconds               [2]float64 // of full fine-tuning, an estimate
	Speedup                   float64
	NoteSeconds, NotesASecond float64 // one note, and in batches
	InferenceBytes            float64

	Improvements []reportedImprovement
	Achievable   [2]float64 // accuracy with all of them

	Threshold float64 // of the confidence from which on a note is filed without a person
	Automatic float64 // share of the notes in its A/B test; the others are checked by hand
	Retrained string
}{
	Notes: 4999, NotesToTrain: 4499, NotesToTest: 500, Kept: 4457, KeptToTrain: 3966, KeptToTest: 491,
	TrainRows: reportedPart{3371, .756}, ValidationRows: reportedPart{595, .133}, TestRows: reportedPart{491, .11},
	Labels: 40, TestedLabels: 37, LeastCharacters: 20, Whole: .371, Truncated: .629, Imbalance: 238,

	Base: "distilbert-base-uncased", EncoderParameters: 66_000_000, HiddenDim: 768, MaxLength: 512,
	Rank: 16, Alpha: 32, Dropout: .1, Targets: []string{"q_lin", "v_lin"},
	Adapter: 294_912, Trainable: 916_264, AllParameters: 67_900_496, ShareTrained: .0135, Fewer: .9865,
	WarmupSteps: 100, Precision: "f16", Patience: [2]int{2, 3},

	Sweep: map[string]reportedConfiguration{
		"1-baseline":     {1e-4, 16, 5, .01, reportedScore{.5613, .2368}},
		"2-higher-rate":  {3e-4, 16, 5, .01, reportedScore{.6588, .537}},
		"3-conservative": {5e-5, 32, 5, .1, reportedScore{.3798, .057}},
	},
	Selected: "2-higher-rate",
	Test: map[evaluate.Metric]float64{
		evaluate.RowAccuracy:       .5662,
		evaluate.MacroF1Union:      .4331,
		evaluate.WeightedF1:        .5559,
		evaluate.WeightedPrecision: .5695,
		evaluate.WeightedRecall:    .5662,
	},

	Baselines: map[string]reportedScore{
		"random, uniform":  {.025, .025},
		"keyword rules":    {.3462, .15},
		"encoder, untuned": {.0122, .0007},
	},
	Ratios: map[string]float64{"random, uniform": 22.6, "keyword rules": 1.64, "encoder, untuned": 46},

	Confidence: map[string]float64{"Orthopedic": .7922, "Cardiovascular": .6494},
	Best:       []string{"Orthopedic", "Cardiovascular", "Surgery"}, FewTest: 10,

	RateLoRA: 3e-4, RateFull: 2e-5, RateRatio: [2]float64{10, 15},

	TrainSeconds: 198.1, SecondsEach: 3.4 * 60, FullSeconds: [2]float64{35 * 60, 40 * 60}, Speedup: 10,
	NoteSeconds: .029, NotesASecond: 57, InferenceBytes: 300e6,

	Improvements: []reportedImprovement{
		{"high", longNotes, .10, .15, ""},
		{"high", classWeights, .10, .15, " on rare classes"},
		{"medium", twoStages, .05, .08, ""},
		{"medium", medicalBase, .03, .05, ""},
		{"low", moreEpochs, .02, .04, ""},
	},
	Achievable: [2]float64{.65, .75},

	Threshold: .7, Automatic: .9, Retrained: "monthly",
}

// reportedPart is the rows of a part, and their share of all.
type reportedPart struct {
	Rows  int
	Share float64
}

// reportedScore is what the report states for one configuration or baseline.
type reportedScore struct{ Accuracy, MacroF1 float64 }

// reportedConfiguration is a configuration with its validation scores.
type reportedConfiguration struct {
	LearningRate      float64
	BatchSize, Epochs int
	WeightDecay       float64
	reportedScore
}

// reportedImprovement is a proposal with the gain that the report expects of it.
type reportedImprovement struct {
	Priority, What string
	Low, High      float64
	Of             string
}

// The report's proposals.
const (
	longNotes    = "Long notes: an encoder of 4,096 tokens, or chunks that are put together"
	classWeights = "Class-weighted loss, more examples of the rare classes"
	twoStages    = "Two stages: surgical, medical or diagnostic, then the specialty"
	medicalBase  = "A base that was trained on medical texts"
	moreEpochs   = "More epochs with a learning-rate schedule"
)

// reportedErrors is what the original report states of its errors, over its test rows.
var reportedErrors = struct {
	MisreadCharacters, RightCharacters float64 // mean lengths
	LongRatio                          float64 // the error rate over 512 tokens, over that of the others
	Correlation                        float64 // between training samples and error rate, over classes
	Few, Many                          int     // training samples of a rare class, below, and of a common one, above
	RareError                          float64
	CommonLow, CommonHigh              float64
	Pairs                              map[erroranalysis.LabelPair]reportedPair
}{
	MisreadCharacters: 4062, RightCharacters: 2371,
	LongRatio:   1.71,
	Correlation: -.325,
	Few:         10, Many: 50, RareError: 1, CommonLow: .25, CommonHigh: .35,
	Pairs: map[erroranalysis.LabelPair]reportedPair{
		{Gold: "Orthopedic", Predicted: "Surgery"}:     {Errors: 14},
		{Gold: "Cardiovascular", Predicted: "Surgery"}: {Errors: 11},
		{Gold: "Cardiovascular", Predicted: "Consult"}: {Characters: 3213, Truncated: true},
		{Gold: "Urology", Predicted: "Surgery"}:        {Characters: 2650},
		{Gold: "Hospice", Predicted: "Consult"}:        {Characters: 4897},
	},
}

// reportedPair is a confusion: how often it occurred, or the length of the one note that the report shows.
type reportedPair struct {
	Errors, Characters int
	Truncated          bool
}

func (p reportedPair) String() string {
	switch {
	case p.Errors > 0:
		return fmt.Sprintf("%d errors", p.Errors)
	case p.Truncated:
		return fmt.Sprintf("an example, %s characters, truncated", number(p.Characters))
	}
	return fmt.Sprintf("an example, %s characters", number(p.Characters))
}

// reportedPattern is what the report says of a pattern of errors, by the pattern's name.
func reportedPattern(name string) string {
	r := reportedErrors
	errors := func(gold, predicted string) int {
		return r.Pairs[erroranalysis.LabelPair{Gold: gold, Predicted: predicted}].Errors
	}
	switch name {
	case "length":
		return fmt.Sprintf("misread notes have %s characters on average, right ones %s; %s", page.Count.String(page.Of(r.MisreadCharacters)), page.Count.String(page.Of(r.RightCharacters)), reportedLong())
	case "similar_specialties":
		return fmt.Sprintf("Orthopedic read as Surgery %d times, Cardiovascular as Surgery %d times", errors("Orthopedic", "Surgery"), errors("Cardiovascular", "Surgery"))
	case "imbalance":
		return fmt.Sprintf("correlation of training samples with error rate %s; under %d samples %s errors, over %d samples %.0f to %s", page.Metric.String(page.Of(r.Correlation)), r.Few, whole(r.RareError), r.Many, 100*r.CommonLow, whole(r.CommonHigh))
	case "document_types":
		return "SOAP and chart notes are confused with specialties; no number"
	}
	return "nothing"
}

// reportedLong is what the report says of long notes.
func reportedLong() string {
	return fmt.Sprintf("over %d tokens the error rate is %s higher", reported.MaxLength, whole(reportedErrors.LongRatio-1))
}
