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
	"atomicfile":    {},
	"checkout":      {},
	"original":      {},
	"page":          {"atomicfile"},
	"explorer":      {"page"},
	"seal":          {},
	"spelling":      {},
	"stage":         {"atomicfile"},
	"weights":       {"atomicfile"},
	"hub":           {},
	"column":        {},
	"tokenize":      {},
	"base":          {"checkout", "hub"},
	"corpus":        {"column", "hub", "original"},
	"demo":          {"corpus"},
	"predict":       {"atomicfile", "seal"},
	"evaluate":      {"predict"},
	"audit":         {"corpus", "evaluate", "predict", "tokenize"},
	"baseline":      {"evaluate", "predict"},
	"erroranalysis": {"atomicfile", "corpus", "evaluate", "original", "predict", "spelling"},
	"distilbert":    {"atomicfile", "weights"},
	"lora":          {"atomicfile", "weights"},
	"classifier":    {"atomicfile", "checkout", "distilbert", "lora", "predict", "tokenize", "weights"},
	"attribution":   {"atomicfile", "classifier", "seal", "tokenize"},
	"train":         {"classifier", "tokenize", "weights"},
	"profile":       {"atomicfile", "checkout", "corpus", "lora", "spelling", "train"},
	"experiment": {
		"atomicfile", "attribution", "audit", "base", "baseline", "checkout", "classifier", "corpus", "demo", "erroranalysis", "evaluate", "lora", "predict", "profile", "stage", "tokenize", "train",
	},
	"wording":        {"baseline", "erroranalysis", "evaluate", "experiment", "original", "page"},
	"claim":          {"audit", "baseline", "corpus", "erroranalysis", "evaluate", "experiment", "original", "page", "profile", "wording"},
	"chapter":        {"audit", "baseline", "claim", "corpus", "erroranalysis", "evaluate", "experiment", "original", "page", "profile", "stage", "wording"},
	"report":         {"atomicfile", "audit", "baseline", "chapter", "checkout", "claim", "evaluate", "experiment", "page", "profile", "spelling", "stage", "wording"},
	"notebook":       {"audit", "chapter", "checkout", "classifier", "corpus", "erroranalysis", "experiment", "explorer", "page", "profile", "stage"},
	"cmd/specialist": {"atomicfile", "chapter", "classifier", "corpus", "distilbert", "evaluate", "experiment", "predict", "profile", "report", "stage", "train"},

	"internal/testkit":    {},
	"internal/browserkit": {"checkout", "internal/testkit"},
	"internal/modelkit":   {"weights"},
	"internal/profilekit": {"internal/testkit", "profile"},
	"internal/studykit":   {"audit", "baseline", "corpus", "erroranalysis", "evaluate", "experiment", "internal/profilekit", "profile", "train"},
}

// filesOnly are packages that an analyst uses without XLA.
var filesOnly = []string{"checkout", "original", "stage", "base", "column", "corpus", "demo", "audit", "predict", "evaluate", "erroranalysis", "baseline", "page", "explorer", "hub"}

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
			switch {
			case !ok || slices.Contains(may, ours):
			case strings.HasPrefix(ours, "internal/"):
				t.Errorf("%s imports %s, which is for tests alone", name, ours)
			default:
				t.Errorf("%s imports %s, which it should not know", name, ours)
			}
		}
	}
}

func TestAnalysisNeedsNoXLA(t *testing.T) {
	for _, name := range filesOnly {
		// Its own tests are looked at too: a shared test helper must not bring XLA with it.
		for _, dep := range goList(t, "-deps", "-test", module+name) {
			if strings.HasPrefix(dep, "github.com/gomlx/gomlx/") || strings.HasPrefix(dep, "github.com/gomlx/go-xla/") {
				t.Errorf("%s depends on %s", name, dep)
			}
		}
	}
}
