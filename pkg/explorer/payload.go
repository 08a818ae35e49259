package explorer

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/page"
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
	ID         string       `json:"id"`
	Key        string       `json:"key"`
	Text       string       `json:"text"`
	Gold       []int        `json:"gold"`
	Labels     []int        `json:"labels"`
	Top        [][2]float64 `json:"top"` // label, confidence
	Right      bool         `json:"right"`
	Characters int          `json:"characters"`
	Values     [][]int      `json:"values"` // by field
	Facts      []Fact       `json:"facts"`
	Pieces     []int        `json:"pieces"` // for each its length in UTF-16 code units, its class, its share in thousandths
	Shaded     *shaded      `json:"shaded,omitempty"`
	Corrected  []int        `json:"corrected,omitempty"`
	Remark     string       `json:"remark,omitempty"`
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

// shaded returns the note's shading in words, nil where it has none.
func (n *Note) shaded() *shaded {
	if n.Shading == nil {
		return nil
	}
	words := n.Shading.words(n.Text)
	list := func(sign float64) string {
		var out []string
		for _, w := range topWords(words, sign, namedWords) {
			weight := page.Decimal.String(page.Of(math.Round(1000*w.Weight/maxWeight(words)) / 1000))
			out = append(out, fmt.Sprintf("%s (%s)", oneLine(n.Text[w.Start:w.End]), weight))
		}
		if out == nil {
			return "none"
		}
		return strings.Join(out, ", ")
	}
	return &shaded{Label: n.Shading.Label, Method: n.Shading.Method, For: list(1), Against: list(-1)}
}

// payload returns what the script reads, with the note that is open at first; nil for none.
func (e *Explorer) payload(open *Note) payload {
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
