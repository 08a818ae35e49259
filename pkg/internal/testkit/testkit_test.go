package testkit

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"
)

// recorder is a test that takes down its errors instead of failing.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

// failures counts the errors that a check reports.
func failures(check func(t testing.TB)) int {
	var r recorder
	check(&r)
	return len(r.errors)
}

func TestRefused(t *testing.T) {
	for _, test := range []struct {
		err  error
		want int
	}{
		{errors.New("notes.csv: line 3: no label"), 0},
		{errors.New("notes.csv: line 4: no label"), 1},
		{errors.New("notes.csv:\nline 3"), 1},
		{errors.New("bad input"), 2},
		{nil, 1},
	} {
		if got := failures(func(t testing.TB) { Refused(t, "input", test.err, "notes.csv", "line 3") }); got != test.want {
			t.Errorf("%v: %d failures, want %d", test.err, got, test.want)
		}
	}
}

func TestNear(t *testing.T) {
	for _, test := range []struct {
		got  float64
		want int
	}{{1.009, 0}, {.991, 0}, {1.011, 1}, {.98, 1}, {math.NaN(), 1}, {math.Inf(1), 1}} {
		if got := failures(func(t testing.TB) { Near(t, "value", test.got, 1, .01) }); got != test.want {
			t.Errorf("%v: %d failures, want %d", test.got, got, test.want)
		}
	}
}

func TestNearAll(t *testing.T) {
	want := []float32{0, -10}
	for _, test := range []struct {
		got  []float32
		want int
	}{
		{[]float32{.05, -10}, 0}, // relative to the largest value
		{[]float32{.2, -10}, 1},
		{[]float32{0, 10}, 1},
		{[]float32{0}, 1},
		{[]float32{float32(math.NaN()), -10}, 1},
		{[]float32{float32(math.Inf(1)), -10}, 1},
	} {
		if got := failures(func(t testing.TB) { NearAll(t, "values", test.got, want, .01) }); got != test.want {
			t.Errorf("%v: %d failures, want %d", test.got, got, test.want)
		}
	}
}

func TestEditJSONChangesACopyAlone(t *testing.T) {
	dir := t.TempDir()
	path := WriteJSON(t, filepath.Join(dir, "config.json"), map[string]any{"a": 1})
	copied := CopyFolder(t, dir)
	EditJSON(t, filepath.Join(copied, "config.json"), func(object map[string]any) { object["b"] = "c" })
	if got := ReadFile(t, copied, "config.json"); got != `{"a":1,"b":"c"}` {
		t.Errorf("the copy holds %s", got)
	}
	if got := ReadFile(t, path); got != `{"a":1}` {
		t.Errorf("the original holds %s", got)
	}
	if got := Entries(t, copied); !slices.Equal(got, []string{"config.json"}) {
		t.Errorf("the copy has the files %q", got)
	}
}
