package corpus

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

// columnData holds what pyarrow wrote; see its make_parquet.py.
var columnData = filepath.Join("..", "column", "testdata")

const classMetadata = `{"info": {"features": {"text": {"dtype": "string", "_type": "Value"}, "label": {"names": ["A", "B"], "_type": "ClassLabel"}}}}`

// numbered is a row with a class number.
type numbered struct {
	Text  string `parquet:"text"`
	Label int64  `parquet:"label"`
}

func numberedFile(t fataler, options ...parquet.WriterOption) string {
	return toParquet(t, []numbered{{knee, 0}, {heart, 1}, {strings.ToUpper(knee), 1}}, options...)
}

// The forms are what pyarrow makes of the rows of content.jsonl with different pages, encodings and codecs.
func TestParquetForms(t *testing.T) {
	want := mustReadSource(t, filepath.Join(columnData, "content.jsonl"), Options{})
	if want.Report.RowsRead != 24 || want.Report.WithoutText != 1 || len(want.Labels) != 4 {
		t.Fatalf("%+v, labels %q", want.Report, want.Labels)
	}
	forms, err := filepath.Glob(filepath.Join(columnData, "forms", "*.parquet"))
	if err != nil || len(forms) != 9 {
		t.Fatalf("forms %q: %v", forms, err)
	}
	for _, path := range forms {
		c := mustReadSource(t, path, Options{})
		for i := range want.Rows {
			if diff := cmp.Diff(want.Rows[i], c.Rows[i]); diff != "" {
				t.Errorf("%s: row %d: %s", path, i, diff)
				break
			}
		}
		if c.Hash != want.Hash || c.Report != want.Report {
			t.Errorf("%s: %+v with hash %s, want %+v with %s", path, c.Report, c.Hash, want.Report, want.Hash)
		}
	}
}

// Go's own writer, with every codec and in one and in many row groups.
func TestParquetFromGo(t *testing.T) {
	sample := build(t, sampleRows(200))
	for name, options := range map[string][]parquet.WriterOption{
		"snappy":     {parquet.Compression(&parquet.Snappy)},
		"zstd":       {parquet.Compression(&parquet.Zstd), parquet.DataPageVersion(1)},
		"gzip":       {parquet.Compression(&parquet.Gzip), parquet.PageBufferSize(1000)},
		"brotli":     {parquet.Compression(&parquet.Brotli), parquet.MaxRowsPerRowGroup(100)},
		"statistics": {parquet.DataPageStatistics(true)},
	} {
		folder := place(t, map[string]string{"n.parquet": toParquet(t, records(sample.Rows), options...)})
		if c := mustReadSource(t, filepath.Join(folder, "n.parquet"), Options{}); c.Hash != sample.Hash {
			t.Errorf("%s: hash %s, want %s", name, c.Hash, sample.Hash)
		}
	}
}

func TestParquetLargeField(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("word ", 2<<20)
	folder := place(t, map[string]string{"n.parquet": toParquet(t, []record{{Text: large, Label: "A"}, {Text: heart, Label: "B"}}, parquet.DataPageStatistics(true))})
	if c := mustReadSource(t, filepath.Join(folder, "n.parquet"), Options{}); c.Rows[0].Text != large {
		t.Errorf("the large text has %d bytes", len(c.Rows[0].Text))
	}
}

func TestParquetFaults(t *testing.T) {
	type lists struct {
		Text  string   `parquet:"text"`
		Label []string `parquet:"label,list"`
	}
	type floats struct {
		Text  string  `parquet:"text"`
		Label float64 `parquet:"label"`
	}
	type textOnly struct {
		Text string `parquet:"text"`
	}
	type labelOnly struct {
		Label string `parquet:"label"`
	}
	named := parquet.KeyValueMetadata("huggingface", classMetadata)
	good := numberedFile(t, named)
	for name, tc := range map[string]struct{ data, want string }{
		"empty":        {"", ": not a parquet file: it does not begin with PAR1"},
		"other":        {"text,label\n", ": not a parquet file: it does not begin with PAR1"},
		"magic only":   {"PAR1", ": the file does not end as a parquet file; it is truncated or damaged"},
		"truncated":    {good[:len(good)-1], ": the file does not end as a parquet file; it is truncated or damaged"},
		"cut in half":  {good[:len(good)/2], ": the file does not end as a parquet file; it is truncated or damaged"},
		"long footer":  {good[:len(good)-8] + "\xff\xff\xff\x7fPAR1", ": the file does not end as a parquet file; it is truncated or damaged"},
		"wrong footer": {good[:len(good)-8] + "\x20\x00\x00\x00PAR1", ": the footer cannot be read; the file is damaged"},
		"no text":      {toParquet(t, []labelOnly{{"A"}}), `: no column holds the text (found "label"); needed are a text column (transcription or text) and a label column (medical_specialty or label)`},
		"no label":     {toParquet(t, []textOnly{{knee}}), `: no column holds the label (found "text"); needed are a text column (transcription or text) and a label column (medical_specialty or label)`},
		"lists":        {toParquet(t, []lists{{knee, []string{"A"}}}), `: column "label" holds lists or structs; the label must be strings or integers`},
		"floats":       {toParquet(t, []floats{{knee, 1}}), `: column "label" holds DOUBLE values; the label must be strings or integers`},
		"no names":     {numberedFile(t), `: column "label" holds class numbers, and neither the file's "huggingface" metadata nor a README.md beside it names the classes; add their names, or store labels as strings`},
		"bad metadata": {numberedFile(t, parquet.KeyValueMetadata("huggingface", "{")), `: column "label" holds class numbers, and the metadata "huggingface" cannot be read: unexpected end of JSON input`},
		"blank name":   {numberedFile(t, parquet.KeyValueMetadata("huggingface", strings.Replace(classMetadata, "B", " ", 1))), `: column "label" holds class numbers, and class 1 has no name`},
		"name twice":   {numberedFile(t, parquet.KeyValueMetadata("huggingface", strings.Replace(classMetadata, `"B"`, `" A"`, 1))), `: column "label" holds class numbers, and the classes 0 and 1 are both named "A"`},
		"outside":      {toParquet(t, []numbered{{knee, 0}, {heart, 2}}, named), `: row 2: label 2 is outside the 2 class names (0 to 1)`},
		"unlabelled":   {toParquet(t, []numbered{{knee, -1}}, named), `: row 1: label -1 is outside the 2 class names (0 to 1)`},
		"LZ4":          {toParquet(t, []record{{Text: knee}}, parquet.Compression(&parquet.Lz4Raw)), `: column "id" is compressed with LZ4_RAW, which is not read; write the file with snappy, gzip, zstd or brotli`},
		"no rows":      {toParquet(t, []record{}), `: no row to keep (0 read, 0 of them under 20 characters of cleaned text)`},
		"blank label":  {toParquet(t, []record{{Text: knee, Label: "A"}, {Text: heart, ID: "x"}}), `: row 2: id "x": the row has a text but no label`},
		"Latin-1":      {toParquet(t, []record{{Text: knee, Label: "A"}, {Text: "caf\xe9", Label: "A"}}), `: row 2: byte 4 of the text (0xe9) is not UTF-8`},
		"NUL":          {toParquet(t, []record{{Text: knee, Label: "A", Keywords: "a\x00"}}), `: row 1: keywords: NUL character in the text; it is not plain text`},
		"two texts":    {toParquet(t, []record{{Text: knee, Label: "A", ID: "x"}, {Text: heart, Label: "A", ID: "x"}}), `: row 2: id "x": this id has another text on row 1; ids must be unique to a text`},
		"one label":    {toParquet(t, []numbered{{knee, 0}, {heart, 0}}, named), `: every row is labelled "A"; a classifier needs at least two labels`},
	} {
		path := filepath.Join(place(t, map[string]string{"n.parquet": tc.data}), "n.parquet")
		c, err := Read(t.Context(), path, Options{})
		if err == nil {
			t.Errorf("%s: no error, %d rows", name, len(c.Rows))
		} else if got := err.Error(); got != path+tc.want {
			t.Errorf("%s:\n got %s\nwant %s", name, strings.TrimPrefix(got, path), tc.want)
		}
	}
}

func TestClassNamesFromCard(t *testing.T) {
	features := func(names string) string {
		return "  features:\n  - name: text\n    dtype: string\n  - name: label\n    dtype:\n      class_label:\n        names:\n" + names
	}
	mapping := "---\nlicense: mit\ndataset_info:\n" + features("          '1': Beta\n          '0': Alpha\n") + "  splits: []\n---\n# Notes\n---\n"
	configurations := "---\r\ndataset_info:\r\n- config_name: default\r\n" + strings.ReplaceAll(features("        - Alpha\n        - Beta\n"), "\n", "\r\n") +
		"- config_name: other\r\n  features:\r\n  - name: text\r\n    dtype: string\r\n---\r\n"
	file := numberedFile(t)
	for name, files := range map[string]map[string]string{
		"beside the data folder": {"README.md": mapping, "data/n.parquet": file},
		"in the data folder":     {"data/README.md": "\ufeff" + mapping, "data/n.parquet": file},
		"configurations":         {"README.md": configurations, "data/n.parquet": file},
	} {
		folder := place(t, files)
		for _, source := range []string{folder, filepath.Join(folder, "data"), filepath.Join(folder, "data", "n.parquet")} {
			c := mustReadSource(t, source, Options{})
			if diff := cmp.Diff([]string{"Alpha", "Beta"}, c.Labels); diff != "" || c.Rows[0].Label != "Alpha" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
	for card, want := range map[string]string{
		"# No block\n":                               "names the classes",
		"---\nlicense: mit\n---\n":                   "names the classes",
		"---\nlicense: mit\n":                        "README.md cannot be read: the block between --- and --- is not closed",
		"---\na: [\n---\n":                           "README.md cannot be read: yaml: ",
		"---\ndataset_info: yes\n---\n":              "names the classes",
		strings.Replace(mapping, "'1'", "'2'", 1):    `feature "label": the class numbers are not 0 to 1, but there is "2"`,
		strings.Replace(mapping, "'1'", "'0'", 1):    `feature "label": the class numbers are not 0 to 1, but there is "0"`,
		strings.Replace(mapping, "Beta", "Alpha", 1): `the classes 0 and 1 are both named "Alpha"`,
		"---\ndataset_info:\n- x: 1\n" + features("        - A\n") + "- y: 1\n" + features("        - B\n") + "---\n": `its configurations name the classes of "label" differently`,
	} {
		folder := place(t, map[string]string{"README.md": card, "data/n.parquet": file})
		_, err := Read(t.Context(), folder, Options{})
		if err == nil || !strings.HasPrefix(err.Error(), filepath.Join(folder, "data", "n.parquet")+": ") || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %s", card, err, want)
		}
	}
}

// readBytes reads parquet from memory, as a source called f.
func readBytes(data []byte) (*Corpus, error) {
	b := newBuilder(context.Background(), "f")
	b.open(sourceFile{name: "f", unit: unitRow})
	card := func() ([]byte, error) { return nil, nil }
	if _, err := addParquet(b, bytes.NewReader(data), int64(len(data)), Fields{}, card); err != nil {
		return nil, err
	}
	return b.corpus()
}

// Bytes changed anywhere give a corpus or an error, never a panic or all memory; without checksums a changed letter
// cannot be told.
func TestDamagedParquet(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob(filepath.Join(columnData, "forms", "*.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for _, path := range paths {
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for range 400 {
			data := bytes.Clone(whole)
			for range 1 + rng.IntN(3) {
				data[rng.IntN(len(data))] ^= byte(1 + rng.IntN(255))
			}
			if _, err := readBytes(data); err != nil {
				oneLine(t, err)
				refused++
			}
		}
	}
	if refused < 1000 {
		t.Errorf("only %d of 3600 damaged files are refused", refused)
	}
}
