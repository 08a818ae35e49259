package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/specialist-nlp/specialist/pkg/atomicfile"
)

// Store is a folder of results, each in NAME/HASH of its key. It is for one goroutine; processes may share the folder.
type Store struct {
	Dir string
	// Wait is how long to wait for another process that is making the same result, before that is an error.
	Wait time.Duration
	// Policy says what becomes of results that are there and of those that are not.
	Policy Policy
	// Made counts the results that were not found.
	Made int

	renewed map[string]bool // folders that were emptied, as Policy.Fresh asks
}

// Policy says what becomes of results that are there and of those that are not. The zero value reads the ones and makes the others.
type Policy struct {
	// Stage names what is under way, for messages.
	Stage string
	// ReadOnly results may be read and not made.
	ReadOnly bool
	// Fresh results are made anew, each once in the life of the store.
	Fresh bool
}

// ErrMissing is wrapped by the error for a result that is not there and must not be made.
var ErrMissing = errors.New("has no result for these settings")

// Path is the folder of a key's result.
func (s *Store) Path(k Key) string { return filepath.Join(s.Dir, k.Name, k.Hash()[:16]) }

// partial is where a result is made.
func (s *Store) partial(k Key) string { return s.Path(k) + ".part" }

// Find reads a key's result from disk, and says whether there is one.
func (s *Store) Find(k Key, result any) (found bool, err error) {
	return Read(filepath.Join(s.Path(k), k.file()), result)
}

// Make reads a key's result, or makes it: make fills result and puts files beside it into dir, which becomes the result's folder when make
// has returned and the result is written. Where make fails, what it has put into the folder stays for the next try.
func (s *Store) Make(ctx context.Context, k Key, result any, make func(dir string) error) error {
	if found, err := s.prepare(k, result); found || err != nil {
		return err
	}
	dir := s.partial(k)
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	release, err := s.lock(ctx, k)
	if err != nil {
		return err
	}
	defer release()
	if found, err := s.Find(k, result); found || err != nil { // another process made it meanwhile
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := complete(dir, k, result, make); err != nil {
		_ = os.Remove(dir) // where it is empty, there is nothing to go on with
		return err
	}
	if err := os.RemoveAll(s.Path(k)); err != nil { // a folder without a result
		return err
	}
	return os.Rename(dir, s.Path(k))
}

// MakeElsewhere is Make where another process makes the result: elsewhere starts it and waits for its end.
func (s *Store) MakeElsewhere(k Key, result any, elsewhere func() error) error {
	if found, err := s.prepare(k, result); found || err != nil {
		return err
	}
	if err := elsewhere(); err != nil {
		return err
	}
	found, err := s.Find(k, result)
	if err == nil && !found {
		err = fmt.Errorf("the process that was to make %s ended without it", s.Path(k))
	}
	return err
}

// prepare reads a result as the policy has it. Where it is not found and there is no error, it is to be made.
func (s *Store) prepare(k Key, result any) (found bool, err error) {
	if dir := s.Path(k); s.Policy.Fresh && !s.renewed[dir] {
		if err := s.remove(k); err != nil {
			return false, err
		}
		if s.renewed == nil {
			s.renewed = make(map[string]bool)
		}
		s.renewed[dir] = true
	}
	if found, err = s.Find(k, result); found || err != nil {
		return found, err
	}
	if s.Policy.ReadOnly {
		return false, fmt.Errorf("stage %s %w (%s is not there): leave out --only, or run it with --only %s first",
			s.Policy.Stage, ErrMissing, s.Path(k), s.Policy.Stage)
	}
	s.Made++
	return false, nil
}

// remove takes a result away, unless another process is making it.
func (s *Store) remove(k Key) error {
	if _, err := os.Stat(filepath.Dir(s.Path(k))); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	release, err := s.lock(context.Background(), k)
	if err != nil {
		return err
	}
	defer release()
	return errors.Join(os.RemoveAll(s.Path(k)), os.RemoveAll(s.partial(k)))
}

func (s *Store) lock(ctx context.Context, k Key) (release func(), err error) {
	return lockFile(ctx, s.Path(k)+".lock", s.partial(k), s.Wait)
}

// MakeIn makes a key's result in a folder of the caller's, which is made if need be and stays where it is. Whether the folder has a result
// already is for the caller to look; see [Read].
func MakeIn(ctx context.Context, dir string, k Key, result any, make func(dir string) error) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	release, err := Lock(ctx, dir, 0)
	if err != nil {
		return err
	}
	defer release()
	return complete(dir, k, result, make)
}

// complete has a locked folder filled, and writes the result last.
func complete(dir string, k Key, result any, make func(dir string) error) error {
	if err := tidy(dir); err != nil {
		return err
	}
	if err := make(dir); err != nil {
		return err
	}
	return Write(filepath.Join(dir, k.file()), result)
}

// Read reads a result from its JSON file, and says whether there is one.
func Read(path string, result any) (found bool, err error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(raw, result); err != nil {
		return false, fmt.Errorf("%s: %w; remove the folder to make it again", path, err)
	}
	return true, nil
}

// Write writes a result as a JSON file, which takes its place when it is whole.
func Write(path string, result any) error {
	raw, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(path, append(raw, '\n'))
}
