package explorer

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/page"
)

//go:embed assets/*
var assets embed.FS

// templates holds the explorer's HTML, with styles and script that are the project's own.
var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"badge":  func() string { return page.Badge },
	"style":  readAsset[template.CSS],
	"script": readAsset[template.JS],
}).ParseFS(assets, "assets/*.gohtml"))

func readAsset[T ~string](name string) (T, error) {
	b, err := assets.ReadFile("assets/" + name)
	return T(b), err
}

const (
	// tableRows is how many notes the table shows where no script runs.
	tableRows = 20
	// namedWords is how many of the words for a label, and against it, are named.
	namedWords = 6
)

// explorerView is what the template renders.
type explorerView struct {
	Explorer
	// Count is how many notes there are, which is all that print says of them.
	Count string
	Table template.HTML
	Note  *noteDetail
	Data  template.JS
}

// noteDetail is the open note where no script runs.
type noteDetail struct {
	*Note
	Facts  []Fact
	Pieces []piece
	Shaded *shaded
	Ranks  []rankView
}

type rankView struct {
	Label, Share string
	Filed        bool
}

// HTML renders the explorer. It fails, naming what is wrong, where a note has a label, a value or a span that does not fit.
func (e Explorer) HTML() (template.HTML, error) {
	if err := e.check(); err != nil {
		return "", err
	}
	selected := e.selected()
	open := e.opened(selected)
	table, err := e.table(selected).HTML()
	if err != nil {
		return "", err
	}
	// encoding/json writes <, > and & as escapes, so a note cannot end its script element.
	data, err := json.Marshal(e.payload(open))
	if err != nil {
		return "", fmt.Errorf("explorer %q: %w", e.Title, err)
	}
	view := explorerView{Explorer: e, Count: page.FormatCount(len(e.Notes)), Table: table, Data: template.JS(data)}
	if open != nil {
		view.Note = &noteDetail{Note: open, Facts: open.facts(), Pieces: open.pieces(), Shaded: open.shaded()}
		for _, r := range open.Top {
			view.Note.Ranks = append(view.Note.Ranks, rankView{r.Label, percent(r.Confidence), slices.Contains(open.Labels, r.Label)})
		}
	}
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, "explorer", view); err != nil {
		return "", fmt.Errorf("explorer %q: %w", e.Title, err)
	}
	return template.HTML(b.String()), nil
}

// table returns the default selection as a table.
func (e *Explorer) table(selected []*Note) page.Table {
	misread := 0
	t := page.Table{
		Synthetic: e.Synthetic,
		Columns:   []page.Column{{Name: "Note"}, {Name: "Filed under"}, {Name: "Read as"}, {Name: "Confidence", Numeric: true}, {Name: "Outcome"}, {Name: "Characters", Numeric: true}},
	}
	for i, n := range selected {
		outcome := "right"
		if !n.Right {
			outcome = "misread"
			misread++
		}
		if i >= tableRows {
			continue
		}
		first := n.predicted()
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(n.ID), page.ListCell(n.Labels), page.Text(first.Label), page.PercentCell(first.Confidence), page.Text(outcome),
			page.CountCell(n.Characters),
		})
	}
	t.Caption = fmt.Sprintf("%s of %s notes%s; %s misread", page.FormatCount(len(selected)), page.FormatCount(len(e.Notes)), e.queryText(), page.FormatCount(misread))
	if len(selected) > tableRows {
		t.Note = fmt.Sprintf("The first %d are shown.", tableRows)
	}
	return t
}

// queryText returns the default selection in words, to stand after "notes".
func (e *Explorer) queryText() string {
	q := e.Query
	var parts []string
	if q.Gold != "" {
		parts = append(parts, "filed under "+q.Gold)
	}
	if q.Predicted != "" {
		parts = append(parts, "read as "+q.Predicted)
	}
	for _, f := range e.Fields {
		if q.Field != "" && f.Name == q.Field {
			parts = append(parts, strings.ToLower(f.Title[:1])+f.Title[1:]+": "+q.Value)
		}
	}
	if q.Low > 0 || q.High > 0 && q.High < 1 {
		parts = append(parts, "confidence "+percent(q.Low)+" to "+percent(cmp.Or(q.High, 1)))
	}
	if q.Outcome != "" {
		parts = append(parts, "outcome: "+q.Outcome)
	}
	if parts == nil {
		return ""
	}
	return ", " + strings.Join(parts, ", ")
}

// Text renders the default selection for a terminal, and the open note's facts and words. It fails as [Explorer.HTML] does.
func (e Explorer) Text() (string, error) {
	if err := e.check(); err != nil {
		return "", err
	}
	selected := e.selected()
	table, err := e.table(selected).Text()
	if err != nil {
		return "", err
	}
	parts := []string{e.Title}
	if e.Caption != "" {
		parts = append(parts, e.Caption)
	}
	parts = append(parts, table)
	if n := e.opened(selected); n != nil {
		ranks := make([]string, len(n.Top))
		for i, r := range n.Top {
			ranks[i] = r.Label + " " + percent(r.Confidence)
		}
		parts = append(parts, "Note "+n.ID+", filed under "+strings.Join(n.Labels, ", ")+"; best labels: "+strings.Join(ranks, ", "))
		for _, f := range n.facts() {
			parts = append(parts, f.Name+": "+oneLine(f.Text))
		}
		if s := n.shaded(); s != nil {
			parts = append(parts, "For "+s.Label+": "+s.For, "Against "+s.Label+": "+s.Against)
		}
		parts = append(parts, oneLine(n.Text))
	}
	return strings.Join(parts, "\n") + "\n", nil
}
