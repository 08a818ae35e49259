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
	IDs       []int32 // with [CLS] first and [SEP] last
	Tokens    int     // how many there were before the note was cut, [CLS] and [SEP] included
	Truncated bool    // whether the note was cut
}

// Tokenizer encodes notes as a BERT-family WordPiece tokenizer does. It is safe for concurrent use.
type Tokenizer struct {
	def     *definition
	engine  engine
	name    string
	aligner func() (*aligner, error) // for EncodeSpans, built when first asked for
}

// Open reads the tokenizer of a folder: tokenizer.json, or else vocab.txt, with tokenizer_config.json, config.json,
// special_tokens_map.json and added_tokens.json where they are there. It takes the first of [Engines].
func Open(dir string) (*Tokenizer, error) { return OpenEngine(dir, Engines()[0]) }

// OpenEngine is [Open] with an engine of the caller's choice, [RustEngine] or [GoEngine]. An engine that this build
// does not have is an error.
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

// Engine names the engine that runs.
func (t *Tokenizer) Engine() string { return t.name }

// PadID is the id of [PAD].
func (t *Tokenizer) PadID() int32 { return t.def.pad }

// VocabSize is the largest id plus one, added tokens included: the rows an embedding needs. As in transformers, a
// special token that the vocabulary lacks, such as [MASK], counts as added.
func (t *Tokenizer) VocabSize() int { return t.def.size }

// Remarks lists, a line each, the settings of tokenizer.json that tokenizer_config.json or its class overrules.
func (t *Tokenizer) Remarks() []string { return slices.Clone(t.def.remarks) }

// Encode gives the ids of a note, at most maxLen of them: [CLS], the note's first maxLen-2 (its last ones, where the
// folder sets truncation_side to left), [SEP]. A maxLen of 0 means no limit; otherwise it must be 2 or more. Text that
// is not UTF-8 is an error.
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

// TextError says which of the texts given to [Tokenizer.EncodeAll] could not be encoded.
type TextError struct {
	Index int // from 0
	Err   error
}

func (e *TextError) Error() string { return fmt.Sprintf("text %d: %v", e.Index+1, e.Err) }

func (e *TextError) Unwrap() error { return e.Err }

// EncodeAll is [Tokenizer.Encode] over many notes, on all cores, in their order. Where notes fail, the error joins
// a *[TextError] for each.
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
