package report

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/chapter"
	"github.com/specialist-nlp/specialist/pkg/internal/studykit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func writeNotebook(t *testing.T, dir, name, cells string) {
	t.Helper()
	testkit.WriteFile(t, filepath.Join(dir, name+".ipynb"), `{"cells": [`+cells+`], "metadata": {}, "nbformat": 4}`)
}

func TestNotebooksAreBoundToSections(t *testing.T) {
	dir := t.TempDir()
	writeNotebook(t, dir, "01_one", `
		{"cell_type": "markdown", "metadata": {}, "source": ["# One\n", "\n", "see [two](02_two.ipynb) and <b>this</b>"]},
		{"cell_type": "markdown", "metadata": {"tags": ["notebook"]}, "source": "how a cell works"},
		{"cell_type": "code", "source": "import x", "outputs": []},
		{"cell_type": "code", "source": "f(\"<\")", "outputs": [
			{"output_type": "stream", "name": "stdout", "text": "on the way"},
			{"output_type": "display_data", "data": {"text/html": ["<style class=\"sp-assets\">x</style>", "<p>figure</p>"], "text/plain": "a figure"}},
			{"output_type": "display_data", "data": {"text/markdown": "**bold**"}}]}`)
	writeNotebook(t, dir, "02_two", `
		{"cell_type": "markdown", "metadata": {}, "source": "# Two\n\n## A part\n\nof #2\n\n### below"},
		{"cell_type": "markdown", "metadata": {}, "source": "## Times\n\nlast"},
		{"cell_type": "code", "source": "g()", "outputs": [{"data": {"text/html": "<p>3 s</p>"}}]}`)
	sections, times, err := bind(dir, []string{"01_one", "02_two"})
	if err != nil {
		t.Fatal(err)
	}
	var outline []string
	for _, s := range sections {
		outline = append(outline, strings.Repeat("#", s.Level)+s.Title+"@"+s.ID)
	}
	if got, want := strings.Join(outline, " "), "#One@part-01-one #Two@part-02-two ##A part@part-02-two-a-part"; got != want {
		t.Fatalf("outline %q, want %q", got, want)
	}
	one := string(sections[0].Body)
	for _, want := range []string{`<a href="#part-02-two">two</a>`, "<p>figure</p>", "<strong>bold</strong>", "f(&#34;&lt;&#34;)", "&lt;b&gt;"} {
		if !strings.Contains(one, want) {
			t.Errorf("no %q in %s", want, one)
		}
	}
	for _, not := range []string{"on the way", "sp-assets", "how a cell works", "import x", "a figure"} {
		if strings.Contains(one, not) {
			t.Errorf("%q in %s", not, one)
		}
	}
	if part := string(sections[2].Body); !strings.Contains(part, "of #2") || !strings.Contains(part, "<h4>below</h4>") {
		t.Errorf("part: %s", part)
	}
	if got := string(times); !strings.Contains(got, "last") || !strings.Contains(got, "3 s") {
		t.Errorf("times: %s", got)
	}

	writeNotebook(t, dir, "03_three", `{`)
	if _, _, err := bind(dir, []string{"03_three"}); err == nil || !strings.Contains(err.Error(), "03_three.ipynb") {
		t.Errorf("a damaged notebook: %v", err)
	}
	if _, _, err := bind(dir, []string{"04_four"}); err == nil || !strings.Contains(err.Error(), "04_four.ipynb") {
		t.Errorf("a missing notebook: %v", err)
	}
}

func TestPageLeadsToItsParts(t *testing.T) {
	// The lead's links are anchors of the notebooks' headings.
	s := studykit.New(t)
	lead, err := chapter.Lead(s)
	if err != nil {
		t.Fatal(err)
	}
	headings := map[string]bool{"abstract": true}
	for _, name := range Notebooks {
		sections, _, err := bind(filepath.Join("..", "..", "notebooks"), []string{name})
		if err != nil {
			t.Fatal(err)
		}
		for _, section := range sections {
			headings[section.ID] = true
		}
	}
	links := strings.Split(lead, "](#")[1:]
	if len(links) == 0 {
		t.Fatal("the lead leads nowhere")
	}
	for _, link := range links {
		if id, _, _ := strings.Cut(link, ")"); !headings[id] {
			t.Errorf("there is no part %s", id)
		}
	}
}
