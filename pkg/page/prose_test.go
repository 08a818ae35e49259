package page

import (
	"strings"
	"testing"
)

func TestProse(t *testing.T) {
	var block Block = Prose("## What was *read*\n\n- 40 rows <b>\n")
	text, err := block.Text()
	if err != nil || text != "## What was *read*\n\n- 40 rows <b>\n" {
		t.Errorf("as text %q, %v", text, err)
	}
	html, err := block.HTML()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<h3>What was <em>read</em></h3>", "<li>40 rows &lt;b&gt;</li>"} {
		if !strings.Contains(string(html), want) {
			t.Errorf("no %s in %s", want, html)
		}
	}
	joined, err := Join(Prose("one"), Table{Caption: "Two", Columns: []Column{{Name: "a"}}}, Prose("three"))
	if err != nil {
		t.Fatal(err)
	}
	one, two, three := strings.Index(string(joined), "<p>one</p>"), strings.Index(string(joined), "Two"), strings.Index(string(joined), "<p>three</p>")
	if one < 0 || two < one || three < two {
		t.Errorf("joined as %s", joined)
	}
}
