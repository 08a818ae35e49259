package stage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/gofrs/flock"
)

// ErrBusy says that another process is at work in a folder.
var ErrBusy = errors.New("another process is working in")

// lockInterval is how often a lock that another process has is tried again.
const lockInterval = 100 * time.Millisecond

// Lock makes sure that one process at a time works in a folder, which must be there. It waits for another one for the given time, and then
// fails with [ErrBusy]. The system drops the lock when the process ends, however it ends.
func Lock(ctx context.Context, dir string, wait time.Duration) (release func(), err error) {
	return lockFile(ctx, filepath.Join(dir, ".lock"), dir, wait)
}

// lockFile locks a file that stands for a folder.
func lockFile(ctx context.Context, path, dir string, wait time.Duration) (release func(), err error) {
	l := flock.New(path)
	ours, err := l.TryLock()
	if err == nil && !ours && wait > 0 {
		limited, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		if ours, err = l.TryLockContext(limited, lockInterval); limited.Err() != nil && ctx.Err() == nil {
			err = nil // the time is over
		}
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot lock %s: %w", path, err)
	case !ours:
		return nil, fmt.Errorf("%w %s: wait for it, or choose another folder", ErrBusy, dir)
	}
	return func() { _ = l.Close() }, nil
}

// unfinished matches the names that files have before they are whole and take their place.
var unfinished = regexp.MustCompile(`^\..+\.(safetensors|json|parquet|md)\.?[0-9]+$`)

// tidy removes unfinished files that a process which was killed left in a folder. The folder must be locked.
func tidy(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !unfinished.MatchString(entry.Name()) {
			return err
		}
		return os.Remove(path)
	})
}
