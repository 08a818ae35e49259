// Package predict holds what a model says of a note, and the file that carries it.
//
// In flow notes (text, and the labels they are filed under) and any [Predictor]: a neural classifier, a linear model, a rule.
// [Run] joins the two into [Prediction] values. Out flows a [Set]: the predictions of one model on one part of one corpus, written
// by [Write] as a parquet file that pandas, polars and DuckDB read as it is, and read back by [Read], which refuses a file that is
// damaged, edited, or of another corpus.
//
// # Order and ties
//
// One rule holds wherever labels are ranked: the higher value first, and of equal values the lower label index first. So the first
// of the top k is what argmax gives in numpy and PyTorch. scikit-learn's top_k_accuracy_score breaks ties the other way, towards
// the higher index; the two agree wherever no score is tied.
package predict
