package original

// Errors is what the original states of its errors, over its test rows.
var Errors = struct {
	MisreadCharacters, RightCharacters float64 // mean lengths
	LongRatio                          float64 // the error rate over 512 tokens, over that of the others
	Correlation                        float64 // between training samples and error rate, over classes
	Few, Many                          int     // training samples of a rare class, below, and of a common one, above
	RareError                          float64
	CommonLow, CommonHigh              float64
	Confusions                         []Confusion
}{
	MisreadCharacters: 4062, RightCharacters: 2371,
	LongRatio:   1.71,
	Correlation: -.325,
	Few:         10, Many: 50, RareError: 1, CommonLow: .25, CommonHigh: .35,
	Confusions: []Confusion{
		{Pair: Pair{"Orthopedic", "Surgery"}, Errors: 14},
		{Pair: Pair{"Cardiovascular", "Surgery"}, Errors: 11},
		{Pair: Pair{"Cardiovascular", "Consult"}, Characters: 3213, Truncated: true},
		{Pair: Pair{"Urology", "Surgery"}, Characters: 2650},
		{Pair: Pair{"Hospice", "Consult"}, Characters: 4897},
	},
}

// Pair is a label and the one that is predicted in its place. A label may be named by its beginning.
type Pair struct{ Gold, Predicted string }

// Confusion is a pair with how often it occurred, or with the length of the one note that the study shows.
type Confusion struct {
	Pair
	Errors     int // 0 where it is not stated
	Characters int // 0 where no note is shown
	Truncated  bool
}
