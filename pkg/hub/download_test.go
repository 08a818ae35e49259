package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// weightsHub holds one LFS file.
func weightsHub(t *testing.T, f fakeFile) (*fakeHub, *client, string) {
	f.lfs = true
	h := newFakeHub(t, map[string]fakeFile{"model.safetensors": f})
	c := h.connect(t)
	return h, c, c.cache(testRef).blob(f.etag()) + ".incomplete"
}

func fetchWeights(t *testing.T, c *client) (string, error) {
	t.Helper()
	dir, err := c.fetch(t.Context(), testRef, want("model.safetensors"), nil)
	if err != nil {
		return "", err
	}
	return testkit.ReadFile(t, dir, "model.safetensors"), nil
}

func TestDroppedConnectionIsResumed(t *testing.T) {
	content := randomText(300_000)
	h, c, _ := weightsHub(t, fakeFile{content: content})
	h.onContent = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if n <= 3 {
			dropAfter(w, r, content, 70_000)
		}
		return false
	}
	got, err := fetchWeights(t, c)
	if err != nil || got != content {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	want := []string{"", "bytes=70000-", "bytes=140000-", "bytes=210000-"}
	if diff := cmp.Diff(want, h.ranges); diff != "" {
		t.Error(diff)
	}
	wantBlobs(t, c, h.commits[commit1]["model.safetensors"].etag())
}

func TestLaterProcessResumes(t *testing.T) {
	content := randomText(300_000)
	h, c, part := weightsHub(t, fakeFile{content: content})
	h.onContent = func(w http.ResponseWriter, r *http.Request, n int) bool {
		dropAfter(w, r, content, 10_000)
		return true
	}
	_, err := fetchWeights(t, c)
	testkit.Refused(t, "a connection that keeps breaking", err, "owner/name@main: model.safetensors", "50000 of 300000 bytes", "gave up after 5 attempts", "the next call goes on")
	if got := testkit.ReadFile(t, part); got != content[:50_000] {
		t.Fatalf("the part holds %d bytes", len(got))
	}
	if _, err := os.Lstat(c.cache(testRef).pointer(commit1, "model.safetensors")); err == nil {
		t.Error("the snapshot shows a file that is not whole")
	}

	h.onContent, h.ranges = nil, nil
	var first int64 = -1
	dir, err := newTestClient(t).fetch(t.Context(), testRef, want("model.safetensors"), func(_ string, done, _ int64) {
		if first < 0 {
			first = done
		}
	})
	if err != nil || testkit.ReadFile(t, dir, "model.safetensors") != content {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"bytes=50000-"}, h.ranges); diff != "" {
		t.Error(diff)
	}
	if first != 50_000 {
		t.Errorf("progress began at %d", first)
	}
	if size(part) >= 0 {
		t.Error("the part was left behind")
	}
}

// Many short connections are fine as long as each brings a good deal.
func TestProgressResetsTheAttempts(t *testing.T) {
	content := randomText(9 << 20)
	h, c, _ := weightsHub(t, fakeFile{content: content})
	h.onContent = func(w http.ResponseWriter, r *http.Request, n int) bool {
		dropAfter(w, r, content, leastAdvance)
		return true
	}
	got, err := fetchWeights(t, c)
	if err != nil || got != content {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if h.contentCalls != 9 {
		t.Errorf("%d connections", h.contentCalls)
	}
}

func TestServersThatHandleRangesBadly(t *testing.T) {
	content := randomText(200_000)
	whole := func(w http.ResponseWriter) { _, _ = io.WriteString(w, content) }
	for name, answer := range map[string]func(w http.ResponseWriter, r *http.Request){
		"ignores the range": func(w http.ResponseWriter, r *http.Request) { whole(w) },
		"another part": func(w http.ResponseWriter, r *http.Request) {
			if rangeStart(r) == 0 {
				whole(w)
				return
			}
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 7-%d/%d", len(content)-1, len(content)))
			w.WriteHeader(http.StatusPartialContent)
			_, _ = io.WriteString(w, content[7:])
		},
		"no Content-Range": func(w http.ResponseWriter, r *http.Request) {
			if rangeStart(r) == 0 {
				whole(w)
				return
			}
			w.WriteHeader(http.StatusPartialContent)
		},
		"refuses the range": func(w http.ResponseWriter, r *http.Request) {
			if rangeStart(r) == 0 {
				whole(w)
				return
			}
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		},
		"no total": func(w http.ResponseWriter, r *http.Request) {
			at := rangeStart(r)
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/*", at, len(content)-1))
			w.WriteHeader(http.StatusPartialContent)
			_, _ = io.WriteString(w, content[at:])
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, c, _ := weightsHub(t, fakeFile{content: content})
			h.onContent = func(w http.ResponseWriter, r *http.Request, n int) bool {
				if n == 1 {
					dropAfter(w, r, content, 80_000)
				}
				answer(w, r)
				return true
			}
			got, err := fetchWeights(t, c)
			if err != nil || got != content {
				t.Fatalf("%d bytes, %v", len(got), err)
			}
			if h.ranges[1] != "bytes=80000-" {
				t.Errorf("ranges: %v", h.ranges)
			}
		})
	}
}

func TestWrongHash(t *testing.T) {
	for name, f := range map[string]fakeFile{
		"SHA-256":   {content: randomText(1000), lfs: true, hash: strings.Repeat("c", 64)},
		"git SHA-1": {content: randomText(1000), hash: strings.Repeat("d", 40)},
	} {
		h := newFakeHub(t, map[string]fakeFile{"some.bin": f})
		c := h.connect(t)
		_, err := c.fetch(t.Context(), testRef, want("some.bin"), nil)
		truth := f
		truth.hash = ""
		testkit.Refused(t, name, err, "owner/name@main: some.bin: wrong "+name, "expected "+f.hash, "got "+truth.etag())
		wantBlobs(t, c)
		if h.contentCalls != 1 {
			t.Errorf("%s: %d downloads", name, h.contentCalls)
		}
		if size(c.cache(testRef).pointer(commit1, "some.bin")) >= 0 {
			t.Errorf("%s: the file reached the snapshot", name)
		}
	}
}

// A part that an earlier process left in a bad state must not make the download fail for ever.
func TestBadPart(t *testing.T) {
	content := randomText(200_000)
	for name, bad := range map[string]string{
		"other content": strings.Repeat("x", 1000),
		"whole length":  strings.Repeat("x", len(content)),
		"too long":      content + "x",
	} {
		h, c, part := weightsHub(t, fakeFile{content: content})
		if err := os.MkdirAll(filepath.Dir(part), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(part, []byte(bad), 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := fetchWeights(t, c)
		if err != nil || got != content {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if last := h.ranges[len(h.ranges)-1]; last != "" {
			t.Errorf("%s: the last download asked for %s", name, last)
		}
	}
}

func TestWrongSize(t *testing.T) {
	content := randomText(1000)
	chunked := func(w http.ResponseWriter, s string) {
		w.(http.Flusher).Flush() // no Content-Length from here on
		_, _ = io.WriteString(w, s)
	}
	for name, test := range map[string]struct {
		answer func(w http.ResponseWriter)
		want   []string
		calls  int
	}{
		"stated longer": {func(w http.ResponseWriter) { _, _ = io.WriteString(w, content+"x") }, []string{"expected 1000 bytes, got 1001 bytes"}, 1},
		"stated less":   {func(w http.ResponseWriter) { _, _ = io.WriteString(w, content[:999]) }, []string{"expected 1000 bytes, got 999 bytes"}, 1},
		"longer":        {func(w http.ResponseWriter) { chunked(w, content+"x") }, []string{"expected 1000 bytes, got more"}, 1},
		"shorter":       {func(w http.ResponseWriter) { chunked(w, content[:999]) }, []string{"999 of 1000 bytes", "unexpected EOF"}, blobAttempts},
	} {
		h, c, _ := weightsHub(t, fakeFile{content: content})
		h.onContent = func(w http.ResponseWriter, r *http.Request, n int) bool {
			if at := rangeStart(r); at > 0 {
				w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-999/1000", at))
				w.WriteHeader(http.StatusPartialContent)
				return true
			}
			test.answer(w)
			return true
		}
		_, err := fetchWeights(t, c)
		testkit.Refused(t, name, err, append(test.want, "model.safetensors")...)
		if h.contentCalls != test.calls {
			t.Errorf("%s: %d downloads", name, h.contentCalls)
		}
		if size(c.cache(testRef).pointer(commit1, "model.safetensors")) >= 0 {
			t.Errorf("%s: the file reached the snapshot", name)
		}
	}
}

func TestFullDisk(t *testing.T) {
	_, c, part := weightsHub(t, fakeFile{content: randomText(1000)})
	if err := os.MkdirAll(filepath.Dir(part), 0o755); err != nil {
		t.Fatal(err)
	}
	// The device behaves as a disk without space does.
	if err := os.Symlink("/dev/full", part); err != nil {
		t.Fatal(err)
	}
	_, err := fetchWeights(t, c)
	testkit.Refused(t, "a full disk", err, "owner/name@main: model.safetensors: the disk is full", "HF_HUB_CACHE", "of 1000 bytes")
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%v is not ENOSPC", err)
	}
}

func TestCancelKeepsThePart(t *testing.T) {
	content := randomText(600_000)
	h, c, part := weightsHub(t, fakeFile{content: content})
	ctx, cancel := context.WithCancel(t.Context())
	h.onContent = func(w http.ResponseWriter, r *http.Request, n int) bool {
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		_, _ = io.WriteString(w, content[:400_000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	}
	_, err := c.fetch(ctx, testRef, want("model.safetensors"), func(_ string, done, _ int64) {
		if done > 0 {
			cancel()
		}
	})
	testkit.Refused(t, "a cancelled download", err, "model.safetensors: stopped after", "of 600000 bytes", "the next call goes on")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v is not context.Canceled", err)
	}
	kept := size(part)
	if kept < reportEvery || testkit.ReadFile(t, part) != content[:kept] {
		t.Fatalf("the part holds %d bytes", kept)
	}
	h.onContent, h.ranges = nil, nil
	if got, err := fetchWeights(t, c); err != nil || got != content {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if want := fmt.Sprintf("bytes=%d-", kept); h.ranges[0] != want {
		t.Errorf("asked for %s, not %s", h.ranges[0], want)
	}
}

func TestSilentServer(t *testing.T) {
	content := randomText(200_000)
	h, c, _ := weightsHub(t, fakeFile{content: content})
	c.stall = 30 * time.Millisecond
	h.onContent = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if n > 1 {
			return false
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		_, _ = io.WriteString(w, content[:90_000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	}
	got, err := fetchWeights(t, c)
	if err != nil || got != content {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if h.ranges[1] != "bytes=90000-" {
		t.Errorf("ranges: %v", h.ranges)
	}

	h.onAPI = func(w http.ResponseWriter, r *http.Request, n int) bool { <-r.Context().Done(); return true }
	_, err = c.fetch(t.Context(), Ref{ID: "owner/name", Revision: "other"}, want("model.safetensors"), nil)
	testkit.Refused(t, "a server that falls silent", err, "gave up after 3 attempts", "no data came for 30ms")
}

func TestBusyServer(t *testing.T) {
	content := randomText(1000)
	h, c, _ := weightsHub(t, fakeFile{content: content})
	h.onAPI = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if n == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return n == 1
	}
	h.onContent = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if n == 1 {
			w.WriteHeader(http.StatusTooManyRequests)
		}
		return n == 1
	}
	if got, err := fetchWeights(t, c); err != nil || got != content {
		t.Fatalf("%d bytes, %v", len(got), err)
	}

	h.onAPI = func(w http.ResponseWriter, r *http.Request, n int) bool {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}
	h.apiCalls = 0
	_, err := c.fetch(t.Context(), Ref{ID: "owner/name", Revision: "other"}, want("model.safetensors"), nil)
	testkit.Refused(t, "too many requests", err, "HTTP 429")
	if h.apiCalls != 1 {
		t.Errorf("%d requests to a server that asked for an hour", h.apiCalls)
	}
}
