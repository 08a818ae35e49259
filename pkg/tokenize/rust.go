//go:build rusttokenizer && cgo

package tokenize

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"unicode"

	"github.com/daulet/tokenizers"
)

const haveRust = true

// chunkBytes is the number of bytes that are passed to the library at a time: it needs some 200 bytes of memory for each.
const chunkBytes = 1 << 16

// rustEngine is Hugging Face's tokenizers library, with its own normalisation.
type rustEngine struct {
	tokenizer *tokenizers.Tokenizer
	lower     bool
	whole     bool // text must not be split at white space, because an added token contains some
}

func newRustEngine(d *definition) (engine, error) {
	data, err := d.tokenizerJSON()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.source, err)
	}
	tokenizer, err := tokenizers.FromBytes(data)
	if err != nil {
		return nil, fmt.Errorf("%s: the tokenizers library refuses it: %w", d.source, err)
	}
	e := &rustEngine{tokenizer: tokenizer, lower: d.norm.Lowercase}
	for _, token := range d.added {
		e.whole = e.whole || strings.ContainsFunc(token.Content, unicode.IsSpace)
	}
	runtime.AddCleanup(e, func(t *tokenizers.Tokenizer) { _ = t.Close() }, tokenizer)
	return e, nil
}

func (e *rustEngine) encode(text string) ([]int32, error) {
	ids := make([]int32, 0, len(text)/4+2)
	for text = rustText(text, e.lower); text != ""; {
		chunk := text
		if !e.whole {
			chunk = text[:chunkEnd(text)]
		}
		text = text[len(chunk):]
		// With [CLS] and [SEP], because the binding does not distinguish an encoding without tokens from a failure.
		encoding, err := e.tokenizer.EncodeWithOptionsErr(chunk, true)
		runtime.KeepAlive(e)
		if err != nil {
			return nil, err
		}
		n := len(encoding.IDs)
		if n < 2 {
			return nil, fmt.Errorf("the tokenizers library gave %d tokens, want at least [CLS] and [SEP]", n)
		}
		for _, id := range encoding.IDs[1 : n-1] {
			ids = append(ids, int32(id))
		}
	}
	return ids, nil
}

// chunkEnd returns the end of the first chunk of text, such that no token changes: before a space, the last one within
// chunkBytes or else the first one after.
func chunkEnd(text string) int {
	if len(text) <= chunkBytes {
		return len(text)
	}
	if cut := strings.LastIndexByte(text[:chunkBytes], ' '); cut > 0 {
		return cut
	}
	if cut := strings.IndexByte(text[chunkBytes:], ' '); cut >= 0 {
		return chunkBytes + cut
	}
	return len(text)
}

// tokenizerJSON is the definition as a tokenizer.json, without truncation and padding.
func (d *definition) tokenizerJSON() ([]byte, error) {
	special := func(t addedToken) map[string]any {
		return map[string]any{"SpecialToken": map[string]any{"id": t.Content, "type_id": 0}}
	}
	entry := func(t addedToken) map[string]any {
		return map[string]any{"id": t.Content, "ids": []int32{t.ID}, "tokens": []string{t.Content}}
	}
	return json.Marshal(map[string]any{
		"version": "1.0", "truncation": nil, "padding": nil, "added_tokens": d.added,
		"normalizer": struct {
			Type string `json:"type"`
			normalization
		}{bertNormalizer, d.norm},
		"pre_tokenizer": map[string]any{"type": "BertPreTokenizer"},
		"post_processor": map[string]any{
			"type":           "TemplateProcessing",
			"single":         []any{special(d.cls), map[string]any{"Sequence": map[string]any{"id": "A", "type_id": 0}}, special(d.sep)},
			"pair":           []any{map[string]any{"Sequence": map[string]any{"id": "A", "type_id": 0}}, map[string]any{"Sequence": map[string]any{"id": "B", "type_id": 1}}},
			"special_tokens": map[string]any{d.cls.Content: entry(d.cls), d.sep.Content: entry(d.sep)},
		},
		"decoder": nil,
		"model":   d.modelJSON(d.maxChars),
	})
}
