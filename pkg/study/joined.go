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
// links within it, and cells that show nothing left out. script, which each of them embeds for its figures, stays once.
func join(front, title, script string, paths, names []string) ([]byte, error) {
	embedded := false
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
			embedded = once(cell, script, embedded)
			if cell["cell_type"] == "markdown" {
				cell["source"] = within(text(cell["source"]))
			}
			joined.Cells = append(joined.Cells, cell)
		}
	}
	return json.Marshal(joined)
}

// once takes the script out of a cell's outputs if it has been there before, and says whether it has been there now.
func once(cell map[string]any, script string, before bool) bool {
	outputs, _ := cell["outputs"].([]any)
	for _, output := range outputs {
		o, _ := output.(map[string]any)
		data, _ := o["data"].(map[string]any)
		html := text(data["text/html"])
		if script == "" || !strings.Contains(html, script) {
			continue
		}
		if before {
			data["text/html"] = strings.ReplaceAll(html, script, "")
		}
		before = true
	}
	return before
}

func markdown(id, text string) map[string]any {
	return map[string]any{"cell_type": "markdown", "id": id, "metadata": map[string]any{}, "source": text}
}

// text is a value of a notebook that is a text or a list of lines.
func text(value any) string {
	if whole, ok := value.(string); ok {
		return whole
	}
	lines, _ := value.([]any)
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
