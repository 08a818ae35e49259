package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/parquet-go/parquet-go"
)

const key = "whole_file_sha256" // last of the metadata's keys, which are sorted: a text that looks like it stands before it

// start is how the entry begins in the footer: the key, then the header of a string of 64 bytes in Thrift's compact protocol.
const start = key + "\x18\x40"

var blank = strings.Repeat("0", hex.EncodedLen(sha256.Size))

// Unsealed is the writer option that leaves room for the checksum. It must be the last entry of the metadata by name.
var Unsealed = parquet.KeyValueMetadata(key, blank)

// Close puts the checksum in its place in a file that was written with Unsealed.
func Close(data []byte) error {
	at, ok := place(data)
	if !ok {
		return errors.New("the parquet writer left no place for the checksum")
	}
	copy(data[at:], digest(data, at))
	return nil
}

// Check says whether a file is the one that was closed: not cut short, not changed, and written by this program.
func Check(data []byte) error {
	at, ok := place(data)
	if !ok {
		return errors.New("the file was cut short, or not written by this program: it has no checksum")
	}
	if digest(data, at) != string(data[at:at+len(blank)]) {
		return errors.New("the file is damaged, or was changed after it was written: its checksum differs")
	}
	return nil
}

// place returns where in data the checksum begins, if it has one.
func place(data []byte) (at int, ok bool) {
	entry := bytes.LastIndex(data, []byte(start))
	at = entry + len(start)
	return at, entry >= 0 && at+len(blank) <= len(data)
}

// digest hashes data with zeros where the checksum is, from at on.
func digest(data []byte, at int) string {
	hash := sha256.New()
	hash.Write(data[:at])
	hash.Write([]byte(blank))
	hash.Write(data[at+len(blank):])
	return hex.EncodeToString(hash.Sum(nil))
}
