package pkg_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNotebooksAreCommittedAsSource checks what a reader of the repository sees: no outputs, a title, and cells of a few lines
// that call the packages.
func TestNotebooksAreCommittedAsSource(t *testing.T) {
	paths, err := filepath.Glob("../notebooks/*.ipynb")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var nb struct {
			Cells []struct {
				Type    string          `json:"cell_type"`
				Source  json.RawMessage `json:"source"`
				Outputs []any           `json:"outputs"`
				Count   *int            `json:"execution_count"`
			} `json:"cells"`
			Metadata struct {
				Title  string `json:"title"`
				Kernel struct {
					Name string `json:"name"`
				} `json:"kernelspec"`
			} `json:"metadata"`
		}
		if err := json.Unmarshal(raw, &nb); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if nb.Metadata.Title == "" || nb.Metadata.Kernel.Name != "gonb" {
			t.Errorf("%s: title %q, kernel %q", path, nb.Metadata.Title, nb.Metadata.Kernel.Name)
		}
		for i, cell := range nb.Cells {
			if cell.Type != "code" {
				continue
			}
			if len(cell.Outputs) > 0 || cell.Count != nil {
				t.Errorf("%s: cell %d has outputs", path, i+1)
			}
			if lines := strings.Count(source(t, cell.Source), "\n") + 1; lines > 8 {
				t.Errorf("%s: cell %d has %d lines: move the work into a package", path, i+1, lines)
			}
		}
	}
}

// TestNotebooksAreAsJupyterLabSavesThem, so that whoever opens one and saves it has changed nothing.
func TestNotebooksAreAsJupyterLabSavesThem(t *testing.T) {
	if out, err := exec.Command("../.venv/bin/python", "../.ci/notebooks.py", "--check").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// source joins a cell's source, a list of lines.
func source(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	var lines []string
	if err := json.Unmarshal(raw, &lines); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "")
}
