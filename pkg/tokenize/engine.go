package tokenize

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The engines. RustEngine is only in builds with the tag rusttokenizer.
const (
	RustEngine = "rust"
	GoEngine   = "go"
)

// engine encodes valid UTF-8 text as ids, without [CLS] and [SEP] and without truncation. It is safe for concurrent use.
type engine interface {
	encode(text string) ([]int32, error)
}

// Engines lists the engines of this build, the preferred one first.
func Engines() []string {
	if haveRust {
		return []string{RustEngine, GoEngine}
	}
	return []string{GoEngine}
}

func newEngine(name string, d *definition) (engine, error) {
	switch name {
	case GoEngine:
		return newGoEngine(d)
	case RustEngine:
		return newRustEngine(d)
	}
	return nil, fmt.Errorf("tokenizer engine %q is unknown, want %q or %q", name, RustEngine, GoEngine)
}

// rustText prepares text for the Rust library, so that the ids are those of Python's newer build of it. Its C interface
// ends the text at U+0000, which is replaced by U+0001, as it is treated in the same way. Its lower case is that of the
// Unicode version of the Rust release that compiled it, so letters of later versions are lowered here.
func rustText(text string, lower bool) string {
	if strings.IndexByte(text, 0) >= 0 {
		text = strings.ReplaceAll(text, "\x00", "\x01")
	}
	if !lower || !hasNewLetter(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range text {
		if l, found := chars().lower[r]; found && utf8.RuneCountInString(l) == 1 {
			b.WriteString(l)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hasNewLetter says whether rustText changes a letter.
func hasNewLetter(text string) bool {
	for _, r := range text {
		if r >= utf8.RuneSelf {
			if l, found := chars().lower[r]; found && utf8.RuneCountInString(l) == 1 {
				return true
			}
		}
	}
	return false
}
