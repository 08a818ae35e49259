package stage

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

var key = Key{Name: "sum", Version: 1, Inputs: []any{"two numbers", 3, 4}}

// sum is the key's result; its maker counts how often it is called.
type sum struct{ Value int }

func (s *sum) maker(calls *int) func(dir string) error {
	return func(dir string) error {
		*calls++
		s.Value = 7
		return os.WriteFile(filepath.Join(dir, "beside"), []byte("a file"), 0o644)
	}
}

// mustMake makes the key's result in a store.
func mustMake(t *testing.T, s *Store, calls *int) sum {
	t.Helper()
	var result sum
	if err := s.Make(t.Context(), key, &result, result.maker(calls)); err != nil {
		t.Fatal(err)
	}
	return result
}

func TestMakeMakesOnceAndReadsAfterwards(t *testing.T) {
	s, calls := &Store{Dir: t.TempDir()}, 0
	if found, err := s.Find(key, &sum{}); found || err != nil {
		t.Errorf("before: found %t, %v", found, err)
	}
	for range 2 {
		if got := mustMake(t, s, &calls); got.Value != 7 {
			t.Errorf("the result is %+v", got)
		}
	}
	if calls != 1 || s.Made != 1 {
		t.Errorf("it was made %d times, counted %d times", calls, s.Made)
	}
	dir := filepath.Join(s.Dir, "sum", key.Hash()[:16])
	if s.Path(key) != dir || testkit.ReadFile(t, dir, "beside") != "a file" || testkit.ReadFile(t, dir, "sum.json") != "{\n  \"Value\": 7\n}\n" {
		t.Errorf("%s holds %q", s.Path(key), testkit.Entries(t, dir))
	}
	if got := testkit.Entries(t, filepath.Dir(dir)); !slices.Equal(got, []string{filepath.Base(dir), filepath.Base(dir) + ".lock"}) {
		t.Errorf("beside the result there is %q", got)
	}
	// Another process, and another store of the folder, find it too.
	other, found := &Store{Dir: s.Dir, Policy: Policy{ReadOnly: true}}, sum{}
	if ok, err := other.Find(key, &found); !ok || err != nil || found.Value != 7 || other.Made != 0 {
		t.Errorf("elsewhere: %+v, found %t, %v", found, ok, err)
	}
}

func TestTheResultMayHaveANameOfItsOwn(t *testing.T) {
	s, calls, result := &Store{Dir: t.TempDir()}, 0, sum{}
	named := key
	named.File = "run.json"
	if err := s.Make(t.Context(), named, &result, result.maker(&calls)); err != nil {
		t.Fatal(err)
	}
	if got := testkit.Entries(t, s.Path(named)); !slices.Equal(got, []string{"beside", "run.json"}) {
		t.Errorf("the folder holds %q", got)
	}
}

func TestAFailedMakeGoesOnInItsFolder(t *testing.T) {
	s, calls, result := &Store{Dir: t.TempDir()}, 0, sum{}
	broken := errors.New("broken")
	err := s.Make(t.Context(), key, &result, func(dir string) error {
		for _, name := range []string{"checkpoint", ".model.safetensors123456", ".README.md7"} {
			testkit.WriteFile(t, filepath.Join(dir, name), "half")
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Fatalf("it failed with %v", err)
	}
	if found, err := s.Find(key, &result); found || err != nil || exists(s.Path(key)) {
		t.Errorf("what failed is found: %t, %v", found, err)
	}
	err = s.Make(t.Context(), key, &result, func(dir string) error {
		if got := testkit.Entries(t, dir); !slices.Equal(got, []string{"checkpoint"}) {
			t.Errorf("the next try finds %q", got)
		}
		return result.maker(&calls)(dir)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := testkit.Entries(t, s.Path(key)); !slices.Equal(got, []string{"beside", "checkpoint", "sum.json"}) {
		t.Errorf("the folder holds %q", got)
	}
}

func TestAFailureThatLeftNothingLeavesNoFolder(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	if err := s.Make(t.Context(), key, &sum{}, func(string) error { return errors.New("refused") }); err == nil {
		t.Fatal("no error")
	}
	if got := testkit.Entries(t, filepath.Dir(s.Path(key))); !slices.Equal(got, []string{key.Hash()[:16] + ".lock"}) {
		t.Errorf("there is %q", got)
	}
}

func TestAFolderWithoutAResultIsReplaced(t *testing.T) {
	s, calls := &Store{Dir: t.TempDir()}, 0
	if err := os.MkdirAll(s.Path(key), 0o755); err != nil {
		t.Fatal(err)
	}
	testkit.WriteFile(t, filepath.Join(s.Path(key), "old"), "")
	mustMake(t, s, &calls)
	if got := testkit.Entries(t, s.Path(key)); calls != 1 || !slices.Equal(got, []string{"beside", "sum.json"}) {
		t.Errorf("the folder holds %q", got)
	}
}

func TestADamagedResultIsAnError(t *testing.T) {
	s, calls := &Store{Dir: t.TempDir()}, 0
	mustMake(t, s, &calls)
	path := testkit.WriteFile(t, filepath.Join(s.Path(key), "sum.json"), `{"Value": `)
	_, err := s.Find(key, &sum{})
	testkit.Refused(t, "Find", err, path, "remove the folder to make it again")
	testkit.Refused(t, "Make", s.Make(t.Context(), key, &sum{}, nil), path)
	testkit.Refused(t, "MakeElsewhere", s.MakeElsewhere(key, &sum{}, nil), path)
}

func TestAResultThatCannotBeWrittenIsNone(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	result := map[string]any{}
	err := s.Make(t.Context(), key, &result, func(string) error {
		result["a function"] = func() {}
		return nil
	})
	if err == nil || exists(s.Path(key)) {
		t.Errorf("it was kept: %v", err)
	}
}

func TestReadOnlyResultsAreNotMade(t *testing.T) {
	s, calls := &Store{Dir: t.TempDir(), Policy: Policy{Stage: "sweep", ReadOnly: true}}, 0
	never := func() error { calls++; return nil }
	err := s.Make(t.Context(), key, &sum{}, func(string) error { return never() })
	testkit.Refused(t, "Make", err, "stage sweep has no result", s.Path(key), "--only sweep")
	testkit.Refused(t, "MakeElsewhere", s.MakeElsewhere(key, &sum{}, never), "stage sweep has no result")
	if calls != 0 || s.Made != 0 || len(testkit.Entries(t, s.Dir)) != 0 {
		t.Errorf("made %d times, counted %d times; there is %q", calls, s.Made, testkit.Entries(t, s.Dir))
	}
	mustMake(t, &Store{Dir: s.Dir}, &calls)
	if got := mustMake(t, s, &calls); got.Value != 7 || calls != 1 {
		t.Errorf("what is there is not read: %+v, made %d times", got, calls)
	}
}

func TestFreshResultsAreMadeAnewOnce(t *testing.T) {
	dir, calls := t.TempDir(), 0
	mustMake(t, &Store{Dir: dir}, &calls)
	s := &Store{Dir: dir, Policy: Policy{Fresh: true}}
	testkit.WriteFile(t, filepath.Join(s.Path(key), "old"), "")
	if err := os.MkdirAll(s.Path(key)+".part", 0o755); err != nil {
		t.Fatal(err)
	}
	testkit.WriteFile(t, filepath.Join(s.Path(key)+".part", "checkpoint"), "of an earlier try")
	for range 3 {
		mustMake(t, s, &calls)
	}
	if got := testkit.Entries(t, s.Path(key)); calls != 2 || s.Made != 1 || !slices.Equal(got, []string{"beside", "sum.json"}) {
		t.Errorf("made %d times, counted %d times; the folder holds %q", calls, s.Made, got)
	}
	// A stage that follows may read what an earlier one of the same report has made anew.
	s.Policy = Policy{}
	mustMake(t, s, &calls)
	s.Policy = Policy{Fresh: true}
	mustMake(t, s, &calls)
	if calls != 2 {
		t.Errorf("made %d times", calls)
	}
}

func TestMakeElsewhere(t *testing.T) {
	s, calls, result := &Store{Dir: t.TempDir()}, 0, sum{}
	broken := errors.New("broken")
	if err := s.MakeElsewhere(key, &result, func() error { return broken }); !errors.Is(err, broken) {
		t.Errorf("it failed with %v", err)
	}
	testkit.Refused(t, "a process that makes nothing", s.MakeElsewhere(key, &result, func() error { return nil }), s.Path(key), "ended without it")
	elsewhere := func() error {
		mustMake(t, &Store{Dir: s.Dir}, &calls)
		return nil
	}
	for range 2 {
		if err := s.MakeElsewhere(key, &result, elsewhere); err != nil || result.Value != 7 {
			t.Errorf("%+v, %v", result, err)
		}
	}
	if calls != 1 || s.Made != 3 {
		t.Errorf("made %d times, counted %d times", calls, s.Made)
	}
}

func TestMakeInAFolderOfTheCallers(t *testing.T) {
	dir, calls, result := filepath.Join(t.TempDir(), "deep", "run"), 0, sum{}
	if err := MakeIn(t.Context(), dir, key, &result, result.maker(&calls)); err != nil {
		t.Fatal(err)
	}
	want := []string{".lock", "beside", "sum.json"}
	if got := testkit.Entries(t, dir); !slices.Equal(got, want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
	if found, err := Read(filepath.Join(dir, "sum.json"), &result); !found || err != nil {
		t.Errorf("found %t, %v", found, err)
	}
	release, err := Lock(t.Context(), dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	err = MakeIn(t.Context(), dir, key, &result, result.maker(&calls))
	testkit.Refused(t, "a busy folder", err, "another process is working in "+dir)
	if !errors.Is(err, ErrBusy) || calls != 1 {
		t.Errorf("made %d times, %v", calls, err)
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// slow is the key that makeProgram makes.
func slow(input string) Key { return Key{Name: "slow", Version: 1, Inputs: []any{input}} }

func TestOfTwoProcessesOneMakes(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	first := startProgram(t, "make", s.Dir, "a", "0s")
	if got, want := first.line(t), "making in "+s.Path(slow("a"))+".part"; got != want {
		t.Fatalf("it says %q, want %q", got, want)
	}
	// One that does not wait is refused, in this process and in another.
	if got := startProgram(t, "make", s.Dir, "a", "0s").line(t); got != "busy" {
		t.Errorf("a second process says %q", got)
	}
	never := func(string) error { t.Error("it was made twice"); return nil }
	var result string
	err := s.Make(t.Context(), slow("a"), &result, never)
	testkit.Refused(t, "while another process makes it", err, "another process is working in", s.Path(slow("a")))
	if !errors.Is(err, ErrBusy) {
		t.Errorf("%v is not ErrBusy", err)
	}
	fresh := &Store{Dir: s.Dir, Policy: Policy{Fresh: true}}
	if err := fresh.Make(t.Context(), slow("a"), &result, never); !errors.Is(err, ErrBusy) {
		t.Errorf("another process's work is thrown away: %v", err)
	}
	// One whose context ends no longer waits.
	s.Wait = deadline
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Make(ctx, slow("a"), &result, never); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting ended with %v", err)
	}
	// A third process with another key is in nobody's way.
	if got := startProgram(t, "make", s.Dir, "b", "0s").line(t); !strings.HasPrefix(got, "making in ") {
		t.Errorf("another key: %q", got)
	}
	// One that waits finds what the first has made.
	waiting := startProgram(t, "make", s.Dir, "a", deadline.String())
	done := make(chan error)
	go func() { done <- s.Make(context.Background(), slow("a"), &result, never) }()
	time.Sleep(2 * lockInterval)
	if _, err := first.in.Write([]byte("go on\n")); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*process{first, waiting} {
		if got := p.line(t); got != "made by the process" {
			t.Errorf("a process says %q", got)
		}
	}
	if err := <-done; err != nil || result != "made by the process" {
		t.Errorf("this process has %q, %v", result, err)
	}
}

func TestWaitingEnds(t *testing.T) {
	s := &Store{Dir: t.TempDir(), Wait: 2 * lockInterval}
	startProgram(t, "make", s.Dir, "a", "0s").line(t)
	began := time.Now()
	var result string
	if err := s.Make(t.Context(), slow("a"), &result, nil); !errors.Is(err, ErrBusy) || time.Since(began) < s.Wait {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
}

func TestAKilledProcessLeavesNoResult(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	killed := startProgram(t, "make", s.Dir, "a", "0s")
	killed.line(t)
	killed.kill(t)
	var result string
	if found, err := s.Find(slow("a"), &result); found || err != nil || exists(s.Path(slow("a"))) {
		t.Fatalf("found %t, %v", found, err)
	}
	err := s.Make(t.Context(), slow("a"), &result, func(dir string) error {
		result = testkit.ReadFile(t, dir, "checkpoint") + " and half"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var found string
	if ok, err := s.Find(slow("a"), &found); !ok || err != nil || found != "half and half" {
		t.Errorf("found %q, %t, %v", found, ok, err)
	}
}
