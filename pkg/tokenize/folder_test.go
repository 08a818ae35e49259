package tokenize

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

const smallVocab = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nheart\n"

// writeFolder makes a tokenizer's folder.
func writeFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		testkit.WriteFile(t, filepath.Join(dir, name), content)
	}
	return dir
}

// tokenizerWith gives a sound tokenizer.json after a change to it.
func tokenizerWith(t *testing.T, change func(file, model map[string]any)) string {
	t.Helper()
	file := testkit.ReadJSON[map[string]any](t, goldenDir, "plain", "tokenizer.json")
	model := file["model"].(map[string]any)
	model["vocab"] = map[string]any{"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "heart": 5}
	change(file, model)
	data, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestBadFolders(t *testing.T) {
	sound := tokenizerWith(t, func(_, _ map[string]any) {})
	vocab := func(pieces string) string {
		return strings.Replace(sound, `"[MASK]":4`, pieces, 1)
	}
	model := func(key string, value any) string {
		return tokenizerWith(t, func(_, m map[string]any) {
			m[key] = value
			if value == nil {
				delete(m, key)
			}
		})
	}
	section := func(key string, value any) string {
		return tokenizerWith(t, func(f, _ map[string]any) { f[key] = value })
	}
	without := func(piece string) string {
		return tokenizerWith(t, func(f, m map[string]any) {
			delete(m["vocab"].(map[string]any), piece)
			f["added_tokens"] = []any{}
		})
	}
	fast := `{"tokenizer_class": "PreTrainedTokenizerFast"}`
	for name, c := range map[string]struct {
		files map[string]string
		want  string // after the folder's path
	}{
		"empty folder":      {nil, ": neither tokenizer.json nor vocab.txt is there"},
		"cut off":           {map[string]string{"tokenizer.json": sound[:len(sound)-20]}, "/tokenizer.json: line 1 is not valid JSON ("},
		"not UTF-8":         {map[string]string{"tokenizer.json": "{\"version\": \"\xff\"}"}, "/tokenizer.json: is not UTF-8 text"},
		"a list":            {map[string]string{"tokenizer.json": "[]"}, "/tokenizer.json: json: cannot unmarshal array"},
		"version":           {map[string]string{"tokenizer.json": section("version", "2.0")}, `/tokenizer.json: version is "2.0", want "1.0"`},
		"no model.type":     {map[string]string{"tokenizer.json": model("type", nil)}, `/tokenizer.json: model.type is missing, want "WordPiece"`},
		"BPE":               {map[string]string{"tokenizer.json": model("type", "BPE")}, `/tokenizer.json: model.type is "BPE", want "WordPiece"`},
		"no vocab":          {map[string]string{"tokenizer.json": model("vocab", nil)}, "/tokenizer.json: model.vocab is missing"},
		"vocab list":        {map[string]string{"tokenizer.json": model("vocab", []string{"a"})}, "/tokenizer.json: model.vocab is not an object"},
		"no unk_token":      {map[string]string{"tokenizer.json": model("unk_token", nil)}, "/tokenizer.json: model.unk_token is missing"},
		"no prefix":         {map[string]string{"tokenizer.json": model("continuing_subword_prefix", "")}, "/tokenizer.json: model.continuing_subword_prefix is empty"},
		"no word length":    {map[string]string{"tokenizer.json": model("max_input_chars_per_word", 0)}, "/tokenizer.json: model.max_input_chars_per_word is 0"},
		"id twice":          {map[string]string{"tokenizer.json": vocab(`"[MASK]":3`)}, `both have id 3`},
		"piece twice":       {map[string]string{"tokenizer.json": vocab(`"[MASK]":4,"heart":7`)}, `/tokenizer.json: model.vocab: "heart" is there twice`},
		"id of no number":   {map[string]string{"tokenizer.json": vocab(`"[MASK]":"4"`)}, `/tokenizer.json: model.vocab: the id of "[MASK]" is 4, not a whole number`},
		"fractional id":     {map[string]string{"tokenizer.json": vocab(`"[MASK]":4.5`)}, `the id of "[MASK]" is 4.5, not a whole number`},
		"negative id":       {map[string]string{"tokenizer.json": vocab(`"[MASK]":-4`)}, `the id of "[MASK]" is -4, not a whole number`},
		"huge id":           {map[string]string{"tokenizer.json": vocab(`"[MASK]":2147483647`)}, `the id of "[MASK]" is 2147483647, not a whole number`},
		"NUL in a piece":    {map[string]string{"tokenizer.json": vocab(`"[MASK]":4,"a\u0000":6`)}, `control characters are not supported`},
		"normalizer":        {map[string]string{"tokenizer.json": section("normalizer", map[string]any{"type": "Lowercase"})}, `/tokenizer.json: normalizer.type is "Lowercase", want "BertNormalizer"`},
		"half a normalizer": {map[string]string{"tokenizer.json": section("normalizer", map[string]any{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true})}, "/tokenizer.json: normalizer.lowercase is missing"},
		"pre-tokenizer":     {map[string]string{"tokenizer.json": section("pre_tokenizer", map[string]any{"type": "Whitespace"})}, `/tokenizer.json: pre_tokenizer.type is "Whitespace", want "BertPreTokenizer"`},
		"no pre-tokenizer":  {map[string]string{"tokenizer.json": section("pre_tokenizer", nil)}, "/tokenizer.json: pre_tokenizer is missing"},
		"no post-processor": {map[string]string{"tokenizer.json": section("post_processor", nil), "tokenizer_config.json": fast}, "/tokenizer.json: post_processor does not put one token before a note"},
		"added twice":       {map[string]string{"tokenizer.json": section("added_tokens", []addedToken{{ID: 6, Content: "x"}, {ID: 7, Content: "x"}})}, `/tokenizer.json: added_tokens: "x" is there twice`},
		"added elsewhere":   {map[string]string{"tokenizer.json": section("added_tokens", []addedToken{{ID: 9, Content: "x"}})}, `/tokenizer.json: the added token "x" is declared as id 9, but its place in the vocabulary is 6`},
		"added nothing":     {map[string]string{"tokenizer.json": section("added_tokens", []addedToken{{ID: 6, Content: "\u200b", Normalized: true}}), "tokenizer_config.json": `{"tokenizer_class": "BertTokenizer"}`}, `/tokenizer.json: nothing is left of the added token`},
		"no [CLS]":          {map[string]string{"tokenizer.json": without("[CLS]")}, "/tokenizer.json: the vocabulary has no [CLS] (the cls_token)"},
		"no [SEP]":          {map[string]string{"tokenizer.json": without("[SEP]")}, "/tokenizer.json: the vocabulary has no [SEP] (the sep_token)"},
		"no [PAD]":          {map[string]string{"tokenizer.json": without("[PAD]")}, "/tokenizer.json: the vocabulary has no [PAD] (the pad_token)"},
		"no [UNK]":          {map[string]string{"tokenizer.json": without("[UNK]")}, "/tokenizer.json: the vocabulary has no [UNK] (the unk_token)"},
		"text no [CLS]":     {map[string]string{"vocab.txt": "[PAD]\n[UNK]\n[SEP]\n"}, "/vocab.txt: the vocabulary has no [CLS] (the cls_token)"},
		"empty text":        {map[string]string{"vocab.txt": ""}, "/vocab.txt: the vocabulary has no"},
		"line twice":        {map[string]string{"vocab.txt": smallVocab + "\n\nheart \n"}, `/vocab.txt: line 9 repeats "heart" of line 6`},
		"Latin-1":           {map[string]string{"vocab.txt": smallVocab + "caf\xe9\n"}, "/vocab.txt: is not UTF-8 text"},
		"config":            {map[string]string{"vocab.txt": smallVocab, "tokenizer_config.json": "{"}, "/tokenizer_config.json: line 1 is not valid JSON"},
		"config's type":     {map[string]string{"vocab.txt": smallVocab, "tokenizer_config.json": `{"do_lower_case": "yes"}`}, "/tokenizer_config.json: json: cannot unmarshal string"},
		"model's type":      {map[string]string{"tokenizer.json": sound, "config.json": `{"model_type": 3}`}, "/config.json: json: cannot unmarshal number"},
		"class":             {map[string]string{"tokenizer.json": sound, "tokenizer_config.json": `{"tokenizer_class": "RobertaTokenizer"}`}, `/tokenizer_config.json: tokenizer_class is "RobertaTokenizer", want BertTokenizer`},
		"side":              {map[string]string{"vocab.txt": smallVocab, "tokenizer_config.json": `{"truncation_side": "top"}`}, `/tokenizer_config.json: truncation_side is "top"`},
		"split special":     {map[string]string{"vocab.txt": smallVocab, "tokenizer_config.json": `{"split_special_tokens": true}`}, "/tokenizer_config.json: split_special_tokens is not supported"},
		"named token":       {map[string]string{"vocab.txt": smallVocab, "tokenizer_config.json": `{"cls_token": 7}`}, "/tokenizer_config.json: cls_token: is neither a string"},
		"other [CLS]":       {map[string]string{"vocab.txt": smallVocab, "tokenizer_config.json": `{"cls_token": "<s>"}`}, "/vocab.txt: the vocabulary has no <s> (the cls_token)"},
		"extra tokens":      {map[string]string{"vocab.txt": smallVocab, "tokenizer_config.json": `{"extra_special_tokens": {"a": "b"}}`}, "/tokenizer_config.json: extra_special_tokens is not a list"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := writeFolder(t, c.files)
			_, err := Open(dir)
			if err == nil {
				t.Fatal("no error")
			}
			if message := err.Error(); !strings.HasPrefix(message, dir) || !strings.Contains(message, c.want) || strings.Contains(message, "\n") {
				t.Errorf("%s\nwant %s%s", message, dir, c.want)
			}
		})
	}
}

// TestGoodFolders covers what the golden folders do not: folders at the edge that are sound.
func TestGoodFolders(t *testing.T) {
	bert := map[string]string{"config.json": `{"model_type": "bert"}`}
	for name, c := range map[string]struct {
		files map[string]string
		size  int
		heart []int32 // "Heart [MASK]", without [CLS] and [SEP]
	}{
		"vocab.txt alone": {map[string]string{"vocab.txt": smallVocab}, 6, []int32{5, 4}},
		"no line end":     {map[string]string{"vocab.txt": strings.TrimSpace(smallVocab)}, 6, []int32{5, 4}},
		"cased":           {map[string]string{"vocab.txt": smallVocab, "tokenizer_config.json": `{"do_lower_case": false}`}, 6, []int32{1, 4}},
		"both files":      {map[string]string{"vocab.txt": "[PAD]\n", "tokenizer.json": tokenizerWith(t, func(_, _ map[string]any) {})}, 6, []int32{5, 4}},
		"no [MASK]":       {map[string]string{"vocab.txt": strings.Replace(smallVocab, "[MASK]\n", "", 1)}, 6, []int32{4, 5}},
		"renamed [UNK]":   {map[string]string{"vocab.txt": smallVocab + "<unk>\n", "tokenizer_config.json": `{"do_lower_case": false, "unk_token": {"content": "<unk>", "lstrip": false, "rstrip": false, "normalized": true, "single_word": false}}`}, 7, []int32{6, 4}},
		"BertProcessing": {map[string]string{"tokenizer_config.json": `{"tokenizer_class": "PreTrainedTokenizerFast"}`, "tokenizer.json": tokenizerWith(t, func(f, _ map[string]any) {
			f["post_processor"] = map[string]any{"type": "BertProcessing", "cls": []any{"[CLS]", 2}, "sep": []any{"[SEP]", 3}}
		})}, 6, []int32{5, 4}},
		"no normalizer": {map[string]string{"tokenizer_config.json": `{"tokenizer_class": "TokenizersBackend"}`, "tokenizer.json": tokenizerWith(t, func(f, _ map[string]any) {
			f["normalizer"] = nil
		})}, 6, []int32{1, 4}},
		"tokens by id": {map[string]string{"vocab.txt": smallVocab, "tokenizer_config.json": `{"added_tokens_decoder": {"6": {"content": "Heart", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": false}}}`}, 7, []int32{6, 4}},
	} {
		for _, engine := range Engines() {
			t.Run(name+"/"+engine, func(t *testing.T) {
				files := maps.Clone(bert)
				maps.Copy(files, c.files)
				tokenizer, err := OpenEngine(writeFolder(t, files), engine)
				if err != nil {
					t.Fatal(err)
				}
				e, err := tokenizer.Encode("Heart [MASK]", 0)
				if err != nil {
					t.Fatal(err)
				}
				want := append(append([]int32{2}, c.heart...), 3)
				if !slices.Equal(e.IDs, want) || tokenizer.VocabSize() != c.size {
					t.Errorf("ids %v, size %d; want %v, %d", e.IDs, tokenizer.VocabSize(), want, c.size)
				}
			})
		}
	}
}
