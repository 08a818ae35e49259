package weights

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// pythonHeader and pythonData are a file of Python's safetensors: padded with spaces, with a tensor of no dimensions and one of
// no values, and with the types that torch stores.
const (
	pythonHeader = `{"__metadata__":{"note":"ünï","format":"pt"},"ids":{"dtype":"I64","shape":[2],"data_offsets":[0,16]},` +
		`"empty":{"dtype":"F32","shape":[0,3],"data_offsets":[16,16]},"full":{"dtype":"F32","shape":[2,2],"data_offsets":[16,32]},` +
		`"scalar":{"dtype":"F32","shape":[],"data_offsets":[32,36]},"brain":{"dtype":"BF16","shape":[1,1],"data_offsets":[36,38]},` +
		`"half":{"dtype":"F16","shape":[2],"data_offsets":[38,42]}}     `
	pythonData = "070000000000000008000000000000000000803f000000400000404000008040000020404040003e0080"
)

// container puts a header and data together as a safetensors file's bytes.
func container(header string, data []byte) []byte {
	raw := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(raw, header...), data...)
}

func pythonFile(t testing.TB) []byte {
	t.Helper()
	data, err := hex.DecodeString(pythonData)
	if err != nil {
		t.Fatal(err)
	}
	return container(pythonHeader, data)
}

// store writes raw bytes as a file in a new folder.
func store(t testing.TB, raw []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := os.WriteFile(path, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenReadsPythonsFile(t *testing.T) {
	f, err := Open(store(t, pythonFile(t)))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"brain", "empty", "full", "half", "ids", "scalar"}; !slices.Equal(f.Names(), want) {
		t.Errorf("names %v, want %v", f.Names(), want)
	}
	if f.Metadata["format"] != "pt" || f.Metadata["note"] != "ünï" {
		t.Errorf("metadata %v", f.Metadata)
	}
	for name, want := range map[string]Tensor{
		"scalar": {Shape: []int{}, Data: []float32{2.5}},
		"empty":  {Shape: []int{0, 3}},
		"full":   {Shape: []int{2, 2}, Data: []float32{1, 2, 3, 4}},
		"brain":  {Shape: []int{1, 1}, Data: []float32{3}},
		"half":   {Shape: []int{2}, Data: []float32{1.5, float32(math.Copysign(0, -1))}},
	} {
		got, err := f.Tensor(name, want.Shape)
		if err != nil {
			t.Error(err)
			continue
		}
		if !slices.Equal(f.Shape(name), want.Shape) || !equal(got, want) {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if got := f.Shape("ids"); !slices.Equal(got, []int{2}) {
		t.Errorf("ids has shape %v", got)
	}
	if f.Shape("nothing") != nil {
		t.Error("a tensor that is not there is found")
	}
}

// equal compares shapes and values bit by bit.
func equal(a, b Tensor) bool {
	return slices.Equal(a.Shape, b.Shape) && slices.EqualFunc(a.Data, b.Data, func(x, y float32) bool {
		return math.Float32bits(x) == math.Float32bits(y)
	})
}

func TestTensorErrorsNameFileAndTensor(t *testing.T) {
	f, err := Open(store(t, pythonFile(t)))
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Tensor("absent", nil)
	testkit.Refused(t, "missing", err, f.Path, `"absent"`, "missing")
	_, err = f.Tensor("full", []int{4})
	testkit.Refused(t, "misshaped", err, f.Path, `"full"`, "[2 2]", "[4]")
	_, err = f.Tensor("scalar", []int{1})
	testkit.Refused(t, "scalar for a vector", err, f.Path, `"scalar"`, "[]", "[1]")
	_, err = f.Tensor("ids", nil)
	testkit.Refused(t, "integers", err, f.Path, `"ids"`, "I64", "F32")
}

func TestTensorRefusesNaNAndInfinity(t *testing.T) {
	for name, bad := range map[string]struct {
		dtype string
		bits  []byte
		index int
	}{
		"f32 NaN":       {"F32", []byte{0, 0, 0, 0, 0, 0, 0xc0, 0x7f}, 1},
		"f32 +Inf":      {"F32", []byte{0, 0, 0x80, 0x7f, 0, 0, 0, 0}, 0},
		"f32 -Inf":      {"F32", []byte{0, 0, 0, 0, 0, 0, 0x80, 0xff}, 1},
		"f32 quiet NaN": {"F32", []byte{1, 0, 0x80, 0x7f, 0, 0, 0, 0}, 0},
		"f16 NaN":       {"F16", []byte{0, 0, 0, 0x7e}, 1},
		"f16 -Inf":      {"F16", []byte{0, 0xfc, 0, 0}, 0},
		"bf16 NaN":      {"BF16", []byte{0, 0, 0xc0, 0x7f}, 1},
		"bf16 +Inf":     {"BF16", []byte{0x80, 0x7f, 0, 0}, 0},
	} {
		header := fmt.Sprintf(`{"a.weight":{"dtype":%q,"shape":[2],"data_offsets":[0,%d]}}`, bad.dtype, len(bad.bits))
		f, err := Open(store(t, container(header, bad.bits)))
		if err != nil {
			t.Fatal(name, err)
		}
		_, err = f.Tensor("a.weight", []int{2})
		testkit.Refused(t, name, err, f.Path, `"a.weight"`, fmt.Sprintf("value %d", bad.index))
	}
}

func TestOpenRefusesEveryTruncation(t *testing.T) {
	whole := pythonFile(t)
	path := store(t, whole)
	for n := range whole {
		if err := os.WriteFile(path, whole[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path)
		testkit.Refused(t, fmt.Sprintf("the first %d bytes", n), err, path, fmt.Sprintf("%d bytes", n))
	}
	if err := os.WriteFile(path, append(whole, 0), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Open(path)
	testkit.Refused(t, "a byte too many", err, path)
}

func TestOpenRefusesAHeaderThatLies(t *testing.T) {
	eight := make([]byte, 8)
	for name, raw := range map[string][]byte{
		"not JSON":                  container(`{"a":`, eight),
		"a list":                    container(`[]`, nil),
		"a text file":               []byte("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
		"a header of 2^63 bytes":    binary.LittleEndian.AppendUint64(nil, 1<<63),
		"a header past the end":     append(binary.LittleEndian.AppendUint64(nil, 100), `{}`...),
		"a tensor without a shape":  container(`{"a":{"dtype":"F32","data_offsets":[0,8]}}`, eight),
		"a tensor that is null":     container(`{"a":null}`, nil),
		"an unknown type":           container(`{"a":{"dtype":"F12","shape":[2],"data_offsets":[0,8]}}`, eight),
		"a fractional dimension":    container(`{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}`, eight),
		"a negative dimension":      container(`{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}`, eight),
		"a shape that overflows":    container(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, nil),
		"a dimension beyond int":    container(`{"a":{"dtype":"F32","shape":[0,9223372036854775808],"data_offsets":[0,0]}}`, nil),
		"a shape larger than data":  container(`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, eight),
		"a shape smaller than data": container(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}`, eight),
		"offsets past the end":      container(`{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`, eight),
		"offsets backwards":         container(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}`, eight),
		"three offsets":             container(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]}}`, eight),
		"a gap":                     container(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, eight),
		"an overlap": container(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},`+
			`"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, eight),
		"offsets that wrap around": container(`{"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,18446744073709551615]}}`, nil),
		"metadata of numbers":      container(`{"__metadata__":{"a":1}}`, nil),
	} {
		path := store(t, raw)
		_, err := Open(path)
		testkit.Refused(t, name, err, path)
	}
}

func TestOpenRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(dir)
	testkit.Refused(t, "a folder", err, dir, "folder")
	missing := filepath.Join(dir, "model.safetensors")
	_, err = Open(missing)
	testkit.Refused(t, "a missing file", err, missing, "no such file")
	empty := store(t, nil)
	_, err = Open(empty)
	testkit.Refused(t, "an empty file", err, empty, "0 bytes")
}

func FuzzOpen(f *testing.F) {
	whole := pythonFile(f)
	f.Add(whole)
	f.Add(whole[:len(whole)-3])
	f.Add(container(`{"a":{"dtype":"F16","shape":[1,2],"data_offsets":[0,4]}}`, make([]byte, 4)))
	f.Add(container(`{"a":{"dtype":"F32","shape":[0,9223372036854775807],"data_offsets":[0,0]}}`, nil))
	f.Add([]byte{})
	path := filepath.Join(f.TempDir(), "fuzz.safetensors")
	f.Fuzz(func(t *testing.T, raw []byte) {
		if err := os.WriteFile(path, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		file, err := Open(path)
		if err != nil {
			if !strings.Contains(err.Error(), path) {
				t.Errorf("error %q does not name the file", err)
			}
			return
		}
		for _, name := range file.Names() {
			tensor, err := file.Tensor(name, nil)
			if err == nil && (len(tensor.Data) != tensor.Size() || finite(tensor.Data) >= 0) {
				t.Errorf("%q has %d values for the shape %v", name, len(tensor.Data), tensor.Shape)
			}
		}
	})
}
