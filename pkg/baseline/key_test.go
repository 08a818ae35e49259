package baseline

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"
)

// TestKeysListsEveryConstant reads the constants from the source, so that a new one cannot be left out of Keys. The values are names of
// files that reports have on disk.
func TestKeysListsEveryConstant(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "key.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []Key
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			for _, v := range spec.Values {
				if literal, ok := v.(*ast.BasicLit); ok {
					value, err := strconv.Unquote(literal.Value)
					if err != nil {
						t.Fatal(err)
					}
					declared = append(declared, Key(value))
				}
			}
		}
		return true
	})
	if got := Keys(); !slices.Equal(got, declared) {
		t.Errorf("Keys gives %q, the constants are %q", got, declared)
	}
	want := []Key{"random-uniform", "random-prior", "majority", "rules", "untuned", "frozen", "tfidf-logistic", "tfidf-svm"}
	if !slices.Equal(declared, want) {
		t.Errorf("the constants are %q, want %q", declared, want)
	}
}

func TestKeysGivesACopy(t *testing.T) {
	Keys()[0] = "changed"
	if got := Keys()[0]; got != KeyRandomUniform {
		t.Errorf("a caller changed the first key to %q", got)
	}
}
