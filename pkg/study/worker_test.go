package study

import (
	"strings"
	"testing"
)

func TestWorkersAreListenedToPastOtherLines(t *testing.T) {
	var said []string
	steps := 0
	tell := Tell{Say: func(line string) { said = append(said, line) }, Progress: func(p Progress) { steps += p.Step }}
	failed := listen(strings.NewReader(`{"say": "begun"}
a library prints this
{"progress": {"Step": 3, "Steps": 4}}

7
{"failed": "it broke"}
{"say": "cut o`), tell)
	if failed != "it broke" || strings.Join(said, "|") != "begun" || steps != 3 {
		t.Errorf("failed %q, said %q, %d steps", failed, said, steps)
	}
}

func TestWorkerThatEndsWithoutAWord(t *testing.T) {
	err := worker{"sh", "-c", "echo lost >&2; kill -9 $$"}.do(t.Context(), errand{}, Tell{})
	if err == nil || !strings.Contains(err.Error(), "killed") || !strings.Contains(err.Error(), "lost") {
		t.Errorf("a worker that was killed: %v", err)
	}
	if err := (worker{"/nowhere"}).do(t.Context(), errand{}, Tell{}); err == nil {
		t.Errorf("a worker that there is not: %v", err)
	}
}
