package stage

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Key names a result by everything that it depends on.
type Key struct {
	// Name is the stage's, and its folder's.
	Name string
	// Version changes with the meaning of the stage's files, so that older ones are made anew.
	Version int
	// Inputs are settings, and the hashes of what is read. Two equal lists give the same result.
	Inputs []any
	// File is the result's name in its folder; NAME.json if it is empty.
	File string
}

// Hash is the hash of the name, the version and the inputs, in hexadecimal digits.
func (k Key) Hash() string {
	h := sha256.New()
	fmt.Fprintf(h, "specialist %s %d\n", k.Name, k.Version)
	for i, input := range k.Inputs {
		if i > 0 {
			_, _ = io.WriteString(h, " ")
		}
		h.Write(canonical(input))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// canonical writes an input for the hash: a plain word as it is, all else as JSON, which says where it ends. A word that is JSON itself, such
// as a number, is no plain one.
func canonical(input any) []byte {
	if s, ok := input.(string); ok && s != "" && !strings.ContainsAny(s, " \t\n\"[{") && !json.Valid([]byte(s)) {
		return []byte(s)
	}
	raw, err := json.Marshal(input)
	if err != nil {
		panic(fmt.Sprintf("stage: an input of type %T has no JSON: %v", input, err)) // a key is made of plain values
	}
	return raw
}

func (k Key) file() string {
	if k.File != "" {
		return k.File
	}
	return k.Name + ".json"
}
