package tokenize

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
)

// specialNames are transformers' named special tokens, in the order in which it adds missing ones.
var specialNames = []string{"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"}

// bertSpecials are BertTokenizer's default special tokens.
var bertSpecials = map[string]string{
	"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]",
}

// namedTokens returns the named special tokens of the folder: those of special_tokens_map.json, else of
// tokenizer_config.json. As in transformers, the map is ignored if tokenizer_config.json has an added_tokens_decoder.
func (f *folder) namedTokens() (map[string]addedToken, error) {
	tokens := map[string]addedToken{}
	for _, name := range specialNames {
		raw, file := f.config.named[name], configName
		if other, ok := f.specials[name]; ok && f.config.AddedTokens == nil {
			raw, file = other, specialsName
		}
		if raw == nil || string(raw) == "null" {
			continue
		}
		token, err := parseToken(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", filepath.Join(f.dir, file), name, err)
		}
		token.Special = true
		tokens[name] = token
	}
	return tokens, nil
}

// extraTokens returns the extra special tokens: extra_special_tokens, or additional_special_tokens of older versions.
func (f *folder) extraTokens() ([]addedToken, error) {
	raw, file := f.config.Extra, configName
	if isEmpty(raw) {
		raw = f.config.Additional
	}
	if f.config.AddedTokens == nil {
		for _, key := range []string{"additional_special_tokens", "extra_special_tokens"} {
			if other := f.specials[key]; !isEmpty(other) && isEmpty(f.config.Extra) {
				raw, file = other, specialsName
			}
		}
	}
	if isEmpty(raw) {
		return nil, nil
	}
	path := filepath.Join(f.dir, file)
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("%s: extra_special_tokens is not a list, which is not supported", path)
	}
	var tokens []addedToken
	for _, item := range list {
		token, err := parseToken(item)
		if err != nil {
			return nil, fmt.Errorf("%s: extra_special_tokens: %w", path, err)
		}
		token.Special = true
		tokens = append(tokens, token)
	}
	return tokens, nil
}

func isEmpty(raw json.RawMessage) bool {
	return slices.Contains([]string{"", "null", "{}", "[]"}, string(raw))
}

// declaredTokens returns the added tokens with an id, by id: added_tokens_decoder of tokenizer_config.json, else
// added_tokens.json and added_tokens of tokenizer.json.
func (f *folder) declaredTokens(special map[string]bool) ([]addedToken, error) {
	byID := map[int32]addedToken{}
	if f.config.AddedTokens != nil {
		path := filepath.Join(f.dir, configName)
		for key, raw := range f.config.AddedTokens {
			id, err := strconv.ParseInt(key, 10, 32)
			if err != nil {
				return nil, fmt.Errorf("%s: added_tokens_decoder: %q is not an id", path, key)
			}
			token, err := parseToken(raw)
			if err != nil {
				return nil, fmt.Errorf("%s: added_tokens_decoder: %s: %w", path, key, err)
			}
			token.ID = int32(id)
			byID[token.ID] = token
		}
	} else {
		for content, id := range f.legacy {
			byID[id] = addedToken{ID: id, Content: content, Normalized: !special[content], Special: special[content]}
		}
		if f.tokenizer != nil {
			for _, token := range f.tokenizer.AddedTokens {
				byID[token.ID] = token
			}
		}
	}
	tokens := make([]addedToken, 0, len(byID))
	for _, token := range byID {
		tokens = append(tokens, token)
	}
	slices.SortFunc(tokens, func(a, b addedToken) int { return int(a.ID) - int(b.ID) })
	return tokens, nil
}

// parseToken decodes a token, a string or an object with a content.
func parseToken(raw json.RawMessage) (addedToken, error) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return addedToken{ID: -1, Content: text, Special: true}, nil
	}
	var token struct {
		addedToken
		Content    *string `json:"content"`
		Normalized *bool   `json:"normalized"`
	}
	if err := json.Unmarshal(raw, &token); err != nil || token.Content == nil {
		return addedToken{}, errors.New("is neither a string nor an object with a content")
	}
	t := token.addedToken
	t.ID, t.Content, t.Normalized = -1, *token.Content, !t.Special
	if token.Normalized != nil {
		t.Normalized = *token.Normalized
	}
	return t, nil
}

// postProcessor is post_processor of tokenizer.json, which adds [CLS] and [SEP].
type postProcessor struct {
	Type   string `json:"type"`
	Single []struct {
		SpecialToken *struct {
			ID string `json:"id"`
		} `json:"SpecialToken"`
		Sequence *struct {
			ID string `json:"id"`
		} `json:"Sequence"`
	} `json:"single"`
	Sep []json.RawMessage `json:"sep"`
	Cls []json.RawMessage `json:"cls"`
}

// ends returns the tokens that are added before and after a note.
func (p *postProcessor) ends() (first, last string, err error) {
	wrong := errors.New("post_processor does not put one token before a note and one after it, as BERT needs")
	switch {
	case p == nil:
		return "", "", wrong
	case p.Type == "TemplateProcessing":
		if s := p.Single; len(s) == 3 && s[0].SpecialToken != nil && s[1].Sequence != nil && s[2].SpecialToken != nil {
			return s[0].SpecialToken.ID, s[2].SpecialToken.ID, nil
		}
		return "", "", wrong
	case p.Type == "BertProcessing" && len(p.Sep) == 2 && len(p.Cls) == 2:
		if json.Unmarshal(p.Cls[0], &first) != nil || json.Unmarshal(p.Sep[0], &last) != nil {
			return "", "", wrong
		}
		return first, last, nil
	}
	return "", "", fmt.Errorf("post_processor.type is %q, want \"TemplateProcessing\" or \"BertProcessing\"", p.Type)
}
