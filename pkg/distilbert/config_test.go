package distilbert

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func readConfig(t *testing.T, content string) (Config, string, error) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "config.json")
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := ReadConfig(dir)
	return c, path, err
}

// defaults are those of transformers' DistilBertConfig and BertConfig.
func TestReadConfigTakesTransformersDefaults(t *testing.T) {
	distil := Config{
		ModelType: "distilbert", VocabSize: 30522, MaxPositions: 512, Dim: 768, Layers: 6, Heads: 12, HiddenDim: 3072,
		Activation: "gelu", Dropout: 0.1, AttentionDropout: 0.1, ClassifierDropout: 0.2, LayerNormEps: 1e-12, InitializerRange: 0.02,
	}
	bert := distil
	bert.ModelType, bert.Layers = "bert", 12
	for content, want := range map[string]Config{`{"model_type": "distilbert"}`: distil, `{"model_type": "bert"}`: bert} {
		got, _, err := readConfig(t, content)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", content, diff)
		}
	}
}

func TestReadConfigReadsEveryKey(t *testing.T) {
	got, _, err := readConfig(t, `{"model_type": "distilbert", "vocab_size": 100, "max_position_embeddings": 64, "dim": 48, "n_layers": 3,
		"n_heads": 6, "hidden_dim": 96, "activation": "relu", "dropout": 0.3, "attention_dropout": 0.4, "seq_classif_dropout": 0.5,
		"initializer_range": 0.01, "id2label": {"1": "b", "0": "a", "2": "c"}, "problem_type": "single_label_classification", "layer_norm_eps": 0.5, "unknown": []}`)
	want := Config{
		ModelType: "distilbert", VocabSize: 100, MaxPositions: 64, Dim: 48, Layers: 3, Heads: 6, HiddenDim: 96, Activation: "relu",
		Dropout: 0.3, AttentionDropout: 0.4, ClassifierDropout: 0.5, LayerNormEps: 1e-12, InitializerRange: 0.01, Labels: []string{"a", "b", "c"},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("distilbert: %v %s", err, diff)
	}
	got, _, err = readConfig(t, `{"model_type": "bert", "vocab_size": 100, "max_position_embeddings": 64, "hidden_size": 48, "num_hidden_layers": 3,
		"num_attention_heads": 6, "intermediate_size": 96, "hidden_act": "relu", "hidden_dropout_prob": 0.3, "attention_probs_dropout_prob": 0.4,
		"layer_norm_eps": 1e-5, "position_embedding_type": "absolute", "is_decoder": false, "problem_type": null, "initializer_range": 0.01}`)
	want = Config{
		ModelType: "bert", VocabSize: 100, MaxPositions: 64, Dim: 48, Layers: 3, Heads: 6, HiddenDim: 96, Activation: "relu",
		Dropout: 0.3, AttentionDropout: 0.4, ClassifierDropout: 0.2, LayerNormEps: 1e-5, InitializerRange: 0.01,
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("bert: %v %s", err, diff)
	}
}

// DistilBertConfig.attribute_map makes BERT's names stand for DistilBERT's, and they win where both are given. The other way
// round there is no such map.
func TestReadConfigAliasesAreTransformers(t *testing.T) {
	for content, want := range map[string]Config{
		`{"model_type": "distilbert", "hidden_size": 64, "num_attention_heads": 4, "num_hidden_layers": 3}`:                                         {Dim: 64, Heads: 4, Layers: 3, HiddenDim: 3072},
		`{"model_type": "distilbert", "hidden_size": 64, "dim": 32, "num_attention_heads": 4, "n_heads": 2, "num_hidden_layers": 3, "n_layers": 2}`: {Dim: 64, Heads: 4, Layers: 3, HiddenDim: 3072},
		`{"model_type": "distilbert", "dim": 32, "n_heads": 4, "intermediate_size": 64}`:                                                            {Dim: 32, Heads: 4, Layers: 6, HiddenDim: 3072},
		`{"model_type": "bert", "hidden_size": 64, "dim": 32, "num_attention_heads": 4, "n_heads": 2, "n_layers": 2, "hidden_dim": 8}`:              {Dim: 64, Heads: 4, Layers: 12, HiddenDim: 3072},
	} {
		c, _, err := readConfig(t, content)
		if err != nil {
			t.Errorf("%s: %v", content, err)
			continue
		}
		got := Config{Dim: c.Dim, Heads: c.Heads, Layers: c.Layers, HiddenDim: c.HiddenDim}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", content, diff)
		}
	}
}

func TestReadConfigWithoutLabels(t *testing.T) {
	for _, content := range []string{`{"model_type": "distilbert"}`, `{"model_type": "distilbert", "id2label": null}`, `{"model_type": "distilbert", "id2label": {}}`} {
		c, _, err := readConfig(t, content)
		if err != nil || c.Labels != nil {
			t.Errorf("%s: labels %q, %v; none are named", content, c.Labels, err)
		}
	}
}

func TestReadConfigOrdersManyLabels(t *testing.T) {
	c, _, err := readConfig(t, `{"model_type": "distilbert", "id2label": {"10": "k", "2": "c", "0": "a", "1": "b", "3": "d", "4": "e", "5": "f", "6": "g", "7": "h", "8": "i", "9": "j"}}`)
	if want := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"}; err != nil || !slices.Equal(c.Labels, want) {
		t.Errorf("labels %q, %v", c.Labels, err)
	}
}

func TestReadConfigRefuses(t *testing.T) {
	distil := func(rest string) string { return `{"model_type": "distilbert", ` + rest + `}` }
	bert := func(rest string) string { return `{"model_type": "bert", ` + rest + `}` }
	for content, parts := range map[string][]string{
		`{"model_type": "roberta"}`:                            {"model_type", "roberta"},
		`{"model_type": ""}`:                                   {"model_type"},
		`{"dim": 32}`:                                          {"model_type", "missing"},
		`{"model_type": null}`:                                 {"model_type", "missing"},
		`{"model_type": 3}`:                                    {"model_type"},
		`{"model_type": "distilbert"`:                          {"JSON"},
		`[]`:                                                   {"array"},
		distil(`"activation": "gelu_new"`):                     {"activation", "gelu_new"},
		bert(`"hidden_act": "gelu_new"`):                       {"hidden_act", "gelu_new"},
		distil(`"dim": 32, "n_heads": 5`):                      {"dim", "32", "n_heads", "5"},
		bert(`"hidden_size": 32`):                              {"hidden_size", "32", "num_attention_heads", "12"},
		distil(`"vocab_size": 0`):                              {"vocab_size", "0"},
		distil(`"vocab_size": 12.5`):                           {"vocab_size"},
		distil(`"dim": -768`):                                  {"dim", "-768"},
		distil(`"n_layers": 0`):                                {"n_layers"},
		distil(`"n_heads": 0`):                                 {"n_heads"},
		distil(`"hidden_dim": 0`):                              {"hidden_dim"},
		bert(`"intermediate_size": 0`):                         {"intermediate_size"},
		bert(`"num_hidden_layers": -1`):                        {"num_hidden_layers", "-1"},
		distil(`"max_position_embeddings": 2`):                 {"max_position_embeddings", "2"},
		distil(`"dropout": 1`):                                 {"dropout", "1"},
		distil(`"attention_dropout": -0.1`):                    {"attention_dropout", "-0.1"},
		distil(`"seq_classif_dropout": 1.5`):                   {"seq_classif_dropout", "1.5"},
		bert(`"hidden_dropout_prob": 1`):                       {"hidden_dropout_prob", "1"},
		bert(`"attention_probs_dropout_prob": 1`):              {"attention_probs_dropout_prob", "1"},
		bert(`"layer_norm_eps": -1e-12`):                       {"layer_norm_eps", "-1e-12"},
		bert(`"position_embedding_type": "relative"`):          {"position_embedding_type", "relative"},
		bert(`"is_decoder": true`):                             {"is_decoder"},
		distil(`"problem_type": "regression"`):                 {"problem_type", "regression"},
		distil(`"problem_type": "multi_label_classification"`): {"problem_type", "multi_label_classification"},
		distil(`"id2label": {"0": "a", "2": "b"}`):             {"id2label", `"2"`},
		distil(`"id2label": {"1": "a"}`):                       {"id2label", `"1"`},
		distil(`"id2label": {"-1": "a"}`):                      {"id2label", `"-1"`},
		distil(`"id2label": {"00": "a"}`):                      {"id2label", `"00"`},
		distil(`"id2label": {"a": "a"}`):                       {"id2label", `"a"`},
		distil(`"id2label": {"0": "same", "1": "same"}`):       {"id2label", `"same"`, "twice"},
		distil(`"id2label": {"0": 7}`):                         {"id2label"},
		distil(`"id2label": ["a", "b"]`):                       {"id2label"},
	} {
		_, path, err := readConfig(t, content)
		testkit.Refused(t, content, err, append(parts, path)...)
	}
}

func TestReadConfigOfAMissingFile(t *testing.T) {
	dir := t.TempDir()
	_, err := ReadConfig(dir)
	testkit.Refused(t, "an empty folder", err, filepath.Join(dir, "config.json"), "does not exist", "model.safetensors")
	if err := os.Mkdir(filepath.Join(dir, "config.json"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err = ReadConfig(dir)
	testkit.Refused(t, "a folder in the file's place", err, filepath.Join(dir, "config.json"))
}

func TestWithLabelsCopies(t *testing.T) {
	labels := []string{"a", "b"}
	c := Config{Dim: 12, Heads: 3}
	d := c.WithLabels(labels)
	labels[0] = "z"
	if c.Labels != nil || !slices.Equal(d.Labels, []string{"a", "b"}) || d.HeadDim() != 4 {
		t.Errorf("%v and %v", c, d)
	}
}
