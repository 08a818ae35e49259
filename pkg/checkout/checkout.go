package checkout

import (
	"fmt"
	"os"
	"path/filepath"
)

// HomeEnv names the checkout where it cannot be found from the working folder.
const HomeEnv = "SPECIALIST_HOME"

// Home is the checkout's folder: SPECIALIST_HOME, else the nearest folder with this package and a go.mod above the working folder, else
// above the running program. Outside a checkout it is an error that names the variable.
func Home() (string, error) {
	if home := os.Getenv(HomeEnv); home != "" {
		return home, nil
	}
	var starts []string
	if dir, err := os.Getwd(); err == nil {
		starts = append(starts, dir)
	}
	if program, err := os.Executable(); err == nil {
		starts = append(starts, filepath.Dir(program))
	}
	for _, start := range starts {
		for dir := start; ; dir = filepath.Dir(dir) {
			if IsDir(filepath.Join(dir, "pkg", "checkout")) && IsFile(filepath.Join(dir, "go.mod")) {
				return dir, nil
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return "", fmt.Errorf("the checkout is not found above the working folder: set %s to it", HomeEnv)
}

// BundledBase names the base model whose weights the set-up installs: MiniLM in DistilBERT's layout.
const BundledBase = "minilm"

// BaseDir is where the set-up puts the bundled base model.
func BaseDir(home string) string { return filepath.Join(home, ".cache", "base", BundledBase) }

// PluginDir is where the set-up puts XLA's plugin for the CPU.
func PluginDir(home string) string { return filepath.Join(home, ".cache", "pjrt") }

// PlotlyFile is where the set-up puts plotly.js.
func PlotlyFile(home string) string { return filepath.Join(home, ".cache", "plotly", "plotly.min.js") }

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
