package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// key sorts behind the other metadata keys, so that its last occurrence in a file is the entry, even if a text contains it.
const key = "whole_file_sha256"

// start is the beginning of the entry in the footer: the key, then the header of a string of 64 bytes in Thrift's compact protocol.
const start = key + "\x18\x40"

var blank = strings.Repeat("0", hex.EncodedLen(sha256.Size))

// Unsealed is the writer option that reserves the place of the checksum. No other metadata key may sort behind its key.
var Unsealed = parquet.KeyValueMetadata(key, blank)

// Close computes the checksum of a file that was written with Unsealed and puts it in its place. It fails for another file.
func Close(data []byte) error {
	at, ok := place(data)
	if !ok {
		return errors.New("the parquet writer left no place for the checksum")
	}
	copy(data[at:], digest(data, at))
	return nil
}

// Check returns an error unless the file is one that was closed: not cut short, not changed, and written by this program.
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

// place returns the offset of the checksum in data; ok says whether there is one.
func place(data []byte) (at int, ok bool) {
	entry := bytes.LastIndex(data, []byte(start))
	at = entry + len(start)
	return at, entry >= 0 && at+len(blank) <= len(data)
}

// digest returns the SHA-256 of data with zeros in the place of the checksum, which begins at at, in hexadecimal.
func digest(data []byte, at int) string {
	hash := sha256.New()
	hash.Write(data[:at])
	hash.Write([]byte(blank))
	hash.Write(data[at+len(blank):])
	return hex.EncodeToString(hash.Sum(nil))
}
