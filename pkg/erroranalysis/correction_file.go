package erroranalysis

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/specialist-nlp/specialist/pkg/atomicfile"
)

// lockWait is how long AppendCorrection waits for another process to release the file.
const lockWait = 10 * time.Second

// ReadCorrections reads a file of [AppendCorrection], one correction a line (JSON lines), in the order of writing; [Latest] returns those
// that apply. known are the labels of the corpus. It fails, naming the line, for a line that is damaged, cut short, or not valid, and with
// an error that wraps [fs.ErrNotExist] if there is no file.
func ReadCorrections(path string, known []string) ([]Correction, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("erroranalysis: there are no corrections yet in %s: %w", path, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("erroranalysis: %w", err)
	}
	corrections, err := parseCorrections(data, known)
	if err != nil {
		return nil, fmt.Errorf("erroranalysis: %s: %w", path, err)
	}
	return corrections, nil
}

// AppendCorrection appends a correction to a file, which it creates if necessary; earlier lines stay byte for byte. The new file is
// written under a temporary name and renamed, under a lock, so that neither a crash nor another process leaves half a line. known are
// the labels of the corpus. It fails for a correction that is not valid, for a file as [ReadCorrections] does, and if another process
// holds the lock for more than ten seconds.
func AppendCorrection(path string, known []string, c Correction) error {
	if err := appendCorrection(path, known, c); err != nil {
		return fmt.Errorf("erroranalysis: correction of text %q: %w", c.ID, err)
	}
	return nil
}

func appendCorrection(path string, known []string, c Correction) error {
	if err := c.validate(known); err != nil {
		return err
	}
	line, err := c.line()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".lock"))
	ctx, cancel := context.WithTimeout(context.Background(), lockWait)
	defer cancel()
	if locked, err := lock.TryLockContext(ctx, 20*time.Millisecond); !locked {
		return fmt.Errorf("another process has %s in hand: try again: %w", path, err)
	}
	defer lock.Close()
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := parseCorrections(data, known); err != nil {
		return fmt.Errorf("%s: %w; repair or move the file first", path, err)
	}
	if n := len(data); n > 0 && data[n-1] != '\n' {
		data = append(data, '\n')
	}
	return atomicfile.WriteFile(path, append(data, line...))
}
