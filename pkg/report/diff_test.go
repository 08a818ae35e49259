package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDiffNamesWhatDiffersButTimes(t *testing.T) {
	write := func(content string) string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, resultsFile), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	a := write(`{"schema": 3, "sweep": {"best": 0, "scores": [0.1, 0.2000000000000000001]}, "times": {"x": 1}}`)
	same := write(`{"times": {"x": 2}, "schema": 3, "sweep": {"scores": [0.1, 0.2000000000000000001], "best": 0}}`)
	if found, err := Diff(a, filepath.Join(same, resultsFile)); err != nil || len(found) != 0 {
		t.Errorf("equal reports: %v, %v", found, err)
	}
	other := write(`{"schema": 3, "sweep": {"best": 1, "scores": [0.1, 0.2000000000000000002]}, "more": null}`)
	found, err := Diff(a, other)
	if want := "sweep.best: 0, 1|sweep.scores[1]: 0.2000000000000000001, 0.2000000000000000002"; err != nil || strings.Join(found, "|") != want {
		t.Errorf("%q, %v", found, err)
	}
	for content, want := range map[string]string{
		`{"schema": 2, "sweep": {}}`: "has schema 2",
		`{"schema": 3`:               "results.json",
		`[]`:                         "results.json",
		`{}`:                         "has no schema",
	} {
		if _, err := Diff(a, write(content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", content, err)
		}
	}
	if _, err := Diff(a, t.TempDir()); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("no results: %v", err)
	}
}
