// Package evaluate computes the metrics of predictions, their confidence intervals and ceilings, and tests of differences between models.
//
// In flows a [predict.Set]. Out flow numbers, and nothing else: no files, no clock, no randomness but the seeded bootstrap. [Summarize]
// returns the headline metrics with their intervals and ceilings, [Compare] compares two models and [CompareAll] several with one
// reference, with a [Verdict] in words. [FitTemperature] fits a temperature for calibration, and [Scale] measures its effect.
//
// # Two views of one prediction
//
// A clinical note has a set of labels. The row view takes each (note, gold label) pair as a row with one right label, which is how
// single-label studies of such corpora count: a note with two labels is two rows with the same prediction, of which at most one can be
// right. The label-set view takes each note once: its prediction is valid if the predicted label is one of its own.
//
//   - Rows: accuracy, precision, recall and F1 per label, macro-F1 in three readings, weighted averages, balanced accuracy, top-k
//     accuracy, the confusion matrix, ECE, the Brier score.
//   - Notes: any-valid@1, recall@k, document accuracy, label-ranking average precision, ECE of validity, AURC.
//
// Under a random-row split a text can have some of its rows in the part that is predicted and others elsewhere. Such a text is one
// prediction, with the labels of its rows in that part as its gold labels: every row metric is then that of the rows, the ceiling
// takes into account that they share one prediction, and the bootstrap draws them together.
//
// # Ceilings
//
// A model that sees only the text predicts the same label for all rows of a note, so no such model reaches 1 on rows where notes have several
// labels. A metric's ceiling is the best value that any function of the text can reach on the very notes that were predicted; for
// an error measure it is the lowest. Those of the F1 averages and of weighted precision are upper bounds, the others are exact; see
// [Evaluation.Ceilings]. Row accuracy as a share of its ceiling is any-valid@1, always.
//
// # Undefined values
//
// Nothing here returns NaN. A value that is undefined (the precision of a label that was never predicted) is nil, with the reason
// beside it. Averages count it as 0, as scikit-learn does with zero_division=0.
//
// # Ties
//
// Labels are ranked as [predict.Prediction.Top] ranks them: of equal values the lower index comes first, for the predicted label as
// for the top k. scikit-learn's top_k_accuracy_score breaks ties towards the higher index, so the two differ where scores are tied at
// the k-th place. Label-ranking average precision gives tied labels the same, worst rank, as its definition and scikit-learn do.
package evaluate
