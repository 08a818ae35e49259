package corpus

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"
)

// record is a row as the tests write it to files.
type record struct {
	Text        string `parquet:"text" json:"text"`
	Label       string `parquet:"label" json:"label"`
	ID          string `parquet:"id" json:"id,omitempty"`
	Description string `parquet:"description" json:"description,omitempty"`
	Keywords    string `parquet:"keywords,optional" json:"keywords,omitempty"`
}

func records(rows []Row) []record {
	out := make([]record, len(rows))
	for i, r := range rows {
		out[i] = record{r.Text, r.Label, r.ID, r.Description, r.Keywords}
	}
	return out
}

func toCSV(t fataler, rows []Row) string {
	var out strings.Builder
	w := csv.NewWriter(&out)
	w.Write([]string{"note_id", "description", "medical_specialty", "transcription", "keywords"})
	for _, r := range rows {
		w.Write([]string{r.ID, r.Description, r.Label, r.Text, r.Keywords})
	}
	w.Flush()
	if err := w.Error(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func toJSONLines(t fataler, rows []Row) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	for _, r := range records(rows) {
		if err := encoder.Encode(r); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

func toParquet[T any](t fataler, rows []T, options ...parquet.WriterOption) string {
	var out bytes.Buffer
	if err := parquet.Write(&out, rows, options...); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

type fataler interface{ Fatal(args ...any) }

// place writes files, by name, into a new folder.
func place(t testing.TB, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func zip(t fataler, content string) string {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func mustReadSource(t testing.TB, source string, options Options) *Corpus {
	t.Helper()
	c, err := Read(t.Context(), source, options)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestReadTellsFormats(t *testing.T) {
	t.Parallel()
	sample := build(t, sampleRows(100))
	csvFile, jsonl, pq := toCSV(t, sample.Rows), toJSONLines(t, sample.Rows), toParquet(t, records(sample.Rows))
	files := map[string]string{
		"notes.csv": csvFile, "notes.CSV.gz": zip(t, csvFile), "zipped.csv": zip(t, csvFile), "notes.txt": csvFile, "notes": zip(t, csvFile),
		"notes.jsonl": jsonl, "notes.JSON": jsonl, "notes.ndjson.gz": zip(t, jsonl), "lines.txt": "\ufeff\n " + jsonl, "lines.gz": zip(t, jsonl),
		"notes.parquet": pq, "misnamed.csv": pq, "set/data/all.parquet": pq, "plain/all.parquet": pq,
	}
	folder := place(t, files)
	for name := range files {
		source := filepath.Join(folder, name)
		wantName, wantFiles := filepath.Base(name), []string{filepath.Base(name)}
		if base := strings.TrimSuffix(name, "/all.parquet"); base != name {
			wantFiles = []string{strings.TrimPrefix(strings.TrimPrefix(name, "set/"), "plain/")}
			source = filepath.Join(folder, strings.TrimSuffix(base, "/data"))
			wantName = filepath.Base(source)
		}
		c := mustReadSource(t, source, Options{})
		if c.Hash != sample.Hash || c.Report.RowsKept != len(sample.Rows) || c.Name != wantName || !cmp.Equal(c.Files, wantFiles) {
			t.Errorf("%s: %s of %q with %+v and hash %s, want %s", name, c.Name, c.Files, c.Report, c.Hash, sample.Hash)
		}
	}
}

// The format changes neither hash nor splits, nor does the order of the rows.
func TestFormatsGiveTheSameSplits(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t)
		for i := range rows {
			rows[i].Text += rapid.SampledFrom([]string{"", "\nsecond line", "\r\nsecond line", " caf\u00e9, \"quoted\"", " \ufffd {}[]\\"}).Draw(t, "text")
			rows[i].Keywords = rapid.SampledFrom([]string{"", "one", "two, three"}).Draw(t, "keywords")
		}
		written := rapid.Permutation(rows).Draw(t, "order")
		seed := rapid.Uint64().Draw(t, "seed")
		var first *Corpus
		for name, content := range map[string]string{"n.csv": toCSV(t, rows), "n.jsonl": toJSONLines(t, written), "n.parquet": toParquet(t, records(written))} {
			path := filepath.Join(folder, name)
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			c, err := Read(context.Background(), path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = c
			}
			if c.Hash != first.Hash || c.Report != first.Report {
				t.Fatalf("%s: %+v with hash %s, %s: %+v with %s", name, c.Report, c.Hash, first.Name, first.Report, first.Hash)
			}
			for _, protocol := range []string{ProtocolGroup, ProtocolRow} {
				want, err := Divide(first, protocol, seed)
				if err != nil {
					t.Fatal(err)
				}
				got, err := Divide(c, protocol, seed)
				if err != nil {
					t.Fatal(err)
				}
				for _, parts := range [][2][]Note{{want.Train, got.Train}, {want.Validation, got.Validation}, {want.Test, got.Test}} {
					if diff := cmp.Diff(parts[0], parts[1], withoutRows); diff != "" {
						t.Fatalf("%s: %s: the parts differ: %s", name, protocol, diff)
					}
				}
			}
		}
	})
}

func TestFields(t *testing.T) {
	type mapped struct {
		Body    string `parquet:"body" json:"body"`
		Class   string `parquet:"class" json:"class"`
		Number  int32  `parquet:"number" json:"number"`
		Summary string `parquet:"summary" json:"summary"`
		Terms   string `parquet:"terms" json:"terms"`
		Text    string `parquet:"text" json:"text"`
		ID      string `parquet:"id" json:"id"`
	}
	rows := []mapped{{knee, "A", 7, "s", "t", "x", "same"}, {heart, "B", -8, "", "u", "x", "same"}}
	var lines strings.Builder
	for _, row := range rows {
		line, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(line, '\n'))
	}
	folder := place(t, map[string]string{
		"n.parquet": toParquet(t, rows),
		"n.jsonl":   lines.String(),
		"n.csv":     "Body,Class,number,summary,terms,text,id\n" + knee + ",A,7,s,t,x,same\n" + heart + ",B,-8,,u,x,same\n",
	})
	fields := Fields{Text: "body", Label: "class", ID: "number", Description: "summary", Keywords: "terms"}
	want := []Row{
		{ID: "7", Text: knee, Label: "A", Description: "s", Keywords: "t", Line: 1},
		{ID: "-8", Text: heart, Label: "B", Keywords: "u", Line: 2, Note: 1},
	}
	for name, missing := range map[string]string{
		"n.csv":     `no column is named "nowhere", which is to hold the text (found "Body", "Class", "number", "summary", "terms", "text", "id")`,
		"n.parquet": `no column is named "nowhere", which is to hold the text (found "body", "class", "number", "summary", "terms", "text", "id")`,
		"n.jsonl":   `"nowhere" is missing`,
	} {
		path := filepath.Join(folder, name)
		c := mustReadSource(t, path, Options{Fields: fields})
		for i := range c.Rows {
			if name == "n.csv" {
				c.Rows[i].Line--
			}
		}
		if diff := cmp.Diff(want, c.Rows); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		without := fields
		without.ID = NoField
		if c := mustReadSource(t, path, Options{Fields: without}); !strings.HasPrefix(c.Rows[0].ID, "text-") {
			t.Errorf("%s: id %q is taken from the source", name, c.Rows[0].ID)
		}
		without.ID = ""
		_, err := Read(t.Context(), path, Options{Fields: without})
		if err == nil || !strings.Contains(err.Error(), `id "same": this id has another text on `) {
			t.Errorf("%s: %v", name, err)
		}
		_, err = Read(t.Context(), path, Options{Fields: Fields{Text: "nowhere", Label: "class"}})
		if err == nil || !strings.HasPrefix(err.Error(), path+":") || !strings.HasSuffix(err.Error(), missing) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWith(t *testing.T) {
	path := write(t, "text,label,keywords,description\n"+
		knee+",Surgery,\"surgery, knee\",Fell\n"+
		strings.ToUpper(knee)+",Orthopedic,\"orthopedic, knee\",Fell\n"+
		knee+",Pain,,\n"+
		heart+",Cardiology,,\n"+
		"too short,Letters,long keywords do not make a text,\n")
	plain := mustReadSource(t, path, Options{})
	both := mustReadSource(t, path, Options{With: []string{"keywords", "description"}})
	if diff := cmp.Diff([]string{"keywords", "description"}, both.With); diff != "" || len(plain.With) > 0 {
		t.Errorf("recorded: %q and %q", both.With, plain.With)
	}
	for i, want := range []string{knee + "\nsurgery, knee\nFell", strings.ToUpper(knee) + "\northopedic, knee\nFell", knee, heart} {
		if both.Rows[i].Text != want {
			t.Errorf("row %d: %q, want %q", i, both.Rows[i].Text, want)
		}
	}
	if want := strings.ToUpper(knee) + "\northopedic, knee\nsurgery, knee\nFell"; both.Notes[0].Text != want || plain.Notes[0].Text != strings.ToUpper(knee) {
		t.Errorf("the note's text is %q, want %q", both.Notes[0].Text, want)
	}
	if diff := cmp.Diff([]string{"Letters"}, both.Unused); diff != "" || both.Report != plain.Report {
		t.Errorf("%+v, unused %q", both.Report, both.Unused)
	}
	keywords := mustReadSource(t, path, Options{With: []string{"keywords"}})
	if plain.Hash == both.Hash || keywords.Hash == both.Hash || keywords.Hash == plain.Hash {
		t.Error("what the texts are extended with leaves the hash as it is")
	}
	for want, with := range map[string][]string{
		`a text cannot be extended with "label"; description and keywords can be added`: {"label"},
		"a text cannot be extended with keywords twice":                                 {"keywords", "keywords"},
		"no row has keywords, which the texts are to be extended with":                  {"keywords"},
	} {
		source := path
		if strings.HasPrefix(want, "no row") {
			source = write(t, "text,label\n"+knee+",A\n"+heart+",B\n")
		}
		if _, err := Read(t.Context(), source, Options{With: with}); err == nil || err.Error() != source+": "+want {
			t.Errorf("%q: %v", with, err)
		}
	}
}

// Keywords that differ between the rows of a text neither part them nor move any text to another part.
func TestWithLeavesSplitsAlone(t *testing.T) {
	t.Parallel()
	path := write(t, toCSV(t, sampleRows(400)))
	plain, extended := mustReadSource(t, path, Options{}), mustReadSource(t, path, Options{With: []string{"keywords"}})
	for _, protocol := range []string{ProtocolGroup, ProtocolRow} {
		want, err := Divide(plain, protocol, 5)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Divide(extended, protocol, 5)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.Indices, got.Indices); diff != "" {
			t.Errorf("%s: %s", protocol, diff)
		}
		if diff := cmp.Diff("The texts are extended with keywords, which may name the label.", got.Notices[0]); diff != "" {
			t.Error(diff)
		}
		if protocol == ProtocolGroup {
			noTextTwice(t, plain, got.Indices)
		}
	}
}

func TestReadFaults(t *testing.T) {
	folder := place(t, map[string]string{"empty/notes.csv": "text,label\n", "nothing": "", "zipped.parquet.gz": zip(t, toParquet(t, []record{{Text: knee}}))})
	for source, want := range map[string]string{
		filepath.Join(folder, "none.csv"):          "no such file or directory",
		filepath.Join(folder, "empty"):             "the folder holds no data/*.parquet and no *.parquet; name a file, or the folder of a data set with such files",
		filepath.Join(folder, "nothing"):           "the file is empty",
		filepath.Join(folder, "zipped.parquet.gz"): "gzipped parquet is not read; unpack the file first",
	} {
		_, err := Read(t.Context(), source, Options{})
		if err == nil || err.Error() != source+": "+want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := Read(t.Context(), "hub:not a name", Options{}); err == nil || !strings.Contains(err.Error(), `repository "not a name"`) {
		t.Errorf("%v", err)
	}
}

func TestReadStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	rows := make([]Row, 2000)
	for i := range rows {
		rows[i] = Row{Text: knee, Label: "A"}
	}
	folder := place(t, map[string]string{"n.csv": toCSV(t, rows), "n.jsonl": toJSONLines(t, rows), "n.parquet": toParquet(t, records(rows))})
	for _, name := range []string{"n.csv", "n.jsonl", "n.parquet"} {
		if _, err := Read(ctx, filepath.Join(folder, name), Options{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
