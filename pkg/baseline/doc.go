// Package baseline holds the simple models that every result is compared with, as predict.Predictors. It runs no encoder: the
// vectors of a frozen one come in through an [Embedder].
//
// In flow the label names, and the training and validation texts with their label sets as [Example] values. Out flow predictors:
//
//   - [Random] draws an answer, evenly or by the labels' shares in the training rows;
//   - [Prior] gives every note the same answer, so that its first label is the majority class;
//   - [Rules] counts cues, words and phrases with weights, that a YAML file lists for each specialty;
//   - [Text] is TF-IDF with a linear SVM or multinomial logistic regression, equal to scikit-learn's TfidfVectorizer with
//     LinearSVC or LogisticRegression;
//   - [Frozen] is logistic regression on the vectors of an encoder that is not trained.
//
// An encoder that was never tuned is the classifier with its fresh head, and needs nothing from here.
//
// # Rows
//
// The linear models learn from rows, one for each (text, label) pair, with one right label a row, as single-label studies do. An
// [Example] with k labels is k rows, and k examples of one text with one label each are the same k rows. Document counts, class
// weights and losses count rows. A text is only computed with once, with its rows as weights, which changes no result.
//
// # What the outputs hold
//
// Logistic regression gives log-probabilities as logits, so the scores are its probabilities. The SVM and the rules give
// decision values: they rank the labels, but their softmax is no estimate of a probability until a temperature is fitted. [Prior] gives
// scores alone. [Random] gives values whose order is the draw. A label without a training row stands below every other by more
// than any temperature in use levels, so no learned model ever answers it. Ties go to the lower label index, as everywhere.
//
// # Repeatability
//
// The same input gives the same bytes on one machine type, whatever GOMAXPROCS is and in whatever order or batches texts
// come: work is divided at fixed places and no sum depends on which goroutine was first.
package baseline
