// Package baseline holds the simple models that a fine-tuned encoder is compared with.
//
// In: the label names, and training and validation texts with their labels as [Example] values, or the number of training rows of each
// label. [Rules] also take a [Rulebook], and [Frozen] an [Embedder], because this package runs no encoder.
//
// Out: models that implement predict.Predictor, and for those with tuned settings the record of the grid search, [Tuned]. The models:
//
//   - [Random] ranks the labels at random, uniformly or by their shares of the training rows;
//   - [Prior] gives every note the labels' shares, and so the majority class;
//   - [Rules] counts keywords, which a YAML file lists with weights for each specialty;
//   - [TFIDF] is a linear SVM or multinomial logistic regression on TF-IDF features, equal to scikit-learn's TfidfVectorizer with
//     LinearSVC or LogisticRegression;
//   - [Frozen] is a linear model, in [FrozenGrid] logistic regression, on the vectors of an encoder that is not trained.
//
// [Key] names them in files. An untuned encoder, which has a key too, is a classifier with the initial values of its head and needs
// nothing from here.
//
// # Rows
//
// The linear models learn from rows, one for each (text, label) pair, as a single-label study does: an [Example] with k labels is k rows,
// the same as k examples of the text with one label each. Document frequencies, class weights and losses count rows. A text's
// features are computed once and its rows are weights, which changes no result.
//
// # Outputs
//
// The logits of logistic regression are log-probabilities, so its scores are its probabilities. Those of the SVM and the rules are decision
// values, which rank the labels; their softmax estimates no probability until a temperature is fitted. [Prior] has scores and no logits.
// The linear models and [NewRandomPrior] rank a label without training rows last. Ties go to the lower label index, as in predict.
//
// # Reproducibility
//
// Equal inputs give equal bits on machines of one type, whatever GOMAXPROCS and the order and batches of the texts to predict: work is
// divided at fixed places, and no sum depends on which goroutine ends first.
//
// # Solver
//
// The linear models are fitted by dual coordinate descent, written here because it is several times as fast on sparse features as L-BFGS of
// gonum.org/v1/gonum/optimize (v0.17.0, the fastest of its line searches and histories tried, one thread, the same gradient tolerance). On
// TF-IDF features of 605 demo notes, 20,796 terms and 40 labels, L-BFGS takes 4 times the CPU time for logistic regression and 12 times
// for the SVM; on 1,777 notes of MTSamples, 249,284 terms and 40 labels, 9 times for both (122 s instead of 14 s, 187 s instead of 20 s, for two
// of the eight settings in each grid). On the demo notes' dense vectors of 384 values it takes .55 times the CPU time. Weights of the two are up to
// 6e-5 of their norm apart, within the tolerance; predicted labels and metrics are the same.
package baseline
