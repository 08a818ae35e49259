package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
)

// File is written under a temporary name. CloseAtomicallyReplace puts it in its place; Cleanup removes one that is not in its place yet,
// and does nothing afterwards, so that it can be deferred.
type File struct {
	*os.File
	path string
	done bool
}

// Create opens a file that will take the place of path.
func Create(path string) (*File, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, err
	}
	return &File{File: f, path: path}, nil
}

// CloseAtomicallyReplace flushes the file to disk and renames it.
func (f *File) CloseAtomicallyReplace() error {
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), f.path); err != nil {
		return err
	}
	f.done = true
	return nil
}

// Cleanup closes and removes the file, unless it is in its place.
func (f *File) Cleanup() error {
	if f.done {
		return nil
	}
	f.done = true
	err := f.Close()
	if errors.Is(err, os.ErrClosed) {
		err = nil
	}
	return errors.Join(err, os.Remove(f.Name()))
}

// WriteFile replaces the file at path with data.
func WriteFile(path string, data []byte) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	defer f.Cleanup()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.CloseAtomicallyReplace()
}
