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
