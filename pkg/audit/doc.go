// Package audit says what the labels of a corpus can and cannot tell, before any model is trained on them.
//
// In flows a [corpus.Corpus], and a tokenizer where lengths in tokens are wanted. Out flows an [Audit]: plain numbers, with the
// JSON keys that other tools read. Nothing is written, no network is asked, and no model runs.
//
//   - What was read, kept and dropped, and why; texts and rows by label; how many labels a text carries; which labels are filed together.
//   - Ceilings: what any function of the text can score on these labels, and what stated ways of answering do score.
//   - Leaks: for the split by rows and the split by texts, how many test texts stand in train, and what those score who read nothing but
//     the labels that train has for the same text.
//   - Near duplicates: pairs of texts whose cleaned forms share most of their character 5-grams.
//   - Columns beside the text that name the label.
//   - Lengths in characters and tokens, and how many texts are cut at the usual lengths.
//   - Labels that name a kind of document rather than a specialty.
//
// # Definitions
//
// A text is a distinct cleaned text; a row is a text under one of its labels. Metrics are those of pkg/evaluate, which are scikit-learn's. Quantiles are
// numpy's default, linear between order statistics; standard deviations divide by n. Every count depends on the content and the seed, and
// never on the order of the source's rows.
//
// # Growth
//
// Time and memory grow about linearly with the number of texts. Near duplicates are found with MinHash and locality-sensitive hashing and
// then verified exactly; see [NearDuplicates] for what bounds the work where very many texts are alike.
package audit
