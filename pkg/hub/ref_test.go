package hub

import (
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestParseRef(t *testing.T) {
	for s, want := range map[string]Ref{
		"distilbert/distilbert-base-uncased": {ID: "distilbert/distilbert-base-uncased", Revision: "main"},
		"hub:owner/name@v1.0":                {ID: "owner/name", Revision: "v1.0"},
		"hub:owner/name@" + commit1:          {ID: "owner/name", Revision: commit1},
		"owner/name@refs/pr/1":               {ID: "owner/name", Revision: "refs/pr/1"},
		"bert-base-uncased":                  {ID: "bert-base-uncased", Revision: "main"},
		"datasets/owner/name":                {ID: "owner/name", Revision: "main", Dataset: true},
		"hub:datasets/owner/na_me.x@dev":     {ID: "owner/na_me.x", Revision: "dev", Dataset: true},
	} {
		got, err := ParseRef(s)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", s, got, err)
		}
		if again, err := ParseRef(got.String()); err != nil || again != got {
			t.Errorf("%s does not read back: %+v, %v", got, again, err)
		}
	}
	for _, bad := range []string{
		"", "hub:", "a/b/c", "/abs/path", "./rel", "../up", "owner/", "/name", "owner/na me", "own--er/name", "owner/na..me",
		"-owner/name", "owner/.name", "owner/name.", "owner/name@", "owner/name@../x", "owner/name@a//b", "owner/name@/a",
		"owner/name@a b", "owner/name@a/./b", "owner/name@a\\b", "owner/name@a?b", "owner/" + strings.Repeat("n", 97), "owner/naïve",
	} {
		if got, err := ParseRef(bad); err == nil {
			t.Errorf("%q was read as %+v", bad, got)
		} else {
			testkit.Refused(t, bad, err, "repository")
		}
	}
}

func TestModelFiles(t *testing.T) {
	optional := map[string]bool{}
	for _, f := range ModelFiles() {
		optional[f.Name] = f.Optional
	}
	for name, want := range map[string]bool{
		"config.json": false, "model.safetensors": false, "tokenizer.json": true, "vocab.txt": true, "tokenizer_config.json": true,
	} {
		if got, ok := optional[name]; !ok || got != want {
			t.Errorf("%s: listed %v, optional %v", name, ok, got)
		}
	}
}
