package weights

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/nlpodyssey/safetensors"

	"github.com/specialist-nlp/specialist/pkg/atomicfile"
)

// Write stores the tensors as F32 with the given metadata, to which {"format": "pt"} is added unless it has a format: transformers
// and PEFT require one. The file is written under a temporary name in the same folder, flushed to disk and renamed, so that a full
// disk or a kill leaves an earlier file as it was. It fails for a tensor whose data do not fit its shape, naming the file and the tensor.
func Write(path string, tensors map[string]Tensor, metadata map[string]string) error {
	all := map[string]string{"format": "pt"}
	maps.Copy(all, metadata)
	views := make(map[string]view, len(tensors))
	for name, t := range tensors {
		if slices.ContainsFunc(t.Shape, func(d int) bool { return d < 0 }) {
			return fmt.Errorf("writing %s: tensor %q has the shape %v", path, name, t.Shape)
		}
		if len(t.Data) != t.Size() {
			return fmt.Errorf("writing %s: tensor %q has %d values, its shape %v needs %d", path, name, len(t.Data), t.Shape, t.Size())
		}
		views[name] = view{t}
	}
	out, err := atomicfile.Create(path)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer out.Cleanup() // does nothing once the file has taken its place
	w := bufio.NewWriterSize(out, 1<<20)
	if err := safetensors.SerializeToWriter(views, all, w); err != nil {
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

// view makes a tensor a safetensors.View. The library's own view does not accept a scalar, a tensor without dimensions.
type view struct{ t Tensor }

func (v view) DType() safetensors.DType { return safetensors.F32 }

func (v view) Shape() []uint64 {
	shape := make([]uint64, len(v.t.Shape))
	for i, d := range v.t.Shape {
		shape[i] = uint64(d)
	}
	return shape
}

func (v view) DataLen() uint64 { return 4 * uint64(len(v.t.Data)) }

// Data encodes the values when they are written, so that only one tensor at a time is in memory twice.
func (v view) Data() []byte {
	raw := make([]byte, 0, 4*len(v.t.Data))
	for _, x := range v.t.Data {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return raw
}
