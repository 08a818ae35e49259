package weights

import (
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	tensor := rapid.Custom(func(r *rapid.T) Tensor {
		shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(r, "shape")
		finiteBits := rapid.Uint32().Filter(func(bits uint32) bool { return bits>>23&0xff != 0xff })
		data := rapid.SliceOfN(finiteBits, size(shape), size(shape)).Draw(r, "bits")
		values := make([]float32, len(data))
		for i, bits := range data {
			values[i] = math.Float32frombits(bits)
		}
		return Tensor{Shape: shape, Data: values}
	})
	name := rapid.String().Filter(func(s string) bool { return s != "__metadata__" })
	rapid.Check(t, func(r *rapid.T) {
		want := rapid.MapOfN(name, tensor, 0, 5).Draw(r, "tensors")
		note := rapid.String().Draw(r, "note")
		if err := Write(path, want, map[string]string{"note": note}); err != nil {
			r.Fatal(err)
		}
		f, err := Open(path)
		if err != nil {
			r.Fatal(err)
		}
		if f.Metadata["format"] != "pt" || f.Metadata["note"] != note || len(f.Metadata) != 2 {
			r.Fatalf("metadata %v", f.Metadata)
		}
		if len(f.Names()) != len(want) {
			r.Fatalf("names %q of %d tensors", f.Names(), len(want))
		}
		for name, t := range want {
			got, err := f.Tensor(name, t.Shape)
			if err != nil {
				r.Fatal(err)
			}
			if !equal(got, t) {
				r.Fatalf("%q is %v, want %v", name, got, t)
			}
		}
	})
}

func TestWriteIsTheSameEveryTime(t *testing.T) {
	dir := t.TempDir()
	tensors := map[string]Tensor{"c": New(3), "a": New(2, 2), "b": New()}
	var files [2][]byte
	for i := range files {
		path := filepath.Join(dir, "model.safetensors")
		if err := Write(path, tensors, map[string]string{"z": "1", "y": "2"}); err != nil {
			t.Fatal(err)
		}
		var err error
		if files[i], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(files[0], files[1]) {
		t.Error("two writes of the same tensors differ")
	}
}

// earlier writes a file that a failing Write must leave alone, and returns a check that it did.
func earlier(t *testing.T) (path string, untouched func(what string)) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "model.safetensors")
	if err := Write(path, map[string]Tensor{"a": {Shape: []int{1}, Data: []float32{1}}}, nil); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, func(what string) {
		t.Helper()
		after, err := os.ReadFile(path)
		if err != nil || !slices.Equal(before, after) {
			t.Errorf("%s: the earlier file was changed (%v)", what, err)
		}
		if left := testkit.Entries(t, filepath.Dir(path)); !slices.Equal(left, []string{filepath.Base(path)}) {
			t.Errorf("%s: the folder holds %q", what, left)
		}
	}
}

func TestWriteRefusesAShapeThatDoesNotFit(t *testing.T) {
	path, untouched := earlier(t)
	for what, bad := range map[string]Tensor{
		"too few values":    {Shape: []int{2, 2}, Data: make([]float32, 3)},
		"too many values":   {Shape: []int{2}, Data: make([]float32, 3)},
		"a scalar of none":  {},
		"negative sizes":    {Shape: []int{-1, -2}, Data: make([]float32, 2)},
		"a negative size":   {Shape: []int{-1, 0}},
		"nothing of nought": {Shape: []int{0}, Data: make([]float32, 1)},
	} {
		err := Write(path, map[string]Tensor{"good": New(1), "bad.weight": bad}, nil)
		testkit.Refused(t, what, err, path, `"bad.weight"`)
		untouched(what)
	}
}

func TestWriteOntoAFolderLeavesIt(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.safetensors")
	if err := os.MkdirAll(filepath.Join(path, "inside"), 0o755); err != nil {
		t.Fatal(err)
	}
	testkit.Refused(t, "a folder", Write(path, map[string]Tensor{"a": New(1)}, nil), path)
	for folder, want := range map[string]string{dir: "model.safetensors", path: "inside"} {
		if left := testkit.Entries(t, folder); !slices.Equal(left, []string{want}) {
			t.Errorf("%s holds %q, want %s alone", folder, left, want)
		}
	}
}

func TestWriteNeedsTheFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "model.safetensors")
	testkit.Refused(t, "no folder", Write(path, map[string]Tensor{"a": New(1)}, nil), path)
}

// A limit on file sizes stops a write half-way, as a full disk does. It binds a whole process, and the test's own logs with
// it, so the write happens in a child.
func TestWriteThatRunsOutOfSpaceLeavesTheEarlierFile(t *testing.T) {
	const pathEnv = "WEIGHTS_WRITE_LIMITED"
	if path := os.Getenv(pathEnv); path != "" {
		signal.Ignore(syscall.SIGXFSZ) // else the kernel would end the process instead of failing the write
		small := syscall.Rlimit{Cur: 1 << 16, Max: 1 << 16}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
			t.Fatal(err)
		}
		testkit.Refused(t, "no space", Write(path, map[string]Tensor{"a": New(1 << 20)}, nil), path, "file too large")
		return
	}
	path, untouched := earlier(t)
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	child.Env = append(os.Environ(), pathEnv+"="+path)
	out, err := child.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("the child failed: %v\n%s", err, out)
	}
	untouched("no space")
}

// A rename is whole only within one file system, and what a kill leaves should lie where it is looked for.
func TestWriteStaysInItsFolder(t *testing.T) {
	elsewhere := t.TempDir()
	t.Setenv("TMPDIR", elsewhere)
	old := time.Unix(1_000_000_000, 0)
	if err := os.Chtimes(elsewhere, old, old); err != nil {
		t.Fatal(err)
	}
	_, untouched := earlier(t)
	untouched("a plain write")
	info, err := os.Stat(elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	if !info.ModTime().Equal(old) {
		t.Error("the temporary folder was written to")
	}
}
