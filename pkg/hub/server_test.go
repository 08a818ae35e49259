package hub

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	commit1 = "1111111111111111111111111111111111111111"
	commit2 = "2222222222222222222222222222222222222222"
)

// fakeFile is one file of a fake repository. LFS files are served by the store behind a redirect, as on the Hub.
type fakeFile struct {
	content string
	lfs     bool
	hash    string // announced instead of the true one
	size    int64  // announced instead of the true one
}

func (f fakeFile) etag() string {
	if f.hash != "" {
		return f.hash
	}
	if f.lfs {
		sum := sha256.Sum256([]byte(f.content))
		return hex.EncodeToString(sum[:])
	}
	sum := sha1.Sum([]byte(fmt.Sprintf("blob %d\x00%s", len(f.content), f.content)))
	return hex.EncodeToString(sum[:])
}

func (f fakeFile) length() int64 {
	if f.size != 0 {
		return f.size
	}
	return int64(len(f.content))
}

// fakeHub speaks the part of the Hub's protocol that the package uses. The store is a second server, on another port.
type fakeHub struct {
	*httptest.Server
	store *httptest.Server

	mu       sync.Mutex
	api      string // path of the repository below /api/
	web      string // path of the repository below /
	revs     map[string]string
	commits  map[string]map[string]fakeFile
	bare     bool   // the listing gives names only
	token    string // demanded if not empty
	log      []string
	ranges   []string
	storeHit int

	// Each may answer in place of the server; n counts the calls from 1.
	onAPI, onContent func(w http.ResponseWriter, r *http.Request, n int) bool
	apiCalls         int
	contentCalls     int
}

func newFakeHub(t *testing.T, files map[string]fakeFile) *fakeHub {
	h := &fakeHub{
		api: "models/owner/name", web: "owner/name",
		revs:    map[string]string{"main": commit1},
		commits: map[string]map[string]fakeFile{commit1: files},
	}
	// The lock orders these writes before the requests of other processes.
	h.mu.Lock()
	defer h.mu.Unlock()
	h.Server = httptest.NewServer(http.HandlerFunc(h.serve))
	h.store = httptest.NewServer(http.HandlerFunc(h.serveStore))
	t.Cleanup(h.Close)
	t.Cleanup(h.store.Close)
	return h
}

func (h *fakeHub) serve(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.log = append(h.log, r.Method+" "+r.URL.EscapedPath())
	h.mu.Unlock()
	if h.token != "" && r.Header.Get("Authorization") != "Bearer "+h.token {
		w.Header().Set("X-Error-Message", "Invalid username or password.")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if rev, ok := strings.CutPrefix(r.URL.EscapedPath(), "/api/"+h.api+"/revision/"); ok {
		h.serveListing(w, r, rev)
		return
	}
	if rest, ok := strings.CutPrefix(r.URL.Path, "/"+h.web+"/resolve/"); ok {
		commit, name, _ := strings.Cut(rest, "/")
		h.serveResolve(w, r, commit, name)
		return
	}
	w.Header().Set("X-Error-Code", "RepoNotFound")
	w.WriteHeader(http.StatusNotFound)
}

func (h *fakeHub) serveListing(w http.ResponseWriter, r *http.Request, rev string) {
	h.mu.Lock()
	h.apiCalls++
	n := h.apiCalls
	h.mu.Unlock()
	if h.onAPI != nil && h.onAPI(w, r, n) {
		return
	}
	rev, _ = url.PathUnescape(rev)
	commit := rev
	if c, ok := h.revs[rev]; ok {
		commit = c
	}
	files, ok := h.commits[commit]
	if !ok {
		w.Header().Set("X-Error-Code", "RevisionNotFound")
		w.Header().Set("X-Error-Message", "Invalid rev id: "+rev)
		w.WriteHeader(http.StatusNotFound)
		return
	}
	siblings := []map[string]any{{"rfilename": ".gitattributes", "size": 10, "blobId": strings.Repeat("a", 40)}}
	for name, f := range files {
		s := map[string]any{"rfilename": name}
		if !h.bare {
			s["size"], s["blobId"] = f.length(), f.etag()
			if f.lfs {
				s["blobId"] = strings.Repeat("b", 40)
				s["lfs"] = map[string]any{"sha256": f.etag(), "size": f.length(), "pointerSize": 135}
			}
		}
		siblings = append(siblings, s)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"id": h.web, "sha": commit, "siblings": siblings,
		"cardData": map[string]any{"license": []string{"mit", "apache-2.0"}},
	})
}

func (h *fakeHub) serveResolve(w http.ResponseWriter, r *http.Request, commit, name string) {
	if c, ok := h.revs[commit]; ok {
		commit = c
	}
	f, ok := h.commits[commit][name]
	if !ok {
		w.Header().Set("X-Error-Code", "EntryNotFound")
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("X-Repo-Commit", commit)
	if f.lfs {
		w.Header().Set("X-Linked-Etag", strconv.Quote(f.etag()))
		w.Header().Set("X-Linked-Size", strconv.FormatInt(f.length(), 10))
		http.Redirect(w, r, h.store.URL+"/"+commit+"/"+name+"?Signature=secret", http.StatusFound)
		return
	}
	w.Header().Set("ETag", strconv.Quote(f.etag()))
	h.serveContent(w, r, f)
}

func (h *fakeHub) serveStore(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.storeHit++
	h.mu.Unlock()
	if r.Header.Get("Authorization") != "" {
		http.Error(w, "the token was sent to another host", http.StatusTeapot)
		return
	}
	commit, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	w.Header().Set("ETag", `"an-etag-of-the-store"`)
	h.serveContent(w, r, h.commits[commit][name])
}

func (h *fakeHub) serveContent(w http.ResponseWriter, r *http.Request, f fakeFile) {
	if r.Header.Get("Accept-Encoding") != "identity" {
		w.WriteHeader(http.StatusNotAcceptable)
		return
	}
	if r.Method == http.MethodGet {
		h.mu.Lock()
		h.contentCalls++
		n := h.contentCalls
		h.ranges = append(h.ranges, r.Header.Get("Range"))
		h.mu.Unlock()
		if h.onContent != nil && h.onContent(w, r, n) {
			return
		}
	}
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(f.content))
}

// dropAfter answers like a server whose connection breaks after the first k bytes of what was asked for.
func dropAfter(w http.ResponseWriter, r *http.Request, content string, k int) {
	at := rangeStart(r)
	rest := content[at:]
	w.Header().Set("Content-Length", strconv.Itoa(len(rest)))
	if at > 0 {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", at, len(content)-1, len(content)))
		w.WriteHeader(http.StatusPartialContent)
	}
	_, _ = io.WriteString(w, rest[:min(k, len(rest))])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func rangeStart(r *http.Request) int {
	var at int
	_, _ = fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &at)
	return at
}

// connect points the environment at the fake Hub and an empty cache, and gives a client that does not wait.
func (h *fakeHub) connect(t *testing.T) *client {
	t.Helper()
	cleanEnv(t)
	t.Setenv("HF_ENDPOINT", h.URL)
	return newTestClient(t)
}

func cleanEnv(t *testing.T) {
	t.Helper()
	for _, name := range []string{
		"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME",
		"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "HF_ENDPOINT",
		"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy",
	} {
		t.Setenv(name, "")
	}
	t.Setenv("HF_HOME", t.TempDir())
}

func newTestClient(t *testing.T) *client {
	t.Helper()
	c, err := newClient()
	if err != nil {
		t.Fatal(err)
	}
	c.backoff = time.Microsecond
	t.Cleanup(c.http.CloseIdleConnections)
	return c
}

var testRef = Ref{ID: "owner/name"}

func want(names ...string) []File {
	var files []File
	for _, n := range names {
		name, optional := strings.CutSuffix(n, "?")
		files = append(files, File{Name: name, Optional: optional})
	}
	return files
}

// randomText is n bytes that no server compresses and no offset repeats.
func randomText(n int) string {
	r := rand.NewChaCha8([32]byte{byte(n)})
	b := make([]byte, n)
	_, _ = r.Read(b)
	return string(b)
}

// wantBlobs checks that blobs/ holds exactly these names.
func wantBlobs(t *testing.T, c *client, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(c.cache(testRef).blob(""))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, e := range entries {
		got[e.Name()] = true
	}
	for _, n := range names {
		if !got[n] {
			t.Errorf("blobs/ lacks %s", n)
		}
		delete(got, n)
	}
	for n := range got {
		t.Errorf("blobs/ holds %s", n)
	}
}
