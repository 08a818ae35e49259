package lora

import (
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

var heads = []string{"pre_classifier.weight", "pre_classifier.bias", "classifier.weight", "classifier.bias"}

// trained is an adapter with values everywhere and a head.
func trained(t *testing.T, config Config) *Adapter {
	t.Helper()
	a := newAdapter(t, config, 5)
	for name, shape := range map[string][]int{"pre_classifier.weight": {8, 8}, "pre_classifier.bias": {8}, "classifier.weight": {3, 8}, "classifier.bias": {3}} {
		a.Heads[name] = weights.New(shape...)
	}
	for _, tensors := range []map[string]weights.Tensor{a.Matrices, a.Heads} {
		for name, tensor := range tensors {
			for i := range tensor.Data {
				tensor.Data[i] += float32(math.Sin(float64(i + len(name))))
			}
		}
	}
	return a
}

// stored writes the adapter, changes the tensors of its file, and returns the folder.
func stored(t *testing.T, a *Adapter, change func(tensors map[string]weights.Tensor)) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "adapter")
	if err := a.Write(dir); err != nil {
		t.Fatal(err)
	}
	if change == nil {
		return dir
	}
	path := filepath.Join(dir, "adapter_model.safetensors")
	modelkit.EditTensors(t, path, change)
	return dir
}

func TestWriteThenReadGivesTheSameAdapter(t *testing.T) {
	pattern := plain
	pattern.TargetModules, pattern.TargetPattern, pattern.RSLoRA, pattern.TaskType = nil, `.*\.ffn\.lin[12]`, true, ""
	for what, config := range map[string]Config{"a list": plain, "a pattern": pattern} {
		want := trained(t, config)
		got, err := Read(stored(t, want, nil), sites(), others, heads)
		if err != nil {
			t.Fatal(what, err)
		}
		if diff := cmp.Diff(want.Matrices, got.Matrices); diff != "" {
			t.Errorf("%s: pairs: %s", what, diff)
		}
		if diff := cmp.Diff(want.Heads, got.Heads); diff != "" {
			t.Errorf("%s: heads: %s", what, diff)
		}
		if diff := cmp.Diff(want.Sites, got.Sites); diff != "" {
			t.Errorf("%s: sites: %s", what, diff)
		}
		wantConfig := want.Config
		wantConfig.ModulesToSave = []string{"classifier", "pre_classifier"} // what is stored whole is said
		if diff := cmp.Diff(wantConfig, got.Config); diff != "" {
			t.Errorf("%s: configuration: %s", what, diff)
		}
	}
}

func TestWriteIsPEFTsLayout(t *testing.T) {
	config := plain
	config.TargetModules = []string{"q_lin"}
	dir := stored(t, trained(t, config), nil)
	file, err := weights.Open(filepath.Join(dir, "adapter_model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]int{
		"base_model.model.distilbert.transformer.layer.0.attention.q_lin.lora_A.weight": {4, 8},
		"base_model.model.distilbert.transformer.layer.0.attention.q_lin.lora_B.weight": {8, 4},
		"base_model.model.distilbert.transformer.layer.1.attention.q_lin.lora_A.weight": {4, 8},
		"base_model.model.distilbert.transformer.layer.1.attention.q_lin.lora_B.weight": {8, 4},
		"base_model.model.pre_classifier.weight":                                        {8, 8},
		"base_model.model.pre_classifier.bias":                                          {8},
		"base_model.model.classifier.weight":                                            {3, 8},
		"base_model.model.classifier.bias":                                              {3},
	}
	got := make(map[string][]int)
	for _, name := range file.Names() {
		got[name] = file.Shape(name)
	}
	if diff := cmp.Diff(want, got); diff != "" || file.Metadata["format"] != "pt" {
		t.Errorf("metadata %v, tensors %s", file.Metadata, diff)
	}
	keys := testkit.ReadJSON[map[string]any](t, dir, "adapter_config.json")
	wantKeys := map[string]any{
		"peft_type": "LORA", "task_type": "SEQ_CLS", "base_model_name_or_path": "tiny", "inference_mode": true, "r": 4.0, "lora_alpha": 8.0,
		"lora_dropout": 0.1, "use_rslora": false, "bias": "none", "fan_in_fan_out": false, "target_modules": []any{"q_lin"},
		"modules_to_save": []any{"classifier", "pre_classifier"},
	}
	if diff := cmp.Diff(wantKeys, keys); diff != "" {
		t.Error(diff)
	}
	if got := testkit.Entries(t, dir); len(got) != 2 {
		t.Errorf("the folder holds %q", got)
	}
}

func TestReadWithoutHeads(t *testing.T) {
	dir := stored(t, newAdapter(t, plain, 1), nil)
	a, err := Read(dir, sites(), others, heads)
	if err != nil || len(a.Heads) != 0 || len(a.Matrices) != 12 {
		t.Errorf("%v: %v", err, a)
	}
}

func TestReadNamesEveryMissingTensor(t *testing.T) {
	a := trained(t, plain)
	for _, name := range PairNames(a.Sites) {
		dir := stored(t, a, func(tensors map[string]weights.Tensor) { delete(tensors, fileKey(name)) })
		_, err := Read(dir, sites(), others, heads)
		testkit.Refused(t, "without "+name, err, filepath.Join(dir, "adapter_model.safetensors"), fileKey(name), "missing")
	}
}

func TestReadRefusesHalfAHead(t *testing.T) {
	for _, name := range heads {
		dir := stored(t, trained(t, plain), func(tensors map[string]weights.Tensor) { delete(tensors, fileKey(name)) })
		_, err := Read(dir, sites(), others, heads)
		testkit.Refused(t, "without "+name, err, filepath.Join(dir, "adapter_model.safetensors"), fileKey(name), "missing")
	}
	dir := stored(t, trained(t, plain), func(tensors map[string]weights.Tensor) {
		delete(tensors, "base_model.model.pre_classifier.weight")
		delete(tensors, "base_model.model.pre_classifier.bias")
	})
	if a, err := Read(dir, sites(), others, heads); err != nil || len(a.Heads) != 2 {
		t.Errorf("a classifier alone, as older versions stored it: %v", err)
	}
}

func TestReadNamesWhatDoesNotBelong(t *testing.T) {
	const layer = "base_model.model.distilbert.transformer.layer.0.attention."
	for _, key := range []string{
		layer + "k_lin.lora_A.weight",         // a layer that is not a target
		layer + "q_lin.lora_A.default.weight", // with the adapter's name
		layer + "q_lin.base_layer.weight",     // the whole model was stored
		layer + "q_lin.lora_magnitude_vector", // DoRA
		layer + "q_lin.lora_B.bias",           // lora_bias
		layer + "q_lin.lora_embedding_A",      // an adapted embedding
		"base_model.model.classifier.modules_to_save.default.weight",
		"base_model.model.classifier.original_module.weight",
		"base_model.model.score.weight",
		"distilbert.transformer.layer.0.attention.q_lin.lora_A.weight", // without PEFT's prefix
		"classifier.weight",
	} {
		dir := stored(t, trained(t, plain), func(tensors map[string]weights.Tensor) { tensors[key] = weights.New(2) })
		_, err := Read(dir, sites(), others, heads)
		testkit.Refused(t, key, err, filepath.Join(dir, "adapter_model.safetensors"), key)
	}
}

func TestReadRefusesAnotherRankOrBase(t *testing.T) {
	dir := stored(t, trained(t, plain), nil)
	path := filepath.Join(dir, "adapter_model.safetensors")
	config := plain
	config.Rank = 8
	raw, err := config.marshal()
	if err != nil {
		t.Fatal(err)
	}
	other := stored(t, trained(t, plain), nil)
	if err := os.WriteFile(filepath.Join(other, "adapter_config.json"), raw, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = Read(other, sites(), others, heads)
	testkit.Refused(t, "another rank", err, "adapter_model.safetensors", "lora_", "r is 8")

	wider := sites()
	for i := range wider {
		wider[i].Out, wider[i].In = 2*wider[i].Out, 2*wider[i].In
	}
	_, err = Read(dir, wider, others, heads)
	testkit.Refused(t, "a wider base", err, path, "the base's distilbert.transformer.layer.0.attention.q_lin is [16, 16]")

	deeper := append(sites(), Site{"distilbert.transformer.layer.2.attention.q_lin", 8, 8})
	_, err = Read(dir, deeper, others, heads)
	testkit.Refused(t, "a deeper base", err, path, "layer.2.attention.q_lin", "missing")

	_, err = Read(dir, sites()[:6], others, heads)
	testkit.Refused(t, "a flatter base", err, path, "layer.1.", "belongs neither")
}

func TestReadErrorsAreTheSameEveryTime(t *testing.T) {
	wider := sites()
	for i := range wider {
		wider[i].In *= 2
		wider[i].Out *= 2
	}
	dir := stored(t, trained(t, plain), nil)
	for range 10 {
		_, err := Read(dir, wider, others, heads)
		testkit.Refused(t, "a wider base", err, "q_lin.lora_A.weight")
	}
}

func TestReadNamesNaN(t *testing.T) {
	for _, name := range []string{BName(sites()[0].Module), "classifier.bias"} {
		dir := stored(t, trained(t, plain), func(tensors map[string]weights.Tensor) {
			tensors[fileKey(name)].Data[1] = float32(math.NaN())
		})
		_, err := Read(dir, sites(), others, heads)
		testkit.Refused(t, name, err, fileKey(name), "NaN")
	}
}

func TestReadOfADamagedFolder(t *testing.T) {
	dir := stored(t, trained(t, plain), nil)
	path := filepath.Join(dir, "adapter_model.safetensors")
	if err := os.Truncate(path, 1000); err != nil {
		t.Fatal(err)
	}
	_, err := Read(dir, sites(), others, heads)
	testkit.Refused(t, "truncated", err, path, "cut short")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	_, err = Read(dir, sites(), others, heads)
	testkit.Refused(t, "no weights", err, path)
	missing := filepath.Join(dir, "nowhere")
	_, err = Read(missing, sites(), others, heads)
	testkit.Refused(t, "no folder", err, missing)

	nothing := plain
	nothing.TargetModules = []string{"query"}
	raw, err := nothing.marshal()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "adapter_config.json"), raw, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = Read(dir, sites(), others, heads)
	testkit.Refused(t, "targets of another model", err, filepath.Join(dir, "adapter_config.json"), "query")
}

// A folder with a configuration is whole: a write that fails leaves none.
func TestAFailedWriteLeavesNoConfiguration(t *testing.T) {
	a := trained(t, plain)
	a.Heads["classifier.bias"] = weights.Tensor{Shape: []int{3}, Data: []float32{1}}
	dir := filepath.Join(t.TempDir(), "adapter")
	testkit.Refused(t, "a broken tensor", a.Write(dir), "classifier.bias")
	if got := testkit.Entries(t, dir); len(got) != 0 {
		t.Errorf("left behind: %q", got)
	}
}

// The golden folders are PEFT's own.
func TestReadOfPEFTsOwnFolders(t *testing.T) {
	var tiny []Site
	for _, s := range sites() {
		s.Out, s.In = 32, 32
		if strings.HasSuffix(s.Module, "lin1") {
			s.Out = 64
		}
		if strings.HasSuffix(s.Module, "lin2") {
			s.In = 64
		}
		tiny = append(tiny, s)
	}
	for folder, want := range map[string]struct {
		sites int
		scale float64
	}{"adapter-qv": {4, 2}, "adapter-all": {12, 5 / math.Sqrt(3)}} {
		a, err := Read(filepath.Join("../classifier/testdata", folder), tiny, others, heads)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Sites) != want.sites || a.Config.Scale() != want.scale || a.Config.TaskType != "SEQ_CLS" {
			t.Errorf("%s: %d layers, scale %v, %+v", folder, len(a.Sites), a.Config.Scale(), a.Config)
		}
		if got := slices.Sorted(maps.Keys(a.Heads)); !slices.Equal(got, slices.Sorted(slices.Values(heads))) {
			t.Errorf("%s: heads %v", folder, got)
		}
	}
}
