package baseline

// Key names a baseline: in files, and in results.
type Key string

// The baselines.
const (
	KeyRandomUniform Key = "random-uniform" // a label drawn with equal chances
	KeyRandomPrior   Key = "random-prior"   // a label drawn by its share of the training rows
	KeyMajority      Key = "majority"       // the label with the most training rows
	KeyRules         Key = "rules"          // keywords written down for each specialty
	KeyUntuned       Key = "untuned"        // the encoder with a head that was never trained
	KeyFrozen        Key = "frozen"         // the encoder as it is, and logistic regression on its vectors
	KeyTFIDFLogistic Key = "tfidf-logistic" // TF-IDF and logistic regression
	KeyTFIDFSVM      Key = "tfidf-svm"      // TF-IDF and a linear SVM
)

// Keys lists them, in the order of a report.
func Keys() []Key {
	return []Key{KeyRandomUniform, KeyRandomPrior, KeyMajority, KeyRules, KeyUntuned, KeyFrozen, KeyTFIDFLogistic, KeyTFIDFSVM}
}

// OnWords says whether the baseline is a linear model on words.
func (k Key) OnWords() bool { return k == KeyTFIDFLogistic || k == KeyTFIDFSVM }
