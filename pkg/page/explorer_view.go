package page

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
)

//go:embed explorer/*
var explorerFiles embed.FS

// explorerTemplates holds the explorer's HTML, with styles and script that are the project's own.
var explorerTemplates = template.Must(template.New("").Funcs(template.FuncMap{
	"badge":  func() string { return badge },
	"style":  readExplorer[template.CSS],
	"script": readExplorer[template.JS],
}).ParseFS(explorerFiles, "explorer/*.gohtml"))

func readExplorer[T ~string](name string) (T, error) {
	b, err := explorerFiles.ReadFile("explorer/" + name)
	return T(b), err
}

// stillRows is how many notes the table shows where no script runs, topWords how many of the words for and against are named.
const (
	stillRows = 20
	topWords  = 6
)

// payload is what the script reads. Labels, fields and values go by number.
type payload struct {
	Labels  []string       `json:"labels"`
	Fields  []payloadField `json:"fields"`
	Notes   []payloadNote  `json:"notes"`
	Query   payloadQuery   `json:"query"`
	Open    string         `json:"open"`
	Corpus  string         `json:"corpus"`
	File    string         `json:"file"`
	Channel string         `json:"channel"`
}

type payloadField struct {
	Title  string   `json:"title"`
	Values []string `json:"values"`
}

type payloadNote struct {
	ID         string         `json:"id"`
	Key        string         `json:"key"`
	Text       string         `json:"text"`
	Gold       []int          `json:"gold"`
	Labels     []int          `json:"labels"`
	Top        [][2]float64   `json:"top"` // label, confidence
	Right      bool           `json:"right"`
	Characters int            `json:"characters"`
	Values     [][]int        `json:"values"` // by field
	Facts      []ExplorerFact `json:"facts"`
	Pieces     []int          `json:"pieces"` // for each its length in UTF-16 code units, its class, its share in thousandths
	Shaded     *shaded        `json:"shaded,omitempty"`
	Corrected  []int          `json:"corrected,omitempty"`
	Remark     string         `json:"remark,omitempty"`
}

type payloadQuery struct {
	Gold      int     `json:"gold"` // -1 for any, as the next three
	Predicted int     `json:"predicted"`
	Field     int     `json:"field"`
	Value     int     `json:"value"`
	Low       float64 `json:"low"`
	High      float64 `json:"high"`
	Outcome   string  `json:"outcome"`
}

// shaded is a shading in words.
type shaded struct {
	Label   string `json:"label"`
	Method  string `json:"method"`
	For     string `json:"for"`
	Against string `json:"against"`
}

func (n *ExplorerNote) shaded() *shaded {
	if n.Shading == nil {
		return nil
	}
	words := n.Shading.words(n.Text)
	list := func(sign float64) string {
		var out []string
		for _, w := range ranked(words, sign, topWords) {
			weight := Decimal.String(Of(math.Round(1000*w.Weight/strongest(words)) / 1000))
			out = append(out, fmt.Sprintf("%s (%s)", oneLine(n.Text[w.Start:w.End]), weight))
		}
		if out == nil {
			return "none"
		}
		return strings.Join(out, ", ")
	}
	return &shaded{Label: n.Shading.Label, Method: n.Shading.Method, For: list(1), Against: list(-1)}
}

func (e *Explorer) payload(open *ExplorerNote) payload {
	number := func(names []string) []int {
		out := make([]int, len(names))
		for i, name := range names {
			out[i] = slices.Index(e.Labels, name)
		}
		return out
	}
	q := e.Query
	p := payload{
		Labels: e.Labels, Fields: []payloadField{}, Corpus: e.CorpusHash, File: e.File, Channel: e.Channel,
		Query: payloadQuery{slices.Index(e.Labels, q.Gold), slices.Index(e.Labels, q.Predicted), -1, -1, q.Low, q.High, q.Outcome},
	}
	if q.High == 0 {
		p.Query.High = 1
	}
	if open != nil {
		p.Open = open.ID
	}
	for i, f := range e.Fields {
		p.Fields = append(p.Fields, payloadField{f.Title, f.Values})
		if f.Name == q.Field && q.Field != "" {
			p.Query.Field, p.Query.Value = i, slices.Index(f.Values, q.Value)
		}
	}
	for i := range e.Notes {
		n := &e.Notes[i]
		one := payloadNote{
			ID: n.ID, Key: n.Key, Text: n.Text, Gold: number(n.Gold), Labels: number(n.Labels), Right: n.Right, Characters: n.Characters,
			Values: make([][]int, len(e.Fields)), Facts: n.facts(), Pieces: []int{}, Shaded: n.shaded(), Corrected: number(n.Corrected), Remark: n.Remark,
		}
		for _, r := range n.Top {
			one.Top = append(one.Top, [2]float64{float64(slices.Index(e.Labels, r.Label)), math.Round(1e6*min(r.Confidence, 1)) / 1e6})
		}
		for j, f := range e.Fields {
			one.Values[j] = []int{}
			for _, v := range n.Values[f.Name] {
				one.Values[j] = append(one.Values[j], slices.Index(f.Values, v))
			}
		}
		for _, p := range n.pieces() {
			one.Pieces = append(one.Pieces, units(p.Text), p.Class, int(math.Round(1000*p.Share)))
		}
		p.Notes = append(p.Notes, one)
	}
	return p
}

// facts are what is shown beside a note, its length and what the model read of it first.
func (n *ExplorerNote) facts() []ExplorerFact {
	read := "the whole note"
	if n.Truncated {
		read = "a part of it"
		if from, to := n.read(); to-from < len(n.Text) {
			read = fmt.Sprintf("%s %% of it", strings.TrimSuffix(Percent.String(Of(float64(to-from)/float64(len(n.Text)))), "\u00a0%"))
		}
	}
	return append([]ExplorerFact{{"Length", Count.String(Of(float64(n.Characters))) + " characters"}, {"The model read", read}}, n.Facts...)
}

type explorerView struct {
	Explorer
	// Count is how many notes there are; print says it, and has nothing else of them.
	Count string
	Table template.HTML
	Note  *noteDetail
	Data  template.JS
}

// noteDetail is the open note where no script runs.
type noteDetail struct {
	*ExplorerNote
	Facts  []ExplorerFact
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
	still := e.still(selected)
	table, err := still.HTML()
	if err != nil {
		return "", err
	}
	// encoding/json writes <, > and & as escapes, so a note cannot end its script element.
	data, err := json.Marshal(e.payload(open))
	if err != nil {
		return "", fmt.Errorf("explorer %q: %w", e.Title, err)
	}
	view := explorerView{Explorer: e, Count: Count.String(Of(float64(len(e.Notes)))), Table: table, Data: template.JS(data)}
	if open != nil {
		view.Note = &noteDetail{ExplorerNote: open, Facts: open.facts(), Pieces: open.pieces(), Shaded: open.shaded()}
		for _, r := range open.Top {
			view.Note.Ranks = append(view.Note.Ranks, rankView{r.Label, Percent.String(Of(r.Confidence)), slices.Contains(open.Labels, r.Label)})
		}
	}
	var b bytes.Buffer
	if err := explorerTemplates.ExecuteTemplate(&b, "explorer", view); err != nil {
		return "", fmt.Errorf("explorer %q: %w", e.Title, err)
	}
	return template.HTML(b.String()), nil
}

// still is the default selection as a table.
func (e *Explorer) still(selected []*ExplorerNote) Table {
	misread := 0
	t := Table{
		Synthetic: e.Synthetic,
		Columns:   []Column{{Name: "Note"}, {Name: "Filed under"}, {Name: "Read as"}, {Name: "Confidence", Numeric: true}, {Name: "Outcome"}, {Name: "Characters", Numeric: true}},
	}
	for i, n := range selected {
		outcome := "right"
		if !n.Right {
			outcome = "misread"
			misread++
		}
		if i >= stillRows {
			continue
		}
		first := n.predicted()
		t.Rows = append(t.Rows, []Cell{
			Text(n.ID), Text(strings.Join(n.Labels, ", ")), Text(first.Label), Percent.Cell(Of(first.Confidence)), Text(outcome),
			Count.Cell(Of(float64(n.Characters))),
		})
	}
	t.Caption = fmt.Sprintf("%s of %s notes%s; %s misread", Count.String(Of(float64(len(selected)))), Count.String(Of(float64(len(e.Notes)))), e.asked(), Count.String(Of(float64(misread))))
	if len(selected) > stillRows {
		t.Note = fmt.Sprintf("The first %d are shown.", stillRows)
	}
	return t
}

// asked is the default selection in words, to stand after "notes".
func (e *Explorer) asked() string {
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
		high := q.High
		if high == 0 {
			high = 1
		}
		parts = append(parts, "confidence "+Percent.String(Of(q.Low))+" to "+Percent.String(Of(high)))
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
	table, err := e.still(selected).Text()
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
			ranks[i] = r.Label + " " + Percent.String(Of(r.Confidence))
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
