package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// TestMain lets the test binary stand in for another process that fetches.
func TestMain(m *testing.M) {
	files := os.Getenv("HUB_TEST_FETCH")
	if files == "" {
		os.Exit(m.Run())
	}
	dir, err := Fetch(context.Background(), testRef, want(strings.Split(files, ",")...), nil)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Print(dir)
}

func TestProcessesAtOnce(t *testing.T) {
	files := modelRepo()
	h := newFakeHub(t, files)
	c := h.connect(t)
	h.mu.Lock()
	h.onContent = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if n == 1 { // slow enough for the others to come upon the lock
			content := files["model.safetensors"].content
			w.Header().Set("Content-Length", fmt.Sprint(len(content)))
			_, _ = io.WriteString(w, content[:1000])
			w.(http.Flusher).Flush()
			waitFor(t, func() bool { h.mu.Lock(); defer h.mu.Unlock(); return h.apiCalls == 3 })
			_, _ = io.WriteString(w, content[1000:])
			return true
		}
		return false
	}
	h.mu.Unlock()
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), "HUB_TEST_FETCH=model.safetensors,config.json,tokenizer.json?")
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%v: %s", err, out)
				return
			}
			for _, name := range []string{"model.safetensors", "config.json"} {
				if got, err := os.ReadFile(string(out) + "/" + name); err != nil || string(got) != files[name].content {
					t.Errorf("%s: %d bytes, %v", name, len(got), err)
				}
			}
		})
	}
	group.Wait()
	if h.contentCalls != 2 {
		t.Errorf("%d downloads of 2 files", h.contentCalls)
	}
	wantBlobs(t, c, files["model.safetensors"].etag(), files["config.json"].etag())
}

// waitFor polls until the condition holds or the test ends.
func waitFor(t *testing.T, condition func() bool) {
	for !condition() && t.Context().Err() == nil {
		time.Sleep(5 * time.Millisecond)
	}
}

func TestCancelWhileAnotherProcessWrites(t *testing.T) {
	_, c, _ := weightsHub(t, fakeFile{content: "weights"})
	etag := fakeFile{content: "weights", lfs: true}.etag()
	unlock, err := c.cache(testRef).lock(t.Context(), etag)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { time.Sleep(5 * time.Millisecond); cancel() }()
	b := blob{name: "model.safetensors", etag: etag, size: 7}
	err = c.download(ctx, c.cache(testRef), commit1, b, func(int64, int64) {})
	testkit.Refused(t, "a wait for another process", err, "stopped while another process was writing it")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v is not context.Canceled", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if got, err := fetchWeights(t, c); err != nil || got != "weights" {
		t.Errorf("%q, %v", got, err)
	}
}
