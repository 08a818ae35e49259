package classifier

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

// copyFolder copies a folder of testdata, with changes to its JSON configuration.
func copyFolder(t *testing.T, folder string, change func(config map[string]any)) string {
	t.Helper()
	dir := testkit.CopyFolder(t, filepath.Join("testdata", folder))
	if change == nil {
		return dir
	}
	for _, name := range []string{"config.json", "adapter_config.json"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			testkit.EditJSON(t, path, change)
		}
	}
	return dir
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
	modelkit.EditTensors(t, filepath.Join(dir, "model.safetensors"), func(tensors map[string]weights.Tensor) {
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
