package tokenize

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"unicode/utf8"
)

// The files of a tokenizer's folder.
const (
	tokenizerName  = "tokenizer.json"
	vocabName      = "vocab.txt"
	configName     = "tokenizer_config.json"
	modelName      = "config.json"
	specialsName   = "special_tokens_map.json"
	addedName      = "added_tokens.json"
	wordPiece      = "WordPiece"
	bertNormalizer = "BertNormalizer"
)

// folder holds the contents of a tokenizer's files, before their precedence is applied.
type folder struct {
	dir       string
	source    string         // path of the vocabulary's file
	tokenizer *tokenizerFile // nil if there is only vocab.txt
	vocab     vocabulary
	config    configFile
	hasConfig bool
	model     modelFile
	specials  map[string]json.RawMessage // special_tokens_map.json
	legacy    map[string]int32           // added_tokens.json
}

// tokenizerFile is tokenizer.json, with the keys on which the ids depend.
type tokenizerFile struct {
	Version    *string `json:"version"`
	Truncation *struct {
		Direction string `json:"direction"`
	} `json:"truncation"`
	AddedTokens []addedToken `json:"added_tokens"`
	Normalizer  *struct {
		Type         string `json:"type"`
		CleanText    *bool  `json:"clean_text"`
		ChineseChars *bool  `json:"handle_chinese_chars"`
		StripAccents *bool  `json:"strip_accents"`
		Lowercase    *bool  `json:"lowercase"`
	} `json:"normalizer"`
	PreTokenizer *struct {
		Type string `json:"type"`
	} `json:"pre_tokenizer"`
	PostProcessor *postProcessor `json:"post_processor"`
	Model         struct {
		Type     *string         `json:"type"`
		UnkToken *string         `json:"unk_token"`
		Prefix   *string         `json:"continuing_subword_prefix"`
		MaxChars *int            `json:"max_input_chars_per_word"`
		Vocab    json.RawMessage `json:"vocab"`
	} `json:"model"`
}

// configFile is tokenizer_config.json.
type configFile struct {
	Class          string                     `json:"tokenizer_class"`
	DoLowerCase    *bool                      `json:"do_lower_case"`
	StripAccents   *bool                      `json:"strip_accents"`
	ChineseChars   *bool                      `json:"tokenize_chinese_chars"`
	TruncationSide string                     `json:"truncation_side"`
	SplitSpecial   bool                       `json:"split_special_tokens"`
	AddedTokens    map[string]json.RawMessage `json:"added_tokens_decoder"`
	Extra          json.RawMessage            `json:"extra_special_tokens"`
	Additional     json.RawMessage            `json:"additional_special_tokens"`
	named          map[string]json.RawMessage // every key, for bos_token ... mask_token
}

// modelFile is config.json, which determines transformers' tokenizer class if tokenizer_config.json does not.
type modelFile struct {
	ModelType string `json:"model_type"`
	Class     string `json:"tokenizer_class"`
}

// readFolder reads the files of a tokenizer's folder.
func readFolder(dir string) (*folder, error) {
	f := &folder{dir: dir}
	f.source = filepath.Join(dir, tokenizerName)
	var tokenizer tokenizerFile
	found, err := readJSON(f.source, &tokenizer)
	switch {
	case err != nil:
		return nil, err
	case found:
		f.tokenizer = &tokenizer
		if err := tokenizer.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", f.source, err)
		}
		f.vocab, err = parseVocabJSON(tokenizer.Model.Vocab)
	default:
		f.source = filepath.Join(dir, vocabName)
		var data []byte
		data, err = os.ReadFile(f.source)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: neither %s nor %s is there: give a folder with a BERT tokenizer", dir, tokenizerName, vocabName)
		}
		if err != nil {
			return nil, err
		}
		f.vocab, err = parseVocabText(data)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.source, err)
	}

	if f.hasConfig, err = readJSON(filepath.Join(dir, configName), &f.config); err != nil {
		return nil, err
	}
	for name, into := range map[string]any{
		configName: &f.config.named, modelName: &f.model, specialsName: &f.specials, addedName: &f.legacy,
	} {
		if _, err := readJSON(filepath.Join(dir, name), into); err != nil {
			return nil, err
		}
	}
	if f.config.SplitSpecial {
		return nil, fmt.Errorf("%s: split_special_tokens is not supported", filepath.Join(dir, configName))
	}
	return f, nil
}

// readJSON decodes a file into the value; found says whether there is one. Errors name the file, and the line of bad syntax.
func readJSON(path string, into any) (found bool, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !utf8.Valid(data) {
		return false, fmt.Errorf("%s: is not UTF-8 text", path)
	}
	if err := json.Unmarshal(data, into); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			line := 1 + bytes.Count(data[:min(int(syntax.Offset), len(data))], []byte{'\n'})
			return false, fmt.Errorf("%s: line %d is not valid JSON (%w): is the file whole?", path, line, err)
		}
		return false, fmt.Errorf("%s: %w", path, err)
	}
	return true, nil
}

// check returns an error unless the file is a WordPiece tokenizer of the BERT family.
func (t *tokenizerFile) check() error {
	m := t.Model
	switch {
	case t.Version != nil && *t.Version != "1.0":
		return fmt.Errorf("version is %q, want \"1.0\"", *t.Version)
	case m.Type == nil:
		return fmt.Errorf("model.type is missing, want %q: add it, or save the tokenizer anew", wordPiece)
	case *m.Type != wordPiece:
		return fmt.Errorf("model.type is %q, want %q (a BERT or DistilBERT tokenizer)", *m.Type, wordPiece)
	case m.Vocab == nil:
		return errors.New("model.vocab is missing")
	case m.UnkToken == nil:
		return errors.New("model.unk_token is missing")
	case m.Prefix == nil:
		return errors.New("model.continuing_subword_prefix is missing")
	case *m.Prefix == "":
		return errors.New("model.continuing_subword_prefix is empty, which is not supported")
	case m.MaxChars == nil:
		return errors.New("model.max_input_chars_per_word is missing")
	case *m.MaxChars < 1:
		return fmt.Errorf("model.max_input_chars_per_word is %d, want 1 or more", *m.MaxChars)
	case t.PreTokenizer == nil:
		return errors.New("pre_tokenizer is missing, want BertPreTokenizer")
	case t.PreTokenizer.Type != "BertPreTokenizer":
		return fmt.Errorf("pre_tokenizer.type is %q, want \"BertPreTokenizer\"", t.PreTokenizer.Type)
	}
	if n := t.Normalizer; n != nil {
		switch {
		case n.Type != bertNormalizer:
			return fmt.Errorf("normalizer.type is %q, want %q", n.Type, bertNormalizer)
		case n.CleanText == nil:
			return errors.New("normalizer.clean_text is missing")
		case n.ChineseChars == nil:
			return errors.New("normalizer.handle_chinese_chars is missing")
		case n.Lowercase == nil:
			return errors.New("normalizer.lowercase is missing")
		}
	}
	seen := map[string]bool{}
	for _, token := range t.AddedTokens {
		if seen[token.Content] {
			return fmt.Errorf("added_tokens: %q is there twice", token.Content)
		}
		seen[token.Content] = true
	}
	return nil
}

// normalization returns the file's settings. Without a normalizer, text is not changed.
func (t *tokenizerFile) normalization() normalization {
	n := t.Normalizer
	if n == nil {
		return normalization{}
	}
	strip := *n.Lowercase
	if n.StripAccents != nil {
		strip = *n.StripAccents
	}
	return normalization{CleanText: *n.CleanText, ChineseChars: *n.ChineseChars, StripAccents: strip, Lowercase: *n.Lowercase}
}
