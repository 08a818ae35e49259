package base

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

const tiny = "../classifier/testdata/tiny"

func TestResolve(t *testing.T) {
	home := t.TempDir()
	t.Setenv(checkout.HomeEnv, home)
	for _, resolve := range []func(name string) (string, error){
		func(name string) (string, error) { return Resolve(t.Context(), name, nil) },
		func(name string) (string, error) { return ResolveTokenizer(t.Context(), name, nil) },
	} {
		_, err := resolve(checkout.BundledBase)
		testkit.Refused(t, "without set-up", err, checkout.BaseDir(home), "make build", "--base")
		missing := filepath.Join(home, "missing")
		_, err = resolve(missing)
		testkit.Refused(t, "a missing folder", err, missing, checkout.BundledBase, "hub:owner/name@revision")
		_, err = resolve("hub:owner/name/nonsense")
		testkit.Refused(t, "a reference that is none", err, "nonsense")
		if got, err := resolve(home); err != nil || got != home {
			t.Errorf("the folder %s is %q (%v)", home, got, err)
		}
	}
	if Installed(checkout.BundledBase) || !Installed(tiny) || !Installed("hub:owner/name") {
		t.Error("before the set-up all but the bundled base need none")
	}
	want := checkout.BaseDir(home)
	if err := os.MkdirAll(want, 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := Resolve(t.Context(), checkout.BundledBase, nil); err != nil || got != want || !Installed(checkout.BundledBase) {
		t.Errorf("after the set-up the bundled base is %q (%v), want %q", got, err, want)
	}
}

// fakeHub serves the given files as owner/name. asked says which were.
func fakeHub(t *testing.T, files map[string]string) (asked func() []string) {
	t.Helper()
	var mu sync.Mutex
	var names []string
	commit := strings.Repeat("1", 40)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/models/owner/name/") {
			var siblings []map[string]any
			for name, content := range files {
				siblings = append(siblings, map[string]any{"rfilename": name, "size": len(content), "blobId": blobID(content)})
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"id": "owner/name", "sha": commit, "siblings": siblings})
			return
		}
		name := strings.TrimPrefix(r.URL.Path, "/owner/name/resolve/"+commit+"/")
		if r.Method == http.MethodGet {
			mu.Lock()
			names = append(names, name)
			mu.Unlock()
		}
		w.Header().Set("ETag", `"`+blobID(files[name])+`"`)
		w.Header().Set("X-Repo-Commit", commit)
		fmt.Fprint(w, files[name])
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{"HF_ENDPOINT": server.URL, "HF_HOME": t.TempDir(), "HF_HUB_OFFLINE": "", "HF_TOKEN": ""} {
		t.Setenv(name, value)
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return names
	}
}

// blobID is git's hash of a file.
func blobID(content string) string {
	sum := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(content), content))
	return hex.EncodeToString(sum[:])
}

func TestATokenizerNeedsNoWeights(t *testing.T) {
	asked := fakeHub(t, map[string]string{"config.json": "{}", "vocab.txt": "[PAD]", weightsFile: "the weights"})
	arrived := 0
	progress := func(_ string, done, total int64) {
		if done == total {
			arrived++
		}
	}
	dir, err := ResolveTokenizer(t.Context(), "hub:owner/name@main", progress)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(asked(), weightsFile) || !slices.Contains(testkit.Entries(t, dir), "vocab.txt") || arrived != 2 {
		t.Errorf("asked for %q, %d files arrived, the folder holds %q", asked(), arrived, testkit.Entries(t, dir))
	}
	again, err := Resolve(t.Context(), "hub:owner/name@main", progress)
	if err != nil || again != dir || arrived != 3 || testkit.ReadFile(t, dir, weightsFile) != "the weights" {
		t.Errorf("with the weights it is %s (%v), %d files arrived", again, err, arrived)
	}
}

// hashes are those of a folder and of its tokenizer.
func hashes(t *testing.T, dir string) (whole, tokenizer string) {
	t.Helper()
	whole, err := Hash(dir)
	if err != nil {
		t.Fatal(err)
	}
	if tokenizer, err = TokenizerHash(dir); err != nil {
		t.Fatal(err)
	}
	return whole, tokenizer
}

func TestHashesFollowTheContent(t *testing.T) {
	whole, tokenizer := hashes(t, tiny)
	// Runs and audits are found again by these.
	const wantWhole, wantTokenizer = "3fd33d55343925663ee484a5af5d1298e5401ab32aa28ab8e344fd408b810a06", "907aea06011b1913392a3c3d22f0dfae4554591b58b29283d35e6a2bf81a3959"
	if whole != wantWhole || tokenizer != wantTokenizer {
		t.Errorf("the hashes are %s and %s, want %s and %s", whole, tokenizer, wantWhole, wantTokenizer)
	}
	copied := testkit.CopyFolder(t, tiny)
	testkit.WriteFile(t, filepath.Join(copied, "README.md"), "says nothing of what is computed")
	if w, k := hashes(t, copied); w != whole || k != tokenizer {
		t.Error("the same content in another place has other hashes")
	}
	for _, name := range append([]string{weightsFile}, definitions...) {
		changed := testkit.CopyFolder(t, tiny)
		content := ""
		if checkout.IsFile(filepath.Join(changed, name)) {
			content = testkit.ReadFile(t, changed, name)
		}
		testkit.WriteFile(t, filepath.Join(changed, name), content+" ")
		w, k := hashes(t, changed)
		if w == whole {
			t.Errorf("with another %s the folder's hash is the same", name)
		}
		if (k == tokenizer) != (name == weightsFile) {
			t.Errorf("with another %s the tokenizer's hash is the same: %t", name, k == tokenizer)
		}
	}
}

func TestAFolderThatCannotBeHashed(t *testing.T) {
	dir := testkit.CopyFolder(t, tiny)
	if err := os.Remove(filepath.Join(dir, "config.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "config.json"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Hash(dir)
	testkit.Refused(t, "a folder for a file", err, "config.json")
	_, err = TokenizerHash(dir)
	testkit.Refused(t, "a folder for a file", err, "config.json")
	// What is no folder is for the model's loader to refuse.
	file := testkit.WriteFile(t, filepath.Join(t.TempDir(), "file"), "")
	if _, err := Hash(file); err != nil {
		t.Error(err)
	}
}
