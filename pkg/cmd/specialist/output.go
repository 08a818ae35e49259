package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/atomicfile"
)

// output gathers JSON lines in a temporary file until they are complete. A plain file is then replaced as a whole; standard
// output, a device or a pipe gets the lines at once.
type output struct {
	path string
	file *atomicfile.File // beside the plain file that it will replace
	pool *os.File         // without a name; copied to sink in the end
	sink *os.File
	w    *bufio.Writer
	json *json.Encoder
}

// openOutput prepares the output for a path, "-" for standard output. An empty path gives an output that keeps nothing.
func openOutput(path string) (*output, error) {
	o := &output{path: path}
	w, err := o.open()
	if err != nil {
		o.discard()
		return nil, fmt.Errorf("cannot write %s: %w", path, bare(err))
	}
	o.w = bufio.NewWriter(w)
	o.json = json.NewEncoder(o.w)
	o.json.SetEscapeHTML(false)
	return o, nil
}

func (o *output) open() (io.Writer, error) {
	if o.path == "" {
		return io.Discard, nil
	}
	sink, target, err := place(o.path)
	if err != nil {
		return nil, err
	}
	if o.sink = sink; sink == nil {
		o.file, err = atomicfile.Create(target)
		return o.file, err
	}
	if o.pool, err = os.CreateTemp("", "specialist-*"); err != nil {
		return nil, err
	}
	return o.pool, os.Remove(o.pool.Name())
}

// place says where the output for a path goes: into an open file that is no plain one, or to the plain file at target, which
// is the one behind path if path is a link.
func place(path string) (sink *os.File, target string, err error) {
	if path == "-" {
		return os.Stdout, "", nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if link, readErr := os.Readlink(path); readErr == nil {
			return nil, "", fmt.Errorf("it is a link to %s, which does not exist", link)
		}
		return nil, path, nil
	}
	if err != nil {
		return nil, "", err
	}
	if stdout, err := os.Stdout.Stat(); err == nil && os.SameFile(info, stdout) { // such as /dev/stdout where that is a file
		return os.Stdout, "", nil
	}
	switch {
	case info.IsDir():
		return nil, "", errors.New("it is a folder")
	case !info.Mode().IsRegular():
		sink, err = os.OpenFile(path, os.O_WRONLY, 0)
		return sink, "", err
	}
	target, err = filepath.EvalSymlinks(path)
	return nil, target, err
}

// line adds one line.
func (o *output) line(v any) error { return o.explain(o.json.Encode(v)) }

// flush writes the lines out, without putting them in their place.
func (o *output) flush() error { return o.explain(o.w.Flush()) }

// keep puts the lines in their place.
func (o *output) keep() error {
	if err := o.flush(); err != nil {
		return err
	}
	if o.file != nil {
		return o.explain(o.file.CloseAtomicallyReplace())
	}
	if o.pool == nil {
		return nil
	}
	if _, err := o.pool.Seek(0, io.SeekStart); err != nil {
		return o.explain(err)
	}
	_, err := io.Copy(o.sink, o.pool)
	return o.explain(err)
}

// discard removes what was not kept.
func (o *output) discard() {
	if o.file != nil {
		_ = o.file.Cleanup()
	}
	if o.pool != nil {
		_ = o.pool.Close()
	}
	if o.sink != nil && o.sink != os.Stdout {
		_ = o.sink.Close()
	}
}

func (o *output) explain(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("cannot write %s: %w", o.name(), bare(err))
}

func (o *output) name() string {
	if o.path == "-" {
		return "standard output"
	}
	return o.path
}

// bare drops the operation and the temporary name that the error of a file operation begins with.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}
