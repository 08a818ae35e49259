package checkout

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// commitFile stands in the place of .git in an image, which has the checkout's files alone.
const commitFile = ".commit"

// Commit is the hash of the commit that the checkout stands at, with "+changes" where files differ from it, or "unknown" outside of one.
func Commit() string {
	home, err := Home()
	if err != nil {
		return "unknown"
	}
	if raw, err := os.ReadFile(filepath.Join(home, commitFile)); err == nil {
		return strings.TrimSpace(string(raw))
	}
	hash, err := exec.Command("git", "-C", home, "rev-parse", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	id := strings.TrimSpace(string(hash))
	if changes, err := exec.Command("git", "-C", home, "status", "--porcelain").Output(); err != nil || len(changes) > 0 {
		id += "+changes"
	}
	return id
}
