package hub

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"regexp"
)

var (
	sha256Name = regexp.MustCompile(`^[0-9a-f]{64}$`)
	sha1Name   = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// mismatchError is the error of content whose hash or size is not that of the listing.
type mismatchError struct{ what, want, got string }

func (e *mismatchError) Error() string {
	return fmt.Sprintf("wrong %s: expected %s, got %s; it was discarded", e.what, e.want, e.got)
}

// digest is a hash function of ETags.
type digest struct {
	name string
	new  func(size int64) hash.Hash
}

// digestOf returns the hash function of an ETag, by its form: SHA-256 for LFS files, git's SHA-1 over a header and the content for
// others. It is nil for an ETag that is no hash, which mirrors may send.
func digestOf(etag string) *digest {
	switch {
	case sha256Name.MatchString(etag):
		return &digest{"SHA-256", func(int64) hash.Hash { return sha256.New() }}
	case sha1Name.MatchString(etag):
		return &digest{"git SHA-1", func(size int64) hash.Hash {
			h := sha1.New()
			fmt.Fprintf(h, "blob %d\x00", size)
			return h
		}}
	}
	return nil
}

// verify compares the hash of a file with that of the listing. It reads the file from disk, because parts of it can be from earlier
// processes.
func (b blob) verify(path string) error {
	d := digestOf(b.etag)
	if d == nil {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h := d.new(info.Size())
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != b.etag {
		return &mismatchError{what: d.name, want: b.etag, got: got}
	}
	return nil
}
