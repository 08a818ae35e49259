package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Fetch downloads those of the files that the Hub's cache lacks and returns the snapshot folder of ref there. The folder's last
// element is the commit.
//
// progress, if not nil, is called with the bytes of a file so far and its size (-1 if unknown), but not for files that are in the
// cache already. It is called from the goroutine that called Fetch.
//
// A commit whose files are all in the cache takes no request. A branch or tag takes one, and so does a pattern, because only the Hub
// knows all files that it matches. With HF_HUB_OFFLINE=1 there is no request at all, optional files that the cache lacks are left
// out, and a pattern stands for the cached files that it matches.
//
// Broken downloads are resumed a few times, and by later calls. If ctx is cancelled, the partial file is kept and the error wraps
// ctx.Err(). Every error is one line.
func Fetch(ctx context.Context, ref Ref, files []File, progress func(file string, done, total int64)) (dir string, err error) {
	c, err := newClient()
	if err != nil {
		return "", err
	}
	defer c.http.CloseIdleConnections()
	return c.fetch(ctx, ref, files, progress)
}

// fetch is Fetch with a client.
func (c *client) fetch(ctx context.Context, ref Ref, files []File, progress func(file string, done, total int64)) (string, error) {
	ref, err := ref.checked()
	if err != nil {
		return "", err
	}
	if err := checkFiles(files); err != nil {
		return "", fmt.Errorf("%s: %w", ref, err)
	}
	dir := c.cache(ref)
	if c.offline {
		return offline(ref, dir, files)
	}
	if commitID.MatchString(ref.Revision) && len(dir.missing(ref.Revision, files, false)) == 0 {
		return dir.snapshot(ref.Revision), nil
	}
	l, err := c.list(ctx, ref)
	if err != nil {
		return "", c.listError(ctx, ref, dir, files, err)
	}
	if files, err = l.expand(files); err != nil {
		return "", fmt.Errorf("%s: %w", ref, err)
	}
	for _, f := range files {
		if err := c.fetchFile(ctx, ref, dir, l, f, progress); err != nil {
			return "", fmt.Errorf("%s: %s: %w", ref, f.Name, err)
		}
	}
	// Last, so that a branch that has moved refers to its old snapshot until the new one is complete.
	if err := dir.setCommit(ref.Revision, l.Commit); err != nil {
		return "", fmt.Errorf("%s: %w", ref, err)
	}
	return dir.snapshot(l.Commit), nil
}

// fetchFile downloads one file of a listing, unless it is in the cache.
func (c *client) fetchFile(ctx context.Context, ref Ref, dir cache, l *listing, f File, progress func(string, int64, int64)) error {
	info := l.find(f.Name)
	switch {
	case info == nil && f.Optional:
		return dir.setNoExist(l.Commit, f.Name)
	case info == nil:
		return fmt.Errorf("the repository has no such file; it has %s", l.names())
	}
	b := c.blob(ref, l.Commit, info)
	if have := size(dir.pointer(l.Commit, f.Name)); have >= 0 && (b.size < 0 || have == b.size) {
		return nil
	}
	if b.etag == "" { // some mirrors list names only
		if err := c.describe(ctx, &b); err != nil {
			return c.explainFile(ref, err)
		}
	}
	if err := c.checkETag(b); err != nil {
		return err
	}
	report := func(done, total int64) {
		if progress != nil {
			progress(f.Name, done, total)
		}
	}
	return c.explainFile(ref, c.download(ctx, dir, l.Commit, b, report))
}

// explainFile is explain for the request of a file, for which 404 is about the file and not the repository.
func (c *client) explainFile(ref Ref, err error) error {
	var e *statusError
	if errors.As(err, &e) && e.status == http.StatusNotFound {
		return fmt.Errorf("it is listed but cannot be had: %w", err)
	}
	return c.explain(ref, err)
}

// offline returns the snapshot folder without a request.
func offline(ref Ref, dir cache, files []File) (string, error) {
	commit := dir.commit(ref.Revision)
	if commit == "" {
		return "", fmt.Errorf("%s: HF_HUB_OFFLINE is set and %s has no commit for %q: unset it to fetch the files",
			ref, dir.dir, ref.Revision)
	}
	if missing := dir.missing(commit, files, true); len(missing) > 0 {
		return "", fmt.Errorf("%s: HF_HUB_OFFLINE is set and %s lacks %s: unset it to fetch what is missing",
			ref, dir.snapshot(commit), strings.Join(missing, ", "))
	}
	return dir.snapshot(commit), nil
}

// listError explains why the listing failed, and what to do instead.
func (c *client) listError(ctx context.Context, ref Ref, dir cache, files []File, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: stopped: %w", ref, err)
	}
	var transient *transientError
	if !errors.As(err, &transient) {
		return fmt.Errorf("%s: %w", ref, c.explain(ref, err))
	}
	instead := ref.ownCopyHint()
	if commit := dir.commit(ref.Revision); commit != "" && len(dir.missing(commit, files, true)) == 0 {
		instead = "HF_HUB_OFFLINE=1 would use the cached commit " + commit
	}
	return fmt.Errorf("%s: cannot reach %s; %s: %w", ref, c.endpoint.Redacted(), instead, err)
}
