package classifier

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/distilbert"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/lora"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

func TestOpenFindsTheLabels(t *testing.T) {
	own := []string{"e", "d", "c", "b", "a"}
	named := testkit.ReadJSON[golden](t, "testdata", "golden.json").Labels
	numbered := []string{"LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3", "LABEL_4"}
	labels := withLabels(t, "adapter-qv", `{"labels": ["e", "d", "c", "b", "a"]}`)
	for what, c := range map[string]struct {
		base, adapter string
		want          []string
		unnamed       bool
	}{
		"id2label": {"testdata/tiny", "", named, false},
		"id2label with an adapter without labels": {"testdata/tiny", "testdata/adapter-qv", named, false},
		"labels.json before id2label":             {"testdata/tiny", labels, own, false},
		"labels.json alone":                       {headless(t, false), labels, own, false},
		"a trained head without names":            {unlabelled(t), "", numbered, true},
		"an adapter's head without names":         {headless(t, false), "testdata/adapter-qv", numbered, true},
		"a BERT and an adapter without names":     {"testdata/tiny-bert", "testdata/adapter-all", numbered, true},
	} {
		got := opened(t, c.base, c.adapter)
		if !slices.Equal(got.Labels, c.want) || !slices.Equal(got.Config.Labels, c.want) {
			t.Errorf("%s: labels %v, want %v", what, got.Labels, c.want)
		}
		if noticed(got, "no labels are named", "LABEL_0", "LABEL_4") != c.unnamed {
			t.Errorf("%s: notices %v", what, got.Notices)
		}
	}
}

func TestOpenRefusesLabelsThatDoNotFit(t *testing.T) {
	three := copyFolder(t, "tiny", func(config map[string]any) { config["id2label"] = map[string]string{"0": "a", "1": "b", "2": "c"} })
	_, err := Open(three, "")
	testkit.Refused(t, "three names for five classes", err, three, "5 classes", "3 labels", "id2label")
	_, err = Open(three, "testdata/adapter-qv")
	testkit.Refused(t, "three names for an adapter's five", err, "5 classes", "3 labels")
	for content, parts := range map[string][]string{
		`{"labels": ["a", "b"]}`:                {"5 classes", "2 labels", "labels.json"},
		`{"labels": []}`:                        {"labels.json", "no labels"},
		`{}`:                                    {"labels.json", "no labels"},
		`{"labels": ["a", "b", "c", "d", "a"]}`: {"labels.json", `"a"`, "twice"},
		`{"labels": "a"}`:                       {"labels.json"},
		`["a", "b", "c", "d", "e"]`:             {"labels.json"},
		`{`:                                     {"labels.json"},
		`{"labels": ["a", "b", "c", "d", "e"], "max_length": 2}`:  {"labels.json", "max_length", "2"},
		`{"labels": ["a", "b", "c", "d", "e"], "max_length": -1}`: {"labels.json", "max_length", "-1"},
	} {
		_, err := Open("testdata/tiny", withLabels(t, "adapter-qv", content))
		testkit.Refused(t, content, err, parts...)
	}
}

func TestOpenOfABaseWithoutAHead(t *testing.T) {
	bare := headless(t, false)
	_, err := Open(bare, "")
	testkit.Refused(t, "neither head nor labels", err, bare, "no classification head", "id2label", "adapter")
	_, err = Open("testdata/tiny-bert", "")
	testkit.Refused(t, "a BERT without a head", err, "tiny-bert", "no classification head", "adapter")

	named := headless(t, true)
	c := opened(t, named, "")
	if !noticed(c, "newly initialised", "pre_classifier.weight", "pre_classifier.bias", "classifier.weight", "classifier.bias") {
		t.Errorf("an initialised head is not said: %v", c.Notices)
	}
	same, err := c.Trained()
	if err != nil {
		t.Fatal(err)
	}
	again, err := opened(t, named, "").Trained()
	if err != nil {
		t.Fatal(err)
	}
	modelkit.SameTensors(t, "the same head every time", again, same)
	if opened(t, "testdata/tiny", "").Notices != nil || opened(t, named, "testdata/adapter-qv").Notices != nil {
		t.Error("a head that was found is said to be initialised")
	}
}

// Older versions of PEFT stored the classifier alone; what lies between stays the base's.
func TestOpenOfAnAdapterWithTheClassifierAlone(t *testing.T) {
	dir := copyFolder(t, "adapter-qv", nil)
	modelkit.EditTensors(t, filepath.Join(dir, "adapter_model.safetensors"), func(tensors map[string]weights.Tensor) {
		delete(tensors, "base_model.model.pre_classifier.weight")
		delete(tensors, "base_model.model.pre_classifier.bias")
	})
	c, base, whole := opened(t, "testdata/tiny", dir), openTiny(t, ""), openTiny(t, "adapter-qv")
	for name, from := range map[string]*Model{"pre_classifier.weight": base, "classifier.weight": whole} {
		want, err := from.Tensor(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Tensor(name)
		if err != nil || !slices.Equal(got.Data, want.Data) {
			t.Errorf("%s comes from elsewhere (%v)", name, err)
		}
	}
	if c := opened(t, headless(t, true), dir); !noticed(c, "newly initialised", "pre_classifier.weight, pre_classifier.bias") {
		t.Errorf("notices %v", c.Notices)
	}
}

func TestOpenOfABERTWithItsOwnClassifier(t *testing.T) {
	dir := copyFolder(t, "tiny-bert", func(config map[string]any) { config["id2label"] = map[string]string{"0": "a", "1": "b"} })
	modelkit.EditTensors(t, filepath.Join(dir, "model.safetensors"), func(tensors map[string]weights.Tensor) {
		tensors["classifier.weight"], tensors["classifier.bias"] = weights.New(2, 32), weights.New(2)
	})
	_, err := Open(dir, "")
	testkit.Refused(t, "without an adapter", err, dir, "pooler", "adapter")
	c := opened(t, dir, withLabels(t, "adapter-qv", `{"labels": ["a", "b", "c", "d", "e"]}`))
	if len(c.Labels) != 5 || !noticed(c, "not used", "classifier.weight", "pooler.dense.weight") {
		t.Errorf("labels %v, notices %v", c.Labels, c.Notices)
	}
}

func TestOpenRefusesAdaptersThatDoNotFit(t *testing.T) {
	const file = "adapter_model.safetensors"
	for what, c := range map[string]struct {
		change func(tensors map[string]weights.Tensor)
		parts  []string
	}{
		"another base": {func(tensors map[string]weights.Tensor) {
			for name, tensor := range tensors {
				if strings.Contains(name, "lora_A") {
					tensors[name] = weights.New(tensor.Shape[0], 768)
				}
			}
		}, []string{file, "q_lin.lora_A.weight", "[4 768]", "[32, 32]"}},
		"a head for another base": {func(tensors map[string]weights.Tensor) {
			tensors["base_model.model.classifier.weight"] = weights.New(5, 768)
		}, []string{"classifier.weight", "[5 768]", "[5 32]"}},
		"a classifier of no dimensions": {func(tensors map[string]weights.Tensor) {
			tensors["base_model.model.classifier.weight"] = weights.New()
		}, []string{"classifier.weight", "[]", "[5 32]"}},
		"a bias for other labels": {func(tensors map[string]weights.Tensor) {
			tensors["base_model.model.classifier.bias"] = weights.New(4)
		}, []string{"classifier.bias", "[4]", "[5]"}},
		"NaN": {func(tensors map[string]weights.Tensor) {
			tensors["base_model.model.pre_classifier.bias"].Data[0] = float32(math.NaN())
		}, []string{file, "pre_classifier.bias", "NaN"}},
	} {
		dir := copyFolder(t, "adapter-qv", nil)
		modelkit.EditTensors(t, filepath.Join(dir, file), c.change)
		_, err := Open("testdata/tiny", dir)
		testkit.Refused(t, what, err, append(c.parts, dir)...)
	}
	dora := copyFolder(t, "adapter-qv", func(config map[string]any) { config["use_dora"] = true })
	_, err := Open("testdata/tiny", dora)
	testkit.Refused(t, "DoRA", err, dora, "use_dora")
}

func TestOpenRefusesFoldersThatAreNone(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "nowhere")
	_, err := Open(missing, "")
	testkit.Refused(t, "no folder", err, missing)
	file := filepath.Join("testdata", "golden.json")
	_, err = Open(file, "")
	testkit.Refused(t, "a file", err, file, "folder")
	_, err = Open("testdata/tiny", missing)
	testkit.Refused(t, "no adapter", err, missing, "adapter_config.json")
	damaged := copyFolder(t, "tiny", nil)
	modelkit.EditTensors(t, filepath.Join(damaged, "model.safetensors"), func(tensors map[string]weights.Tensor) {
		tensors["distilbert.transformer.layer.1.ffn.lin1.bias"].Data[9] = float32(math.Inf(-1))
	})
	_, err = Open(damaged, "")
	testkit.Refused(t, "infinite weights", err, damaged, "lin1.bias", "-Inf")
}

func TestOpenSaysWhenTheBaseIsAnother(t *testing.T) {
	c := opened(t, "testdata/tiny", "testdata/adapter-qv")
	dir := filepath.Join(t.TempDir(), "adapter")
	if err := c.WriteAdapter(dir, false); err != nil {
		t.Fatal(err)
	}
	other := copyFolder(t, "tiny", nil)
	modelkit.EditTensors(t, filepath.Join(other, "model.safetensors"), func(tensors map[string]weights.Tensor) {
		tensors["distilbert.embeddings.LayerNorm.bias"].Data[0]++
	})
	if c := opened(t, other, dir); !noticed(c, "trained on a base", c.BaseSHA256[:12]) {
		t.Errorf("notices %v", c.Notices)
	}
	if c := opened(t, "testdata/tiny", dir); c.Notices != nil {
		t.Errorf("notices %v for the same base", c.Notices)
	}
}

func TestSetMaxLength(t *testing.T) {
	c := opened(t, "testdata/tiny", "")
	if c.MaxLength != 64 {
		t.Errorf("notes are cut to %d tokens, the base has 64 positions", c.MaxLength)
	}
	testkit.Refused(t, "two tokens", c.SetMaxLength(2), "2 tokens")
	if err := c.SetMaxLength(10); err != nil || c.MaxLength != 10 || c.Notices != nil {
		t.Errorf("%d tokens, %v, notices %v", c.MaxLength, err, c.Notices)
	}
	if err := c.SetMaxLength(512); err != nil || c.MaxLength != 64 || !noticed(c, "64", "512") {
		t.Errorf("%d tokens, %v, notices %v", c.MaxLength, err, c.Notices)
	}
}

func TestPrepareStartsAfresh(t *testing.T) {
	labels := []string{"one", "two", "three"}
	config := lora.Config{Rank: 2, Alpha: 4, TargetModules: []string{"q_lin"}}
	c, err := Prepare("testdata/tiny", &config, labels, 3)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Labels, labels) || !noticed(c, "newly initialised", "classifier.weight") {
		t.Errorf("labels %v, notices %v", c.Labels, c.Notices)
	}
	// Even where the base's head has as many classes as there are labels: it was trained for others.
	same, err := Prepare("testdata/tiny", nil, testkit.ReadJSON[golden](t, "testdata", "golden.json").Labels, 3)
	if err != nil {
		t.Fatal(err)
	}
	got, err := same.Tensor("classifier.weight")
	if err != nil {
		t.Fatal(err)
	}
	if trained, err := openTiny(t, "").Tensor("classifier.weight"); err != nil || slices.Equal(got.Data, trained.Data) {
		t.Errorf("the base's head is kept (%v)", err)
	}
	testkit.Refused(t, "no adapter to write", same.WriteAdapter(t.TempDir(), false), "no adapter")
	_, err = Prepare("testdata/tiny", &config, nil, 3)
	testkit.Refused(t, "no labels", err, "testdata/tiny", "label")
	_, err = Prepare("testdata/tiny", &lora.Config{Rank: 2, Alpha: 4, TargetModules: []string{"query"}}, labels, 3)
	testkit.Refused(t, "targets of another model", err, "query")
}

func TestTensorsOfTheModel(t *testing.T) {
	m := openTiny(t, "adapter-qv")
	_, err := m.Tensor("nothing")
	testkit.Refused(t, "reading", err, "nothing")
	testkit.Refused(t, "writing", m.SetTensor("nothing", weights.New(1)), "nothing")
	testkit.Refused(t, "another shape", m.SetTensor("classifier.bias", weights.New(4)), "classifier.bias", "[4]", "[5]")
	want := weights.Tensor{Shape: []int{5}, Data: []float32{1, 2, 3, 4, 5}}
	if err := m.SetTensor("classifier.bias", want); err != nil {
		t.Fatal(err)
	}
	want.Data[0] = 9
	if got, err := m.Tensor("classifier.bias"); err != nil || !slices.Equal(got.Data, []float32{1, 2, 3, 4, 5}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestSitesAndHeadNamesAreTheModels(t *testing.T) {
	c, err := distilbert.ReadConfig("testdata/tiny")
	if err != nil {
		t.Fatal(err)
	}
	sites := Sites(c)
	if len(sites) != 12 || sites[0] != (lora.Site{Module: "distilbert.transformer.layer.0.attention.q_lin", Out: 32, In: 32}) ||
		sites[4] != (lora.Site{Module: "distilbert.transformer.layer.0.ffn.lin1", Out: 64, In: 32}) {
		t.Errorf("sites %v", sites)
	}
	if want := []string{"pre_classifier.weight", "pre_classifier.bias", "classifier.weight", "classifier.bias"}; !slices.Equal(HeadNames(c), want) {
		t.Errorf("head %v", HeadNames(c))
	}
}
