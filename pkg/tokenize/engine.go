package tokenize

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The engines. RustEngine is there only in builds with the tag rusttokenizer.
const (
	RustEngine = "rust"
	GoEngine   = "go"
)

// engine turns valid UTF-8 text into ids, without [CLS] and [SEP] and uncut. It is safe for concurrent use.
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

// rustText prepares text for the Rust library, so that it does what Python's newer build of it does. Its C interface
// ends the text at U+0000, so U+0001 stands in, which is treated alike. And its lower case is that of the Rust release
// it was compiled with, so letters younger than that are lowered here.
func rustText(text string, lower bool) string {
	if strings.IndexByte(text, 0) >= 0 {
		text = strings.ReplaceAll(text, "\x00", "\x01")
	}
	if !lower || !hasYoungLetter(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range text {
		if l, young := chars().lower[r]; young && utf8.RuneCountInString(l) == 1 {
			b.WriteString(l)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func hasYoungLetter(text string) bool {
	for _, r := range text {
		if r >= utf8.RuneSelf {
			if l, young := chars().lower[r]; young && utf8.RuneCountInString(l) == 1 {
				return true
			}
		}
	}
	return false
}
