package study

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNotebooksAreJoinedToOnePage(t *testing.T) {
	dir := t.TempDir()
	write := func(name, cells string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(`{"cells": [`+cells+`], "metadata": {"title": "`+name+`"}, "nbformat": 4, "nbformat_minor": 5}`), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const figure = `{"cell_type": "code", "id": "x", "source": "f()", "execution_count": 1, "metadata": {}, "outputs": [{"output_type": "display_data", "metadata": {}, "data": {"text/html": ["<script>huge</script>", "<p>figure</p>"]}}]}`
	one := write("1.ipynb", `{"cell_type": "markdown", "id": "x", "metadata": {}, "source": ["# One\n", "see [two](02_two.ipynb)"]}, {"cell_type": "code", "id": "y", "source": "import x", "outputs": []}, `+figure)
	two := write("2.ipynb", `{"cell_type": "markdown", "id": "x", "metadata": {}, "source": "## Part\nof #2"}, `+figure)
	raw, err := join("front", "the title", "<script>huge</script>", []string{one, two}, []string{"01_one", "02_two"})
	if err != nil {
		t.Fatal(err)
	}
	var nb notebookFile
	if err := json.Unmarshal(raw, &nb); err != nil {
		t.Fatal(err)
	}
	var sources []string
	ids := map[any]bool{}
	for _, cell := range nb.Cells {
		sources = append(sources, text(cell["source"]))
		if ids[cell["id"]] {
			t.Errorf("two cells are called %v", cell["id"])
		}
		ids[cell["id"]] = true
	}
	want := `front|<div id="01_one"></div>|## One` + "\n" + `see [two](#02_two)|f()|<div id="02_two"></div>|### Part` + "\n" + `of #2|f()`
	if got := strings.Join(sources, "|"); got != want {
		t.Errorf("cells:\n%s\nwant:\n%s", got, want)
	}
	if n := strings.Count(string(raw), "huge"); n != 1 || strings.Count(string(raw), "figure") != 2 {
		t.Errorf("the script is there %d times", n)
	}
	if nb.Metadata["title"] != "the title" {
		t.Errorf("title %v", nb.Metadata["title"])
	}
	if _, err := join("", "", "", []string{write("3.ipynb", "{")}, []string{"03"}); err == nil || !strings.Contains(err.Error(), "3.ipynb") {
		t.Errorf("a damaged notebook: %v", err)
	}
}
