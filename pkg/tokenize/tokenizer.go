package tokenize

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// Encoding is one note as token ids.
type Encoding struct {
	IDs       []int32 // [CLS] first, [SEP] last
	Tokens    int     // the number before truncation, [CLS] and [SEP] included
	Truncated bool    // whether the note was truncated
}

// Tokenizer encodes notes as a BERT-family WordPiece tokenizer does. It is safe for concurrent use.
type Tokenizer struct {
	def     *definition
	engine  engine
	name    string
	aligner func() (*aligner, error) // for EncodeSpans, built at the first call
}

// Open reads the tokenizer of a folder: tokenizer.json, or else vocab.txt, with tokenizer_config.json, config.json,
// special_tokens_map.json and added_tokens.json if there are any. The engine is the first of [Engines]. It fails, naming the
// file, for a tokenizer that is not WordPiece and for settings that are not supported.
func Open(dir string) (*Tokenizer, error) { return OpenEngine(dir, Engines()[0]) }

// OpenEngine is [Open] with the engine of the given name, [RustEngine] or [GoEngine]. It fails for one that is not in this
// build.
func OpenEngine(dir, engine string) (*Tokenizer, error) {
	d, err := readDefinition(dir)
	if err != nil {
		return nil, err
	}
	e, err := newEngine(engine, d)
	if err != nil {
		return nil, err
	}
	return &Tokenizer{
		def: d, engine: e, name: engine,
		aligner: sync.OnceValues(func() (*aligner, error) { return newAligner(d, e) }),
	}, nil
}

// Engine returns the name of the engine.
func (t *Tokenizer) Engine() string { return t.name }

// PadID returns the id of [PAD].
func (t *Tokenizer) PadID() int32 { return t.def.pad }

// VocabSize returns the largest id plus one, added tokens included: the number of rows of the word embeddings. As in
// transformers, a special token that the vocabulary lacks, such as [MASK], is an added one.
func (t *Tokenizer) VocabSize() int { return t.def.size }

// Warnings returns a line for each setting of tokenizer.json that tokenizer_config.json or its class overrides.
func (t *Tokenizer) Warnings() []string { return slices.Clone(t.def.remarks) }

// Encode returns the encoding of a note with at most maxLen ids: [CLS], the note's first maxLen-2 (the last ones if
// truncation_side is left), [SEP]. A maxLen of 0 stands for no limit. It fails for another maxLen below 2 and for text that
// is not UTF-8.
func (t *Tokenizer) Encode(text string, maxLen int) (Encoding, error) {
	if maxLen != 0 && maxLen < 2 {
		return Encoding{}, fmt.Errorf("a length of %d tokens leaves no room for [CLS] and [SEP]: give 2 or more", maxLen)
	}
	if !utf8.ValidString(text) {
		return Encoding{}, fmt.Errorf("the text is not UTF-8 (byte %d)", invalidAt(text))
	}
	ids, err := t.engine.encode(text)
	if err != nil {
		return Encoding{}, fmt.Errorf("tokenizer engine %q: %w", t.name, err)
	}
	e := Encoding{Tokens: len(ids) + 2}
	if maxLen != 0 && e.Tokens > maxLen {
		e.Truncated = true
		if t.def.truncateLeft {
			ids = ids[e.Tokens-maxLen:]
		} else {
			ids = ids[:maxLen-2]
		}
	}
	e.IDs = make([]int32, 0, len(ids)+2)
	e.IDs = append(append(append(e.IDs, t.def.cls.ID), ids...), t.def.sep.ID)
	return e, nil
}

// invalidAt returns the offset of the first byte that is not UTF-8.
func invalidAt(text string) int {
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return i
			}
		}
	}
	return len(text)
}

// TextError is the error of one of the texts of [Tokenizer.EncodeAll].
type TextError struct {
	Index int // from 0
	Err   error
}

func (e *TextError) Error() string { return fmt.Sprintf("text %d: %v", e.Index+1, e.Err) }

func (e *TextError) Unwrap() error { return e.Err }

// EncodeAll is [Tokenizer.Encode] of many notes, on all cores; the encodings are in their order. If notes fail, the error
// joins a *[TextError] for each.
func (t *Tokenizer) EncodeAll(texts []string, maxLen int) ([]Encoding, error) {
	encodings, failures := make([]Encoding, len(texts)), make([]error, len(texts))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(texts)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(texts); i = int(next.Add(1)) - 1 {
				e, err := t.Encode(texts[i], maxLen)
				if err != nil {
					failures[i] = &TextError{i, err}
				}
				encodings[i] = e
			}
		})
	}
	workers.Wait()
	if err := errors.Join(failures...); err != nil {
		return nil, err
	}
	return encodings, nil
}
