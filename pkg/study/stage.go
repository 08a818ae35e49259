package study

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// stageDir is the folder of a stage's result in the checkout's cache.
func stageDir(stage, fingerprint string) (string, error) {
	home, err := Home()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, "data", "cache", stage, fingerprint[:16]), nil
}

// readStage reads a stage's result from its file, and says whether there is one.
func readStage(path string, into any) (found bool, err error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return false, fmt.Errorf("%s: %w; remove the folder to make it again", path, err)
	}
	return true, nil
}

// writeStage writes a stage's result, the last of its folder's files. The folder is made if need be.
func writeStage(path string, result any) error {
	raw, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return renameio.WriteFile(path, append(raw, '\n'), 0o644, renameio.WithTempDir(dir))
}

// cache says what becomes of results that are on disk and of those that are not. A nil cache reads the ones and makes the others.
type cache struct {
	stage string // of the report, which is under way
	only  bool   // its results may be read and not made
	fresh bool   // they are made anew

	renewed map[string]bool // folders that the report has emptied, in this stage or an earlier one
	made    bool            // something was made in this stage
}

// find reads the result of a stage from a file, as readStage does. Where it is not found, it is to be made.
func (c *cache) find(path string, into any) (found bool, err error) {
	dir := filepath.Dir(path)
	if c != nil && c.fresh && !c.renewed[dir] {
		if err := empty(dir); err != nil {
			return false, err
		}
		c.renewed[dir] = true
	}
	if found, err = readStage(path, into); found || err != nil || c == nil {
		return found, err
	}
	if c.only {
		return false, fmt.Errorf("stage %s has no result for these settings (%s is not there): leave out --only, or run it with --only %s first", c.stage, path, c.stage)
	}
	c.made = true
	return false, nil
}

// empty removes a stage's folder, unless another process is working in it.
func empty(dir string) error {
	if !isDir(dir) {
		return nil
	}
	release, err := lock(dir)
	if err != nil {
		return err
	}
	defer release()
	return os.RemoveAll(dir)
}
