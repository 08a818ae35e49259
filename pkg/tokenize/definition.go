package tokenize

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// definition is a tokenizer's settings, after the precedence of the folder's files: both engines are built from it.
type definition struct {
	source       string
	vocab        vocabulary
	unk          string
	prefix       string // continuing_subword_prefix
	maxChars     int    // max_input_chars_per_word: a longer word is unknown
	norm         normalization
	added        []addedToken // each with its id, in the order of numbering
	cls, sep     addedToken
	pad          int32
	size         int // largest id + 1
	truncateLeft bool
	remarks      []string
}

// readDefinition reads a folder, with transformers' precedence of the files.
func readDefinition(dir string) (*definition, error) {
	f, err := readFolder(dir)
	if err != nil {
		return nil, err
	}
	own, err := f.ownSettings()
	if err != nil {
		return nil, err
	}
	d := &definition{source: f.source, vocab: f.vocab, unk: "[UNK]", prefix: "##", maxChars: 100}
	side := f.config.TruncationSide
	if t := f.tokenizer; t != nil {
		if side == "" && t.Truncation != nil {
			side = strings.ToLower(t.Truncation.Direction)
		}
		if own {
			d.unk, d.prefix, d.maxChars, d.norm = *t.Model.UnkToken, *t.Model.Prefix, *t.Model.MaxChars, t.normalization()
		}
	}
	if side != "" && side != "left" && side != "right" {
		return nil, fmt.Errorf("%s: truncation_side is %q, want \"left\" or \"right\"", filepath.Join(dir, configName), side)
	}
	d.truncateLeft = side == "left"
	if !own {
		d.norm = f.classNormalization()
		d.remark(f)
	}
	if err := d.resolveTokens(f, own); err != nil {
		return nil, err
	}
	return d, nil
}

// ownSettings says whether the settings are those of tokenizer.json. transformers builds a BertTokenizer or a
// DistilBertTokenizer from the vocabulary and tokenizer_config.json; PreTrainedTokenizerFast (TokenizersBackend in newer
// versions), and a folder that names no class and no model, keep the settings of tokenizer.json.
func (f *folder) ownSettings() (bool, error) {
	if f.tokenizer == nil {
		return false, nil
	}
	class, file := f.config.Class, configName
	if class == "" {
		class, file = f.model.Class, modelName
	}
	switch strings.TrimSuffix(class, "Fast") {
	case "BertTokenizer", "DistilBertTokenizer":
		return false, nil
	case "PreTrainedTokenizer", "TokenizersBackend":
		return true, nil
	case "":
		return f.model.ModelType == "", nil
	}
	return false, fmt.Errorf("%s: tokenizer_class is %q, want BertTokenizer, DistilBertTokenizer or PreTrainedTokenizerFast",
		filepath.Join(f.dir, file), class)
}

// classNormalization returns BertTokenizer's settings: tokenizer_config.json, else the defaults of the class.
func (f *folder) classNormalization() normalization {
	c := f.config
	n := normalization{CleanText: true, ChineseChars: true, Lowercase: true}
	if c.DoLowerCase != nil {
		n.Lowercase = *c.DoLowerCase
	}
	if c.ChineseChars != nil {
		n.ChineseChars = *c.ChineseChars
	}
	n.StripAccents = n.Lowercase
	if c.StripAccents != nil {
		n.StripAccents = *c.StripAccents
	}
	return n
}

// remark adds a remark for each setting of tokenizer.json that the class's settings replace.
func (d *definition) remark(f *folder) {
	if f.tokenizer == nil {
		return
	}
	from := configName
	if !f.hasConfig {
		from = "BertTokenizer's default, as there is no " + configName
	}
	file := f.tokenizer.normalization()
	for _, s := range []struct {
		name       string
		here, used bool
	}{
		{"lowercase", file.Lowercase, d.norm.Lowercase},
		{"strip_accents", file.StripAccents, d.norm.StripAccents},
		{"handle_chinese_chars", file.ChineseChars, d.norm.ChineseChars},
		{"clean_text", file.CleanText, d.norm.CleanText},
	} {
		if s.here != s.used {
			d.remarks = append(d.remarks, fmt.Sprintf("%s: normalizer.%s is %t, yet %t is used, from %s, as transformers does",
				f.source, s.name, s.here, s.used, from))
		}
	}
	if m := f.tokenizer.Model; *m.Prefix != d.prefix || *m.MaxChars != d.maxChars {
		d.remarks = append(d.remarks, fmt.Sprintf(
			"%s: continuing_subword_prefix %q and max_input_chars_per_word %d are replaced by BertTokenizer's %q and %d, as transformers does",
			f.source, *m.Prefix, *m.MaxChars, d.prefix, d.maxChars))
	}
}

// resolveTokens sets the added tokens with their ids and the special tokens. The order and the numbering are those of
// transformers: the tokens declared with an id, the named special tokens, the extra ones; a token of the vocabulary keeps
// its id, another gets the next free one.
func (d *definition) resolveTokens(f *folder, own bool) error {
	named, err := f.namedTokens()
	if err != nil {
		return err
	}
	extra, err := f.extraTokens()
	if err != nil {
		return err
	}
	names := map[string]string{}
	for name, content := range bertSpecials {
		names[name] = content
		if _, set := named[name]; !set && !own {
			named[name] = addedToken{ID: -1, Content: content, Special: true}
		}
	}
	special := map[string]bool{}
	for name, token := range named {
		names[name] = token.Content
		special[token.Content] = true
	}
	for _, token := range extra {
		special[token.Content] = true
	}
	declared, err := f.declaredTokens(special)
	if err != nil {
		return err
	}
	if own {
		first, last, err := f.tokenizer.PostProcessor.ends()
		if err != nil {
			return fmt.Errorf("%s: %w", d.source, err)
		}
		names["cls_token"], names["sep_token"] = first, last
	} else {
		d.unk = names["unk_token"]
	}
	for _, name := range []string{"cls_token", "sep_token", "pad_token"} {
		_, known := d.vocab[names[name]]
		if !known && !slices.ContainsFunc(declared, func(t addedToken) bool { return t.Content == names[name] }) {
			return fmt.Errorf("%s: the vocabulary has no %s (the %s)", d.source, names[name], name)
		}
	}
	if _, known := d.vocab[d.unk]; !known {
		return fmt.Errorf("%s: the vocabulary has no %s (the unk_token)", d.source, d.unk)
	}

	tokens := declared
	for _, name := range specialNames {
		if token, set := named[name]; set {
			tokens = append(tokens, token)
		}
	}
	if err := d.number(append(tokens, extra...)); err != nil {
		return fmt.Errorf("%s: %w", d.source, err)
	}
	d.cls, d.sep, d.pad = d.token(names["cls_token"]), d.token(names["sep_token"]), d.token(names["pad_token"]).ID
	return nil
}

// number sets d.added, with the tokenizers library's numbering of added tokens, and d.size.
func (d *definition) number(tokens []addedToken) error {
	owner, largest := map[int32]string{}, int32(0)
	for piece, id := range d.vocab {
		owner[id] = piece
		largest = max(largest, id)
	}
	next, seen := int32(len(d.vocab)), map[string]bool{}
	for _, token := range tokens {
		if seen[token.Content] || token.Content == "" {
			continue
		}
		seen[token.Content] = true
		id, known := d.vocab[token.Content]
		if !known {
			id = next
			if other, taken := owner[id]; taken {
				return fmt.Errorf("the added token %q would get id %d, which is that of %q", token.Content, id, other)
			}
			owner[id] = token.Content
		}
		if token.ID >= 0 && token.ID != id {
			return fmt.Errorf("the added token %q is declared as id %d, but its place in the vocabulary is %d", token.Content, token.ID, id)
		}
		if strings.ContainsAny(token.Content, "\x00\x01") || rustText(token.Content, d.norm.Lowercase) != token.Content {
			return fmt.Errorf("the added token %q holds a character that is not supported in one", token.Content)
		}
		if token.Normalized && len(newNormalizer(d.norm).append(nil, token.Content)) == 0 {
			return fmt.Errorf("nothing is left of the added token %q once it is normalised", token.Content)
		}
		token.ID, next, largest = id, max(next, id+1), max(largest, id)
		d.added = append(d.added, token)
	}
	d.size = int(largest) + 1
	return nil
}

// token returns an added token, or a piece of the vocabulary, by its content.
func (d *definition) token(content string) addedToken {
	for _, token := range d.added {
		if token.Content == content {
			return token
		}
	}
	return addedToken{ID: d.vocab[content], Content: content, Special: true}
}

// modelJSON is the WordPiece model of a tokenizer.json, with the given max_input_chars_per_word.
func (d *definition) modelJSON(maxChars int) map[string]any {
	return map[string]any{
		"type": wordPiece, "unk_token": d.unk, "continuing_subword_prefix": d.prefix,
		"max_input_chars_per_word": maxChars, "vocab": d.vocab,
	}
}
