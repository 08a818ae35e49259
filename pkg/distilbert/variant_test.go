package distilbert

import (
	"path/filepath"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

// testdata holds tiny random models, see make_golden.py there.
const testdata = "../classifier/testdata"

// variant is a tiny model folder in memory, to be changed and written.
type variant struct {
	config  map[string]any
	tensors map[string]weights.Tensor // by the file's own names
}

func readVariant(t *testing.T, folder string) variant {
	t.Helper()
	return variant{
		config:  testkit.ReadJSON[map[string]any](t, testdata, folder, "config.json"),
		tensors: modelkit.ReadTensors(t, filepath.Join(testdata, folder, "model.safetensors")),
	}
}

// write stores the variant as a folder without a tokenizer, which Load does not read.
func (v variant) write(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	testkit.WriteJSON(t, filepath.Join(dir, "config.json"), v.config)
	if err := weights.Write(filepath.Join(dir, "model.safetensors"), v.tensors, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

// rename gives every tensor the name that f makes of its own.
func (v *variant) rename(f func(string) string) {
	renamed := make(map[string]weights.Tensor)
	for name, tensor := range v.tensors {
		renamed[f(name)] = tensor
	}
	v.tensors = renamed
}

func load(t *testing.T, dir string) *Weights {
	t.Helper()
	w, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return w
}
