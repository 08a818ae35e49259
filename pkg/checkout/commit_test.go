package checkout

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestCommit(t *testing.T) {
	home := t.TempDir()
	t.Setenv(HomeEnv, home)
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(home))
	if got := Commit(); got != "unknown" {
		t.Errorf("outside of a repository the commit is %q", got)
	}
	git := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("git", append([]string{"-C", home, "-c", "user.name=a", "-c", "user.email=a@b"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("init", "-q")
	if got := Commit(); got != "unknown" {
		t.Errorf("before the first commit it is %q", got)
	}
	file := testkit.WriteFile(t, filepath.Join(home, "file"), "")
	git("add", "file")
	git("commit", "-q", "-m", "first")
	want := git("rev-parse", "HEAD")
	if got := Commit(); got != want || !regexp.MustCompile(`^[0-9a-f]{40}$`).MatchString(got) {
		t.Errorf("the commit is %q, want %q", got, want)
	}
	testkit.WriteFile(t, file, "changed")
	if got := Commit(); got != want+"+changes" {
		t.Errorf("with a changed file the commit is %q", got)
	}
	git("checkout", "-q", "file")
	testkit.WriteFile(t, filepath.Join(home, "new"), "")
	if got := Commit(); got != want+"+changes" {
		t.Errorf("with a new file the commit is %q", got)
	}
	// An image has no repository, and a file that says what it was made from.
	testkit.WriteFile(t, filepath.Join(home, commitFile), "0123abc\n")
	if got := Commit(); got != "0123abc" {
		t.Errorf("in an image the commit is %q", got)
	}
}
