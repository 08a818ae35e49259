package study

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// notebookFile is an executed notebook, with whatever keys it has.
type notebookFile struct {
	Cells    []map[string]any `json:"cells"`
	Metadata map[string]any   `json:"metadata"`
	Format   int              `json:"nbformat"`
	Minor    int              `json:"nbformat_minor"`
}

// join makes one notebook of several, in their order: front as its first cell, their titles one level down, links between them as
// links within it, and cells that show nothing left out.
func join(front, title string, paths, names []string) ([]byte, error) {
	var joined notebookFile
	for i, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var nb notebookFile
		if err := json.Unmarshal(raw, &nb); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if i == 0 {
			joined = notebookFile{Metadata: nb.Metadata, Format: nb.Format, Minor: nb.Minor, Cells: []map[string]any{markdown("front", front)}}
			joined.Metadata["title"] = title
		}
		joined.Cells = append(joined.Cells, markdown(names[i], fmt.Sprintf("<div id=%q></div>", names[i])))
		for k, cell := range nb.Cells {
			cell["id"] = fmt.Sprintf("%s-%d", names[i], k+1)
			if outputs, ok := cell["outputs"].([]any); ok && len(outputs) == 0 {
				continue
			}
			if cell["cell_type"] == "markdown" {
				cell["source"] = within(sourceOf(cell))
			}
			joined.Cells = append(joined.Cells, cell)
		}
	}
	return json.Marshal(joined)
}

func markdown(id, text string) map[string]any {
	return map[string]any{"cell_type": "markdown", "id": id, "metadata": map[string]any{}, "source": text}
}

// sourceOf is a cell's source, which is a text or a list of lines.
func sourceOf(cell map[string]any) string {
	if text, ok := cell["source"].(string); ok {
		return text
	}
	lines, _ := cell["source"].([]any)
	var b strings.Builder
	for _, line := range lines {
		fmt.Fprint(&b, line)
	}
	return b.String()
}

var (
	heading = regexp.MustCompile(`(?m)^(#+ )`)
	sibling = regexp.MustCompile(`\]\(([0-9a-z_]+)\.ipynb\)`)
)

// within is a cell's text as a part of a larger page.
func within(text string) string {
	return sibling.ReplaceAllString(heading.ReplaceAllString(text, "#$1"), "](#$1)")
}
