package weights

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"maps"
	"math"

	"github.com/google/renameio/v2"
	"github.com/nlpodyssey/safetensors"
)

// Write stores the tensors as F32 with the given notes as metadata, to which {"format": "pt"} is added, as transformers and
// peft ask for it. The file is written beside its final place, flushed to disk and renamed: a full disk or a kill leaves the
// earlier file as it was.
func Write(path string, tensors map[string]Tensor, notes map[string]string) error {
	metadata := map[string]string{"format": "pt"}
	maps.Copy(metadata, notes)
	views := make(map[string]safetensors.TensorView, len(tensors))
	for name, t := range tensors {
		if len(t.Data) != t.Size() {
			return fmt.Errorf("tensor %q has %d values, its shape %v needs %d", name, len(t.Data), t.Shape, t.Size())
		}
		shape := make([]uint64, len(t.Shape))
		for i, d := range t.Shape {
			shape[i] = uint64(d)
		}
		view, err := safetensors.NewTensorView(safetensors.F32, shape, encode(t.Data))
		if err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		views[name] = view
	}
	out, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o644))
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer out.Cleanup() // does nothing once the file has taken its place
	w := bufio.NewWriterSize(out, 1<<20)
	if err := safetensors.SerializeToWriter(views, metadata, w); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := out.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

func encode(data []float32) []byte {
	raw := make([]byte, 4*len(data))
	for i, v := range data {
		binary.LittleEndian.PutUint32(raw[4*i:], math.Float32bits(v))
	}
	return raw
}
