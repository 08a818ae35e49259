package distilbert

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

func TestSaveAndLoadGiveTheSameModel(t *testing.T) {
	from := filepath.Join(testdata, "tiny")
	want := load(t, from)
	parent := t.TempDir()
	dir := filepath.Join(parent, "copy")
	if err := Save(dir, want, from); err != nil {
		t.Fatal(err)
	}
	got := load(t, dir)
	if diff := cmp.Diff(want.Config, got.Config); diff != "" {
		t.Error(diff)
	}
	modelkit.SameTensors(t, "the copy", got.Tensors, want.Tensors)
	if !got.HasHead || got.Classes != 5 {
		t.Errorf("head %v of %d classes", got.HasHead, got.Classes)
	}
	if want := []string{"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "vocab.txt"}; !slices.Equal(testkit.Entries(t, dir), want) {
		t.Errorf("the folder holds %v, want %v", testkit.Entries(t, dir), want)
	}
	for _, name := range []string{"tokenizer.json", "vocab.txt"} {
		a, errA := os.ReadFile(filepath.Join(from, name))
		b, errB := os.ReadFile(filepath.Join(dir, name))
		if errA != nil || errB != nil || !slices.Equal(a, b) {
			t.Errorf("%s is not copied as it is: %v, %v", name, errA, errB)
		}
	}
	if got := testkit.Entries(t, parent); !slices.Equal(got, []string{"copy"}) {
		t.Errorf("beside the folder stands %v", got)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	// The names on disk are those of transformers' class.
	stored := modelkit.ReadTensors(t, filepath.Join(dir, "model.safetensors"))
	if !slices.Equal(slices.Sorted(maps.Keys(stored)), slices.Sorted(maps.Keys(modelkit.ReadTensors(t, filepath.Join(from, "model.safetensors"))))) {
		t.Error("the tensors have other names than transformers gives them")
	}
}

func TestFoldedFolderHoldsTheSameEncoder(t *testing.T) {
	from := filepath.Join(testdata, "tiny-bert")
	want := load(t, from)
	dir := filepath.Join(t.TempDir(), "new", "folded")
	if err := want.Fold(dir, from); err != nil {
		t.Fatal(err)
	}
	got := load(t, dir)
	modelkit.SameTensors(t, "folded", got.Tensors, want.Tensors)
	if got.Config.ModelType != "distilbert" || got.HasHead || len(got.Unused) != 0 {
		t.Errorf("a %s, head %v, unused %v", got.Config.ModelType, got.HasHead, got.Unused)
	}
	wantConfig := want.Config
	wantConfig.ModelType = "distilbert"
	if diff := cmp.Diff(wantConfig, got.Config); diff != "" {
		t.Error(diff)
	}
	err := got.Fold(filepath.Join(t.TempDir(), "again"), dir)
	testkit.Refused(t, "folding twice", err, dir, "distilbert already")
}

func TestFoldAndSaveRefuseAnotherEpsilon(t *testing.T) {
	v := readVariant(t, "tiny-bert")
	v.config["layer_norm_eps"] = 1e-5
	w := load(t, v.write(t))
	parent := t.TempDir()
	dir := filepath.Join(parent, "folded")
	testkit.Refused(t, "fold", w.Fold(dir, filepath.Join(testdata, "tiny-bert")), "layer_norm_eps", "1e-05", "1e-12")
	testkit.Refused(t, "save", Save(dir, w, filepath.Join(testdata, "tiny-bert")), "layer_norm_eps", "1e-05", "1e-12")
	if got := testkit.Entries(t, parent); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

func TestSaveLeavesAnExistingFolderAlone(t *testing.T) {
	from := filepath.Join(testdata, "tiny")
	w := load(t, from)
	parent := t.TempDir()
	folder, file, link := filepath.Join(parent, "folder"), filepath.Join(parent, "file"), filepath.Join(parent, "link")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(parent, "nowhere"), link); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{folder, file, link, folder + "/"} {
		testkit.Refused(t, dir, Save(dir, w, from), dir, "exists already")
	}
	if got := testkit.Entries(t, folder); len(got) != 0 {
		t.Errorf("the folder now holds %v", got)
	}
	if raw, err := os.ReadFile(file); err != nil || string(raw) != "mine" {
		t.Errorf("the file now holds %q, %v", raw, err)
	}
	if got := testkit.Entries(t, parent); len(got) != 3 {
		t.Errorf("left behind: %v", got)
	}
}

func TestAFailedSaveLeavesNothingBehind(t *testing.T) {
	from := filepath.Join(testdata, "tiny")
	empty := t.TempDir()
	parent := t.TempDir()
	testkit.Refused(t, "no tokenizer", Save(filepath.Join(parent, "deep", "copy"), load(t, from), empty), empty, "tokenizer.json", "vocab.txt")
	broken := load(t, from)
	broken.Tensors["classifier.bias"] = weights.Tensor{Shape: []int{5}, Data: []float32{1}}
	testkit.Refused(t, "a broken tensor", Save(filepath.Join(parent, "copy"), broken, from), "classifier.bias")
	if got := testkit.Entries(t, parent); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

func TestSaveRefusesLabelsThatDoNotFit(t *testing.T) {
	from := filepath.Join(testdata, "tiny")
	w := load(t, from)
	w.Config = w.Config.WithLabels([]string{"a", "b"})
	dir := filepath.Join(t.TempDir(), "copy")
	testkit.Refused(t, "two labels for five classes", Save(dir, w, from), "2 labels", "5 classes")
}

// Without id2label transformers assumes two classes and would not load a head of five.
func TestSaveNumbersUnnamedLabels(t *testing.T) {
	from := filepath.Join(testdata, "tiny")
	w := load(t, from)
	w.Config.Labels = nil
	dir := filepath.Join(t.TempDir(), "copy")
	if err := Save(dir, w, from); err != nil {
		t.Fatal(err)
	}
	if want := []string{"LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3", "LABEL_4"}; !slices.Equal(load(t, dir).Config.Labels, want) {
		t.Errorf("labels %q", load(t, dir).Config.Labels)
	}
	config := testkit.ReadJSON[struct {
		Architectures []string       `json:"architectures"`
		Label2ID      map[string]int `json:"label2id"`
	}](t, dir, "config.json")
	if config.Label2ID["LABEL_4"] != 4 || len(config.Label2ID) != 5 || !slices.Equal(config.Architectures, []string{"DistilBertForSequenceClassification"}) {
		t.Errorf("config.json says %+v", config)
	}
}
