package distilbert

import (
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

func TestLoadNamesEveryMissingTensor(t *testing.T) {
	for _, folder := range []string{"tiny", "tiny-bert"} {
		for _, prefix := range []string{"", "bert."} {
			if folder == "tiny" && prefix != "" {
				continue // tiny's encoder has its prefix already
			}
			whole := readVariant(t, folder)
			whole.rename(func(name string) string { return prefix + name })
			c := load(t, filepath.Join(testdata, folder)).Config
			for _, name := range slices.Sorted(maps.Keys(whole.tensors)) {
				if c.unused(c.canonical(name)) {
					continue
				}
				tensor := whole.tensors[name]
				delete(whole.tensors, name)
				dir := whole.write(t)
				whole.tensors[name] = tensor
				_, err := Load(dir)
				testkit.Refused(t, folder+" without "+name, err, filepath.Join(dir, "model.safetensors"), name, "missing")
			}
		}
	}
	v := readVariant(t, "tiny")
	v.tensors = modelkit.ReadTensors(t, filepath.Join(testdata, "tiny-oldnames.safetensors"))
	delete(v.tensors, "transformer.layer.1.ffn.lin2.bias")
	_, err := Load(v.write(t))
	testkit.Refused(t, "without a prefix", err, `"transformer.layer.1.ffn.lin2.bias" is missing`)
}

func TestLoadNamesEveryMisshapedTensor(t *testing.T) {
	for _, folder := range []string{"tiny", "tiny-bert"} {
		c := load(t, filepath.Join(testdata, folder)).Config
		for name, tensor := range readVariant(t, folder).tensors {
			if c.unused(c.canonical(name)) {
				continue
			}
			v := readVariant(t, folder)
			shape := slices.Clone(tensor.Shape)
			shape[len(shape)-1]++ // the classifier's rows may be any number, its columns not
			v.tensors[name] = weights.New(shape...)
			dir := v.write(t)
			_, err := Load(dir)
			testkit.Refused(t, folder+" with another "+name, err, filepath.Join(dir, "model.safetensors"), name)
		}
	}
}

func TestLoadTakesNoTransposedWeight(t *testing.T) {
	v := readVariant(t, "tiny")
	const name = "distilbert.transformer.layer.1.ffn.lin1.weight"
	v.tensors[name] = weights.New(32, 64)
	_, err := Load(v.write(t))
	testkit.Refused(t, "transposed", err, name, "[32 64]", "[64 32]")
}

func TestLoadNamesUnknownTensors(t *testing.T) {
	for _, name := range []string{
		"distilbert.transformer.layer.2.attention.q_lin.weight", "distilbert.transformer.layer.0.attention.q_lin.scale",
		"encoder.something", "score.weight", "distilbert.transformer.layer.0.attention.q_lin.lora_A.weight", "distilbert.pooling.weight",
	} {
		v := readVariant(t, "tiny")
		v.tensors[name] = weights.New(1)
		dir := v.write(t)
		_, err := Load(dir)
		testkit.Refused(t, name, err, filepath.Join(dir, "model.safetensors"), name, "no known part")
	}
	v := readVariant(t, "tiny-bert")
	v.tensors["bert.encoder.layer.0.attention.self.distance_embedding.weight"] = weights.New(127, 8)
	_, err := Load(v.write(t))
	testkit.Refused(t, "relative positions", err, "distance_embedding", "bert")
}

func TestLoadAlwaysNamesTheSameUnknownTensor(t *testing.T) {
	v := readVariant(t, "tiny")
	for _, name := range []string{"z", "m", "a", "k", "y"} {
		v.tensors[name] = weights.New(1)
	}
	dir := v.write(t)
	for range 10 {
		_, err := Load(dir)
		testkit.Refused(t, "five unknown tensors", err, `"a"`)
	}
}

func TestLoadRefusesHalfAHead(t *testing.T) {
	parts := []string{"pre_classifier.weight", "pre_classifier.bias", "classifier.weight", "classifier.bias"}
	for keep := 1; keep < 1<<len(parts)-1; keep++ { // every proper subset of the four
		v := readVariant(t, "tiny")
		var missing []string
		for i, name := range parts {
			if keep>>i&1 == 0 {
				delete(v.tensors, name)
				missing = append(missing, name)
			}
		}
		dir := v.write(t)
		_, err := Load(dir)
		testkit.Refused(t, strings.Join(missing, ", "), err, append(missing, filepath.Join(dir, "model.safetensors"), "incomplete")...)
	}
}

func TestLoadRefusesAHeadOfAnotherShape(t *testing.T) {
	for what, change := range map[string]func(variant){
		"a classifier of no classes": func(v variant) {
			v.tensors["classifier.weight"], v.tensors["classifier.bias"] = weights.New(0, 32), weights.New(0)
		},
		"a classifier of rank 1":       func(v variant) { v.tensors["classifier.weight"] = weights.New(5) },
		"a classifier of rank 0":       func(v variant) { v.tensors["classifier.weight"] = weights.New() },
		"a bias for another number":    func(v variant) { v.tensors["classifier.bias"] = weights.New(4) },
		"a pre_classifier not square":  func(v variant) { v.tensors["pre_classifier.weight"] = weights.New(32, 64) },
		"a classifier of another size": func(v variant) { v.tensors["classifier.weight"] = weights.New(5, 64) },
	} {
		v := readVariant(t, "tiny")
		change(v)
		_, err := Load(v.write(t))
		testkit.Refused(t, what, err, "classifier")
	}
}

func TestLoadRefusesTheSamePartTwice(t *testing.T) {
	for prefixed, bare := range map[string]string{
		"distilbert.transformer.layer.0.ffn.lin1.bias": "transformer.layer.0.ffn.lin1.bias",
		"distilbert.embeddings.LayerNorm.weight":       "distilbert.embeddings.LayerNorm.gamma",
		"classifier.bias":                              "distilbert.classifier.bias",
	} {
		v := readVariant(t, "tiny")
		v.tensors[bare] = v.tensors[prefixed].Clone()
		dir := v.write(t)
		_, err := Load(dir)
		testkit.Refused(t, bare, err, filepath.Join(dir, "model.safetensors"), prefixed, bare, "same part")
	}
}

func TestLoadNamesNaN(t *testing.T) {
	for _, name := range []string{"distilbert.embeddings.word_embeddings.weight", "classifier.bias"} {
		v := readVariant(t, "tiny")
		v.tensors[name].Data[3] = float32(math.NaN())
		_, err := Load(v.write(t))
		testkit.Refused(t, name, err, name, "NaN", "value 3")
	}
	v := readVariant(t, "tiny-bert")
	v.tensors["embeddings.token_type_embeddings.weight"].Data[40] = float32(math.Inf(1)) // even in the row that is not used
	_, err := Load(v.write(t))
	testkit.Refused(t, "token types", err, "token_type_embeddings", "Inf")
}

func TestLoadRefusesAConfigForAnotherModel(t *testing.T) {
	for key, change := range map[string]struct {
		value any
		parts []string
	}{
		"vocab_size":              {200, []string{"word_embeddings", "[178 32]", "[200 32]"}},
		"max_position_embeddings": {512, []string{"position_embeddings", "[64 32]", "[512 32]"}},
		"hidden_dim":              {128, []string{"lin1.weight", "[64 32]", "[128 32]"}},
		"n_layers":                {3, []string{"transformer.layer.2.", "missing"}},
		"dim":                     {64, []string{"word_embeddings", "[178 32]", "[178 64]"}},
		"model_type":              {"bert", []string{"missing"}},
	} {
		v := readVariant(t, "tiny")
		v.config[key] = change.value
		_, err := Load(v.write(t))
		testkit.Refused(t, key, err, change.parts...)
	}
	v := readVariant(t, "tiny")
	v.config["n_layers"] = 1
	_, err := Load(v.write(t))
	testkit.Refused(t, "a layer fewer", err, "transformer.layer.1.", "no known part")
}

func TestLoadRefusesDamagedFolders(t *testing.T) {
	dir := readVariant(t, "tiny").write(t)
	path := filepath.Join(dir, "model.safetensors")
	if err := os.Truncate(path, 50_000); err != nil {
		t.Fatal(err)
	}
	_, err := Load(dir)
	testkit.Refused(t, "truncated", err, path, "cut short")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	_, err = Load(dir)
	testkit.Refused(t, "no weights", err, path)
}
