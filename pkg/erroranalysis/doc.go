// Package erroranalysis says where a model goes wrong, whether the patterns that a study reported are there, and what a person made of it.
//
// In flow the test predictions of one model (a [predict.Set]), the corpus that they belong to, and the label sets of the training texts.
// [Run] computes an [Analysis]: plain values that read back from JSON as they were. It draws nothing, and needs no model.
//
//   - A [Case] for each test text: what it is filed under, what it was read as, how sure the model was, how long and how old it is, which
//     sections it has.
//   - Four patterns, each tested: [Length], [Similarity], [Imbalance] and [Kinds].
//   - Worked [Example] texts, chosen by rule.
//   - [Slice] values: error rates of the texts with something in common, and a search for the worst of them.
//
// [Analysis.Filter] picks cases as an analyst asks for them. [Analysis.Correct] and [AppendCorrection] keep what the analyst decided,
// and [Apply] gives it to later training.
//
// # Two readings of an error
//
// The row reading takes each (text, label) pair as a row with one right answer, as single-label studies do: a text under two labels is
// at least one wrong row, whatever the model says. The any-valid reading takes each text once, and it is wrong where the predicted label
// is none of its own. Everything is computed in both, side by side.
//
// # Verdicts
//
// Each claim of a pattern is an effect with an interval: see [Rule] for when it holds. Intervals are percentile bootstraps over texts (of
// correlations, over classes too), and for plain error rates score intervals; see [Rate]. What cannot be computed has a reason in
// its place and never a NaN.
package erroranalysis
