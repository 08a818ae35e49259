package distilbert

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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
	raw, err := os.ReadFile(filepath.Join(testdata, folder, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	v := variant{tensors: readTensors(t, filepath.Join(testdata, folder, "model.safetensors"))}
	if err := json.Unmarshal(raw, &v.config); err != nil {
		t.Fatal(err)
	}
	return v
}

func readTensors(t *testing.T, path string) map[string]weights.Tensor {
	t.Helper()
	file, err := weights.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	tensors := make(map[string]weights.Tensor)
	for _, name := range file.Names() {
		if tensors[name], err = file.Tensor(name, nil); err != nil {
			t.Fatal(err)
		}
	}
	return tensors
}

// write stores the variant as a folder without a tokenizer, which Load does not read.
func (v variant) write(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	writeConfig(t, dir, v.config)
	if err := weights.Write(filepath.Join(dir, "model.safetensors"), v.tensors, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

func writeConfig(t *testing.T, dir string, config map[string]any) {
	t.Helper()
	raw, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.json"), raw, 0o644); err != nil {
		t.Fatal(err)
	}
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

// sameTensors fails unless both hold the same values under the same names.
func sameTensors(t *testing.T, what string, got, want map[string]weights.Tensor) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d tensors, want %d", what, len(got), len(want))
	}
	for name, w := range want {
		g, ok := got[name]
		if !ok || !slices.Equal(g.Shape, w.Shape) || !slices.Equal(g.Data, w.Data) {
			t.Errorf("%s: tensor %s is missing or another", what, name)
		}
	}
}

// refused fails unless err is one line that holds every part.
func refused(t *testing.T, what string, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", what)
		return
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: error of several lines: %q", what, err)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%s: error %q does not name %q", what, err, part)
		}
	}
}
