package study

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

var errBusy = errors.New("another process is working in")

// lock makes sure that one process at a time works in a run folder. The system drops the lock when the process ends, however
// it ends.
func lock(dir string) (release func(), err error) {
	path := filepath.Join(dir, ".lock")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("cannot lock %s: %w", path, err)
		}
		return nil, fmt.Errorf("%w %s: wait for it, or choose another folder", errBusy, dir)
	}
	return func() { _ = f.Close() }, nil
}

// lockWithin is lock, and waits for another process that is about to end: the worker of a report that was killed writes a checkpoint yet.
func lockWithin(ctx context.Context, dir string, patience time.Duration) (release func(), err error) {
	for end := time.Now().Add(patience); ; {
		release, err = lock(dir)
		if !errors.Is(err, errBusy) || ctx.Err() != nil || time.Now().After(end) {
			return release, err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// unfinished matches the names of a run's files before they are whole and take their place.
var unfinished = regexp.MustCompile(`^\..+\.(safetensors|json|parquet)\.?[0-9]+$`)

// tidy removes what a process that was killed left unfinished. The folder must be locked.
func tidy(dir string) error {
	for _, folder := range []string{dir, filepath.Join(dir, AdapterDir)} {
		entries, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		for _, e := range entries {
			if !unfinished.MatchString(e.Name()) {
				continue
			}
			if err := os.Remove(filepath.Join(folder, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
