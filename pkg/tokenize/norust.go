//go:build !rusttokenizer || !cgo

package tokenize

import "fmt"

const haveRust = false

func newRustEngine(*definition) (engine, error) {
	return nil, fmt.Errorf("tokenizer engine %q is not in this build: build with -tags rusttokenizer and CGO_LDFLAGS=-L<folder of libtokenizers.a>, or use %q",
		RustEngine, GoEngine)
}
