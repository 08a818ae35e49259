package tokenize

import (
	"encoding/json"
	"fmt"
	"math"
	"sync"
	"unicode/utf8"

	"github.com/gomlx/go-huggingface/tokenizers/api"
	"github.com/gomlx/go-huggingface/tokenizers/hftokenizer"
)

// cacheWords and cacheBytes bound a goroutine's cache of words: the number of words, and the length of each.
const (
	cacheWords = 1 << 15
	cacheBytes = 64
)

// goEngine splits text into words and encodes each with hftokenizer's WordPiece model: the time of hftokenizer is quadratic
// in the length of its input, and its normalisation differs from the tokenizers library's.
type goEngine struct {
	model      *hftokenizer.Tokenizer
	normalizer *normalizer
	plain      *matcher // of added tokens, in the text itself
	normalized *matcher // of added tokens, in normalised text
	maxChars   int
	unk        []int32
	scratch    sync.Pool // of *scratch
}

// scratch is a goroutine's buffer and cache.
type scratch struct {
	text  []byte
	cache map[string][]int32
}

func newGoEngine(d *definition) (*goEngine, error) {
	// The limit on a word's characters is applied by word: hftokenizer's is on bytes.
	content, err := json.Marshal(map[string]any{"version": "1.0", "model": d.modelJSON(math.MaxInt32)})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.source, err)
	}
	model, err := hftokenizer.NewFromContent(nil, content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.source, err)
	}
	if err := model.With(api.EncodeOptions{AddSpecialTokens: false}); err != nil {
		return nil, fmt.Errorf("%s: %w", d.source, err)
	}
	e := &goEngine{model: model, normalizer: newNormalizer(d.norm), maxChars: d.maxChars, unk: []int32{d.vocab[d.unk]}}
	e.scratch.New = func() any { return &scratch{cache: map[string][]int32{}} }
	// Of two tokens with the same normalised form, the library matches the special one.
	var plain, normalized []addedToken
	for _, special := range []bool{true, false} {
		for _, token := range d.added {
			switch {
			case token.Special != special:
			case token.Normalized:
				normalized = append(normalized, token)
			default:
				plain = append(plain, token)
			}
		}
	}
	e.plain = newMatcher(plain, func(text string) string { return text })
	e.normalized = newMatcher(normalized, func(text string) string { return string(e.normalizer.append(nil, text)) })
	return e, nil
}

func (e *goEngine) encode(text string) ([]int32, error) {
	s := e.scratch.Get().(*scratch)
	defer e.scratch.Put(s)
	ids := make([]int32, 0, len(text)/4+2)
	for _, p := range e.plain.split(text) {
		if p.token {
			ids = append(ids, p.id)
			continue
		}
		s.text = e.normalizer.append(s.text[:0], p.text)
		if e.normalized.empty {
			ids = e.words(ids, s, s.text)
			continue
		}
		for _, q := range e.normalized.split(string(s.text)) {
			if q.token {
				ids = append(ids, q.id)
			} else {
				ids = e.words(ids, s, []byte(q.text))
			}
		}
	}
	return ids, nil
}

func (e *goEngine) words(ids []int32, s *scratch, text []byte) []int32 {
	e.normalizer.eachWord(text, func(start, end int) { ids = append(ids, e.word(s, text[start:end])...) })
	return ids
}

// word returns the pieces of one word: [UNK] alone if it has none or is too long.
func (e *goEngine) word(s *scratch, word []byte) []int32 {
	if pieces, known := s.cache[string(word)]; known {
		return pieces
	}
	if len(word) > e.maxChars && utf8.RuneCount(word) > e.maxChars {
		return e.unk
	}
	found := e.model.Encode(string(word))
	pieces := make([]int32, len(found))
	for i, id := range found {
		pieces[i] = int32(id)
	}
	if len(word) <= cacheBytes {
		if len(s.cache) >= cacheWords {
			clear(s.cache)
		}
		s.cache[string(word)] = pieces
	}
	return pieces
}
