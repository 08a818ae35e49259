package page

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"os"
	"regexp"
	"strings"
)

// Badge stands beside every result on synthetic notes.
const Badge = "synthetic notes"

//go:embed page/*.css page/*.js page/*.gohtml
var files embed.FS

// templates holds every piece of HTML. Styles and scripts are the project's own files, so they are trusted as they are.
var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"badge":  func() string { return Badge },
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

// Block is what a page or a notebook can show: a [Figure], a [Table], [Prose], or an explorer of notes (package explorer).
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

// shared is what blocks repeat on every page that shows them: [Assets] and [Script]. Neither holds the end of its own element.
var shared = regexp.MustCompile(`(?s)<style class="sp-assets">.*?</style>\n?|<script (?:class="sp-assets"|id="specialist-plotly")>.*?</script>\n?`)

// Parts returns the HTML of a notebook's output without the styles and scripts that each output repeats: [Assets] and [Script], which a
// [Page] holds once.
func Parts(html string) string { return shared.ReplaceAllString(html, "") }

// Section is one part of a page.
type Section struct {
	// ID is its anchor: lower-case letters, digits and hyphens.
	ID, Title string
	// Level is 1 for a chapter, to which the sections up to the next chapter belong; 2 or 0 for a section.
	Level int
	// Body is what stands under the title. Its own headings begin at h3, in a chapter's sections at h4.
	Body template.HTML
}

// Page is one page that needs nothing beside itself. Its title is its only h1. Chapters are h2, and so are sections before the first
// chapter; a chapter's sections are h3.
type Page struct {
	Title string
	// Synthetic opens the page with the notice that its results are synthetic.
	Synthetic bool
	// Lead is what the page opens with, before the contents; its headings begin at h2, and are not in the contents. It may be empty.
	Lead     template.HTML
	Sections []Section
	// Times is the page's last section, with the id times, on lines of its own: all that differs between two pages of the same results. It
	// may be empty.
	Times template.HTML
	// Footer stands at the end; it may be empty.
	Footer template.HTML
	// Plotly is what [Script] returned; empty for pictures only.
	Plotly template.HTML
}

// part is a section at its place in the page's outline.
type part struct {
	Section
	Parts []part
}

// outline puts the sections under their chapters.
func (p Page) outline() []part {
	var all []part
	for _, s := range p.Sections {
		if last := len(all) - 1; last >= 0 && all[last].Level == 1 && s.Level != 1 {
			all[last].Parts = append(all[last].Parts, part{Section: s})
		} else {
			all = append(all, part{Section: s})
		}
	}
	if p.Times != "" {
		all = append(all, part{Section: Section{ID: "times", Title: "Times", Body: p.Times}})
	}
	return all
}

type pageView struct {
	Page
	Outline []part
	// Contents says that there are enough parts for a table of them.
	Contents bool
}

// Write writes the page as HTML. A page of more than two sections has a table of contents. It fails where an id is not one or stands
// twice, in the sections or in their bodies.
func (p Page) Write(w io.Writer) error {
	if err := p.check(); err != nil {
		return err
	}
	count := len(p.Sections)
	if p.Times != "" {
		count++
	}
	return templates.ExecuteTemplate(w, "page", pageView{p, p.outline(), count > 2})
}

var (
	// identified finds ids, and scripts to leave them out: what a script holds is not the page's.
	identified = regexp.MustCompile(`(?s)<script\b.*?</script>|<[a-z][a-z0-9-]*\b[^<>]*?\sid="([^"]*)"`)
	reserved   = []string{"main", "text", "specialist-plotly"}
)

func (p Page) check() error {
	if p.Title == "" {
		return errors.New("a page has no title")
	}
	where := map[string]string{}
	for _, id := range reserved {
		where[id] = "the page itself"
	}
	take := func(id, place string) error {
		if first, twice := where[id]; twice {
			return fmt.Errorf("%s: the id %q stands twice, first in %s", place, id, first)
		}
		where[id] = place
		return nil
	}
	for _, s := range p.Sections {
		place := fmt.Sprintf("section %q", s.Title)
		switch {
		case !IsAnchor(s.ID) || s.Title == "":
			return fmt.Errorf("%s: its id %q is not lower-case letters, digits and hyphens, or it has no title", place, s.ID)
		case s.Level < 0 || s.Level > 2:
			return fmt.Errorf("%s: its level is %d, and only 1 (a chapter) and 2 (a section) are known", place, s.Level)
		}
		if err := take(s.ID, place); err != nil {
			return err
		}
	}
	if p.Times != "" {
		if err := take("times", "the times"); err != nil {
			return err
		}
	}
	parts := append([]Section{{Title: "lead", Body: p.Lead}, {Title: "Times", Body: p.Times}}, p.Sections...)
	for _, s := range parts {
		for _, found := range identified.FindAllStringSubmatch(string(s.Body), -1) {
			if found[1] == "" {
				continue
			}
			if err := take(found[1], fmt.Sprintf("the text of section %q", s.Title)); err != nil {
				return err
			}
		}
	}
	return nil
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
