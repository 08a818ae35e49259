package predict

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// The parquet reader follows lengths and offsets of a damaged file into foreign memory, which no recover catches, and parquet's own
// checksums leave out the footer and the page headers. So the metadata carries a SHA-256 of the whole file, computed with
// zeros in its own place, and nothing is decoded before it is checked. Other readers see one metadata entry more.

const sealKey = "whole_file_sha256" // last of the metadata's keys, which are sorted: a text that looks like it stands before it

// sealStart is how the entry begins in the footer: the key, then the header of a string of 64 bytes in Thrift's compact protocol.
const sealStart = sealKey + "\x18\x40"

var blankSeal = strings.Repeat("0", hex.EncodedLen(sha256.Size))

var unsealed = parquet.KeyValueMetadata(sealKey, blankSeal)

// seal puts the checksum in its place in a file that was written with the unsealed option.
func seal(data []byte) error {
	at, ok := sealPlace(data)
	if !ok {
		return errors.New("the parquet writer left no place for the checksum")
	}
	copy(data[at:], digest(data, at))
	return nil
}

func checkSeal(data []byte) error {
	at, ok := sealPlace(data)
	if !ok {
		return errors.New("the file was cut short, or not written by this program: it has no checksum")
	}
	if digest(data, at) != string(data[at:at+len(blankSeal)]) {
		return errors.New("the file is damaged, or was changed after it was written: its checksum differs")
	}
	return nil
}

// sealPlace returns where in data the checksum begins, if it has one.
func sealPlace(data []byte) (at int, ok bool) {
	key := bytes.LastIndex(data, []byte(sealStart))
	at = key + len(sealStart)
	return at, key >= 0 && at+len(blankSeal) <= len(data)
}

// digest hashes data with zeros where the checksum is, from at on.
func digest(data []byte, at int) string {
	hash := sha256.New()
	hash.Write(data[:at])
	hash.Write([]byte(blankSeal))
	hash.Write(data[at+len(blankSeal):])
	return hex.EncodeToString(hash.Sum(nil))
}
