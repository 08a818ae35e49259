package hub

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestTokenGoesToTheEndpointOnly(t *testing.T) {
	h := newFakeHub(t, modelRepo())
	h.token = "hf_secret" // the store refuses requests that carry it
	h.connect(t)
	t.Setenv("HF_TOKEN", " hf_secret\n")
	for _, h.bare = range []bool{false, true} {
		t.Setenv("HF_HUB_CACHE", t.TempDir())
		if _, err := newTestClient(t).fetch(t.Context(), testRef, want("config.json", "model.safetensors"), nil); err != nil {
			t.Fatal(err)
		}
	}
	if h.storeHit != 2 {
		t.Errorf("%d requests reached the store", h.storeHit)
	}
}

func TestTokenSources(t *testing.T) {
	cleanEnv(t)
	home := os.Getenv("HF_HOME")
	check := func(token, from string) {
		t.Helper()
		c := newTestClient(t)
		if c.token != token || c.tokenFrom != from {
			t.Errorf("got %q from %q, not %q from %q", c.token, c.tokenFrom, token, from)
		}
	}
	check("", "")
	file := filepath.Join(home, "token")
	if err := os.WriteFile(file, []byte("hf_file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	check("hf_file", file)
	other := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(other, []byte("hf_other"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HF_TOKEN_PATH", other)
	check("hf_other", other)
	t.Setenv("HUGGING_FACE_HUB_TOKEN", "hf_old")
	check("hf_old", "HUGGING_FACE_HUB_TOKEN")
	t.Setenv("HF_TOKEN", "hf_new")
	check("hf_new", "HF_TOKEN")
	t.Setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
	check("", "")
}

func TestCacheFolders(t *testing.T) {
	cleanEnv(t)
	t.Setenv("HOME", "/home/somebody")
	t.Setenv("HF_HOME", "")
	for _, step := range []struct{ name, value, want string }{
		{"HOME", "/home/somebody", "/home/somebody/.cache/huggingface/hub"},
		{"XDG_CACHE_HOME", "/xdg", "/xdg/huggingface/hub"},
		{"HF_HOME", "~/hf", "/home/somebody/hf/hub"},
		{"HUGGINGFACE_HUB_CACHE", "/old", "/old"},
		{"HF_HUB_CACHE", "$HOME/new", "/home/somebody/new"},
	} {
		t.Setenv(step.name, step.value)
		if c := newTestClient(t); c.cacheDir != step.want {
			t.Errorf("%s: %s, not %s", step.name, c.cacheDir, step.want)
		}
	}
}

func TestEndpoint(t *testing.T) {
	cleanEnv(t)
	if c := newTestClient(t); c.url("a") != "https://huggingface.co/a" {
		t.Errorf("the default is %s", c.url("a"))
	}
	t.Setenv("HF_ENDPOINT", "https://mirror.example/hub//")
	if c := newTestClient(t); c.url("a", "b/c", "d e") != "https://mirror.example/hub/a/b%2Fc/d%20e" {
		t.Errorf("got %s", c.url("a", "b/c", "d e"))
	}
	for _, bad := range []string{"mirror.example", "ftp://mirror.example", "http://", "http://a b"} {
		t.Setenv("HF_ENDPOINT", bad)
		_, err := newClient()
		testkit.Refused(t, bad, err, "HF_ENDPOINT", bad)
	}
}
