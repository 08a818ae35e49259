package page

import (
	"bytes"
	"fmt"
	"html/template"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	tables "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

var markdown = goldmark.New(
	goldmark.WithExtensions(extension.Table),
	// Before those of the library, whose priorities are 500 and 1000.
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(pageNodes{}, 100))),
)

// Markdown renders CommonMark with tables. Headings are shifted down by so many levels, to h6 at most: a text that stands under an h2 is shifted
// by 2 where its first heading is a single #. HTML in the text shows as it is written, and links that would run a script lead nowhere.
func Markdown(source string, shift int) (template.HTML, error) {
	raw := []byte(source)
	document := markdown.Parser().Parse(text.NewReader(raw))
	for n := document.FirstChild(); n != nil; n = n.NextSibling() {
		shiftHeadings(n, shift)
	}
	var b bytes.Buffer
	if err := markdown.Renderer().Render(&b, raw, document); err != nil {
		return "", fmt.Errorf("markdown %.40q: %w", source, err)
	}
	return template.HTML(b.String()), nil
}

// shiftHeadings shifts the headings of a block and of the blocks in it, such as those of a list.
func shiftHeadings(n ast.Node, shift int) {
	if h, ok := n.(*ast.Heading); ok {
		h.Level = max(1, min(6, h.Level+shift))
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		shiftHeadings(c, shift)
	}
}

// pageNodes renders what a page shows in another way than the library does: HTML, and tables.
type pageNodes struct{}

// RegisterFuncs implements goldmark's NodeRenderer.
func (pageNodes) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindRawHTML, rawHTML)
	r.Register(ast.KindHTMLBlock, htmlBlock)
	r.Register(tables.KindTable, table)
}

func rawHTML(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		segments := n.(*ast.RawHTML).Segments
		for i := range segments.Len() {
			segment := segments.At(i)
			template.HTMLEscape(w, segment.Value(source))
		}
	}
	return ast.WalkSkipChildren, nil
}

func htmlBlock(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	block := n.(*ast.HTMLBlock)
	if entering {
		_, _ = w.WriteString("<p>")
		for i := range block.Lines().Len() {
			line := block.Lines().At(i)
			template.HTMLEscape(w, line.Value(source))
		}
		return ast.WalkContinue, nil
	}
	if block.HasClosure() {
		template.HTMLEscape(w, block.ClosureLine.Value(source))
	}
	_, _ = w.WriteString("</p>\n")
	return ast.WalkContinue, nil
}

// table puts a table into a box that scrolls sideways where it is too wide for the page.
func table(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<div class=\"sp-box\" data-name=\"Table\"><table class=\"plain\">\n")
	} else {
		_, _ = w.WriteString("</table></div>\n")
	}
	return ast.WalkContinue, nil
}
