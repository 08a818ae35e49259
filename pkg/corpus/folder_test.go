package corpus

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

// hubFixture is laid out as the datasets library lays out a data set.
var hubFixture = filepath.Join("testdata", "hub")

func TestReadFolder(t *testing.T) {
	c := mustReadSource(t, hubFixture, Options{})
	if diff := cmp.Diff([]string{"data/test-00000-of-00001.parquet", "data/train-00000-of-00001.parquet"}, c.Files); diff != "" || c.Name != "hub" {
		t.Errorf("%s: %s", c.Name, diff)
	}
	if diff := cmp.Diff([]string{"Letters", "Neurology", "Pain_Management", "Surgery"}, c.Labels); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Report{RowsRead: 23, RowsKept: 23}, c.Report); diff != "" || !c.HasSourceParts() {
		t.Error(diff)
	}
	counts := map[string]int{}
	for i, row := range c.Rows {
		counts[row.Part]++
		if want := filepath.Base(c.Files[row.File]); !strings.HasPrefix(want, row.Part+"-") {
			t.Errorf("row %d of part %s is in %s", i, row.Part, want)
		}
	}
	if diff := cmp.Diff(map[string]int{PartTrain: 16, PartTest: 7}, counts); diff != "" {
		t.Error(diff)
	}
	alone := mustReadSource(t, filepath.Join(hubFixture, "data", "train-00000-of-00001.parquet"), Options{})
	if alone.HasSourceParts() || len(alone.Rows) != 16 {
		t.Errorf("one file has %d rows of part %q", len(alone.Rows), alone.Rows[0].Part)
	}
	if alone.Hash == c.Hash {
		t.Error("the hash does not see the other part")
	}
}

// What stands in two parts stays where it is held out.
func TestDuplicatesAcrossParts(t *testing.T) {
	rows := func(texts ...string) string {
		var out []record
		for _, text := range texts {
			out = append(out, record{Text: text, Label: "A"}, record{Text: text, Label: "B"})
		}
		return toParquet(t, out)
	}
	files := map[string]string{
		"data/train-0.parquet":      rows(knee, heart, "Only in the train part of the set."),
		"data/validation-0.parquet": rows(strings.ToUpper(heart)),
		"data/test-0.parquet":       rows(knee + "!"),
	}
	c := mustReadSource(t, place(t, files), Options{})
	if diff := cmp.Diff(Report{RowsRead: 10, RowsKept: 6, DroppedDuplicate: 4}, c.Report); diff != "" {
		t.Error(diff)
	}
	for _, row := range c.Rows {
		want := map[string]string{Clean(knee): PartTest, Clean(heart): PartValidation}[Clean(row.Text)]
		if want == "" {
			want = PartTrain
		}
		if row.Part != want {
			t.Errorf("%q is in part %s, want %s", row.Text, row.Part, want)
		}
	}
	swapped := map[string]string{"data/train-0.parquet": files["data/test-0.parquet"], "data/test-0.parquet": files["data/train-0.parquet"], "data/val-0.parquet": files["data/validation-0.parquet"]}
	if other := mustReadSource(t, place(t, swapped), Options{}); other.Hash == c.Hash {
		t.Error("the hash does not see which part a row is of")
	}
}

func TestReadFolderFaults(t *testing.T) {
	named := func(names string) string {
		return numberedFile(t, parquet.KeyValueMetadata("huggingface", strings.Replace(classMetadata, `"A", "B"`, names, 1)))
	}
	strs := toParquet(t, []record{{Text: knee, Label: "A"}, {Text: heart, Label: "B"}})
	ids := toParquet(t, []record{{Text: knee, Label: "A", ID: "1"}, {Text: heart, Label: "B", ID: "2"}})
	other := toParquet(t, []record{{Text: heart, Label: "A", ID: "1"}})
	for name, tc := range map[string]struct {
		files map[string]string
		want  string
	}{
		"other order of names": {
			map[string]string{"data/train-0.parquet": named(`"A", "B"`), "data/test-0.parquet": named(`"B", "A"`)},
			`/data/train-0.parquet: the class names differ from those of data/test-0.parquet: class 0 is "A", not "B"`,
		},
		"more names": {
			map[string]string{"data/train-0.parquet": named(`"A", "B", "C"`), "data/test-0.parquet": named(`"A", "B"`)},
			`/data/train-0.parquet: the class names differ from those of data/test-0.parquet: 3 of them, not 2`,
		},
		"strings beside numbers": {
			map[string]string{"data/train-0.parquet": strs, "data/test-0.parquet": named(`"A", "B"`)},
			`/data/train-0.parquet: the class names differ from those of data/test-0.parquet: one has class numbers, the other labels that are strings`,
		},
		"missing shard": {
			map[string]string{"data/train-00000-of-00003.parquet": strs, "data/train-00002-of-00003.parquet": strs},
			`: data/train-00001-of-00003.parquet is missing beside data/train-00000-of-00003.parquet`,
		},
		"a file of no part": {
			map[string]string{"data/train-0.parquet": strs, "data/extra.parquet": strs},
			`: data/extra.parquet is named for no part (train, validation or test), data/train-0.parquet is; name all files for one or none`,
		},
		"no train part": {
			map[string]string{"test.parquet": strs, "dev.parquet": strs},
			`: there are files for test and validation but none for train; name one file to read it alone`,
		},
		"one id, two texts": {
			map[string]string{"data/train-0.parquet": other, "data/test-0.parquet": ids},
			`/data/train-0.parquet: row 1: id "1": this id has another text on row 1 of FOLDER/data/test-0.parquet; ids must be unique to a text`,
		},
		"damaged part": {
			map[string]string{"data/train-0.parquet": strs[:len(strs)/2], "data/test-0.parquet": strs},
			`/data/train-0.parquet: the file does not end as a parquet file; it is truncated or damaged`,
		},
	} {
		folder := place(t, tc.files)
		_, err := Read(t.Context(), folder, Options{})
		if want := folder + strings.ReplaceAll(tc.want, "FOLDER", folder); err == nil || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", name, err, want)
		}
	}
}

// Class names without a row, as the Hub's data set may have, are listed.
func TestUnusedClasses(t *testing.T) {
	metadata := strings.Replace(classMetadata, `"A", "B"`, `"A", "B", "Zoology", "Never  used"`, 1)
	folder := place(t, map[string]string{"n.parquet": numberedFile(t, parquet.KeyValueMetadata("huggingface", metadata))})
	c := mustReadSource(t, folder, Options{})
	if diff := cmp.Diff([]string{"Never used", "Zoology"}, c.Unused); diff != "" {
		t.Error(diff)
	}
}

// serveHub serves a data set as the Hub does.
func serveHub(t *testing.T, id, commit string, files map[string]string) {
	t.Helper()
	var siblings []map[string]any
	for name, content := range files {
		sum := sha256.Sum256([]byte(content))
		siblings = append(siblings, map[string]any{
			"rfilename": name, "size": len(content),
			"lfs": map[string]any{"sha256": hex.EncodeToString(sum[:]), "size": len(content)},
		})
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/datasets/"+id+"/revision/v1" {
			if err := json.NewEncoder(w).Encode(map[string]any{"sha": commit, "siblings": siblings}); err != nil {
				t.Error(err)
			}
			return
		}
		name := strings.TrimPrefix(r.URL.Path, fmt.Sprintf("/datasets/%s/resolve/%s/", id, commit))
		content, there := files[name]
		if !there {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	for _, name := range []string{"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HTTP_PROXY", "http_proxy"} {
		t.Setenv(name, "")
	}
	t.Setenv("HF_ENDPOINT", server.URL)
	t.Setenv("HF_HOME", t.TempDir())
}

func TestReadHub(t *testing.T) {
	commit := strings.Repeat("1234567890", 4)
	files := map[string]string{"README.md": "---\nlicense: mit\n---\n", "unwanted.bin": "x"}
	for _, part := range []string{"train", "test"} {
		name := "data/" + part + "-00000-of-00001.parquet"
		data, err := os.ReadFile(filepath.Join(hubFixture, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(data)
	}
	serveHub(t, "owner/notes", commit, files)
	fetched := map[string]int64{}
	c := mustReadSource(t, "hub:owner/notes@v1", Options{Progress: func(file string, done, _ int64) { fetched[file] = done }})
	if want := mustReadSource(t, hubFixture, Options{}); c.Hash != want.Hash || c.Name != "owner/notes@"+commit || !c.HasSourceParts() {
		t.Errorf("%s with hash %s, want %s", c.Name, c.Hash, want.Hash)
	}
	delete(files, "unwanted.bin")
	for name, content := range files {
		if fetched[name] != int64(len(content)) {
			t.Errorf("progress of %s ended at %d of %d bytes", name, fetched[name], len(content))
		}
	}
	t.Setenv("HF_HUB_OFFLINE", "1")
	if again := mustReadSource(t, "hub:datasets/owner/notes@v1", Options{}); again.Hash != c.Hash {
		t.Errorf("offline: hash %s", again.Hash)
	}
	if _, err := Read(t.Context(), "hub:owner/other", Options{}); err == nil || !strings.Contains(err.Error(), "owner/other@main") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v", err)
	}
}
