package profile

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestAFileExtendsAProfile(t *testing.T) {
	path := testkit.WriteFile(t, filepath.Join(t.TempDir(), "mine.yml"), `extends: paper
train: {epochs: 9}
adapter: {target_modules: [lin1]}
sweep: [{name: one, set: [train.learning_rate=1e-3]}]
compare: []
rates: {lora: []}
`)
	p := read(t, path, "train.batch_size=3")
	want := read(t, "paper", "train.epochs=9", "adapter.target_modules=[lin1]", "compare=[]", "rates.lora=[]", "train.batch_size=3")
	if p.Name != "mine" {
		t.Errorf("it is called %q", p.Name)
	}
	if got := p.Configurations; len(got) != 1 || got[0].Name != "one" || !slices.Equal(got[0].Set, []string{"train.learning_rate=1e-3"}) {
		t.Errorf("its sweep is %+v", got)
	}
	want.Configurations = p.Configurations
	if got := p.Settings(); !slices.Equal(got, want.Settings()) {
		t.Errorf("settings %q, want %q", got, want.Settings())
	}
	// What one file changes is not changed for another.
	if got := read(t, "paper").Adapter.TargetModules; !slices.Equal(got, []string{"q_lin", "v_lin"}) {
		t.Errorf("the profile that it extends has the targets %q now", got)
	}
}

func TestFilesAreReadStrictly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.yaml")
	for content, parts := range map[string][]string{
		"train:\n  epochs: 9\n":                          {"extends", "demo, mtsamples, paper"},
		"extends: large\n":                               {"extends", "large", "demo, mtsamples, paper"},
		"extends: mine.yaml\n":                           {"extends", "mine.yaml"},
		"extends: [demo]\n":                              {"line 1"},
		"extends: demo\nextends: mtsamples\n":            {"extends", "line 2"},
		"extends: demo\ntrain:\n  epoch: 9\n":            {"epoch", "line 3"},
		"extends: demo\ncorpus:\n  sauce: demo\n":        {"sauce", "line 3"},
		"extends: demo\ntrain:\n  learning_rat: 1\n":     {"learning_rat", "line 3"},
		"extends: demo\nname: other\n":                   {"name", "line 2"},
		"extends: demo\nmax_length: long\n":              {"long", "line 2"},
		"extends: demo\nmax_length: 1.5\n":               {"max_length must be a whole number, not 1.5", "line 2"},
		"extends: demo\ntrain: {epochs: .5}\n":           {"train.epochs", "whole number", "line 2"},
		"extends: demo\ncorpus:\n  seed: 1.25\n":         {"corpus.seed", "whole number", "line 3"},
		"extends: demo\ntrain: [1, 2]\n":                 {"line 2"},
		"extends: demo\nadapter:\n  rank: 1\n rank: 2":   {"line"},
		"extends: demo\nbase: a\nbase: b\n":              {"base", "line 3"},
		"extends: demo\nsweep: [{nam: one}]\n":           {"nam", "line 2"},
		"extends: demo\nadapter: {task_type: x}\n":       {"task_type", "line 2"},
		"extends: demo\n---\nextends: demo\nbase: b\n":   {"more than one"},
		"extends: demo\nmax_length: 64\n...\ntrain: 1\n": {"more than one"},
	} {
		testkit.WriteFile(t, path, content)
		_, err := Read(path, nil)
		testkit.Refused(t, content, err, append(parts, path)...)
	}
}

func TestProfilesThatAreNotThere(t *testing.T) {
	_, err := Read("large", nil)
	testkit.Refused(t, "an unknown name", err, `"large"`, "demo, mtsamples, paper", "NAME.yaml")
	_, err = Read("missing.yaml", nil)
	testkit.Refused(t, "a missing file", err, "missing.yaml")
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v does not wrap os.ErrNotExist", err)
	}
	_, err = Read("golden_test.go", nil)
	testkit.Refused(t, "a file of another kind", err, `"golden_test.go"`, "NAME.yaml")
}
