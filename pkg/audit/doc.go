// Package audit measures the labels of a corpus before any model is trained on them: their multiplicity, the ceilings that follow from it,
// leaks between the parts of a split, and near duplicates.
//
// In flows a [corpus.Corpus], and a tokenizer if lengths in tokens are wanted. Out flows an [Audit]: plain numbers, with the JSON keys that
// other tools read. No file is written, no network is used, and no model runs.
//
//   - Rows read, kept and dropped, by reason; texts and rows by label; the number of labels of a text; which labels texts have together.
//   - Ceilings: the best scores of any function of the text on these labels, and the scores of some fixed policies.
//   - Leaks: for the random-row split and the grouped split, how many test texts are in train, and the scores of predictors that use
//     nothing but the labels that the same text has in train.
//   - Near duplicates: pairs of texts whose cleaned forms share most of their character 5-grams.
//   - Other columns that contain the label.
//   - Lengths in characters and tokens, and how many texts are truncated at the usual maximum lengths.
//   - Labels that name a kind of document rather than a specialty.
//
// # Definitions
//
// A text is a distinct cleaned text; a row is a text with one of its labels. Metrics are those of pkg/evaluate, which are scikit-learn's.
// Quantiles are numpy's default, linear between order statistics; standard deviations divide by n. Every count depends on the content and
// the seed only, not on the order of the source's rows.
//
// # Growth
//
// Time and memory grow about linearly with the number of texts. Near duplicates are found with MinHash and locality-sensitive hashing and
// then verified exactly; [NearDuplicates] says how the work is bounded if very many texts are similar.
package audit
