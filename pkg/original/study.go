package original

// Study is what the original states of its data, its training and its results. Its test scores are those of the second configuration.
var Study = struct {
	// The notes as published, of these the ones in its training and its test part; what cleaning left of each; and the split.
	Notes, NotesToTrain, NotesToTest int
	Kept, KeptToTrain, KeptToTest    int
	TrainRows, ValidationRows        Part
	TestRows                         Part
	Labels, TestedLabels             int
	MinCharacters                    int     // of a cleaned note that is kept
	Whole, Truncated                 float64 // notes of up to MaxLength tokens, and longer ones
	Imbalance                        float64 // largest class over smallest

	Base                         string
	EncoderParameters, HiddenDim int
	MaxLength                    int // tokens
	Rank                         int
	Alpha, Dropout               float64
	Targets                      []string
	Adapter                      int // not stated: what these settings give
	Trainable, AllParameters     int // as PEFT prints them
	ShareTrained, Fewer          float64
	WarmupSteps                  int
	Precision                    string
	Patience                     [2]int

	Sweep    map[string]Configuration // by the names of the profiles' configurations
	Selected string
	Test     map[Metric]float64 // scores of the selected one on the test rows

	Baselines map[Baseline]BaselineScore

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

	Improvements []Improvement
	Achievable   [2]float64 // accuracy with all of them

	Threshold float64 // of the confidence from which on a note is filed without a person
	Automatic float64 // share of the notes in its A/B test; the others are checked by hand
	Retrained string
}{
	Notes: 4999, NotesToTrain: 4499, NotesToTest: 500, Kept: 4457, KeptToTrain: 3966, KeptToTest: 491,
	TrainRows: Part{3371, .756}, ValidationRows: Part{595, .133}, TestRows: Part{491, .11},
	Labels: 40, TestedLabels: 37, MinCharacters: 20, Whole: .371, Truncated: .629, Imbalance: 238,

	Base: "distilbert-base-uncased", EncoderParameters: 66_000_000, HiddenDim: 768, MaxLength: 512,
	Rank: 16, Alpha: 32, Dropout: .1, Targets: []string{"q_lin", "v_lin"},
	Adapter: 294_912, Trainable: 916_264, AllParameters: 67_900_496, ShareTrained: .0135, Fewer: .9865,
	WarmupSteps: 100, Precision: "f16", Patience: [2]int{2, 3},

	Sweep: map[string]Configuration{
		"1-baseline":     {LearningRate: 1e-4, BatchSize: 16, Epochs: 5, WeightDecay: .01, Score: Score{.5613, .2368}},
		"2-higher-rate":  {LearningRate: 3e-4, BatchSize: 16, Epochs: 5, WeightDecay: .01, Score: Score{.6588, .537}},
		"3-conservative": {LearningRate: 5e-5, BatchSize: 32, Epochs: 5, WeightDecay: .1, Score: Score{.3798, .057}},
	},
	Selected: "2-higher-rate",
	Test:     map[Metric]float64{Accuracy: .5662, MacroF1: .4331, WeightedF1: .5559, WeightedPrecision: .5695, WeightedRecall: .5662},

	Baselines: map[Baseline]BaselineScore{
		Random:  {Score{.025, .025}, 22.6},
		Rules:   {Score{.3462, .15}, 1.64},
		Untuned: {Score{.0122, .0007}, 46},
	},

	Confidence: map[string]float64{"Orthopedic": .7922, "Cardiovascular": .6494},
	Best:       []string{"Orthopedic", "Cardiovascular", "Surgery"}, FewTest: 10,

	RateLoRA: 3e-4, RateFull: 2e-5, RateRatio: [2]float64{10, 15},

	TrainSeconds: 198.1, SecondsEach: 3.4 * 60, FullSeconds: [2]float64{35 * 60, 40 * 60}, Speedup: 10,
	NoteSeconds: .029, NotesASecond: 57, InferenceBytes: 300e6,

	Improvements: []Improvement{
		{LongNotes, "high", .10, .15},
		{ClassWeights, "high", .10, .15}, // on rare classes
		{TwoStages, "medium", .05, .08},
		{MedicalBase, "medium", .03, .05},
		{MoreEpochs, "low", .02, .04},
	},
	Achievable: [2]float64{.65, .75},

	Threshold: .7, Automatic: .9, Retrained: "monthly",
}

// Part is the rows of a part, and their share of all.
type Part struct {
	Rows  int
	Share float64
}

// Metric is a score that the study states, by evaluate's key for the same.
type Metric string

// The metrics: what the study calls accuracy is the share of rows that are right.
const (
	Accuracy          Metric = "row_accuracy"
	MacroF1           Metric = "macro_f1_union"
	WeightedF1        Metric = "weighted_f1"
	WeightedPrecision Metric = "weighted_precision"
	WeightedRecall    Metric = "weighted_recall"
)

// Metrics lists them, in the study's order.
func Metrics() []Metric {
	return []Metric{Accuracy, MacroF1, WeightedF1, WeightedPrecision, WeightedRecall}
}

// Baseline is what the study compares its model with, by package baseline's key for the same.
type Baseline string

// The baselines.
const (
	Random  Baseline = "random-uniform"
	Rules   Baseline = "rules"
	Untuned Baseline = "untuned"
)

// Baselines lists them, in the study's order.
func Baselines() []Baseline { return []Baseline{Random, Rules, Untuned} }

// Score is what the study states for one configuration or baseline.
type Score struct{ Accuracy, MacroF1 float64 }

// BaselineScore is a baseline's test scores, and the selected model's accuracy over the baseline's.
type BaselineScore struct {
	Score
	Ratio float64
}

// Configuration is a configuration of the sweep with its validation scores.
type Configuration struct {
	LearningRate      float64
	BatchSize, Epochs int
	WeightDecay       float64
	Score
}

// Improvement is a proposal with the gain in accuracy that the study expects of it.
type Improvement struct {
	Proposal  Proposal
	Priority  string
	Low, High float64
}

// Proposal is an improvement that the study proposes.
type Proposal string

// The proposals.
const (
	LongNotes    Proposal = "long-notes"    // an encoder of 4,096 tokens, or chunks
	ClassWeights Proposal = "class-weights" // in the loss, and more examples of rare classes
	TwoStages    Proposal = "two-stages"    // a group of specialties, then the specialty
	MedicalBase  Proposal = "medical-base"  // a base that was trained on medical texts
	MoreEpochs   Proposal = "more-epochs"   // with a learning-rate schedule
)
