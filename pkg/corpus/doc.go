// Package corpus turns labelled clinical text into one in-memory form, the Corpus, and divides it into train, validation
// and test parts. It also reads the unlabelled notes that a trained model is asked to classify.
//
// In: with Read, a CSV or JSON lines file (plain or gzip), a parquet file, a folder or a repository of the Hub with the
// parquet files of a data set; with New, rows in memory. JSON lines with an id and a text for ReadInputs.
//
// Out: a Corpus. Source files file one text under several labels by repeating it, one row a label. The Corpus keeps
// both views: Rows, one per kept (text, label) pair, and Notes, one per distinct text with the set of its labels.
// Texts are told apart by their cleaned form (see Clean); what is kept and handed to a model is the text as written.
// Divide gives the parts under the row or the group protocol, and says what is odd about them.
//
// Nothing here depends on the format or on the order of the source rows: not the content hash, not which spelling of a
// text stands for its note, not the splits. Every reader feeds the same builder and so gets the same cleaning,
// duplicates, checks and hash. Parquet files are read by pkg/column, which says what of a damaged one is told.
package corpus
