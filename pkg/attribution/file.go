package attribution

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"github.com/specialist-nlp/specialist/pkg/atomicfile"
	"github.com/specialist-nlp/specialist/pkg/seal"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// formatName is the value of "format" in the file's metadata. It changes when the meaning of a column does.
const formatName = "specialist.attributions.v1"

// record is one row of the file, a note and a label.
type record struct {
	NoteID        string    `parquet:"note_id"`
	Label         string    `parquet:"label,dict"`
	Predicted     string    `parquet:"predicted,dict"`
	Logit         float64   `parquet:"logit"`
	BaselineLogit *float64  `parquet:"baseline_logit,optional"`
	Scale         float64   `parquet:"scale"`
	Starts        []int64   `parquet:"starts,list"`
	Ends          []int64   `parquet:"ends,list"`
	Weights       []float64 `parquet:"weights,list"`
	ReadStart     int64     `parquet:"read_start"`
	ReadEnd       int64     `parquet:"read_end"`
	Truncated     bool      `parquet:"truncated"`
	Bytes         int64     `parquet:"bytes"`
	TextSHA256    string    `parquet:"text_sha256"`
}

// Write validates the set and writes it to path as parquet, one row for each note and label: note_id, label, predicted, logit,
// baseline_logit (null for a method without), scale, starts, ends and weights (lists with a value for each word), read_start, read_end,
// truncated, bytes, text_sha256. Offsets are in bytes of the note's UTF-8. The metadata holds format, corpus_hash, model, labels (a JSON list),
// max_length, synthetic, method, baseline, steps and a checksum of the whole file; see pkg/seal. Tokens are not written. The file is
// written under a temporary name in the same folder and renamed; the same set gives the same bytes. It fails for a set that is not
// valid.
func Write(path string, s Set) error {
	if err := s.Validate(); err != nil {
		return fmt.Errorf("%w (%s was not written)", err, path)
	}
	data, err := encode(s)
	if err == nil {
		err = atomicfile.WriteFile(path, data)
	}
	if err != nil {
		return fmt.Errorf("attribution: %s cannot be written: %w", path, err)
	}
	return nil
}

func encode(s Set) ([]byte, error) {
	labels, err := json.Marshal(s.Labels)
	if err != nil {
		return nil, err
	}
	records := make([]record, len(s.Attributions))
	for i, a := range s.Attributions {
		r := record{
			NoteID: a.NoteID, Label: a.Label, Predicted: a.Predicted, Logit: a.Logit, BaselineLogit: a.BaselineLogit, Scale: a.Scale,
			ReadStart: int64(a.Read.Start), ReadEnd: int64(a.Read.End), Truncated: a.Truncated, Bytes: int64(a.Bytes), TextSHA256: a.TextSHA256,
		}
		for _, span := range a.Spans {
			r.Starts, r.Ends, r.Weights = append(r.Starts, int64(span.Start)), append(r.Ends, int64(span.End)), append(r.Weights, span.Weight)
		}
		records[i] = r
	}
	var buffer bytes.Buffer
	err = parquet.Write(
		&buffer, records,
		parquet.KeyValueMetadata("format", formatName),
		parquet.KeyValueMetadata("corpus_hash", s.CorpusHash),
		parquet.KeyValueMetadata("model", s.Model),
		parquet.KeyValueMetadata("labels", string(labels)),
		parquet.KeyValueMetadata("max_length", strconv.Itoa(s.MaxLength)),
		parquet.KeyValueMetadata("synthetic", strconv.FormatBool(s.Synthetic)),
		parquet.KeyValueMetadata("method", string(s.Method)),
		parquet.KeyValueMetadata("baseline", string(s.Baseline)),
		parquet.KeyValueMetadata("steps", strconv.Itoa(s.Steps)),
		parquet.CreatedBy("specialist", "1", "attributions"), parquet.Compression(&parquet.Snappy), seal.Unsealed,
	)
	if err != nil {
		return nil, err
	}
	return buffer.Bytes(), seal.Close(buffer.Bytes())
}

// Want is the corpus, model and method that a file of attributions must have. An empty field is not checked.
type Want struct {
	CorpusHash string
	Model      string
	Method     Method
}

// Read reads a file that Write wrote. It fails, naming the file, if the file is missing (wrapping fs.ErrNotExist), cut short, damaged or
// edited, if it lacks a column or a metadata key, if its columns contradict each other, and if it is not of the corpus, model or method
// in want.
func Read(path string, want Want) (Set, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Set{}, fmt.Errorf("attribution: there is no file %s; run the stage that attributes: %w", path, fs.ErrNotExist)
	}
	if err != nil {
		return Set{}, fmt.Errorf("attribution: %w", err)
	}
	s, err := decode(data)
	if err != nil {
		return Set{}, fmt.Errorf("attribution: %s: %w", path, err)
	}
	for _, w := range []struct{ what, got, want string }{
		{"corpus", s.CorpusHash, want.CorpusHash},
		{"model", s.Model, want.Model},
		{"method", string(s.Method), string(want.Method)},
	} {
		if w.want != "" && w.got != w.want {
			return Set{}, fmt.Errorf("attribution: %s belongs to %s %q, not to %q; attribute again", path, w.what, w.got, w.want)
		}
	}
	return s, nil
}

// decode checks and decodes the bytes of a file. The parquet reader panics on damaged files.
func decode(data []byte) (s Set, err error) {
	if err := seal.Check(data); err != nil {
		return Set{}, err
	}
	defer func() {
		if caught := recover(); caught != nil {
			err = fmt.Errorf("the columns cannot be read: %v", caught)
		}
	}()
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return Set{}, fmt.Errorf("not a parquet file: %w", err)
	}
	if s, err = metadata(file); err != nil {
		return Set{}, err
	}
	if err := checkColumns(file.Schema().Fields()); err != nil {
		return Set{}, err
	}
	reader := parquet.NewGenericReader[record](file)
	defer reader.Close()
	records := make([]record, file.NumRows())
	for n := 0; n < len(records); {
		count, err := reader.Read(records[n:])
		n += count
		if n < len(records) && err != nil {
			return Set{}, fmt.Errorf("row %d of %d cannot be read: %w", n, len(records), err)
		}
	}
	for _, r := range records {
		a, err := r.attribution()
		if err != nil {
			return Set{}, err
		}
		s.Attributions = append(s.Attributions, a)
	}
	return s, s.validate()
}

func (r record) attribution() (Attribution, error) {
	if len(r.Starts) != len(r.Ends) || len(r.Starts) != len(r.Weights) {
		return Attribution{}, fmt.Errorf("note %q: %d starts, %d ends and %d weights: each word needs one of each", r.NoteID, len(r.Starts), len(r.Ends), len(r.Weights))
	}
	a := Attribution{
		NoteID: r.NoteID, Label: r.Label, Predicted: r.Predicted, Logit: r.Logit, BaselineLogit: r.BaselineLogit, Scale: r.Scale,
		Read: tokenize.Span{Start: int(r.ReadStart), End: int(r.ReadEnd)}, Truncated: r.Truncated, Bytes: int(r.Bytes), TextSHA256: r.TextSHA256,
	}
	for i := range r.Starts {
		a.Spans = append(a.Spans, Span{Start: int(r.Starts[i]), End: int(r.Ends[i]), Weight: r.Weights[i]})
	}
	return a, nil
}

func checkColumns(fields []parquet.Field) error {
	for _, want := range parquet.SchemaOf(record{}).Fields() {
		i := slices.IndexFunc(fields, func(f parquet.Field) bool { return f.Name() == want.Name() })
		if i < 0 {
			return fmt.Errorf("column %q is missing", want.Name())
		}
		if !parquet.EqualNodes(fields[i], want) {
			return fmt.Errorf("column %q has another type: %v instead of %v", want.Name(), fields[i], want)
		}
	}
	return nil
}

func metadata(file *parquet.File) (Set, error) {
	values := make(map[string]string)
	for _, key := range []string{"format", "corpus_hash", "model", "labels", "max_length", "synthetic", "method", "baseline", "steps"} {
		value, ok := file.Lookup(key)
		if !ok {
			return Set{}, fmt.Errorf("the metadata has no %q: the file was not written by this program", key)
		}
		values[key] = value
	}
	if values["format"] != formatName {
		return Set{}, fmt.Errorf("the format is %q, not %q", values["format"], formatName)
	}
	s := Set{CorpusHash: values["corpus_hash"], Model: values["model"], Method: Method(values["method"]), Baseline: Baseline(values["baseline"])}
	var err error
	if err := json.Unmarshal([]byte(values["labels"]), &s.Labels); err != nil {
		return Set{}, fmt.Errorf("the metadata's labels are not a JSON list: %w", err)
	}
	if s.MaxLength, err = strconv.Atoi(values["max_length"]); err != nil {
		return Set{}, fmt.Errorf("the metadata's max_length is %q, not a number", values["max_length"])
	}
	if s.Synthetic, err = strconv.ParseBool(values["synthetic"]); err != nil {
		return Set{}, fmt.Errorf("the metadata's synthetic is %q, not true or false", values["synthetic"])
	}
	if s.Steps, err = strconv.Atoi(values["steps"]); err != nil {
		return Set{}, fmt.Errorf("the metadata's steps is %q, not a number", values["steps"])
	}
	return s, nil
}
