package study

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/hub"
)

// homeEnv names the checkout that holds .cache, data and reports, where it cannot be found from the working folder.
const homeEnv = "SPECIALIST_HOME"

// Home is the checkout's folder: SPECIALIST_HOME, else the nearest folder with a go.mod and a pkg above the working folder or
// above the running program.
func Home() (string, error) {
	if home := os.Getenv(homeEnv); home != "" {
		return home, nil
	}
	var starts []string
	if cwd, err := os.Getwd(); err == nil {
		starts = append(starts, cwd)
	}
	if exe, err := os.Executable(); err == nil {
		starts = append(starts, filepath.Dir(exe))
	}
	for _, start := range starts {
		for dir := start; ; dir = filepath.Dir(dir) {
			if isDir(filepath.Join(dir, "pkg", "study")) && isFile(filepath.Join(dir, "go.mod")) {
				return dir, nil
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return "", fmt.Errorf("the checkout is not found above the working folder: set %s to it", homeEnv)
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// bundledBase is the base that set-up installs.
const bundledBase = "minilm"

// baseDir finds the profile's base weights, and downloads them if they are named on the Hub.
func (p Profile) baseDir(ctx context.Context, progress func(file string, done, total int64)) (string, error) {
	switch {
	case p.Base == bundledBase:
		home, err := Home()
		if err != nil {
			return "", err
		}
		dir := filepath.Join(home, ".cache", "base", bundledBase)
		if !isDir(dir) {
			return "", fmt.Errorf("the base weights are not in %s: run `make build`, or name a model folder with --base", dir)
		}
		return dir, nil
	case strings.HasPrefix(p.Base, "hub:"):
		ref, err := hub.ParseRef(p.Base)
		if err != nil {
			return "", err
		}
		return hub.Fetch(ctx, ref, hub.ModelFiles(), progress)
	}
	if _, err := os.Stat(p.Base); errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("base %s does not exist: name a model folder, %s, or hub:owner/name@revision", p.Base, bundledBase)
	}
	return p.Base, nil
}
