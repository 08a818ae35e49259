// Package erroranalysis analyses the errors of a model, tests the error patterns that a study reported, and stores an analyst's corrections
// of labels.
//
// In flow the test predictions of one model (a [predict.Set]), the corpus that they belong to, and the label sets of the training texts.
// [Run] computes an [Analysis]: plain values that JSON decodes as they were encoded. It makes no figures and needs no model.
//
//   - A [Case] for each test text: its labels, its prediction with the confidence, its length, date and sections.
//   - Four patterns, each tested: [Length], [Similarity], [Imbalance] and [Kinds].
//   - Worked [Example] texts, chosen by rule.
//   - [Slice] values: error rates of the texts with something in common, and a search for the worst slices.
//
// [Analysis.Filter] selects cases by query. [Analysis.Correct] and [AppendCorrection] store an analyst's corrections, and [Apply]
// returns a corpus's notes with the corrected labels.
//
// # Two readings of an error
//
// The row reading takes each (text, label) pair as a row with one right label, as single-label studies do: a text with two labels is
// at least one wrong row, whatever the prediction. The any-valid reading takes each text once; it is misread (an error) if the predicted
// label is none of its own. Everything is computed in both.
//
// # Verdicts
//
// Each claim of a pattern is an effect with an interval; see [Rule] for when it holds. Intervals are percentile bootstraps over texts (of
// correlations, over classes too), and for error rates score intervals; see [Rate]. What is undefined has a reason in its place and
// is never NaN.
package erroranalysis
