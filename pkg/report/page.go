package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/atomicfile"

	"github.com/specialist-nlp/specialist/pkg/chapter"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// notebookFile is what the page takes of an executed notebook.
type notebookFile struct {
	Cells []struct {
		Type     string `json:"cell_type"`
		Metadata struct {
			Tags []string `json:"tags"`
		} `json:"metadata"`
		Source  sourceText `json:"source"`
		Outputs []struct {
			Data map[string]any `json:"data"`
		} `json:"outputs"`
	} `json:"cells"`
}

// sourceText is a text of a notebook: as one, or as a list of its lines.
type sourceText string

func (l *sourceText) UnmarshalJSON(raw []byte) error {
	var whole string
	if json.Unmarshal(raw, &whole) == nil {
		*l = sourceText(whole)
		return nil
	}
	var parts []string
	err := json.Unmarshal(raw, &parts)
	*l = sourceText(strings.Join(parts, ""))
	return err
}

// pageBinder makes a page's sections of executed notebooks: a notebook is a chapter, its headings are the sections. Text and outputs go
// into the page, streams do not: they tell of the way there.
type pageBinder struct {
	sections []page.Section
	body     strings.Builder
}

// notebookTag tags cells for the reader of a notebook alone.
const notebookTag = "notebook"

// timesTitle is the heading of the notebooks' part that holds times. It becomes the page's last block.
const timesTitle = "Times"

// bind reads executed notebooks in their order. What stands under timesTitle comes back apart from the other sections.
func bind(dir string, names []string) (sections []page.Section, times template.HTML, err error) {
	b := &pageBinder{}
	for _, name := range names {
		path := filepath.Join(dir, name+".ipynb")
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, "", err
		}
		var nb notebookFile
		if err := json.Unmarshal(raw, &nb); err != nil {
			return nil, "", fmt.Errorf("%s: %w", path, err)
		}
		if err := b.add(chapterID(name), nb); err != nil {
			return nil, "", fmt.Errorf("%s: %w", path, err)
		}
	}
	b.close()
	for _, s := range b.sections {
		if s.Title == timesTitle {
			times += s.Body
		} else {
			sections = append(sections, s)
		}
	}
	return sections, times, nil
}

// chapterID is a notebook's anchor.
func chapterID(name string) string { return "part-" + slug(name) }

var other = regexp.MustCompile(`[^a-z0-9]+`)

func slug(title string) string {
	return strings.Trim(other.ReplaceAllString(strings.ToLower(title), "-"), "-")
}

// add puts a notebook's cells into sections.
func (b *pageBinder) add(chapter string, nb notebookFile) error {
	for _, cell := range nb.Cells {
		if slices.Contains(cell.Metadata.Tags, notebookTag) {
			continue
		}
		switch cell.Type {
		case "markdown":
			if err := b.text(chapter, string(cell.Source)); err != nil {
				return err
			}
		case "code":
			var shown []template.HTML
			for _, output := range cell.Outputs {
				html, err := display(output.Data)
				if err != nil {
					return err
				}
				if html != "" {
					shown = append(shown, html)
				}
			}
			if len(shown) == 0 {
				continue
			}
			fmt.Fprintf(&b.body, "<details class=\"code\"><summary>Code</summary><pre><code>%s</code></pre></details>\n", template.HTMLEscapeString(string(cell.Source)))
			for _, html := range shown {
				fmt.Fprintf(&b.body, "%s\n", html)
			}
		}
	}
	return nil
}

var (
	heading = regexp.MustCompile(`^(##?) (.+)$`)
	sibling = regexp.MustCompile(`\]\(([0-9a-z_]+)\.ipynb\)`)
)

// text adds a Markdown cell: headings of the first two levels open chapters and sections.
func (b *pageBinder) text(chapter, source string) error {
	source = sibling.ReplaceAllStringFunc(source, func(link string) string {
		return "](#" + chapterID(sibling.FindStringSubmatch(link)[1]) + ")"
	})
	var pending []string
	flush := func() error {
		html, err := page.Markdown(strings.Join(pending, "\n"), 1)
		pending = nil
		b.body.WriteString(string(html))
		return err
	}
	for _, line := range strings.Split(source, "\n") {
		opening := heading.FindStringSubmatch(line)
		if opening == nil {
			pending = append(pending, line)
			continue
		}
		if err := flush(); err != nil {
			return err
		}
		b.close()
		s := page.Section{ID: chapter, Title: opening[2], Level: len(opening[1])}
		if s.Level == 2 {
			s.ID += "-" + slug(s.Title)
		}
		b.sections = append(b.sections, s)
	}
	return flush()
}

// close gives the last section its body.
func (b *pageBinder) close() {
	if last := len(b.sections) - 1; last >= 0 {
		b.sections[last].Body += template.HTML(b.body.String())
	}
	b.body.Reset()
}

// display is an output of a cell as the page shows it: HTML, or Markdown, or nothing.
func display(data map[string]any) (template.HTML, error) {
	if html := content(data["text/html"]); html != "" {
		return template.HTML(page.Parts(html)), nil
	}
	if text := content(data["text/markdown"]); text != "" {
		return page.Markdown(text, 1)
	}
	return "", nil
}

// content is a value of an output that is a text or a list of sourceText.
func content(value any) string {
	if parts, ok := value.([]any); ok {
		var b strings.Builder
		for _, part := range parts {
			fmt.Fprint(&b, part)
		}
		return b.String()
	}
	whole, _ := value.(string)
	return whole
}

// abstract is the page's first chapter.
func abstract(s *experiment.Study) (page.Section, error) {
	section := page.Section{ID: "abstract", Title: "Abstract", Level: 1}
	text, err := chapter.Abstract(s)
	if err != nil {
		return section, err
	}
	words, err := page.Markdown(text, 1)
	if err != nil {
		return section, err
	}
	table, err := chapter.HeadlineTable(s).HTML()
	section.Body = table + words
	return section, err
}

// writePage writes the report's page from the executed notebooks, opened by the abstract.
func writePage(s *experiment.Study, path, executed string) (err error) {
	doc := page.Page{Title: "Clinical notes under medical specialties: " + s.Profile.Name, Synthetic: s.Sweep.Selected().Corpus.Synthetic}
	if doc.Sections, doc.Times, err = bind(executed, Notebooks); err != nil {
		return err
	}
	lead, err := chapter.Lead(s)
	if err != nil {
		return err
	}
	if doc.Lead, err = page.Markdown(lead, 1); err != nil {
		return err
	}
	abstract, err := abstract(s)
	if err != nil {
		return err
	}
	doc.Sections = slices.Insert(doc.Sections, 0, abstract)
	if doc.Plotly, err = plotly(); err != nil {
		return err
	}
	var written bytes.Buffer
	if err := doc.Write(&written); err != nil {
		return err
	}
	return atomicfile.WriteFile(path, written.Bytes())
}
