package checkout

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestHome(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(HomeEnv, "")
	for _, dir := range []string{".", "..", root} {
		t.Chdir(dir)
		if got, err := Home(); err != nil || got != root {
			t.Errorf("from %s home is %q (%v), want %q", dir, got, err, root)
		}
	}
	t.Setenv(HomeEnv, "/elsewhere")
	if got, err := Home(); err != nil || got != "/elsewhere" {
		t.Errorf("home is %q (%v), want what %s says", got, err, HomeEnv)
	}
	t.Setenv(HomeEnv, "")
	outside := t.TempDir()
	testkit.WriteFile(t, filepath.Join(outside, "go.mod"), "module another\n") // of some other project
	t.Chdir(outside)
	got, err := Home()
	testkit.Refused(t, "outside of a checkout", err, HomeEnv)
	if got != "" {
		t.Errorf("outside of a checkout home is %q", got)
	}
}

// What the set-up installs and what stages make are at different places below the checkout.
func TestPlacesAreBelowTheCheckout(t *testing.T) {
	home := t.TempDir()
	seen := make(map[string]bool)
	for _, path := range []string{BaseDir(home), PlotlyFile(home), CacheDir(home), CorrectionsFile(home, strings.Repeat("0123456789abcdef", 4))} {
		if !filepath.IsLocal(strings.TrimPrefix(path, home+"/")) || seen[path] {
			t.Errorf("%s is not a place of its own below %s", path, home)
		}
		seen[path] = true
	}
	if path := CorrectionsFile(home, strings.Repeat("f", 64)); seen[path] || filepath.Ext(path) != ".jsonl" {
		t.Errorf("the corrections of another corpus are in %s", path)
	}
}

func TestIsDirAndIsFile(t *testing.T) {
	dir := t.TempDir()
	file := testkit.WriteFile(t, filepath.Join(dir, "file"), "")
	link := filepath.Join(dir, "link")
	if err := os.Symlink("file", link); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][2]bool{dir: {true, false}, file: {false, true}, link: {false, true}, filepath.Join(dir, "none"): {}, filepath.Join(file, "below"): {}, os.DevNull: {}} {
		if got := [2]bool{IsDir(path), IsFile(path)}; got != want {
			t.Errorf("%s: folder and file %v, want %v", path, got, want)
		}
	}
}

// A set-up's files are found above a folder that is given, and above the working folder.
func TestInstalledIsFoundFromBelow(t *testing.T) {
	root := t.TempDir()
	below := filepath.Join(root, "a", "b")
	for _, dir := range []string{below, filepath.Join(root, ".cache", "tool")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	want := testkit.WriteFile(t, filepath.Join(root, ".cache", "tool", "file"), "")
	t.Chdir(t.TempDir())
	name := filepath.Join("tool", "file")
	if path, found := Installed(name); found {
		t.Errorf("found %s where there is none", path)
	}
	if path, found := Installed(name, below); !found || path != want {
		t.Errorf("above a folder: %s, %t; want %s", path, found, want)
	}
	t.Chdir(below)
	if path, found := Installed(name); !found || !strings.HasSuffix(path, filepath.Join(".cache", "tool", "file")) {
		t.Errorf("above the working folder: %s, %t", path, found)
	}
}
