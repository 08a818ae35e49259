package corpus

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/column"
)

// Options says how a source is to be read. The zero value reads sources with the usual names, text alone.
type Options struct {
	// Fields names the columns or keys of a source that does not use the usual names.
	Fields Fields

	// With extends the texts handed to a model with "keywords" or "description" or both, in this order, each on a new
	// line where it is not empty. It is for measuring what these columns give away, not for results on reading notes:
	// the keywords of MTSamples begin with the name of the row's own label. Corpus.With says what was added, and the
	// content hash differs.
	//
	// The text alone still decides what is too short, what is a duplicate, which rows make up a note, its Key, and so
	// every split: no text is in two parts of a grouped split because its rows have different keywords, and runs with
	// and without the columns are compared on the same split. A row's text gets the row's own values. A note's text
	// gets those of all its rows, in ascending order, as the note stands for all their labels.
	With []string

	// Progress, if not nil, is called during downloads from the Hub: the file, its bytes so far and in all (-1 if unknown).
	Progress func(file string, done, total int64)
}

// unitLine and unitRow are what Row.Line counts.
const (
	unitLine = "line"
	unitRow  = "row"
)

// Read reads a labelled corpus. The source is one of
//   - a CSV file (see ReadCSV for what it accepts);
//   - JSON lines: one object a line with a text, a label (a string) or labels (a list of strings, a row for each), and
//     where present an id (a string or a number), description and keywords; null counts as empty;
//   - a parquet file with a text and a label column of strings, or of class numbers whose names are in the file's
//     "huggingface" metadata or else in the README.md beside it (or beside its data folder), and where present an id
//     (string or integer), description and keywords;
//   - a folder laid out as a data set on the Hub, with data/*.parquet or *.parquet. Files named for parts (train-*,
//     validation-*, test-*) give the rows their Part, as long as there is a train part and another one. All files must
//     agree on the class names, and numbered shards must be complete;
//   - "hub:owner/name@revision": the data/*.parquet of that data set (revision main where none is given), fetched into
//     the Hub's cache.
//
// CSV and JSON may be gzip. Which reader takes a file is decided by the parquet magic, then by the extension (.csv,
// .json, .jsonl, .ndjson, with or without .gz), then by whether the first character is a brace.
//
// The rows of all sources are cleaned, checked and deduplicated alike, and the same content gives the same hash and
// splits whatever the format. Line breaks in texts are LF. An error is one line that names the file and, where there is
// one, the line or row.
func Read(ctx context.Context, source string, options Options) (*Corpus, error) {
	if err := checkWith(options.With); err != nil {
		return nil, fmt.Errorf("%s: %w", source, err)
	}
	if strings.HasPrefix(source, "hub:") {
		return readHub(ctx, source, options)
	}
	info, err := os.Stat(source)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source, bare(err))
	}
	if info.IsDir() {
		return readFolder(ctx, source, options)
	}
	isParquet, err := hasParquetMagic(source)
	if err != nil {
		return nil, err
	}
	extension := strings.ToLower(filepath.Ext(strings.TrimSuffix(strings.ToLower(source), ".gz")))
	switch {
	case isParquet || strings.EqualFold(filepath.Ext(source), ".parquet"):
		return readParquetFile(ctx, source, options)
	case extension == ".json", extension == ".jsonl", extension == ".ndjson":
		return readLines(ctx, source, options, readJSONLines)
	case extension == ".csv":
		return readLines(ctx, source, options, readCSV)
	}
	return readLines(ctx, source, options, readEither)
}

// readLines reads one file of lines with the given reader.
func readLines(ctx context.Context, path string, options Options, read func(*builder, io.Reader, Fields) error) (*Corpus, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := newBuilder(ctx, path)
	b.with = options.With
	b.open(sourceFile{name: path, unit: unitLine})
	if err := read(b, f, options.Fields); err != nil {
		return nil, err
	}
	return b.finish(filepath.Base(path), []string{filepath.Base(path)})
}

// readEither reads CSV or JSON lines, whichever r begins like.
func readEither(b *builder, r io.Reader, fields Fields) error {
	buffered := bufio.NewReader(r)
	head, err := buffered.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", b.file().name, bare(err))
	}
	if bytes.HasPrefix(head, []byte(column.Magic)) {
		return fmt.Errorf("%s: gzipped parquet is not read; unpack the file first", b.file().name)
	}
	if bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n"), []byte("{")) {
		return readJSONLines(b, buffered, fields)
	}
	return readCSV(b, buffered, fields)
}

// finish makes the corpus and names it.
func (b *builder) finish(name string, files []string) (*Corpus, error) {
	c, err := b.corpus()
	if err != nil {
		return nil, err
	}
	c.Name, c.Files = name, files
	return c, nil
}
