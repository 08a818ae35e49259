package hub

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func modelRepo() map[string]fakeFile {
	return map[string]fakeFile{
		"config.json":       {content: `{"model_type": "distilbert"}`},
		"model.safetensors": {content: randomText(700_000), lfs: true},
		"vocab.txt":         {content: "[PAD]\n[UNK]\n"},
		"onnx/model.onnx":   {content: randomText(1000), lfs: true},
		"empty.txt":         {content: ""},
	}
}

func TestFetchWritesPythonsLayout(t *testing.T) {
	h := newFakeHub(t, modelRepo())
	c := h.connect(t)
	last := map[string][2]int64{}
	progress := func(file string, done, total int64) {
		if done < last[file][0] || (total >= 0 && done > total) {
			t.Errorf("progress of %s went from %d to %d of %d", file, last[file][0], done, total)
		}
		last[file] = [2]int64{done, total}
	}
	files := append(ModelFiles(), want("onnx/model.onnx", "empty.txt")...)
	dir, err := c.fetch(t.Context(), testRef, files, progress)
	if err != nil {
		t.Fatal(err)
	}
	repo := filepath.Join(os.Getenv("HF_HOME"), "hub", "models--owner--name")
	if want := filepath.Join(repo, "snapshots", commit1); dir != want {
		t.Errorf("dir is %s, not %s", dir, want)
	}
	if got := testkit.ReadFile(t, repo, "refs", "main"); got != commit1 {
		t.Errorf("refs/main holds %q", got)
	}
	var blobs []string
	for name, f := range h.commits[commit1] {
		if got := testkit.ReadFile(t, dir, name); got != f.content {
			t.Errorf("%s holds other content (%d bytes)", name, len(got))
		}
		up := "../../blobs/"
		if filepath.Dir(name) != "." {
			up = "../" + up
		}
		if target, err := os.Readlink(filepath.Join(dir, name)); err != nil || target != up+f.etag() {
			t.Errorf("%s links to %q (%v)", name, target, err)
		}
		blobs = append(blobs, f.etag())
		size := int64(len(f.content))
		if last[name] != [2]int64{size, size} {
			t.Errorf("progress of %s ended at %v", name, last[name])
		}
	}
	wantBlobs(t, c, blobs...)
	for _, name := range []string{"tokenizer.json", "tokenizer_config.json"} {
		if got := testkit.ReadFile(t, repo, ".no_exist", commit1, name); got != "" {
			t.Errorf(".no_exist/%s holds %q", name, got)
		}
	}
	for _, gone := range []string{"info", "models--owner--name"} {
		if _, err := os.Stat(filepath.Join(repo, gone)); err == nil {
			t.Errorf("%s has no place in the cache", gone)
		}
	}
}

func TestFetchDataset(t *testing.T) {
	h := newFakeHub(t, map[string]fakeFile{"data/train-0.parquet": {content: randomText(100), lfs: true}})
	h.api, h.web = "datasets/owner/name", "datasets/owner/name"
	c := h.connect(t)
	dir, err := c.fetch(t.Context(), Ref{ID: "owner/name", Dataset: true}, want("data/train-0.parquet"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(c.cacheDir, "datasets--owner--name", "snapshots", commit1); dir != want {
		t.Errorf("dir is %s, not %s", dir, want)
	}
}

func TestCommitInCacheCostsNoRequest(t *testing.T) {
	h := newFakeHub(t, modelRepo())
	c := h.connect(t)
	ref := Ref{ID: "owner/name", Revision: commit1}
	dir, err := c.fetch(t.Context(), ref, ModelFiles(), nil)
	if err != nil {
		t.Fatal(err)
	}
	h.log = nil
	again, err := c.fetch(t.Context(), ref, ModelFiles(), nil)
	if err != nil || again != dir {
		t.Errorf("got %s, %v", again, err)
	}
	if len(h.log) > 0 {
		t.Errorf("requests: %v", h.log)
	}
	if _, err := os.Stat(filepath.Join(c.cache(ref).dir, "refs")); err == nil {
		t.Error("a commit was noted as a branch")
	}
}

func TestBranchInCacheCostsOneRequest(t *testing.T) {
	for _, bare := range []bool{false, true} {
		h := newFakeHub(t, modelRepo())
		h.bare = bare
		c := h.connect(t)
		if _, err := c.fetch(t.Context(), testRef, ModelFiles(), nil); err != nil {
			t.Fatal(err)
		}
		h.log = nil
		if _, err := c.fetch(t.Context(), testRef, ModelFiles(), nil); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"GET /api/models/owner/name/revision/main"}, h.log); diff != "" {
			t.Errorf("bare %v: %s", bare, diff)
		}
	}
}

func TestBranchThatMoved(t *testing.T) {
	h := newFakeHub(t, modelRepo())
	c := h.connect(t)
	files := want("config.json", "model.safetensors")
	old, err := c.fetch(t.Context(), testRef, files, nil)
	if err != nil {
		t.Fatal(err)
	}
	moved := modelRepo()
	moved["config.json"] = fakeFile{content: "{}"}
	h.commits[commit2] = moved
	h.revs["main"] = commit2
	h.contentCalls = 0
	dir, err := c.fetch(t.Context(), testRef, files, nil)
	if err != nil {
		t.Fatal(err)
	}
	if testkit.ReadFile(t, dir, "config.json") != "{}" || testkit.ReadFile(t, old, "config.json") == "{}" {
		t.Error("the snapshots are not apart")
	}
	if testkit.ReadFile(t, dir, "model.safetensors") != moved["model.safetensors"].content || h.contentCalls != 1 {
		t.Errorf("%d downloads for one changed file", h.contentCalls)
	}
	if got := c.cache(testRef).commit("main"); got != commit2 {
		t.Errorf("refs/main holds %s", got)
	}
}

// A branch that moved must keep meaning the old snapshot, which is whole, while the new one is not.
func TestInterruptedUpdateKeepsTheRef(t *testing.T) {
	h := newFakeHub(t, modelRepo())
	c := h.connect(t)
	files := want("config.json")
	if _, err := c.fetch(t.Context(), testRef, files, nil); err != nil {
		t.Fatal(err)
	}
	h.commits[commit2] = map[string]fakeFile{"config.json": {content: "{}", hash: commit1}}
	h.revs["main"] = commit2
	_, err := c.fetch(t.Context(), testRef, files, nil)
	testkit.Refused(t, "a file of other content", err, "owner/name@main", "config.json", "git SHA-1")
	if got := c.cache(testRef).commit("main"); got != commit1 {
		t.Errorf("refs/main holds %s", got)
	}
}

func TestBrokenCacheEntriesAreReplaced(t *testing.T) {
	h := newFakeHub(t, modelRepo())
	c := h.connect(t)
	weights := h.commits[commit1]["model.safetensors"]
	dir := c.cache(testRef)
	pointer := dir.pointer(commit1, "model.safetensors")
	for name, prepare := range map[string]func() error{
		"truncated blob":   func() error { return os.WriteFile(dir.blob(weights.etag()), []byte("short"), 0o644) },
		"link to nothing":  func() error { return os.Remove(dir.blob(weights.etag())) },
		"file for a link":  func() error { return os.WriteFile(pointer, []byte("short"), 0o644) },
		"link elsewhere":   func() error { return os.Symlink("/nonexistent", pointer) },
		"folder not there": func() error { return os.RemoveAll(filepath.Dir(pointer)) },
	} {
		if _, err := c.fetch(t.Context(), testRef, want("model.safetensors"), nil); err != nil {
			t.Fatal(err)
		}
		if name == "file for a link" || name == "link elsewhere" {
			if err := os.Remove(pointer); err != nil {
				t.Fatal(err)
			}
		}
		if err := prepare(); err != nil {
			t.Fatal(err)
		}
		if _, err := c.fetch(t.Context(), testRef, want("model.safetensors"), nil); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if testkit.ReadFile(t, pointer) != weights.content {
			t.Errorf("%s: not repaired", name)
		}
	}
}

// Mirrors that list names only are asked for each file's headers, of which the Hub's own count, not those of the store.
func TestListingWithoutHashes(t *testing.T) {
	h := newFakeHub(t, modelRepo())
	h.bare = true
	c := h.connect(t)
	dir, err := c.fetch(t.Context(), testRef, want("config.json", "model.safetensors"), nil)
	if err != nil {
		t.Fatal(err)
	}
	f := h.commits[commit1]
	wantBlobs(t, c, f["config.json"].etag(), f["model.safetensors"].etag())
	if testkit.ReadFile(t, dir, "model.safetensors") != f["model.safetensors"].content {
		t.Error("other content")
	}
	if !slices.Contains(h.log, "HEAD /owner/name/resolve/"+commit1+"/model.safetensors") {
		t.Errorf("requests: %v", h.log)
	}

	bad := map[string]fakeFile{"config.json": {content: "{}", hash: "../../escape"}}
	h = newFakeHub(t, bad)
	h.bare = true
	_, err = h.connect(t).fetch(t.Context(), testRef, want("config.json"), nil)
	testkit.Refused(t, "a file without a hash", err, "config.json", "gives no hash", "../../escape")
}

// A mirror may send ETags that are no hashes; then the size is what can be compared.
func TestETagThatIsNoHash(t *testing.T) {
	f := fakeFile{content: "some content", lfs: true, hash: "v1-abc"}
	h := newFakeHub(t, map[string]fakeFile{"some.bin": f})
	h.bare = true
	c := h.connect(t)
	dir, err := c.fetch(t.Context(), testRef, want("some.bin"), nil)
	if err != nil || testkit.ReadFile(t, dir, "some.bin") != f.content {
		t.Fatal(err)
	}
	wantBlobs(t, c, "v1-abc")

	h.commits[commit2] = map[string]fakeFile{"some.bin": {content: f.content, lfs: true, hash: "v2-abc", size: 5}}
	_, err = c.fetch(t.Context(), Ref{ID: "owner/name", Revision: commit2}, want("some.bin"), nil)
	testkit.Refused(t, "a file of another size", err, "some.bin: wrong size: expected 5 bytes, got 12 bytes")
}

func TestRenamedRepository(t *testing.T) {
	h := newFakeHub(t, modelRepo())
	handler := h.Config.Handler
	h.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/models/old/name/revision/main":
			http.Redirect(w, r, "/api/models/owner/name/revision/main?blobs=true", http.StatusTemporaryRedirect)
		case "/old/name/resolve/" + commit1 + "/config.json":
			http.Redirect(w, r, "/owner/name/resolve/"+commit1+"/config.json", http.StatusTemporaryRedirect)
		default:
			handler.ServeHTTP(w, r)
		}
	})
	h.token = "hf_secret"
	h.connect(t)
	t.Setenv("HF_TOKEN", "hf_secret")
	dir, err := newTestClient(t).fetch(t.Context(), Ref{ID: "old/name"}, want("config.json"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Base(filepath.Dir(filepath.Dir(dir))) != "models--old--name" {
		t.Errorf("dir is %s", dir)
	}
}

func TestRevisionWithSlash(t *testing.T) {
	h := newFakeHub(t, modelRepo())
	h.revs["refs/pr/1"] = commit1
	c := h.connect(t)
	if _, err := c.fetch(t.Context(), Ref{ID: "owner/name", Revision: "refs/pr/1"}, want("config.json"), nil); err != nil {
		t.Fatal(err)
	}
	if h.log[0] != "GET /api/models/owner/name/revision/refs%2Fpr%2F1" {
		t.Errorf("asked for %s", h.log[0])
	}
	if got := testkit.ReadFile(t, c.cacheDir, "models--owner--name", "refs", "refs", "pr", "1"); got != commit1 {
		t.Errorf("the ref holds %q", got)
	}
}

func TestFetchFromTheEnvironment(t *testing.T) {
	h := newFakeHub(t, modelRepo())
	h.connect(t)
	cacheDir := t.TempDir()
	t.Setenv("HF_HUB_CACHE", cacheDir)
	dir, err := Fetch(context.Background(), testRef, want("config.json", "vocab.txt"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(cacheDir, "models--owner--name", "snapshots", commit1); dir != want {
		t.Errorf("dir is %s, not %s", dir, want)
	}
}
