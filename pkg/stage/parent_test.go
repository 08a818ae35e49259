package stage

import (
	"context"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// goesOn fails if a context ends while a cell has looked, more than once, whether it is to go on.
func goesOn(t *testing.T, ctx context.Context) {
	t.Helper()
	select {
	case <-ctx.Done():
		t.Fatal("it ended by itself")
	case <-time.After(3 * parentInterval):
	}
}

func TestACellEndsWithTheCommandItServes(t *testing.T) {
	parent := startProgram(t, "ask", filepath.Join(t.TempDir(), "ended"))
	parent.line(t)
	t.Setenv(ParentEnv, strconv.Itoa(parent.Process.Pid))
	t.Setenv(StopEnv, filepath.Join(t.TempDir(), "stop"))
	ctx, cancel := WithParent(t.Context())
	defer cancel()
	goesOn(t, ctx)
	parent.kill(t)
	until(t, "the end of a cell without its command", func() bool { return ctx.Err() != nil })
	// One that begins when the command is gone does not begin.
	ctx, cancel = WithParent(t.Context())
	defer cancel()
	if ctx.Err() == nil {
		t.Error("it began without its command")
	}
}

func TestACellStopsWhenItIsAsked(t *testing.T) {
	parent := startProgram(t, "ask", filepath.Join(t.TempDir(), "ended"))
	parent.line(t)
	t.Setenv(ParentEnv, strconv.Itoa(parent.Process.Pid))
	stop := filepath.Join(t.TempDir(), "stop")
	t.Setenv(StopEnv, stop)
	ctx, cancel := WithParent(t.Context())
	defer cancel()
	testkit.WriteFile(t, stop, "")
	until(t, "the end of a cell that is asked to stop", func() bool { return ctx.Err() != nil })
}

func TestACellByItselfServesNobody(t *testing.T) {
	t.Setenv(ParentEnv, "")
	t.Setenv(StopEnv, "parent_test.go") // which is there
	ctx, cancel := WithParent(t.Context())
	goesOn(t, ctx)
	cancel()
	if ctx.Err() == nil {
		t.Error("it cannot be cancelled")
	}
}
