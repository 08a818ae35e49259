package predict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"

	"github.com/specialist-nlp/specialist/pkg/atomicfile"

	"github.com/parquet-go/parquet-go"

	"github.com/specialist-nlp/specialist/pkg/seal"
)

// TopLabels is the number of labels in the columns top_labels and top_scores, fewer if the model has fewer.
const TopLabels = 5

// formatName is the value of "format" in the file's metadata. It changes when the meaning of a column does.
const formatName = "specialist.predictions.v1"

// record is one row of the file, a note. The columns that follow from others (label, confidence, top_*) are for queries of the file;
// Read takes gold, scores and logits.
type record struct {
	NoteID     string    `parquet:"note_id"`
	Gold       []string  `parquet:"gold,list"`
	Label      string    `parquet:"label,dict"`
	Confidence float32   `parquet:"confidence"`
	TopLabels  []string  `parquet:"top_labels,list"`
	TopScores  []float32 `parquet:"top_scores,list"`
	Scores     []float32 `parquet:"scores,list"`
	Logits     []float32 `parquet:"logits,optional,list"`
	Truncated  bool      `parquet:"truncated"`
	Tokens     int64     `parquet:"tokens"`
	Characters int64     `parquet:"characters"`
}

// Write validates the set and writes it to path as parquet, one row for each note: note_id, gold (list of names), label, confidence,
// top_labels and top_scores (lists of up to [TopLabels]), scores and logits (lists in label order; logits null for a model without),
// truncated, tokens, characters. The file's metadata holds format, labels (a JSON list), corpus_hash, model, part, synthetic,
// temperature and a checksum of the whole file; see pkg/seal. The file is written under a temporary name in the same folder and
// renamed; the same set gives the same bytes. It fails for a set that is not valid.
func Write(path string, s Set) error {
	if err := s.Validate(); err != nil {
		return fmt.Errorf("%w (%s was not written)", err, path)
	}
	labels, err := json.Marshal(s.Labels)
	if err != nil {
		return fmt.Errorf("predict: %s: %w", path, err)
	}
	data, err := encode(s,
		parquet.KeyValueMetadata("format", formatName),
		parquet.KeyValueMetadata("labels", string(labels)),
		parquet.KeyValueMetadata("corpus_hash", s.CorpusHash),
		parquet.KeyValueMetadata("model", s.Model),
		parquet.KeyValueMetadata("part", s.Part),
		parquet.KeyValueMetadata("synthetic", strconv.FormatBool(s.Synthetic)),
		parquet.KeyValueMetadata("temperature", strconv.FormatFloat(s.temperature(), 'g', -1, 64)),
	)
	if err != nil {
		return fmt.Errorf("predict: %s cannot be written: %w", path, err)
	}
	if err := atomicfile.WriteFile(path, data); err != nil {
		return fmt.Errorf("predict: %s cannot be written: %w", path, err)
	}
	return nil
}

// encode returns the bytes of the file, its checksum included.
func encode(s Set, metadata ...parquet.WriterOption) ([]byte, error) {
	records := make([]record, len(s.Predictions))
	for i, p := range s.Predictions {
		top := p.Top(TopLabels)
		r := record{
			NoteID: p.NoteID, Gold: names(s.Labels, p.Gold),
			Label: s.Labels[top[0]], Confidence: p.Scores[top[0]], TopLabels: names(s.Labels, top),
			Scores: p.Scores, Logits: p.Logits,
			Truncated: p.Truncated, Tokens: int64(p.Tokens), Characters: int64(p.Characters),
		}
		for _, label := range top {
			r.TopScores = append(r.TopScores, p.Scores[label])
		}
		records[i] = r
	}
	var buffer bytes.Buffer
	options := append(metadata, parquet.CreatedBy("specialist", "1", "predictions"), parquet.Compression(&parquet.Snappy), seal.Unsealed)
	if err := parquet.Write(&buffer, records, options...); err != nil {
		return nil, err
	}
	return buffer.Bytes(), seal.Close(buffer.Bytes())
}

// names returns the labels at the indices.
func names(labels []string, indices []int) []string {
	out := make([]string, len(indices))
	for i, index := range indices {
		out[i] = labels[index]
	}
	return out
}

// Want is the corpus and the labels that a file of predictions must have. An empty field is not checked.
type Want struct {
	Labels     []string
	CorpusHash string
}

// Read reads a file that Write wrote. It fails, naming the file, if the file is missing, cut short or damaged, if it lacks a column or a
// metadata key, if its columns contradict each other, and if it is not of the corpus or the labels in want.
func Read(path string, want Want) (Set, error) {
	s, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Set{}, fmt.Errorf("predict: there is no file %s; run the stage that predicts", path)
	}
	if err != nil {
		return Set{}, fmt.Errorf("predict: %s: %w", path, err)
	}
	if want.CorpusHash != "" && want.CorpusHash != s.CorpusHash {
		return Set{}, fmt.Errorf("predict: %s belongs to corpus %q, not to %q; predict this corpus again", path, s.CorpusHash, want.CorpusHash)
	}
	if len(want.Labels) > 0 && !slices.Equal(want.Labels, s.Labels) {
		return Set{}, fmt.Errorf("predict: %s has other labels: %s", path, difference(s.Labels, want.Labels))
	}
	return s, nil
}

// difference describes the first difference between two lists of labels.
func difference(got, want []string) string {
	if len(got) != len(want) {
		return fmt.Sprintf("%d instead of %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			return fmt.Sprintf("label %d is %q instead of %q", i, got[i], want[i])
		}
	}
	return "none"
}

func read(path string) (Set, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Set{}, err
	}
	if err := seal.Check(data); err != nil {
		return Set{}, err
	}
	s, records, err := decode(data)
	if err != nil {
		return Set{}, err
	}
	index := make(map[string]int, len(s.Labels))
	for i, label := range s.Labels {
		index[label] = i
	}
	for _, r := range records {
		p := Prediction{
			NoteID: r.NoteID, Gold: make([]int, len(r.Gold)), Scores: r.Scores, Logits: r.Logits,
			Truncated: r.Truncated, Tokens: int(r.Tokens), Characters: int(r.Characters),
		}
		for i, label := range r.Gold {
			at, ok := index[label]
			if !ok {
				return Set{}, fmt.Errorf("note %q is filed under %q, which is not one of the file's %d labels", r.NoteID, label, len(s.Labels))
			}
			p.Gold[i] = at
		}
		s.Predictions = append(s.Predictions, p)
	}
	if err := s.validate(); err != nil {
		return Set{}, err
	}
	for i, p := range s.Predictions {
		if best := s.Labels[p.Top(1)[0]]; records[i].Label != best {
			return Set{}, fmt.Errorf("note %q: column label says %q where the scores say %q", p.NoteID, records[i].Label, best)
		}
	}
	return s, nil
}

// decode reads the metadata and the rows of a file whose checksum is right. The parquet reader panics on damaged files.
func decode(data []byte) (s Set, records []record, err error) {
	defer func() {
		if caught := recover(); caught != nil {
			err = fmt.Errorf("the columns cannot be read: %v", caught)
		}
	}()
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return Set{}, nil, fmt.Errorf("not a parquet file: %w", err)
	}
	if s, err = metadata(file); err != nil {
		return Set{}, nil, err
	}
	columns := make(map[string]parquet.Node)
	for _, field := range file.Schema().Fields() {
		columns[field.Name()] = field
	}
	for _, field := range parquet.SchemaOf(record{}).Fields() {
		column, ok := columns[field.Name()]
		if !ok {
			return Set{}, nil, fmt.Errorf("column %q is missing", field.Name())
		}
		if !parquet.EqualNodes(column, field) {
			return Set{}, nil, fmt.Errorf("column %q has another type: %v instead of %v", field.Name(), column, field)
		}
	}
	reader := parquet.NewGenericReader[record](file)
	defer reader.Close()
	records = make([]record, file.NumRows())
	for n := 0; n < len(records); {
		count, err := reader.Read(records[n:])
		n += count
		if n < len(records) && err != nil {
			return Set{}, nil, fmt.Errorf("row %d of %d cannot be read: %w", n, len(records), err)
		}
	}
	return s, records, nil
}

// metadata returns a Set without predictions from the file's metadata.
func metadata(file *parquet.File) (Set, error) {
	var s Set
	var format, labels, synthetic, temperature string
	for _, entry := range []struct {
		key  string
		into *string
	}{
		{"format", &format},
		{"labels", &labels},
		{"corpus_hash", &s.CorpusHash},
		{"model", &s.Model},
		{"part", &s.Part},
		{"synthetic", &synthetic},
		{"temperature", &temperature},
	} {
		value, ok := file.Lookup(entry.key)
		if !ok {
			return Set{}, fmt.Errorf("the metadata has no %q: the file was not written by this program", entry.key)
		}
		*entry.into = value
	}
	if format != formatName {
		return Set{}, fmt.Errorf("the format is %q, not %q", format, formatName)
	}
	if err := json.Unmarshal([]byte(labels), &s.Labels); err != nil {
		return Set{}, fmt.Errorf("the metadata's labels are not a JSON list: %w", err)
	}
	var err error
	if s.Synthetic, err = strconv.ParseBool(synthetic); err != nil {
		return Set{}, fmt.Errorf("the metadata's synthetic is %q, not true or false", synthetic)
	}
	if s.Temperature, err = strconv.ParseFloat(temperature, 64); err != nil {
		return Set{}, fmt.Errorf("the metadata's temperature is %q, not a number", temperature)
	}
	return s, nil
}
