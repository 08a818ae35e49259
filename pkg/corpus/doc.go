// Package corpus turns labelled clinical text into one in-memory form, the Corpus, and draws the train, validation and
// test parts of it. It also reads the unlabelled notes that a trained model is asked to classify.
//
// In: a CSV file (plain or gzip) with a text and a label column, or the embedded synthetic demo; JSON lines with an id
// and a text for ReadInputs.
//
// Out: a Corpus. Source files file one text under several labels by repeating it, one row a label. The Corpus keeps
// both views: Rows, one per kept (text, label) pair, and Notes, one per distinct text with the set of its labels.
// Texts are told apart by their cleaned form (see Clean); what is kept and handed to a model is the text as written.
//
// Nothing here depends on the order of the source rows: not the content hash, not which spelling of a text stands for
// its note, not the splits. Readers for further formats feed the same builder and so get the same cleaning,
// duplicates, checks and hash.
package corpus
