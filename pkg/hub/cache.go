package hub

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// cache is one repository's folder in the Hub's cache.
type cache struct {
	dir   string // <cache>/models--owner--name
	locks string // <cache>/.locks/models--owner--name
}

func (c *client) cache(ref Ref) cache {
	return cache{
		dir:   filepath.Join(c.cacheDir, ref.folder()),
		locks: filepath.Join(c.cacheDir, ".locks", ref.folder()),
	}
}

func (c cache) snapshot(commit string) string { return filepath.Join(c.dir, "snapshots", commit) }
func (c cache) blob(etag string) string       { return filepath.Join(c.dir, "blobs", etag) }

func (c cache) pointer(commit, name string) string {
	return filepath.Join(c.snapshot(commit), filepath.FromSlash(name))
}

func (c cache) noExist(commit, name string) string {
	return filepath.Join(c.dir, ".no_exist", commit, filepath.FromSlash(name))
}

// size returns the size of the file at path, links followed, or -1 if there is none.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return -1
	}
	return info.Size()
}

// missing lists the files that the snapshot lacks. An optional file is not missing if the cache records that the commit does not
// have it. The cache does not record all files that a pattern matches, so a pattern is missing. With lenient, an optional file is
// never missing, and a pattern is not if a cached file matches it.
func (c cache) missing(commit string, files []File, lenient bool) []string {
	var names []string
	for _, f := range files {
		if f.Pattern {
			if !lenient || (!f.Optional && !c.matches(commit, f.Name)) {
				names = append(names, f.Name)
			}
			continue
		}
		if size(c.pointer(commit, f.Name)) >= 0 {
			continue
		}
		if f.Optional && (lenient || size(c.noExist(commit, f.Name)) >= 0) {
			continue
		}
		names = append(names, f.Name)
	}
	return names
}

// matches says whether the snapshot has a file whose name the pattern matches.
func (c cache) matches(commit, pattern string) bool {
	dir, base := path.Split(pattern)
	entries, err := os.ReadDir(c.pointer(commit, dir))
	if err != nil {
		return false
	}
	for _, e := range entries {
		matched, err := path.Match(base, e.Name())
		if err == nil && matched && size(c.pointer(commit, dir+e.Name())) >= 0 {
			return true
		}
	}
	return false
}

// commit returns the revision's commit when it was last fetched, "" if it never was.
func (c cache) commit(revision string) string {
	if commitID.MatchString(revision) {
		return revision
	}
	content, err := os.ReadFile(c.ref(revision))
	commit := strings.TrimSpace(string(content))
	if err != nil || !safeName.MatchString(commit) {
		return ""
	}
	return commit
}

func (c cache) ref(revision string) string {
	return filepath.Join(c.dir, "refs", filepath.FromSlash(revision))
}

// setCommit records the commit of a branch or tag.
func (c cache) setCommit(revision, commit string) error {
	if revision == commit || c.commit(revision) == commit {
		return nil
	}
	path := c.ref(revision)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	// Not os.CreateTemp, whose files only their owner may read: the cache can be shared.
	temporary := fmt.Sprintf("%s.%08x.tmp", path, rand.Uint32())
	err := os.WriteFile(temporary, []byte(commit), 0o644)
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		_ = os.Remove(temporary) // the first error is returned
	}
	return err
}

// setNoExist records that the commit does not have a file.
func (c cache) setNoExist(commit, name string) error {
	path := c.noExist(commit, name)
	if size(path) >= 0 {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, nil, 0o644)
}

// link makes a file of the snapshot a link to the blob, whose lock must be held.
func (c cache) link(commit, name, etag string) error {
	pointer, blob := c.pointer(commit, name), c.blob(etag)
	if target, err := filepath.EvalSymlinks(pointer); err == nil {
		if real, err := filepath.EvalSymlinks(blob); err == nil && real == target {
			return nil
		}
	}
	if err := os.MkdirAll(filepath.Dir(pointer), 0o755); err != nil {
		return err
	}
	target, err := filepath.Rel(filepath.Dir(pointer), blob)
	if err != nil {
		return err
	}
	if err := os.Remove(pointer); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Symlink(target, pointer)
}

// lock locks a blob, after waiting for other processes that write it. The lock file is Python's and is not deleted, as there:
// otherwise two processes could hold locks on two files of that name.
func (c cache) lock(ctx context.Context, etag string) (unlock func() error, err error) {
	if err := os.MkdirAll(c.locks, 0o755); err != nil {
		return nil, err
	}
	path := filepath.Join(c.locks, etag+".lock")
	l := flock.New(path, flock.SetPermissions(0o664))
	if _, err := l.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("stopped while another process was writing it: %w", ctx.Err())
		}
		return nil, fmt.Errorf("cannot lock %s (HF_HUB_CACHE can name a folder on another file system): %w", path, err)
	}
	return l.Unlock, nil
}
