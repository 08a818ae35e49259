package report

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// writtenResults is the folder of a report with the given results.
func writtenResults(t *testing.T, content string) string {
	t.Helper()
	dir := t.TempDir()
	testkit.WriteFile(t, filepath.Join(dir, resultsFile), content)
	return dir
}

func TestDiffNamesWhatDiffersButTimesAndCommits(t *testing.T) {
	a := writtenResults(t, `{"schema": 3, "sweep": {"best": 0, "scores": [0.1, 0.2000000000000000001], "run": {"commit": "a", "go": "1"}}, "times": {"x": 1}}`)
	same := writtenResults(t, `{"times": {"x": 2}, "schema": 3, "sweep": {"run": {"go": "1", "commit": "b+changes"}, "scores": [0.1, 0.2000000000000000001], "best": 0}}`)
	if found, err := Diff(a, filepath.Join(same, resultsFile)); err != nil || len(found) != 0 {
		t.Errorf("equal reports: %v, %v", found, err)
	}
	other := writtenResults(t, `{"schema": 3, "sweep": {"best": 1, "scores": [0.1, 0.2000000000000000002], "run": {"go": "2"}}, "more": "`+strings.Repeat("x", 200)+`"}`)
	found, err := Diff(a, other)
	want := []string{
		`more: null, "` + strings.Repeat("x", longest-1) + "...", "sweep.best: 0, 1", `sweep.run.go: "1", "2"`, "sweep.scores[1]: 0.2000000000000000001, 0.2000000000000000002",
	}
	if err != nil || !slices.Equal(found, want) {
		t.Errorf("%q, %v; want %q", found, err, want)
	}
	shorter := writtenResults(t, `{"schema": 3, "sweep": {"best": 0, "scores": [0.1], "run": 3}}`)
	found, err = Diff(a, shorter)
	if want := []string{`sweep.run: {"commit":"a","go":"1"}, 3`, "sweep.scores: [0.1,0.2000000000000000001], [0.1]"}; err != nil || !slices.Equal(found, want) {
		t.Errorf("%q, %v; want %q", found, err, want)
	}
}

func TestDiffRefusesWhatItCannotRead(t *testing.T) {
	a := writtenResults(t, `{"schema": 3}`)
	for content, want := range map[string]string{
		`{"schema": 2, "sweep": {}}`: "has schema 2",
		`{"schema": 3`:               resultsFile,
		`[]`:                         resultsFile,
		`{}`:                         "has no schema",
	} {
		_, err := Diff(a, writtenResults(t, content))
		testkit.Refused(t, content, err, want)
		_, err = Diff(writtenResults(t, content), a)
		testkit.Refused(t, content, err, want)
	}
	_, err := Diff(a, t.TempDir())
	testkit.Refused(t, "no results", err, "does not exist", resultsFile)
}
