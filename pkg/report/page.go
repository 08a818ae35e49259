package report

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"os"
	"strings"
)

// badge is what every synthetic result carries.
const badge = "synthetic notes"

//go:embed page/block.css page/page.css page/block.js page/*.gohtml
var files embed.FS

// templates holds every piece of HTML. Styles and script are the project's own files, so they are trusted as they are.
var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"badge":  func() string { return badge },
	"style":  read[template.CSS],
	"script": read[template.JS],
}).ParseFS(files, "page/*.gohtml"))

func read[T ~string](name string) (T, error) {
	b, err := files.ReadFile("page/" + name)
	return T(b), err
}

func render(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		return "", err
	}
	return template.HTML(b.String()), nil
}

// Block is what a page or a notebook can show: a [Figure] or a [Table].
type Block interface {
	// HTML renders the block for a page that holds [Assets].
	HTML() (template.HTML, error)
	// Text renders it for a terminal.
	Text() (string, error)
}

// The pieces without input are rendered once; a template that cannot be is a mistake in it, as a bad pattern is in a regular expression.
var assets, banner = mustRender("assets"), mustRender("banner")

func mustRender(name string) template.HTML {
	html, err := render(name, nil)
	if err != nil {
		panic(err)
	}
	return html
}

// Assets returns the styles and the script that blocks need. A page may hold them more than once.
func Assets() template.HTML { return assets }

// Banner returns the notice that a page of synthetic results opens with.
func Banner() template.HTML { return banner }

// Script returns plotly.js, read from path, as a script element with the id specialist-plotly. It stands anywhere in a page, before or after
// the figures, and runs whatever module loader is around it. It fails where the file is not plotly.js.
func Script(path string) (template.HTML, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("plotly.js: %w: make setup fetches it", err)
	}
	head := b[:min(len(b), 400)]
	if !bytes.Contains(head, []byte("plotly.js v")) || !bytes.Contains(head, []byte("MIT license")) {
		return "", fmt.Errorf("plotly.js: %s does not start as plotly.js does: make setup fetches it", path)
	}
	// Inside a script element these two would end it, or keep it from ending.
	source := strings.NewReplacer("</script", `<\/script`, "<!--", `<\!--`).Replace(string(b))
	return render("plotly", template.JS(source))
}

// Section is one part of a page.
type Section struct {
	// ID is its anchor: lower-case letters, digits and hyphens.
	ID, Title string
	Body      template.HTML
}

// Page is one page that needs nothing beside itself.
type Page struct {
	Title string
	// Synthetic opens the page with the notice that its results are synthetic.
	Synthetic bool
	Sections  []Section
	// Footer stands at the end; it may be empty.
	Footer template.HTML
	// Plotly is what [Script] returned; empty for pictures only.
	Plotly template.HTML
}

// Write writes the page as HTML. A page with more than two sections opens with a table of contents.
func (p Page) Write(w io.Writer) error {
	if p.Title == "" {
		return errors.New("a page has no title")
	}
	seen := map[string]bool{}
	for _, s := range p.Sections {
		if !anchor.MatchString(s.ID) || s.Title == "" {
			return fmt.Errorf("section %q: its id %q is not lower-case letters, digits and hyphens, or it has no title", s.Title, s.ID)
		}
		if seen[s.ID] {
			return fmt.Errorf("section %q: the id %q stands twice", s.Title, s.ID)
		}
		seen[s.ID] = true
	}
	return templates.ExecuteTemplate(w, "page", p)
}

// Join renders blocks one after the other, for a section's body.
func Join(blocks ...Block) (template.HTML, error) {
	var all strings.Builder
	for _, b := range blocks {
		html, err := b.HTML()
		if err != nil {
			return "", err
		}
		all.WriteString(string(html))
	}
	return template.HTML(all.String()), nil
}
