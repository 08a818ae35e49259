// Package pkg_test holds the rule of which package may know which.
package pkg_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/specialist-nlp/specialist/pkg/"

// allowed lists what each package may import of ours: data goes one way along the pipe.
var allowed = map[string][]string{
	"atomicfile":     {},
	"weights":        {"atomicfile"},
	"hub":            {},
	"corpus":         {"hub"},
	"tokenize":       {},
	"audit":          {"corpus", "evaluate", "predict", "tokenize"},
	"seal":           {},
	"spelling":       {},
	"predict":        {"seal"},
	"report":         {"atomicfile"},
	"distilbert":     {"atomicfile", "weights"},
	"lora":           {"atomicfile", "weights"},
	"evaluate":       {"predict"},
	"baseline":       {"evaluate", "predict"},
	"erroranalysis":  {"atomicfile", "corpus", "evaluate", "predict", "spelling"},
	"classifier":     {"atomicfile", "distilbert", "lora", "predict", "tokenize", "weights"},
	"attribution":    {"atomicfile", "classifier", "seal", "tokenize"},
	"train":          {"classifier", "tokenize", "weights"},
	"study":          {"atomicfile", "attribution", "audit", "baseline", "classifier", "corpus", "erroranalysis", "evaluate", "hub", "lora", "predict", "report", "spelling", "tokenize", "train"},
	"notebook":       {"corpus", "erroranalysis", "report", "study"},
	"cmd/specialist": {"atomicfile", "classifier", "corpus", "distilbert", "evaluate", "predict", "study", "train"},
}

// filesOnly are packages that an analyst uses without XLA.
var filesOnly = []string{"corpus", "audit", "predict", "evaluate", "erroranalysis", "baseline", "report", "hub"}

func goList(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	return strings.Fields(string(out))
}

func TestPackagesKnowOnlyWhatTheyMay(t *testing.T) {
	for _, path := range goList(t, module+"...") {
		name, ok := strings.CutPrefix(path, module)
		if !ok {
			continue // this package, which has only tests
		}
		may, known := allowed[name]
		if !known {
			t.Errorf("package %s is not in the table: say what it may import", name)
			continue
		}
		for _, imported := range goList(t, "-f", `{{join .Imports "\n"}}`, path) {
			ours, ok := strings.CutPrefix(imported, module)
			if ok && !slices.Contains(may, ours) {
				t.Errorf("%s imports %s, which it should not know", name, ours)
			}
		}
	}
}

func TestAnalysisNeedsNoXLA(t *testing.T) {
	for _, name := range filesOnly {
		for _, dep := range goList(t, "-deps", module+name) {
			if strings.HasPrefix(dep, "github.com/gomlx/gomlx/") || strings.HasPrefix(dep, "github.com/gomlx/go-xla/") {
				t.Errorf("%s depends on %s", name, dep)
			}
		}
	}
}
