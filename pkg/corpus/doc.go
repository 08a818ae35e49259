// Package corpus turns labelled clinical text into one in-memory form, the Corpus, and splits it into train, validation
// and test parts. It also reads the unlabelled notes that a trained model is asked to classify.
//
// In: with Read, a CSV or JSON lines file (plain or gzip), a parquet file, a folder or a repository of the Hub with the
// parquet files of a data set; with New, rows in memory. JSON lines with an id and a text for ReadUnlabelled.
//
// Out: a Corpus. Sources give a text several labels by repeating it, one row a label. The Corpus keeps both views: Rows,
// one per kept (text, label) pair, and Notes, one per distinct text with the set of its labels. Texts are compared by
// their cleaned form (see Clean); what is kept and handed to a model is the text as written. Divide gives the parts of a
// random-row or a grouped split, with notices where one calls for care.
//
// Nothing here depends on the format or on the order of the source rows: not the content hash, not which spelling of a
// text stands for its note, not the splits. Every reader feeds the same builder and so gets the same cleaning,
// duplicates, checks and hash. Parquet files are read by pkg/column, which documents what damage is found.
package corpus
