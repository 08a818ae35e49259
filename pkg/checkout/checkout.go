package checkout

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// HomeEnv names the checkout where it cannot be found from the working folder.
const HomeEnv = "SPECIALIST_HOME"

// Home is the checkout's folder: SPECIALIST_HOME, else the nearest folder with this package and a go.mod above the working folder, else
// above the running program. Outside a checkout it is an error that names the variable.
func Home() (string, error) {
	if home := os.Getenv(HomeEnv); home != "" {
		return home, nil
	}
	home, found := nearest(nil, func(dir string) bool {
		return IsDir(filepath.Join(dir, "pkg", "checkout")) && IsFile(filepath.Join(dir, "go.mod"))
	})
	if !found {
		return "", fmt.Errorf("the checkout is not found above the working folder: set %s to it", HomeEnv)
	}
	return home, nil
}

// Installed finds what the set-up has put below a checkout's .cache, by its path there: above one of the given folders, the working
// folder or the running program.
func Installed(path string, folders ...string) (string, bool) {
	dir, found := nearest(folders, func(dir string) bool {
		_, err := os.Stat(filepath.Join(dir, cacheName, path))
		return err == nil
	})
	return filepath.Join(dir, cacheName, path), found
}

// nearest is the nearest folder that will do, above the first of the given folders, the working folder and the running program that has one.
func nearest(folders []string, will func(dir string) bool) (string, bool) {
	folders = slices.Clone(folders)
	if dir, err := os.Getwd(); err == nil {
		folders = append(folders, dir)
	}
	if program, err := os.Executable(); err == nil {
		folders = append(folders, filepath.Dir(program))
	}
	for _, start := range folders {
		for dir := start; ; dir = filepath.Dir(dir) {
			if will(dir) {
				return dir, true
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return "", false
}

// cacheName is the folder of what the set-up installs, below the checkout.
const cacheName = ".cache"

// BundledBase names the base model whose weights the set-up installs: MiniLM in DistilBERT's layout.
const BundledBase = "minilm"

// BaseDir is where the set-up puts the bundled base model.
func BaseDir(home string) string { return filepath.Join(home, cacheName, "base", BundledBase) }

// PlotlyFile is where the set-up puts plotly.js.
func PlotlyFile(home string) string { return filepath.Join(home, cacheName, "plotly", "plotly.min.js") }

// CacheDir holds the results that stages have made.
func CacheDir(home string) string { return filepath.Join(home, "data", "cache") }

// CorrectionsFile is where corrections of a corpus's labels are kept. The corpus is known by its content hash.
func CorrectionsFile(home, corpusHash string) string {
	return filepath.Join(home, "data", "corrections", corpusHash[:16]+".jsonl")
}

// IsDir says whether there is a folder at a path.
func IsDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// IsFile says whether there is a regular file at a path.
func IsFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
