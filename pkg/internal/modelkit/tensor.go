package modelkit

import (
	"slices"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/weights"
)

// ReadTensors reads every tensor of a safetensors file, by its stored name.
func ReadTensors(t testing.TB, path string) map[string]weights.Tensor {
	t.Helper()
	tensors, _ := read(t, path)
	return tensors
}

// EditTensors changes the tensors of a safetensors file; its metadata stays.
func EditTensors(t testing.TB, path string, edit func(tensors map[string]weights.Tensor)) {
	t.Helper()
	tensors, metadata := read(t, path)
	edit(tensors)
	if err := weights.Write(path, tensors, metadata); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, path string) (tensors map[string]weights.Tensor, metadata map[string]string) {
	t.Helper()
	file, err := weights.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	tensors = make(map[string]weights.Tensor)
	for _, name := range file.Names() {
		if tensors[name], err = file.Tensor(name, nil); err != nil {
			t.Fatal(err)
		}
	}
	return tensors, file.Metadata
}

// SameTensors fails unless got holds the tensors of want under the same names, bit for bit, and no other.
func SameTensors(t testing.TB, what string, got, want map[string]weights.Tensor) {
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
