package distilbert

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/google/renameio/v2"

	"github.com/specialist-nlp/specialist/pkg/weights"
)

// tokenizerFiles are copied from folder to folder as they are.
var tokenizerFiles = []string{"tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json"}

// Save writes w as a DistilBERT folder that transformers loads: config.json, model.safetensors and the tokenizer's files, which
// are copied from tokenizerDir. The folder is filled under a temporary name and renamed; an existing dir is an error.
func Save(dir string, w *Weights, tokenizerDir string) (err error) {
	if _, err := os.Lstat(dir); err == nil {
		return fmt.Errorf("%s exists already: name a new folder, or remove it first", dir)
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(parent, "."+filepath.Base(dir)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(tmp)
		}
	}()
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	if err := copyTokenizer(tmp, tokenizerDir); err != nil {
		return err
	}
	config, err := json.MarshalIndent(w.Config.file(w.HasHead), "", "  ")
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(filepath.Join(tmp, "config.json"), append(config, '\n'), 0o644); err != nil {
		return err
	}
	if err := weights.Write(filepath.Join(tmp, "model.safetensors"), prefixed(w), nil); err != nil {
		return err
	}
	return os.Rename(tmp, dir)
}

// prefixed names the tensors as the transformers class that reads them does.
func prefixed(w *Weights) map[string]weights.Tensor {
	if !w.HasHead {
		return maps.Clone(w.Tensors)
	}
	named := make(map[string]weights.Tensor, len(w.Tensors))
	for name, t := range w.Tensors {
		if !strings.HasPrefix(name, "pre_classifier.") && !strings.HasPrefix(name, "classifier.") {
			name = "distilbert." + name
		}
		named[name] = t
	}
	return named
}

func copyTokenizer(dir, from string) error {
	copied := 0
	for _, name := range tokenizerFiles {
		raw, err := os.ReadFile(filepath.Join(from, name))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return err
		}
		if err := renameio.WriteFile(filepath.Join(dir, name), raw, 0o644); err != nil {
			return err
		}
		if name == "tokenizer.json" || name == "vocab.txt" {
			copied++
		}
	}
	if copied == 0 {
		return fmt.Errorf("%s has neither tokenizer.json nor vocab.txt", from)
	}
	return nil
}

// file returns config.json's content for a DistilBERT of this shape.
func (c Config) file(head bool) map[string]any {
	architecture := "DistilBertModel"
	if head {
		architecture = "DistilBertForSequenceClassification"
	}
	out := map[string]any{
		"architectures":           []string{architecture},
		"model_type":              "distilbert",
		"vocab_size":              c.VocabSize,
		"max_position_embeddings": c.MaxPositions,
		"dim":                     c.Dim,
		"n_layers":                c.Layers,
		"n_heads":                 c.Heads,
		"hidden_dim":              c.HiddenDim,
		"activation":              c.Activation,
		"dropout":                 c.Dropout,
		"attention_dropout":       c.AttentionDropout,
		"seq_classif_dropout":     c.ClassifierDropout,
		"initializer_range":       c.InitializerRange,
		"sinusoidal_pos_embds":    false,
		"pad_token_id":            0,
		"dtype":                   "float32",
	}
	if c.Labels != nil {
		id2label, label2id := make(map[string]string), make(map[string]int)
		for i, label := range c.Labels {
			id2label[strconv.Itoa(i)], label2id[label] = label, i
		}
		out["id2label"], out["label2id"] = id2label, label2id
	}
	return out
}
