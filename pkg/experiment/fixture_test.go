package experiment

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/internal/profilekit"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

const tiny = "../classifier/testdata/tiny"

// pidEnv names a file in which a worker writes its process id.
const pidEnv = "EXPERIMENT_TEST_PID"

// TestMain makes the test binary the worker of the tests, too.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "work" {
		if path := os.Getenv(pidEnv); path != "" {
			_ = os.WriteFile(path, fmt.Append(nil, os.Getpid()), 0o644)
		}
		if err := Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	if sharedDir != "" {
		_ = os.RemoveAll(sharedDir)
	}
	os.Exit(code)
}

// tinyProfile is quick: the tiny base on the Go backend, one run of two epochs. The settings come after its own.
func tinyProfile(t testing.TB, settings ...string) profile.Profile {
	t.Helper()
	alone := []string{"sweep=[]", "compare=[]", "rates.lora=[]", "rates.full=[]", "protocols=[]"}
	return profilekit.Tiny(t, append(alone, settings...)...)
}

// profileOf is tinyProfile on notes that were written before.
func profileOf(t testing.TB, notes string, settings ...string) profile.Profile {
	t.Helper()
	return tinyProfile(t, append([]string{"corpus.path=" + notes}, settings...)...)
}

// newStore is an empty store, in a checkout of its own.
func newStore(t testing.TB) *stage.Store {
	t.Helper()
	home := t.TempDir()
	if t, ok := t.(*testing.T); ok {
		t.Setenv(checkout.HomeEnv, home)
	}
	return &stage.Store{Dir: checkout.CacheDir(home)}
}

// newExperiment reads a profile's notes. The store may be nil.
func newExperiment(t testing.TB, p profile.Profile, s *stage.Store) *Experiment {
	t.Helper()
	e, err := New(t.Context(), p, s, stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// runOf trains a profile's own settings in a folder.
func runOf(t testing.TB, p profile.Profile, dir string) *Run {
	t.Helper()
	run, err := newExperiment(t, p, nil).Run(t.Context(), dir, stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// recorder keeps what is logged.
type recorder struct {
	lines []string
	steps []stage.Progress
}

func (r *recorder) log() stage.Log {
	return stage.Log{Print: func(line string) { r.lines = append(r.lines, line) }, Progress: func(p stage.Progress) { r.steps = append(r.steps, p) }}
}

// count counts the lines with a beginning.
func (r *recorder) count(beginning string) int {
	n := 0
	for _, line := range r.lines {
		if strings.HasPrefix(line, beginning) {
			n++
		}
	}
	return n
}

// labels lists the labels of the progress, each once, in their order.
func (r *recorder) labels() []string {
	var out []string
	for _, p := range r.steps {
		if len(out) == 0 || out[len(out)-1] != p.Label {
			out = append(out, p.Label)
		}
	}
	return out
}

// asJSON is a value as results.json would hold it.
func asJSON(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// sharedStudy is a study of every part, made once for the tests that read it.
type sharedStudy struct {
	recorder
	dir, home   string
	profile     profile.Profile
	experiment  *Experiment
	study       *Study
	explanation *Explanation
	made        int // results
}

var (
	sharedDir  string // of sharedStudy, once it is made
	sharedOnce sync.Once
	shared     *sharedStudy
)

// wholeStudy makes the shared study: a sweep of a poor configuration, one that cannot be trained and a good one; another way to train; three
// learning rates; both protocols.
func wholeStudy(t *testing.T) *sharedStudy {
	t.Helper()
	sharedOnce.Do(func() {
		dir, err := os.MkdirTemp("", "experiment-test-*")
		if err != nil {
			t.Fatal(err)
		}
		sharedDir = dir
		s := &sharedStudy{dir: dir, home: filepath.Join(dir, "home")}
		t.Setenv(checkout.HomeEnv, s.home)
		s.profile = profileOf(t, profilekit.WriteNotes(t, dir), "rates.lora=[1e-3, 1e-2]", "rates.full=[1e-3]", "rates.epochs=1", "rates.warmup_steps=1", "protocols=[group, row]")
		s.profile.Configurations = profile.Configurations{
			{Name: "slow", Set: []string{"train.learning_rate=1e-6"}},
			{Name: "wild", Set: []string{"adapter.target_modules=[query]"}},
			{Name: "fast", Set: []string{"train.learning_rate=2e-2", "adapter.rank=4", "train.epochs=3"}},
		}
		s.profile.Compare = profile.Configurations{{Name: "full", Set: []string{"train.method=full", "train.learning_rate=1e-3"}}}
		e := newExperiment(t, s.profile, &stage.Store{Dir: checkout.CacheDir(s.home)})
		if s.study, err = e.Study(t.Context(), s.log()); err != nil {
			t.Fatal(err)
		}
		if s.explanation, err = e.Explanation(t.Context(), s.log()); err != nil {
			t.Fatal(err)
		}
		s.experiment, s.made = e, e.Store.Made
		shared = s
	})
	if shared == nil {
		t.Fatal("the shared study could not be made")
	}
	return shared
}

// again is the shared study's experiment in a process that finds it on disk, and makes nothing.
func (s *sharedStudy) again(t *testing.T) *Experiment {
	t.Helper()
	return newExperiment(t, s.profile, &stage.Store{Dir: s.experiment.Store.Dir, Policy: stage.Policy{Stage: "any", ReadOnly: true}})
}

// withoutWild drops the configuration that cannot be trained.
func withoutWild(e *Experiment) *Experiment {
	e.Profile.Configurations = profile.Configurations{e.Profile.Configurations[0], e.Profile.Configurations[2]}
	return e
}
