package browserkit

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// WritePage writes a page into a folder of the test's, and returns its path and its address.
func WritePage(t testing.TB, html []byte) (path, address string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "page.html")
	testkit.WriteFile(t, path, string(html))
	return path, FileAddress(path)
}

// FileAddress returns the address of the file at an absolute path.
func FileAddress(path string) string { return (&url.URL{Scheme: "file", Path: path}).String() }

// Quote writes a text as a JavaScript string.
func Quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string can always be written
	}
	return string(b)
}
