package atomicfile

import (
	"os"
	"path/filepath"
	"testing"
)

// content fails the test unless path holds text and its folder nothing else.
func content(t *testing.T, path, text string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(raw) != text {
		t.Errorf("the file holds %q, want %q", raw, text)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("the folder holds %v", entries)
	}
}

func TestWriteFileReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	for _, text := range []string{"first, which is longer", "second"} {
		if err := WriteFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		content(t, path, text)
	}
	if err := WriteFile(filepath.Join(path, "below"), nil); err == nil {
		t.Error("a file was written below a file")
	}
}

func TestCreateTakesItsPlaceAtTheEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	if err := os.WriteFile(path, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, keep := range []bool{false, true} {
		f, err := Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("after")); err != nil {
			t.Fatal(err)
		}
		if raw, err := os.ReadFile(path); err != nil || string(raw) != "before" {
			t.Fatalf("while it is written the file holds %q, %v", raw, err)
		}
		if keep {
			if err := f.CloseAtomicallyReplace(); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Cleanup(); err != nil {
			t.Error(err)
		}
	}
	content(t, path, "after")
}
