package distilbert

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/atomicfile"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

// tokenizerFiles are copied unchanged from the source folder.
var tokenizerFiles = []string{"tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json"}

// saveEps is the LayerNorm epsilon that transformers gives every DistilBERT: config.json has no key for it.
const saveEps = 1e-12

// Save writes w as a DistilBERT folder that transformers loads: config.json, model.safetensors and the tokenizer's files, which
// are copied from tokenizerDir. The folder is filled under a temporary name and renamed. It fails if dir exists, for a LayerNorm
// epsilon other than DistilBERT's, for labels that are not as many as the head's classes, and if tokenizerDir has no vocabulary. A head
// without label names gets LABEL_0 and so on, as in transformers.
func Save(dir string, w *Weights, tokenizerDir string) (err error) {
	if _, err := os.Lstat(filepath.Clean(dir)); err == nil {
		return fmt.Errorf("%s exists already: name a new folder, or remove it first", dir)
	}
	if w.Config.LayerNormEps != saveEps {
		return fmt.Errorf("%s cannot be written: layer_norm_eps is %g, but a DistilBERT's is %g, and the model would compute something else", dir, w.Config.LayerNormEps, saveEps)
	}
	config, err := w.configJSON()
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", dir, err)
	}
	tokenizer, err := readTokenizer(tokenizerDir)
	if err != nil {
		return err
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
	tokenizer["config.json"] = config
	for name, raw := range tokenizer {
		if err := atomicfile.WriteFile(filepath.Join(tmp, name), raw); err != nil {
			return err
		}
	}
	if err := weights.Write(filepath.Join(tmp, "model.safetensors"), prefixed(w), nil); err != nil {
		return err
	}
	return os.Rename(tmp, dir)
}

// prefixed returns the tensors by the names of the transformers class that reads them: with the prefix "distilbert." if there is a head.
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

// readTokenizer returns the contents of a model folder's tokenizer files, by name.
func readTokenizer(dir string) (map[string][]byte, error) {
	files := make(map[string][]byte)
	for _, name := range tokenizerFiles {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		files[name] = raw
	}
	if files["tokenizer.json"] == nil && files["vocab.txt"] == nil {
		return nil, fmt.Errorf("%s has neither tokenizer.json nor vocab.txt", dir)
	}
	return files, nil
}

// configJSON returns the content of config.json for a DistilBERT with this configuration.
func (w *Weights) configJSON() ([]byte, error) {
	c, labels := w.Config, w.Config.Labels
	if w.HasHead && labels == nil {
		labels = NumberedLabels(w.Classes)
	}
	if w.HasHead && len(labels) != w.Classes {
		return nil, fmt.Errorf("%d labels are named for a head of %d classes", len(labels), w.Classes)
	}
	architecture := "DistilBertModel"
	if w.HasHead {
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
	if labels != nil {
		id2label, label2id := make(map[string]string), make(map[string]int)
		for i, label := range labels {
			id2label[strconv.Itoa(i)], label2id[label] = label, i
		}
		out["id2label"], out["label2id"] = id2label, label2id
	}
	raw, err := json.MarshalIndent(out, "", "  ")
	return append(raw, '\n'), err
}
