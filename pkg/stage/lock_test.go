package stage

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestLockHoldsOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	release, err := Lock(t.Context(), dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, wait := range []time.Duration{0, lockInterval / 2} {
		_, err := Lock(t.Context(), dir, wait)
		testkit.Refused(t, "a second lock", err, "another process is working in "+dir)
		if !errors.Is(err, ErrBusy) {
			t.Errorf("%v is not ErrBusy", err)
		}
	}
	released := time.AfterFunc(lockInterval/2, release)
	defer released.Stop()
	if release, err = Lock(t.Context(), dir, deadline); err != nil {
		t.Fatalf("after the release: %v", err)
	}
	release()
	missing := filepath.Join(dir, "missing")
	_, err = Lock(t.Context(), missing, 0)
	testkit.Refused(t, "no folder", err, missing)
	if errors.Is(err, ErrBusy) {
		t.Errorf("a folder that is not there is called busy: %v", err)
	}
}

func TestTidyRemovesWhatIsUnfinished(t *testing.T) {
	dir := t.TempDir()
	deep := filepath.Join(dir, "adapter")
	if err := os.MkdirAll(filepath.Join(dir, ".folder.json1"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		".checkpoint.safetensors123456", ".run.json99", ".test.parquet.1", ".README.md5577006791947779410", "adapter/.adapter_model.safetensors5577006791947779410",
		".mine", ".notes.json", "remark.json1", "run.json", ".lock",
	} {
		testkit.WriteFile(t, filepath.Join(dir, name), "")
	}
	if err := tidy(dir); err != nil {
		t.Fatal(err)
	}
	if got, want := testkit.Entries(t, dir), []string{".folder.json1", ".lock", ".mine", ".notes.json", "adapter", "remark.json1", "run.json"}; !slices.Equal(got, want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
	if got := testkit.Entries(t, deep); len(got) != 0 {
		t.Errorf("the folder in it holds %q", got)
	}
}
