package profile

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestAProfileCrossesToOtherProcesses(t *testing.T) {
	for _, name := range Names() {
		p := read(t, name, "train.learning_rate=1.5e-4", "adapter.target_modules=[lin1]", "corpus.path=/a b/c.csv", "corpus.seed=18446744073709551615", "compare=[]")
		path := filepath.Join(t.TempDir(), "profile.json")
		if err := p.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		t.Setenv(Env, path)
		back, err := FromEnvironment()
		if err != nil {
			t.Fatal(err)
		}
		p.Compare = nil // an empty list and none are one in JSON
		if diff := cmp.Diff(p, back); diff != "" {
			t.Errorf("profile %s (-written +read):\n%s", name, diff)
		}
	}
}

func TestFromEnvironment(t *testing.T) {
	for name, want := range map[string]string{"": "demo", "mtsamples": "mtsamples", "paper": "paper"} {
		t.Setenv(Env, name)
		if p, err := FromEnvironment(); err != nil || p.Name != want {
			t.Errorf("%q is profile %q (%v), want %q", name, p.Name, err, want)
		}
	}
	t.Setenv(Env, "large")
	_, err := FromEnvironment()
	testkit.Refused(t, "an unknown name", err, `"large"`)
	for content, part := range map[string]string{`{"name": "demo", "max_lenght": 3}`: "max_lenght", `{"name": `: "unexpected", "extends: demo\n": "invalid"} {
		path := testkit.WriteFile(t, filepath.Join(t.TempDir(), "profile.json"), content)
		t.Setenv(Env, path)
		_, err := FromEnvironment()
		testkit.Refused(t, content, err, path, part)
	}
}
