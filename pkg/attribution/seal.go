package attribution

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// As a file of predictions does, the metadata carries a SHA-256 of the whole file, computed with zeros in its own place, and nothing is
// decoded before it is checked: the parquet reader follows the lengths of a damaged file into foreign memory, which no recover catches.
const (
	sealKey = "whole_file_sha256" // the last of the metadata's sorted keys, so that no value before it is taken for it
	// sealHead is the entry's beginning in the footer: its key, and in Thrift's compact protocol the header of a 64-byte string.
	sealHead = sealKey + "\x18\x40"
)

var (
	openSeal   = strings.Repeat("0", hex.EncodedLen(sha256.Size))
	unsealed   = parquet.KeyValueMetadata(sealKey, openSeal)
	errNoSeal  = errors.New("the file was cut short, or not written by this program: it has no checksum")
	errChanged = errors.New("the file is damaged, or was changed after it was written: its checksum differs")
)

// seal returns the place of the checksum in a file and what it should be.
func seal(data []byte) (place []byte, sum string, err error) {
	key := bytes.LastIndex(data, []byte(sealHead))
	first := key + len(sealHead)
	if key < 0 || first+len(openSeal) > len(data) {
		return nil, "", errNoSeal
	}
	last := first + len(openSeal)
	h := sha256.New()
	h.Write(data[:first])
	h.Write([]byte(openSeal))
	h.Write(data[last:])
	return data[first:last], hex.EncodeToString(h.Sum(nil)), nil
}

// closeSeal puts the checksum in its place.
func closeSeal(data []byte) error {
	place, sum, err := seal(data)
	copy(place, sum)
	return err
}

func checkSeal(data []byte) error {
	place, sum, err := seal(data)
	if err == nil && string(place) != sum {
		err = errChanged
	}
	return err
}
