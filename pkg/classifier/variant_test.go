package classifier

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/weights"
)

// copyFolder copies a folder of testdata, with changes to its JSON configuration.
func copyFolder(t *testing.T, folder string, change func(config map[string]any)) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), folder)
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", folder))); err != nil {
		t.Fatal(err)
	}
	if change == nil {
		return dir
	}
	for _, name := range []string{"config.json", "adapter_config.json"} {
		path := filepath.Join(dir, name)
		raw, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		var config map[string]any
		if err := json.Unmarshal(raw, &config); err != nil {
			t.Fatal(err)
		}
		change(config)
		if raw, err = json.Marshal(config); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	raw, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, raw, 0o644); err != nil {
		t.Fatal(err)
	}
}

// rewrite changes the tensors of a safetensors file.
func rewrite(t *testing.T, path string, change func(tensors map[string]weights.Tensor)) {
	t.Helper()
	file, err := weights.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	tensors := make(map[string]weights.Tensor)
	for _, name := range file.Names() {
		if tensors[name], err = file.Tensor(name, nil); err != nil {
			t.Fatal(err)
		}
	}
	change(tensors)
	if err := weights.Write(path, tensors, nil); err != nil {
		t.Fatal(err)
	}
}

// withLabels copies one of the adapters and puts a labels.json with the given content beside it.
func withLabels(t *testing.T, folder, content string) string {
	t.Helper()
	dir := copyFolder(t, folder, nil)
	if err := os.WriteFile(filepath.Join(dir, "labels.json"), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// headless takes the head and the labels from a copy of tiny.
func headless(t *testing.T, labels bool) string {
	t.Helper()
	dir := copyFolder(t, "tiny", func(config map[string]any) {
		if !labels {
			delete(config, "id2label")
			delete(config, "label2id")
		}
	})
	rewrite(t, filepath.Join(dir, "model.safetensors"), func(tensors map[string]weights.Tensor) {
		for name := range tensors {
			if isHead(name) {
				delete(tensors, name)
			}
		}
	})
	return dir
}

func unlabelled(t *testing.T) string {
	t.Helper()
	return copyFolder(t, "tiny", func(config map[string]any) { delete(config, "id2label") })
}

// refused fails unless err is one line that holds every part.
func refused(t *testing.T, what string, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", what)
		return
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: error of several lines: %q", what, err)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%s: error %q does not name %q", what, err, part)
		}
	}
}

func opened(t *testing.T, base, adapter string) *Classifier {
	t.Helper()
	c, err := Open(base, adapter)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// noticed says whether one of the notices holds every part.
func noticed(c *Classifier, parts ...string) bool {
	return slices.ContainsFunc(c.Notices, func(notice string) bool {
		return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(notice, part) })
	})
}

// sameTensors fails unless both hold the same values under the same names.
func sameTensors(t *testing.T, what string, got, want map[string]weights.Tensor) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d tensors, want %d", what, len(got), len(want))
	}
	for name, w := range want {
		g, ok := got[name]
		if !ok || !slices.Equal(g.Shape, w.Shape) || !slices.Equal(g.Data, w.Data) {
			t.Errorf("%s: tensor %s is missing or another", what, name)
		}
	}
}
