package column

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

// forms returns the files that hold the rows of content.jsonl, by name.
func forms(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "forms", "*.parquet"))
	if err != nil || len(paths) != 9 {
		t.Fatalf("forms %q: %v", paths, err)
	}
	out := map[string][]byte{}
	for _, path := range paths {
		if out[filepath.Base(path)], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func open(data []byte) (*File, error) { return Open(bytes.NewReader(data), int64(len(data))) }

// readable returns the indices of the columns that can be read.
func readable(f *File) (columns []int) {
	for i, c := range f.Columns {
		if c.Kind != Other {
			columns = append(columns, i)
		}
	}
	return columns
}

// readAll reads all columns that can be read, checks what must hold for any file, and returns the number of rows.
func readAll(t *testing.T, data []byte) (rows int, err error) {
	f, err := open(data)
	if err != nil {
		return 0, err
	}
	columns := readable(f)
	for values, err := range f.Rows(columns...) {
		if err != nil {
			return rows, err
		}
		for i, v := range values {
			if kind := f.Columns[columns[i]].Kind; v.Null && (v.Text != nil || v.Number != 0) || kind == Strings && v.Number != 0 || kind == Integers && v.Text != nil {
				t.Errorf("row %d: %+v in column %+v", rows, v, f.Columns[columns[i]])
			}
		}
		rows++
	}
	return rows, nil
}

// content returns the rows of content.jsonl by column, labels as names.
func content(t *testing.T) []map[string]any {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "content.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var rows []map[string]any
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var row map[string]any
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// The forms are what pyarrow makes of the same rows with different pages, encodings and codecs.
func TestForms(t *testing.T) {
	want := content(t)
	classes := []string{"Surgery", "Neurology", "Letters", "Pain_Management"}
	for name, data := range forms(t) {
		f, err := open(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if metadata, there := f.Lookup("huggingface"); !there || !strings.Contains(metadata, "Pain_Management") {
			t.Errorf("%s: metadata %q", name, metadata)
		}
		var got []map[string]any
		for values, err := range f.Rows(readable(f)...) {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			row := map[string]any{}
			for i, v := range values {
				switch c := f.Columns[i]; {
				case v.Null:
					row[c.Name] = nil
				case c.Kind == Integers:
					row[c.Name] = classes[v.Number]
				default:
					row[c.Name] = string(v.Text)
				}
			}
			got = append(got, row)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Columns come in the order asked for, and the rows may be left early.
func TestRows(t *testing.T) {
	f, err := open(forms(t)["groups_brotli.parquet"])
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range f.Columns {
		names = append(names, c.Name)
	}
	if diff := cmp.Diff([]string{"text", "label", "id", "description", "keywords"}, names); diff != "" {
		t.Fatal(diff)
	}
	for values, err := range f.Rows(2, 0) {
		if err != nil || string(values[0].Text) != "n0" || !strings.HasPrefix(string(values[1].Text), "Note 0: ") {
			t.Errorf("%+v, %v", values, err)
		}
		break
	}
}

func TestKinds(t *testing.T) {
	type row struct {
		Text  string   `parquet:"text"`
		Small int32    `parquet:"small,optional"`
		Large int64    `parquet:"large"`
		Share float64  `parquet:"share"`
		List  []string `parquet:"list,list"`
		Many  []int64  `parquet:"many"`
		Group struct {
			A string `parquet:"a"`
		} `parquet:"group"`
	}
	var out bytes.Buffer
	if err := parquet.Write(&out, []row{{Text: "a", Large: -3}}); err != nil {
		t.Fatal(err)
	}
	f, err := open(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]Column{}
	for _, c := range f.Columns {
		kinds[c.Name] = Column{Kind: c.Kind, Type: c.Type}
	}
	want := map[string]Column{
		"text": {Kind: Strings, Type: "STRING values"}, "small": {Kind: Integers, Type: "INT(32,true) values"}, "large": {Kind: Integers, Type: "INT(64,true) values"},
		"share": {Type: "DOUBLE values"}, "list": {Type: "lists or structs"}, "many": {Type: "lists or structs"}, "group": {Type: "lists or structs"},
	}
	if diff := cmp.Diff(want, kinds, cmp.AllowUnexported(Column{})); diff != "" {
		t.Error(diff)
	}
	if rows, err := readAll(t, out.Bytes()); rows != 1 || err != nil {
		t.Errorf("%d rows, %v", rows, err)
	}
	for _, err := range f.Rows(3) {
		if err == nil || err.Error() != `column "share" holds DOUBLE values, which are not read` {
			t.Errorf("%v", err)
		}
	}
}

// Bytes changed anywhere give rows or an error, never a panic or all memory; without checksums a changed letter cannot
// be told.
func TestDamaged(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	refused := 0
	files := forms(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for range 400 {
			data := bytes.Clone(files[name])
			for range 1 + rng.IntN(3) {
				data[rng.IntN(len(data))] ^= byte(1 + rng.IntN(255))
			}
			if _, err := readAll(t, data); err != nil {
				refused++
				if strings.Contains(err.Error(), "\n") {
					t.Errorf("not one line: %q", err)
				}
			}
		}
	}
	if refused < 1000 {
		t.Errorf("only %d of 3600 damaged files are refused", refused)
	}
}

func FuzzRows(f *testing.F) {
	for _, data := range forms(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := readAll(t, data); err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("not one line: %q", err)
		}
	})
}

func TestChecksum(t *testing.T) {
	data := forms(t)["gzip_checksums.parquet"]
	f, err := open(data)
	if err != nil {
		t.Fatal(err)
	}
	meta := f.groups()[0].Columns[0].MetaData
	data[meta.DataPageOffset-20] ^= 1 // in the dictionary page, which stands before the data page
	_, err = readAll(t, data)
	if want := `row group 1, column "text", after row 0: the checksum of a page does not match; the file is damaged`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
