package distilbert

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// Config is a model folder's config.json, reduced to what the graph needs. BERT's keys are read into the same fields.
type Config struct {
	ModelType    string // "distilbert" or "bert", as the folder says
	VocabSize    int    // rows of the word embedding
	MaxPositions int    // longest input in tokens, [CLS] and [SEP] included
	Dim          int    // hidden size
	Layers       int
	Heads        int    // attention heads; Dim is a multiple of it
	HiddenDim    int    // inner size of the feed-forward block
	Activation   string // "gelu" (exact, by erf) or "relu"

	Dropout           float64 // after the embeddings and the feed-forward block
	AttentionDropout  float64 // on attention probabilities
	ClassifierDropout float64 // before the classifier
	LayerNormEps      float64
	InitializerRange  float64 // standard deviation of newly initialised heads

	Labels []string // id2label in order; nil when the folder names none
}

// fields is the union of the keys that are read from DistilBERT's and BERT's config.json. nil stands for an absent key.
type fields struct {
	ModelType        *string  `json:"model_type"`
	VocabSize        *int     `json:"vocab_size"`
	MaxPositions     *int     `json:"max_position_embeddings"`
	InitializerRange *float64 `json:"initializer_range"`

	Dim               *int     `json:"dim"`
	NLayers           *int     `json:"n_layers"`
	NHeads            *int     `json:"n_heads"`
	HiddenDim         *int     `json:"hidden_dim"`
	Activation        *string  `json:"activation"`
	Dropout           *float64 `json:"dropout"`
	AttentionDropout  *float64 `json:"attention_dropout"`
	ClassifierDropout *float64 `json:"seq_classif_dropout"`

	HiddenSize        *int     `json:"hidden_size"`
	NumHiddenLayers   *int     `json:"num_hidden_layers"`
	NumHeads          *int     `json:"num_attention_heads"`
	IntermediateSize  *int     `json:"intermediate_size"`
	HiddenAct         *string  `json:"hidden_act"`
	HiddenDropout     *float64 `json:"hidden_dropout_prob"`
	ProbsDropout      *float64 `json:"attention_probs_dropout_prob"`
	LayerNormEps      *float64 `json:"layer_norm_eps"`
	PositionEmbedding *string  `json:"position_embedding_type"`
	IsDecoder         *bool    `json:"is_decoder"`

	ID2Label    map[string]string `json:"id2label"`
	ProblemType *string           `json:"problem_type"`
}

// ReadConfig reads dir/config.json. A key that is absent takes transformers' default for the model type.
// Errors name the file and the key: a model_type other than distilbert or bert, an activation, position embedding or problem
// type that this graph does not compute, sizes that do not fit together, labels that are not numbered 0 to n-1.
func ReadConfig(dir string) (Config, error) {
	path := filepath.Join(dir, "config.json")
	raw, err := os.ReadFile(path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return Config{}, fmt.Errorf("%s does not exist: a model folder needs config.json, model.safetensors and tokenizer.json or vocab.txt", path)
		}
		return Config{}, err
	}
	var f fields
	if err := json.Unmarshal(raw, &f); err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	c, err := f.config()
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// first returns the first value that is set, else the default.
func first[T any](fallback T, values ...*T) T {
	for _, v := range values {
		if v != nil {
			return *v
		}
	}
	return fallback
}

func (f fields) config() (Config, error) {
	c := Config{
		ModelType:        first("", f.ModelType),
		VocabSize:        first(30522, f.VocabSize),
		MaxPositions:     first(512, f.MaxPositions),
		InitializerRange: first(0.02, f.InitializerRange),
		LayerNormEps:     1e-12,
	}
	switch c.ModelType {
	case "distilbert": // transformers' attribute_map lets three of BERT's names stand for DistilBERT's, and win over them
		c.Dim = first(768, f.HiddenSize, f.Dim)
		c.Layers = first(6, f.NumHiddenLayers, f.NLayers)
		c.Heads = first(12, f.NumHeads, f.NHeads)
		c.HiddenDim = first(3072, f.HiddenDim)
		c.Activation = first("gelu", f.Activation)
		c.Dropout = first(0.1, f.Dropout)
		c.AttentionDropout = first(0.1, f.AttentionDropout)
		c.ClassifierDropout = first(0.2, f.ClassifierDropout)
	case "bert":
		c.Dim = first(768, f.HiddenSize)
		c.Layers = first(12, f.NumHiddenLayers)
		c.Heads = first(12, f.NumHeads)
		c.HiddenDim = first(3072, f.IntermediateSize)
		c.Activation = first("gelu", f.HiddenAct)
		c.Dropout = first(0.1, f.HiddenDropout)
		c.AttentionDropout = first(0.1, f.ProbsDropout)
		c.ClassifierDropout = 0.2
		c.LayerNormEps = first(1e-12, f.LayerNormEps)
		if p := first("absolute", f.PositionEmbedding); p != "absolute" {
			return c, fmt.Errorf("position_embedding_type %q is not supported, only absolute", p)
		}
		if first(false, f.IsDecoder) {
			return c, errors.New("is_decoder is true: a decoder is not supported, only an encoder")
		}
	case "":
		return c, errors.New(`model_type is missing: "distilbert" or "bert" is needed`)
	default:
		return c, fmt.Errorf(`model_type %q is not supported, only "distilbert" and "bert"`, c.ModelType)
	}
	if f.ProblemType != nil && *f.ProblemType != "single_label_classification" {
		return c, fmt.Errorf("problem_type %q is not supported, only single_label_classification", *f.ProblemType)
	}
	if len(f.ID2Label) > 0 {
		labels, err := orderLabels(f.ID2Label)
		if err != nil {
			return c, err
		}
		c.Labels = labels
	}
	return c, c.check()
}

// check returns an error, by the key's name in the folder's config.json, for a value that no model can have.
func (c Config) check() error {
	for _, s := range []struct {
		key   string
		value int
	}{
		{"vocab_size", c.VocabSize},
		{"max_position_embeddings", c.MaxPositions},
		{"dim", c.Dim},
		{"n_layers", c.Layers},
		{"n_heads", c.Heads},
		{"hidden_dim", c.HiddenDim},
	} {
		if s.value <= 0 {
			return fmt.Errorf("%s is %d, it must be positive", c.key(s.key), s.value)
		}
	}
	if c.MaxPositions < 3 {
		return fmt.Errorf("max_position_embeddings is %d: [CLS], one token and [SEP] need 3", c.MaxPositions)
	}
	if c.Dim%c.Heads != 0 {
		return fmt.Errorf("%s %d is not a multiple of %s %d", c.key("dim"), c.Dim, c.key("n_heads"), c.Heads)
	}
	if c.Activation != "gelu" && c.Activation != "relu" {
		return fmt.Errorf(`%s %q is not supported, only "gelu" and "relu"`, c.key("activation"), c.Activation)
	}
	for _, d := range []struct {
		key   string
		value float64
	}{{"dropout", c.Dropout}, {"attention_dropout", c.AttentionDropout}, {"seq_classif_dropout", c.ClassifierDropout}} {
		if d.value < 0 || d.value >= 1 {
			return fmt.Errorf("%s is %g, it must be at least 0 and below 1", c.key(d.key), d.value)
		}
	}
	if c.LayerNormEps < 0 {
		return fmt.Errorf("layer_norm_eps is %g, it must not be negative", c.LayerNormEps)
	}
	return nil
}

// bertKeys are BERT's names for DistilBERT's keys.
var bertKeys = map[string]string{
	"dim": "hidden_size", "n_layers": "num_hidden_layers", "n_heads": "num_attention_heads", "hidden_dim": "intermediate_size",
	"activation": "hidden_act", "dropout": "hidden_dropout_prob", "attention_dropout": "attention_probs_dropout_prob",
}

// key returns the name of one of DistilBERT's keys in the folder's config.json.
func (c Config) key(name string) string {
	if own, ok := bertKeys[name]; ok && c.ModelType == "bert" {
		return own
	}
	return name
}

// orderLabels turns {"0": "a", "1": "b"} into [a b]. It fails for ids other than 0 to n-1 and for a label that occurs twice.
func orderLabels(id2label map[string]string) ([]string, error) {
	labels := make([]string, len(id2label))
	seen := make(map[string]bool, len(id2label))
	for id, label := range id2label {
		i, err := strconv.Atoi(id)
		if err != nil || i < 0 || i >= len(labels) || strconv.Itoa(i) != id {
			return nil, fmt.Errorf("id2label has the id %q, ids must be 0 to %d", id, len(labels)-1)
		}
		if seen[label] {
			return nil, fmt.Errorf("id2label names %q twice", label)
		}
		seen[label] = true
		labels[i] = label
	}
	return labels, nil
}

// HeadDim returns the size of one attention head.
func (c Config) HeadDim() int { return c.Dim / c.Heads }

// WithLabels returns a copy of the configuration with other labels, for a head of as many classes.
func (c Config) WithLabels(labels []string) Config {
	c.Labels = slices.Clone(labels)
	return c
}

// NumberedLabels returns the names that transformers gives to labels that are not named: LABEL_0, LABEL_1 and so on.
func NumberedLabels(classes int) []string {
	labels := make([]string, classes)
	for i := range labels {
		labels[i] = fmt.Sprintf("LABEL_%d", i)
	}
	return labels
}
