package pkg_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestREADMEShowsATestedExample holds the README's snippet of the library to the classifier's example, which runs. They differ in where the
// model lies.
func TestREADMEShowsATestedExample(t *testing.T) {
	read := func(path string) string {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	body := regexp.MustCompile(`(?s)\nfunc Example\(\) \{\n(.*?)\t// Output:`).FindStringSubmatch(read("classifier/example_test.go"))
	if body == nil {
		t.Fatal("pkg/classifier has no Example")
	}
	readme := strings.Join(strings.Fields(read("../README.md")), " ")
	lines := 0
	for line := range strings.Lines(body[1]) {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" || strings.Contains(line, "classifier.Source{") {
			continue
		}
		lines++
		if !strings.Contains(readme, line) {
			t.Errorf("the README's snippet lacks the example's line %q", line)
		}
	}
	if lines < 5 || lines > 12 {
		t.Errorf("the example has %d lines", lines)
	}
}
