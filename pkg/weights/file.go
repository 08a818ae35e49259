package weights

import (
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/nlpodyssey/safetensors"
)

// File is an opened safetensors file. Its tensors are decoded one by one, on request.
type File struct {
	Path     string
	Metadata map[string]string // the file's key-value metadata, such as format: pt
	views    map[string]safetensors.TensorView
}

// Open reads a safetensors file and checks its header against its length. It fails, naming the file, for one that cannot be read, is cut
// short, or is not in the format.
func Open(path string) (*File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s is a folder, a safetensors file is needed", path)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	parsed, err := safetensors.Deserialize(raw)
	if err != nil {
		return nil, fmt.Errorf("%s is cut short or not a safetensors file (%d bytes): %w", path, len(raw), err)
	}
	_, header, err := safetensors.ReadMetadata(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f := &File{Path: path, Metadata: header.Metadata(), views: make(map[string]safetensors.TensorView, parsed.Len())}
	for _, t := range parsed.Tensors() {
		for _, d := range t.TensorView.Shape() {
			if d > math.MaxInt32 {
				return nil, fmt.Errorf("%s: tensor %q has the shape %v, a dimension is too large", path, t.Name, t.TensorView.Shape())
			}
		}
		f.views[t.Name] = t.TensorView
	}
	return f, nil
}

// Names returns the tensors' names, sorted.
func (f *File) Names() []string {
	names := make([]string, 0, len(f.views))
	for name := range f.views {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Shape returns a tensor's dimensions, nil when there is no such tensor.
func (f *File) Shape(name string) []int {
	v, ok := f.views[name]
	if !ok {
		return nil
	}
	shape := make([]int, len(v.Shape()))
	for i, d := range v.Shape() {
		shape[i] = int(d)
	}
	return shape
}

// Tensor decodes one tensor to float32. It fails, naming the file and the tensor, for a tensor that is missing, whose type is not F32, F16
// or BF16, whose shape is not want (nil accepts any), or that holds a NaN or an infinite value.
func (f *File) Tensor(name string, want []int) (Tensor, error) {
	v, ok := f.views[name]
	if !ok {
		return Tensor{}, fmt.Errorf("%s: tensor %q is missing", f.Path, name)
	}
	shape := f.Shape(name)
	if want != nil && !slices.Equal(shape, want) {
		return Tensor{}, fmt.Errorf("%s: tensor %q has shape %v, but %v is needed", f.Path, name, shape, want)
	}
	data, err := widen(v.DType(), v.Data())
	if err != nil {
		return Tensor{}, fmt.Errorf("%s: tensor %q %w", f.Path, name, err)
	}
	if i := finite(data); i >= 0 {
		return Tensor{}, fmt.Errorf("%s: tensor %q holds %v at value %d: the weights are damaged", f.Path, name, data[i], i)
	}
	return Tensor{Shape: shape, Data: data}, nil
}
