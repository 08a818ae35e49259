package distilbert

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nlpodyssey/safetensors"

	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

func TestLoadReadsTheTinyModel(t *testing.T) {
	w := load(t, filepath.Join(testdata, "tiny"))
	if !w.HasHead || w.Classes != 5 || len(w.Unused) != 0 || w.BertHead() {
		t.Errorf("head %v of %d classes, unused %v", w.HasHead, w.Classes, w.Unused)
	}
	shapes := append(w.Config.EncoderShapes(), w.Config.HeadShapes(5)...)
	if len(w.Tensors) != len(shapes) {
		t.Errorf("%d tensors, want %d", len(w.Tensors), len(shapes))
	}
	for _, s := range shapes {
		if got := w.Tensors[s.Name]; !slices.Equal(got.Shape, s.Dims) || len(got.Data) != got.Size() {
			t.Errorf("%s is %v, want %v", s.Name, got.Shape, s.Dims)
		}
	}
}

func TestLoadKnowsNamesWithAndWithoutPrefix(t *testing.T) {
	want := load(t, filepath.Join(testdata, "tiny")).Tensors
	bare := readVariant(t, "tiny")
	bare.rename(func(name string) string { return strings.TrimPrefix(name, "distilbert.") })
	modelkit.SameTensors(t, "without the prefix", load(t, bare.write(t)).Tensors, want)

	wantBERT := load(t, filepath.Join(testdata, "tiny-bert")).Tensors
	prefixed := readVariant(t, "tiny-bert")
	prefixed.rename(func(name string) string { return "bert." + name })
	got := load(t, prefixed.write(t))
	modelkit.SameTensors(t, "a BERT with its prefix", got.Tensors, wantBERT)
	if want := []string{"bert.pooler.dense.bias", "bert.pooler.dense.weight"}; !slices.Equal(got.Unused, want) {
		t.Errorf("unused %v, want %v", got.Unused, want)
	}
}

// old is LayerNorm's naming of the checkpoints that were converted from TensorFlow.
func old(name string) string {
	for _, norm := range []string{"LayerNorm", "sa_layer_norm", "output_layer_norm"} {
		name = strings.Replace(name, norm+".weight", norm+".gamma", 1)
		name = strings.Replace(name, norm+".bias", norm+".beta", 1)
	}
	return name
}

func TestLoadKnowsGammaAndBeta(t *testing.T) {
	want := load(t, filepath.Join(testdata, "tiny"))
	v := readVariant(t, "tiny")
	v.tensors = modelkit.ReadTensors(t, filepath.Join(testdata, "tiny-oldnames.safetensors")) // no head, no prefix
	got := load(t, v.write(t))
	encoder := make(map[string]weights.Tensor)
	for _, s := range want.Config.EncoderShapes() {
		encoder[s.Name] = want.Tensors[s.Name]
	}
	modelkit.SameTensors(t, "old names", got.Tensors, encoder)
	if got.HasHead || got.Classes != 0 {
		t.Errorf("head %v of %d classes where there is none", got.HasHead, got.Classes)
	}
	for _, folder := range []string{"tiny", "tiny-bert"} {
		v := readVariant(t, folder)
		v.rename(old)
		if _, ok := v.tensors["embeddings.LayerNorm.gamma"]; !ok && folder == "tiny-bert" {
			t.Fatal("nothing was renamed")
		}
		modelkit.SameTensors(t, folder, load(t, v.write(t)).Tensors, load(t, filepath.Join(testdata, folder)).Tensors)
	}
}

func TestLoadWidensHalves(t *testing.T) {
	full := load(t, filepath.Join(testdata, "tiny"))
	for folder, step := range map[string]float64{"tiny-f16": math.Ldexp(1, -11), "tiny-bf16": math.Ldexp(1, -8)} {
		dir := t.TempDir()
		for _, name := range [][2]string{{"tiny", "config.json"}, {folder, "model.safetensors"}} {
			testkit.WriteFile(t, filepath.Join(dir, name[1]), testkit.ReadFile(t, testdata, name[0], name[1]))
		}
		half := load(t, dir)
		rounded := 0
		for name, want := range full.Tensors {
			for i, v := range half.Tensors[name].Data {
				exact := float64(want.Data[i])
				// Rounding to nearest moves a value by half a unit in the last place; 2^-24 covers F16's subnormals.
				if math.Abs(float64(v)-exact) > step*math.Abs(exact)+math.Ldexp(1, -24) {
					t.Fatalf("%s: %s[%d] is %v for %v", folder, name, i, v, exact)
				}
				if float64(v) != exact {
					rounded++
				}
			}
		}
		if rounded == 0 {
			t.Errorf("%s holds the same values as tiny: it is not a half-precision file", folder)
		}
	}
}

// known are parts of real checkpoints that a sequence classifier does not read.
var known = map[string][]string{
	"tiny": {
		"vocab_transform.weight", "vocab_transform.bias", "vocab_layer_norm.weight", "vocab_layer_norm.bias", "vocab_projector.weight",
		"vocab_projector.bias", "qa_outputs.weight", "qa_outputs.bias",
	},
	"tiny-bert": {
		"cls.predictions.bias", "cls.predictions.transform.dense.weight", "cls.predictions.transform.LayerNorm.gamma",
		"cls.predictions.decoder.weight", "cls.seq_relationship.weight", "cls.seq_relationship.bias",
	},
}

func TestLoadListsKnownPartsThatAreNotRead(t *testing.T) {
	for folder, names := range known {
		v := readVariant(t, folder)
		want := slices.Clone(names)
		for name := range v.tensors {
			if strings.HasPrefix(name, "pooler.") {
				want = append(want, name)
			}
		}
		for _, name := range names {
			v.tensors[name] = weights.New(2, 3)
		}
		slices.Sort(want)
		got := load(t, v.write(t))
		if !slices.Equal(got.Unused, want) {
			t.Errorf("%s: unused %v, want %v", folder, got.Unused, want)
		}
		modelkit.SameTensors(t, folder, got.Tensors, load(t, filepath.Join(testdata, folder)).Tensors)
	}
}

// position_ids is a buffer of integers that old versions of transformers stored.
func TestLoadListsThePositionBuffer(t *testing.T) {
	for folder, name := range map[string]string{"tiny": "distilbert.embeddings.position_ids", "tiny-bert": "embeddings.position_ids"} {
		v := readVariant(t, folder)
		dir := v.write(t)
		path := filepath.Join(dir, "model.safetensors")
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := safetensors.Deserialize(raw)
		if err != nil {
			t.Fatal(err)
		}
		views := make(map[string]safetensors.TensorView)
		for _, tensor := range file.Tensors() {
			views[tensor.Name] = tensor.TensorView
		}
		if views[name], err = safetensors.NewTensorView(safetensors.I64, []uint64{1, 64}, make([]byte, 8*64)); err != nil {
			t.Fatal(err)
		}
		if raw, err = safetensors.Serialize(views, nil); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		if w := load(t, dir); !slices.Contains(w.Unused, name) {
			t.Errorf("%s: unused %v", folder, w.Unused)
		}
	}
}

func TestLoadLeavesBERTsClassifierOut(t *testing.T) {
	v := readVariant(t, "tiny-bert")
	v.rename(func(name string) string { return "bert." + name })
	v.tensors["classifier.weight"], v.tensors["classifier.bias"] = weights.New(5, 32), weights.New(5)
	w := load(t, v.write(t))
	if !w.BertHead() || w.HasHead || w.Classes != 0 {
		t.Errorf("BertHead %v, head %v of %d classes", w.BertHead(), w.HasHead, w.Classes)
	}
	for _, name := range []string{"classifier.weight", "classifier.bias"} {
		if !slices.Contains(w.Unused, name) || w.Tensors[name].Data != nil {
			t.Errorf("%s is not set aside: %v", name, w.Unused)
		}
	}
	if load(t, filepath.Join(testdata, "tiny-bert")).BertHead() {
		t.Error("a BERT without a classifier is said to have one")
	}
}

func TestLoadFoldsTheFirstTokenType(t *testing.T) {
	stored := readVariant(t, "tiny-bert")
	types := stored.tensors["embeddings.token_type_embeddings.weight"]
	positions := stored.tensors["embeddings.position_embeddings.weight"]
	got := load(t, filepath.Join(testdata, "tiny-bert")).Tensors["embeddings.position_embeddings.weight"]
	for i, v := range positions.Data {
		if want := v + types.Data[i%32]; got.Data[i] != want {
			t.Fatalf("position embedding %d is %v, want %v", i, got.Data[i], want)
		}
	}
	for what, shape := range map[string][]int{"no rows": {0, 32}, "a vector": {32}, "another size": {2, 16}} {
		v := readVariant(t, "tiny-bert")
		v.tensors["embeddings.token_type_embeddings.weight"] = weights.New(shape...)
		_, err := Load(v.write(t))
		testkit.Refused(t, what, err, "token_type_embeddings", "32")
	}
}
