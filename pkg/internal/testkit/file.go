package testkit

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// ReadFile returns a file's content. The elements are joined to its path.
func ReadFile(t testing.TB, elements ...string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(elements...))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// WriteFile writes a file, replacing an earlier one, and returns its path.
func WriteFile(t testing.TB, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// ReadJSON decodes a JSON file, such as a golden file. The elements are joined to its path.
func ReadJSON[T any](t testing.TB, elements ...string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(ReadFile(t, elements...)), &value); err != nil {
		t.Fatalf("%s: %v", filepath.Join(elements...), err)
	}
	return value
}

// WriteJSON writes a value as a JSON file and returns its path.
func WriteJSON(t testing.TB, path string, value any) string {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return WriteFile(t, path, string(raw))
}

// EditJSON changes a JSON file that holds an object.
func EditJSON(t testing.TB, path string, edit func(object map[string]any)) {
	t.Helper()
	object := ReadJSON[map[string]any](t, path)
	edit(object)
	WriteJSON(t, path, object)
}

// CopyFolder copies a folder into a temporary one, where a test may change it, and returns the copy. It has the folder's name.
func CopyFolder(t testing.TB, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), filepath.Base(dir))
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// Entries lists the names that a folder holds, hidden ones included, in ascending order.
func Entries(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}
