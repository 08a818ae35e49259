//go:build !windows

package atomicfile

import (
	"path/filepath"

	"github.com/google/renameio/v2"
)

// File is written under a temporary name. CloseAtomicallyReplace puts it in its place; Cleanup removes one that is not in its place yet,
// and does nothing afterwards, so that it can be deferred.
type File = renameio.PendingFile

// Create opens a file that will take the place of path, readable by all within the umask.
func Create(path string) (*File, error) {
	return renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithPermissions(0o644))
}

// WriteFile replaces the file at path with data. A new file is readable by all within the umask, an earlier one's permissions stay.
func WriteFile(path string, data []byte) error {
	return renameio.WriteFile(path, data, 0o644, renameio.WithTempDir(filepath.Dir(path)))
}
