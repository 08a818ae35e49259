package study

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCacheFindsMakesAndRenews(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "stage")
	path := filepath.Join(dir, "result.json")
	into := func() *map[string]int { return &map[string]int{} }

	c := &cache{stage: "sweep"}
	if found, err := c.find(path, into()); found || err != nil || !c.made {
		t.Fatalf("nothing there: %t, %v, made %t", found, err, c.made)
	}
	if err := writeStage(path, map[string]int{"a": 1}); err != nil {
		t.Fatal(err)
	}
	c = &cache{stage: "sweep", only: true}
	got := into()
	if found, err := c.find(path, got); !found || err != nil || (*got)["a"] != 1 || c.made {
		t.Fatalf("there: %t, %v, %v", found, err, *got)
	}
	if _, err := c.find(filepath.Join(dir, "other.json"), into()); err == nil || !strings.Contains(err.Error(), "--only sweep") {
		t.Errorf("not there, and not to be made: %v", err)
	}

	// Another process's work is not thrown away.
	release, err := lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	c = &cache{stage: "sweep", fresh: true, renewed: map[string]bool{}}
	if _, err := c.find(path, into()); err == nil || !strings.Contains(err.Error(), "another process") || !isFile(path) {
		t.Errorf("a busy folder: %v", err)
	}
	release()
	if found, err := c.find(path, into()); found || err != nil || isDir(dir) {
		t.Errorf("made anew: %t, %v", found, err)
	}
	if err := writeStage(path, map[string]int{"a": 2}); err != nil {
		t.Fatal(err)
	}
	if found, err := c.find(path, into()); !found || err != nil {
		t.Errorf("what this process made itself is made twice: %t, %v", found, err)
	}
	if err := os.WriteFile(path, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := c.find(path, into()); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("half a file: %v", err)
	}
}

func TestSpansShareTheWhole(t *testing.T) {
	whole := span{}
	if got := whole.at(.5); got != .5 {
		t.Errorf("half of the whole is %v", got)
	}
	costs := []float64{1, 3, 0}
	second := whole.part(1, costs)
	if second.at(0) != .25 || second.at(1) != 1 {
		t.Errorf("the second part is %+v", second)
	}
	inner := second.part(1, []float64{1, 1})
	if inner.at(0) != .625 || inner.at(1) != 1 {
		t.Errorf("a part of a part is %+v", inner)
	}
	if got := whole.part(0, []float64{0, 0}); got.at(1) != 1 {
		t.Errorf("parts that cost nothing: %+v", got)
	}
}
