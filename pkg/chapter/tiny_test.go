package chapter

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/internal/profilekit"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// scratch is a folder that all tests of the package share.
var scratch string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if scratch, err = os.MkdirTemp("", "chapter"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(scratch)
		return m.Run()
	}())
}

var makeTiny sync.Once

// tinyStore is a store with every result of the tiny study. Tests do not write into it.
func tinyStore(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(scratch, "store")
	makeTiny.Do(func() {
		if _, err := newTiny(t, dir).Study(t.Context(), stage.Log{}); err != nil {
			t.Error(err)
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	return dir
}

// newTiny is the tiny study on a store: one configuration of one epoch, a head beside it, a learning rate of each method, both protocols.
func newTiny(t *testing.T, store string) *experiment.Experiment {
	t.Helper()
	p := profilekit.Tiny(t, "train.epochs=1", "sweep=[]", "compare=[head]", "rates.lora=[1e-3]", "rates.full=[1e-4]", "rates.epochs=1", "rates.warmup_steps=1", "protocols=[row]")
	e, err := experiment.New(t.Context(), p, &stage.Store{Dir: store}, stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func loadSweep(t *testing.T, e *experiment.Experiment) *experiment.Sweep {
	t.Helper()
	s, err := e.Sweep(t.Context(), stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
