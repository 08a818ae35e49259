package explorer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// specialties are the labels of the sample.
var specialties = testkit.Specialties()

// hostile is what a note must not be able to do: end the script, open an element, or load something.
const hostile = `</script></textarea><!--<script>window.broken = "note"</script><img src=x onerror="window.broken = 'image'"> & "quotes" ` + "\u2028 end"

// sampleExplorer has 60 notes: every third misread, every fourth truncated, of four years, lengths growing; note-07 is hostile.
func sampleExplorer() Explorer {
	labels := append(slices.Clone(specialties), `<b>"Odd" & label</b>`)
	e := Explorer{
		ID: "walk", Title: "Test notes", Caption: "Pick, open, correct.", Synthetic: true, Labels: labels, CorpusHash: "c0ffee", File: "corrections.jsonl",
		Fields: []Field{
			{Name: "length", Title: "Length", Values: []string{"shortest quarter", "second quarter", "third quarter", "longest quarter"}},
			{Name: "section", Title: "Section", Values: []string{"HISTORY", "PLAN", "ALLERGIES"}},
			{Name: "year", Title: "Year", Values: []string{"none", "2006", "2007", "2008", "1999"}},
		},
		Query: Query{Outcome: OutcomeMisread},
	}
	for i := range 60 {
		gold := []string{labels[i%5]}
		if i%2 == 0 {
			gold = append(gold, labels[5+i%5])
		}
		predicted := gold[0]
		if i%3 == 0 {
			predicted = labels[(i%5)+10]
		}
		n := Note{
			ID: fmt.Sprintf("note-%02d", i), Key: fmt.Sprintf("%064x", i), Gold: gold, Labels: gold, Right: i%3 != 0,
			Top: []Rank{{predicted, .95 - .01*float64(i)}, {labels[20], .02}, {labels[21], .01}},
			Values: map[string][]string{
				"length": {e.Fields[0].Values[i/15]}, "section": []string{"HISTORY", "PLAN"}[:1+i%2], "year": {e.Fields[2].Values[i%4]},
			},
			Facts: []Fact{{"Sections", "HISTORY, PLAN"}, {"Tokens", "120"}},
		}
		n.Text = strings.Repeat(fmt.Sprintf("HISTORY: The patient, number %d, has shortness of breath and naïve café 🫁 habits.\nPLAN: An echocardiogram. ", i), 1+i/4)
		n.Characters = len([]rune(n.Text))
		if i == 7 {
			n.Text = hostile
		}
		n.Shading = &Shading{Label: predicted, Method: "gradient x input"}
		for word, weight := range map[string]float64{"shortness": .8, "breath": 1, "café": -.5, "🫁": .25} {
			if at := strings.Index(n.Text, word); at >= 0 {
				n.Shading.Spans = append(n.Shading.Spans, Span{at, at + len(word), weight})
			}
		}
		if at := strings.Index(n.Text, "echocardiogram"); at >= 0 {
			n.Shading.Spans = append(n.Shading.Spans, Span{at + 4, at + 10, .3}, Span{at, at + 4, .2}, Span{at + 10, at + 14, .1})
		}
		if i%4 == 3 && i != 7 {
			n.Truncated, n.To = true, strings.Index(n.Text, "PLAN")
		}
		e.Notes = append(e.Notes, n)
	}
	return e
}
