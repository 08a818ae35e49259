package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestRefusals(t *testing.T) {
	answer := func(status int, code, message string) func(*fakeHub) {
		return func(h *fakeHub) {
			h.onAPI = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				w.Header().Set("X-Error-Code", code)
				w.Header().Set("X-Error-Message", message)
				w.WriteHeader(status)
				return true
			}
		}
	}
	for name, test := range map[string]struct {
		set   func(*fakeHub)
		token string
		ref   string
		want  []string
	}{
		"no repository":       {nil, "", "nobody/nothing", []string{"no repository nobody/nothing", "HF_TOKEN", "--base DIR", "HTTP 404"}},
		"no data set":         {nil, "", "datasets/nobody/nothing", []string{"no repository nobody/nothing", "--data FILE", "HTTP 404"}},
		"no such, with token": {nil, "hf_secret", "nobody/nothing", []string{"the token from HF_TOKEN may not read it", "HTTP 404"}},
		"no revision":         {nil, "", "owner/name@v9", []string{`owner/name has no revision "v9"`}},
		"stranger":            {func(h *fakeHub) { h.token = "hf_right" }, "", "owner/name", []string{"no repository owner/name", "HF_TOKEN", "HTTP 401"}},
		"wrong token": {
			func(h *fakeHub) { h.token = "hf_right" }, "hf_secret", "owner/name",
			[]string{"the token from HF_TOKEN is not accepted", "HTTP 401", "Invalid username or password."},
		},
		"gated": {
			answer(401, "GatedRepo", "Access to model owner/name is restricted"), "", "owner/name",
			[]string{"accept its conditions at http://127.0.0.1", "/owner/name, then set HF_TOKEN", "is restricted"},
		},
		"forbidden": {answer(403, "", "no\n entry"), "hf_secret", "owner/name", []string{"access to owner/name is refused", "no entry", "HTTP 403"}},
		"no Hub": {
			func(h *fakeHub) {
				h.onAPI = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
					_, err := w.Write([]byte("<html>sign in</html>"))
					return err == nil
				}
			}, "", "owner/name", []string{"does not answer as the Hub does"},
		},
		"no commit": {
			func(h *fakeHub) {
				h.onAPI = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
					_, err := w.Write([]byte(`{"sha": "../../x", "siblings": []}`))
					return err == nil
				}
			}, "", "owner/name", []string{"does not answer as the Hub does", "../../x"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub(t, modelRepo())
			if test.set != nil {
				test.set(h)
			}
			h.connect(t)
			t.Setenv("HF_TOKEN", test.token)
			ref, err := ParseRef(test.ref)
			if err != nil {
				t.Fatal(err)
			}
			c := newTestClient(t)
			_, err = c.fetch(t.Context(), ref, want("config.json"), nil)
			testkit.Refused(t, name, err, append(test.want, ref.String())...)
			if strings.Contains(fmt.Sprint(err), "hf_secret") {
				t.Errorf("the token is in %q", err)
			}
			if _, err := os.Stat(c.cache(ref).dir); err == nil {
				t.Error("a failure left a folder in the cache")
			}
		})
	}
}

func TestMissingFiles(t *testing.T) {
	h := newFakeHub(t, modelRepo())
	c := h.connect(t)
	_, err := c.fetch(t.Context(), testRef, want("config.json", "pytorch_model.bin"), nil)
	testkit.Refused(t, "a file that the repository lacks", err, "owner/name@main: pytorch_model.bin: the repository has no such file", "model.safetensors", "vocab.txt")

	h.onContent = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.WriteHeader(http.StatusNotFound)
		return true
	}
	_, err = c.fetch(t.Context(), testRef, want("model.safetensors"), nil)
	testkit.Refused(t, "a file that the store lacks", err, "model.safetensors: it is listed but cannot be had", strings.TrimPrefix(h.store.URL, "http://"), "HTTP 404")
	if strings.Contains(fmt.Sprint(err), "Signature") {
		t.Errorf("a signed address is in %q", err)
	}

	h.onContent = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.WriteHeader(http.StatusForbidden)
		return true
	}
	_, err = c.fetch(t.Context(), testRef, want("model.safetensors"), nil)
	testkit.Refused(t, "a file that the store withholds", err, "model.safetensors: "+strings.TrimPrefix(h.store.URL, "http://")+" answered HTTP 403")
	if strings.Contains(fmt.Sprint(err), "HF_TOKEN") {
		t.Errorf("%q blames the token for what the store refused", err)
	}

	h.store.Close()
	_, err = c.fetch(t.Context(), testRef, want("model.safetensors"), nil)
	testkit.Refused(t, "a store that is down", err, "model.safetensors: incomplete after 0 of 700000 bytes", "connection refused")
	if strings.Contains(fmt.Sprint(err), "Signature") {
		t.Errorf("a signed address is in %q", err)
	}

	for _, bad := range []string{"../x", "a/../../x", "/etc/passwd", `a\b`, "", "a//b", "./x", ".."} {
		_, err := c.fetch(t.Context(), testRef, []File{{Name: bad}}, nil)
		testkit.Refused(t, bad, err, "is not a file name in a repository")
	}
	_, err = c.fetch(t.Context(), testRef, nil, nil)
	testkit.Refused(t, "no files", err, "no files")
}

func TestUnreachable(t *testing.T) {
	h := newFakeHub(t, modelRepo())
	c := h.connect(t)
	files := want("config.json", "tokenizer.json?")
	if _, err := c.fetch(t.Context(), testRef, files, nil); err != nil {
		t.Fatal(err)
	}
	h.Close()
	_, err := c.fetch(t.Context(), testRef, files, nil)
	testkit.Refused(t, "a Hub that is down", err, "owner/name@main", "cannot reach "+h.URL, "connection refused", "HF_HUB_OFFLINE=1 would use the cached commit "+commit1)
	_, err = c.fetch(t.Context(), testRef, want("config.json", "vocab.txt"), nil)
	testkit.Refused(t, "a Hub that is down and a file that is not cached", err, "cannot reach "+h.URL, "--base DIR")
	if strings.Contains(fmt.Sprint(err), "OFFLINE") {
		t.Errorf("%q promises what the cache cannot do", err)
	}
}

func TestCancelWhileListing(t *testing.T) {
	h := newFakeHub(t, modelRepo())
	c := h.connect(t)
	ctx, cancel := context.WithCancel(t.Context())
	h.onAPI = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		cancel()
		<-r.Context().Done()
		return true
	}
	_, err := c.fetch(ctx, testRef, want("config.json"), nil)
	testkit.Refused(t, "a cancelled listing", err, "owner/name@main: stopped")
	if !errors.Is(err, context.Canceled) || h.apiCalls != 1 {
		t.Errorf("%v after %d requests", err, h.apiCalls)
	}
}

func TestUnwritableCache(t *testing.T) {
	h := newFakeHub(t, modelRepo())
	h.connect(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HF_HUB_CACHE", file)
	_, err := newTestClient(t).fetch(t.Context(), testRef, want("config.json"), nil)
	testkit.Refused(t, "a cache that cannot be written", err, "owner/name@main: config.json: ", file, "not a directory")
}

func TestOffline(t *testing.T) {
	h := newFakeHub(t, modelRepo())
	c := h.connect(t)
	dir, err := c.fetch(t.Context(), testRef, want("config.json", "vocab.txt"), nil)
	if err != nil {
		t.Fatal(err)
	}
	h.log = nil
	for _, name := range []string{"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"} {
		for _, rev := range []string{"", "main", commit1} {
			t.Setenv(name, "true")
			got, err := newTestClient(t).fetch(t.Context(), Ref{ID: "owner/name", Revision: rev}, want("config.json", "tokenizer.json?"), nil)
			if err != nil || got != dir {
				t.Errorf("%s, revision %q: %s, %v", name, rev, got, err)
			}
			t.Setenv(name, "")
		}
	}
	t.Setenv("HF_HUB_OFFLINE", "1")
	c = newTestClient(t)
	_, err = c.fetch(t.Context(), testRef, ModelFiles(), nil)
	testkit.Refused(t, "a file that is not cached", err, "HF_HUB_OFFLINE is set", dir+" lacks model.safetensors")
	_, err = c.fetch(t.Context(), Ref{ID: "owner/name", Revision: commit2}, want("config.json", "vocab.txt"), nil)
	testkit.Refused(t, "a commit that is not cached", err, commit2, "lacks config.json, vocab.txt")
	_, err = c.fetch(t.Context(), Ref{ID: "owner/other"}, ModelFiles(), nil)
	testkit.Refused(t, "a repository that is not cached", err, "owner/other@main", "HF_HUB_OFFLINE is set", `no commit for "main"`)
	if _, err := os.Stat(filepath.Join(c.cacheDir, "models--owner--other")); err == nil {
		t.Error("looking made a folder in the cache")
	}
	if len(h.log) > 0 {
		t.Errorf("requests: %v", h.log)
	}
}
