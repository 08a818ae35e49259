package tokenize

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// vocabulary maps each piece to its id.
type vocabulary map[string]int32

// parseVocabJSON decodes model.vocab of tokenizer.json piece by piece, so that a piece or an id that occurs twice is an
// error.
func parseVocabJSON(raw []byte) (vocabulary, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New("model.vocab is not an object of pieces and ids")
	}
	vocab, pieceOf := vocabulary{}, map[int32]string{}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("model.vocab: %w", err)
		}
		piece := key.(string)
		value, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("model.vocab: %w", err)
		}
		number, _ := value.(json.Number)
		id, err := number.Int64()
		if err != nil || id < 0 || id >= math.MaxInt32 {
			return nil, fmt.Errorf("model.vocab: the id of %q is %v, not a whole number from 0", piece, value)
		}
		if _, twice := vocab[piece]; twice {
			return nil, fmt.Errorf("model.vocab: %q is there twice", piece)
		}
		if other, twice := pieceOf[int32(id)]; twice {
			return nil, fmt.Errorf("model.vocab: %q and %q both have id %d", other, piece, id)
		}
		vocab[piece], pieceOf[int32(id)] = int32(id), piece
	}
	return vocab, vocab.checkCharacters()
}

// parseVocabText decodes vocab.txt as the tokenizers library does: a piece a line, without white space at its end; its id is
// the line's number from 0. Empty lines count, but are no pieces.
func parseVocabText(data []byte) (vocabulary, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("is not UTF-8 text")
	}
	vocab := vocabulary{}
	number := int32(0)
	for line := range strings.Lines(string(data)) {
		piece := strings.TrimRightFunc(line, unicode.IsSpace)
		if first, twice := vocab[piece]; twice && piece != "" {
			return nil, fmt.Errorf("line %d repeats %q of line %d", number+1, piece, first+1)
		}
		vocab[piece] = number
		number++
	}
	return vocab, vocab.checkCharacters()
}

// checkCharacters returns an error for a piece with U+0000 or U+0001: the Rust library takes text as a C string, in which
// U+0001 replaces U+0000.
func (v vocabulary) checkCharacters() error {
	for piece := range v {
		if strings.ContainsAny(piece, "\x00\x01") {
			return fmt.Errorf("the vocabulary holds %q, and control characters are not supported", piece)
		}
	}
	return nil
}
