package study

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

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
		return nil, fmt.Errorf("another process is working in %s: wait for it, or choose another folder", dir)
	}
	return func() { _ = f.Close() }, nil
}
