package baseline

import "slices"

// Key identifies a baseline in code and in the name of its predictions file. It does not change with the text that a report shows.
type Key string

// The keys of the baselines.
const (
	KeyRandomUniform Key = "random-uniform" // [NewRandomUniform]
	KeyRandomPrior   Key = "random-prior"   // [NewRandomPrior]
	KeyMajority      Key = "majority"       // [NewPrior]
	KeyRules         Key = "rules"          // [NewRules]
	KeyUntuned       Key = "untuned"        // an encoder with a classification head at its initial values; not built in this package
	KeyFrozen        Key = "frozen"         // [TuneFrozen]
	KeyTFIDFLogistic Key = "tfidf-logistic" // [TuneTFIDF] with [Logistic]
	KeyTFIDFSVM      Key = "tfidf-svm"      // [TuneTFIDF] with [SVM]
)

var keys = []Key{
	KeyRandomUniform, KeyRandomPrior, KeyMajority, KeyRules, KeyUntuned, KeyFrozen, KeyTFIDFLogistic, KeyTFIDFSVM,
}

// Keys returns every key in the order in which reports list the baselines. The caller may change the slice.
func Keys() []Key { return slices.Clone(keys) }

// OnWords says whether the baseline is a linear model on words.
func (k Key) OnWords() bool { return k == KeyTFIDFLogistic || k == KeyTFIDFSVM }
