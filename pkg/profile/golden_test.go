package profile

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// The golden files are the profiles as other processes read them. A value that changes here changes the study's numbers; a name, the runs that
// are found again.
func TestEmbeddedProfilesKeepTheirValues(t *testing.T) {
	for _, name := range Names() {
		path := filepath.Join(t.TempDir(), "profile.json")
		if err := read(t, name).WriteFile(path); err != nil {
			t.Fatal(err)
		}
		var indented bytes.Buffer
		if err := json.Indent(&indented, []byte(testkit.ReadFile(t, path)), "", "  "); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(testkit.ReadFile(t, "testdata", name+".json"), indented.String()+"\n"); diff != "" {
			t.Errorf("profile %s (-golden +read):\n%s", name, diff)
		}
	}
}

// The profiles differ in what their files say, and in nothing else.
func TestProfilesDifferInWhatTheySay(t *testing.T) {
	root := read(t, rootProfile).Settings()
	for name, want := range map[string][]string{
		"demo":  {"corpus.source", "max_length", "train.epochs", "train.warmup_steps", "rates.lora", "rates.full", "rates.warmup_steps"},
		"paper": {"corpus.targets", "base", "max_length", "train.micro_batch", "train.precision", "backend", "rates.full", "rates.epochs", "rates.warmup_steps"},
	} {
		var got []string
		for i, line := range read(t, name).Settings() {
			if line != root[i] {
				key, _, _ := strings.Cut(line, "=")
				got = append(got, key)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("profile %s differs from %s in %q, want %q", name, rootProfile, got, want)
		}
	}
}
