package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/gomlx/go-huggingface/hub"
)

// listing is the part of the Hub's response about a repository that is used here: hub.RepoInfo fails for repositories whose other
// fields, such as the license, are of another type than it expects.
type listing struct {
	Commit string          `json:"sha"`
	Files  []*hub.FileInfo `json:"siblings"`
}

// longestListing bounds the listing's size in bytes. One of a hundred thousand files is well below it.
const longestListing = 256 << 20

// list requests the commit of the revision and its files with their sizes and hashes.
func (c *client) list(ctx context.Context, ref Ref) (*listing, error) {
	elements := append([]string{"api", string(ref.repoType())}, strings.Split(ref.ID, "/")...)
	address := c.url(append(elements, "revision", ref.Revision)...) + "?blobs=true"
	l := new(listing)
	err := c.retry(ctx, listAttempts, func() (bool, error) {
		body, err := c.get(ctx, address)
		if err != nil {
			return false, err
		}
		*l = listing{}
		if err := json.Unmarshal(body, l); err != nil {
			return false, fmt.Errorf("%s does not answer as the Hub does: %w", c.endpoint.Redacted(), err)
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	if !safeName.MatchString(l.Commit) {
		return nil, fmt.Errorf("%s does not answer as the Hub does: %q is no commit", c.endpoint.Redacted(), l.Commit)
	}
	if commitID.MatchString(ref.Revision) && l.Commit != ref.Revision {
		return nil, fmt.Errorf("%s answers with another commit, %s", c.endpoint.Redacted(), l.Commit)
	}
	return l, nil
}

// get returns the body of a small response.
func (c *client) get(ctx context.Context, address string) ([]byte, error) {
	ctx, watch := watchdog(ctx, c.stall)
	defer watch.stop()
	req, err := newRequest(ctx, http.MethodGet, address)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, transport(watch.cause(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, status(resp)
	}
	body, err := io.ReadAll(io.LimitReader(watch.reader(resp.Body), longestListing))
	if err != nil {
		return nil, transport(watch.cause(err))
	}
	return body, nil
}

// find returns the file of that name, nil if the commit has none.
func (l *listing) find(name string) *hub.FileInfo {
	for _, f := range l.Files {
		if f != nil && f.Name == name {
			return f
		}
	}
	return nil
}

// expand replaces each pattern by the files that it matches. It fails for a pattern that matches none, unless it is optional.
func (l *listing) expand(files []File) ([]File, error) {
	var out []File
	for _, wanted := range files {
		if !wanted.Pattern {
			out = append(out, wanted)
			continue
		}
		before := len(out)
		for _, f := range l.Files {
			if f == nil {
				continue
			}
			if matched, err := path.Match(wanted.Name, f.Name); err == nil && matched {
				out = append(out, File{Name: f.Name})
			}
		}
		if len(out) == before && !wanted.Optional {
			return nil, fmt.Errorf("no file of the repository matches %s; it has %s", wanted.Name, l.names())
		}
	}
	if len(out) == 0 { // optional patterns only
		return nil, nil
	}
	// The names come from a server, and are checked as a caller's are.
	return out, checkFiles(out)
}

// names lists some of the files, for a message.
func (l *listing) names() string {
	const most = 12
	var names []string
	for _, f := range l.Files {
		if f != nil && !strings.HasPrefix(f.Name, ".") {
			names = append(names, f.Name)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	if extra := len(names) - most; extra > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), extra)
	}
	return strings.Join(names, ", ")
}

// blob is the content of one file of a commit.
type blob struct {
	name string // in the repository
	url  string
	etag string // its name in the cache: SHA-256 or git blob SHA-1, whichever the Hub uses
	size int64  // bytes, -1 if the server does not say
}

// blob returns what the listing says about a file; etag is empty if it has no hash.
func (c *client) blob(ref Ref, commit string, f *hub.FileInfo) blob {
	var elements []string
	if ref.Dataset {
		elements = append(elements, string(hub.RepoTypeDataset))
	}
	elements = append(elements, strings.Split(ref.ID, "/")...)
	elements = append(elements, "resolve", commit)
	elements = append(elements, strings.Split(f.Name, "/")...)
	b := blob{name: f.Name, url: c.url(elements...), etag: f.BlobID, size: f.Size}
	if f.LFS != nil {
		b.etag, b.size = f.LFS.SHA256, f.LFS.Size
	}
	if b.size == 0 { // or not stated, which looks the same here
		b.size = -1
	}
	return b
}

// describe requests a blob's etag and size, which the listing lacks.
func (c *client) describe(ctx context.Context, b *blob) error {
	return c.retry(ctx, listAttempts, func() (_ bool, err error) {
		b.etag, b.size, err = c.head(ctx, b.url)
		return false, err
	})
}

// checkETag returns an error for a blob whose etag is no file name, or that has neither a hash nor a size to verify.
func (c *client) checkETag(b blob) error {
	if !safeName.MatchString(b.etag) || (b.size < 0 && digestOf(b.etag) == nil) {
		return fmt.Errorf("%s gives no hash for it (ETag %q, size %d)", c.endpoint.Redacted(), b.etag, b.size)
	}
	return nil
}

// head requests a file's ETag and size. Redirects to another host are not followed: the headers must be the Hub's, not those of
// the store that it redirects to.
func (c *client) head(ctx context.Context, address string) (etag string, size int64, err error) {
	req, err := newRequest(ctx, http.MethodHead, address)
	if err != nil {
		return "", 0, err
	}
	own := *c.http
	own.CheckRedirect = func(next *http.Request, via []*http.Request) error {
		if next.URL.Host != c.endpoint.Host || len(via) >= 10 {
			return http.ErrUseLastResponse
		}
		return nil
	}
	resp, err := own.Do(req)
	if err != nil {
		return "", 0, transport(err)
	}
	defer resp.Body.Close()
	isRedirect := resp.StatusCode/100 == 3
	if resp.StatusCode != http.StatusOK && !isRedirect {
		return "", 0, status(resp)
	}
	if etag = resp.Header.Get(hub.HeaderXLinkedETag); etag == "" {
		etag = resp.Header.Get("ETag")
	}
	size = -1
	if n, err := strconv.ParseInt(resp.Header.Get(hub.HeaderXLinkedSize), 10, 64); err == nil {
		size = n
	} else if !isRedirect {
		size = resp.ContentLength
	}
	return strings.Trim(strings.TrimPrefix(etag, "W/"), `"`), size, nil
}
