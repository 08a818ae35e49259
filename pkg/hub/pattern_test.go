package hub

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func datasetRepo() map[string]fakeFile {
	return map[string]fakeFile{
		"README.md":                             {content: "---\n---\n"},
		"data/train-00000-of-00001.parquet":     {content: randomText(3000), lfs: true},
		"data/test-00000-of-00001.parquet":      {content: randomText(2000), lfs: true},
		"data/notes.csv":                        {content: "a,b\n"},
		"data/old/train-00000-of-00001.parquet": {content: randomText(1000), lfs: true},
	}
}

func parquetFiles() []File {
	return []File{{Name: "data/*.parquet", Pattern: true}, {Name: "README.md", Optional: true}}
}

// fetched lists the files below a snapshot.
func fetched(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestFetchPattern(t *testing.T) {
	h := newFakeHub(t, datasetRepo())
	c := h.connect(t)
	dir, err := c.fetch(t.Context(), testRef, parquetFiles(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"README.md", "data/test-00000-of-00001.parquet", "data/train-00000-of-00001.parquet"}
	if diff := cmp.Diff(want, fetched(t, dir)); diff != "" {
		t.Error(diff)
	}
	h.log = nil
	if _, err := c.fetch(t.Context(), Ref{ID: "owner/name", Revision: commit1}, parquetFiles(), nil); err != nil {
		t.Fatal(err)
	}
	if len(h.log) != 1 {
		t.Errorf("requests for a pattern in the cache: %v", h.log)
	}

	t.Setenv("HF_HUB_OFFLINE", "1")
	h.log = nil
	again, err := newTestClient(t).fetch(t.Context(), testRef, parquetFiles(), nil)
	if err != nil || again != dir || len(h.log) > 0 {
		t.Errorf("offline: %s, %v, requests %v", again, err, h.log)
	}
	_, err = newTestClient(t).fetch(t.Context(), testRef, []File{{Name: "data/*.json", Pattern: true}}, nil)
	testkit.Refused(t, "a pattern that nothing cached matches", err, "HF_HUB_OFFLINE is set", "lacks data/*.json")
}

func TestPatternThatMatchesNothing(t *testing.T) {
	h := newFakeHub(t, datasetRepo())
	c := h.connect(t)
	_, err := c.fetch(t.Context(), testRef, []File{{Name: "data/*.json", Pattern: true}}, nil)
	testkit.Refused(t, "a pattern that nothing matches", err, "owner/name@main", "no file of the repository matches data/*.json", "data/notes.csv")
	dir, err := c.fetch(t.Context(), testRef, []File{{Name: "data/*.json", Pattern: true, Optional: true}, {Name: "README.md"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"README.md"}, fetched(t, dir)); diff != "" {
		t.Error(diff)
	}
	for _, pattern := range []string{"*/train.parquet", "data/[", "../*.parquet"} {
		if _, err := c.fetch(t.Context(), testRef, []File{{Name: pattern, Pattern: true}}, nil); err == nil {
			t.Errorf("%s is taken", pattern)
		}
	}
}

// Where the Hub cannot be reached, a snapshot that has matches is pointed to.
func TestPatternWithoutTheHub(t *testing.T) {
	h := newFakeHub(t, datasetRepo())
	c := h.connect(t)
	if _, err := c.fetch(t.Context(), testRef, parquetFiles(), nil); err != nil {
		t.Fatal(err)
	}
	h.onAPI = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}
	_, err := c.fetch(t.Context(), testRef, parquetFiles(), nil)
	testkit.Refused(t, "a Hub that is down", err, "HF_HUB_OFFLINE=1 would use the cached commit "+commit1)
}
