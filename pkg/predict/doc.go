// Package predict holds a model's predictions for notes, and the parquet file that stores them.
//
// In flow notes (text and gold labels) and any [Predictor]: a neural classifier, a linear model, keyword rules. [Run] returns a
// [Prediction] for each note. Out flows a [Set]: the predictions of one model on one part of one corpus, written by [Write] as a
// parquet file that pandas, polars and DuckDB read directly. [Read] returns an error for a file that is damaged, edited, or of
// another corpus.
//
// # Order and ties
//
// Wherever labels are ranked, the higher value comes first, and of equal values the lower label index. So the first of the top k is
// numpy's and PyTorch's argmax. scikit-learn's top_k_accuracy_score breaks ties towards the higher index; the two agree if no score is
// tied.
package predict
