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

// mismatchError is content that is not what the Hub announced.
type mismatchError struct{ what, want, got string }

func (e *mismatchError) Error() string {
	return fmt.Sprintf("wrong %s: expected %s, got %s; it was discarded", e.what, e.want, e.got)
}

// digest is a hash that an ETag can be.
type digest struct {
	name string
	new  func(size int64) hash.Hash
}

// digestOf tells from an ETag's form which hash of the content it is: LFS files are named by SHA-256, all others by git's
// SHA-1 over a header and the content. Other ETags, which mirrors may send, are not hashes: nil.
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

// verify compares the hash of the file, whose size is right, with the announced one. It reads the file back, because what
// counts is what lies on the disk, parts from earlier processes included.
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
