package chapter

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// excerptLength is how much of a note an example shows, in characters.
const excerptLength = 400

// ExampleTable is worked examples, each chosen by a rule.
func ExampleTable(e *experiment.Errors) page.Table {
	t := page.Table{
		ID: "examples", Caption: "Worked examples, each chosen by a rule", Synthetic: e.Synthetic,
		Columns: []page.Column{
			{Name: "Rule"},
			{Name: "Filed under"},
			{Name: "Read as", Note: fmt.Sprintf("the best labels, up to five, with their confidence, calibrated with a temperature of %.2f", e.Temperature)},
			{Name: "Note", Note: "its name, its length, and how it begins"},
		},
		Note: "Misread: the predicted label is none of the text's own. Of texts that fit a rule equally well the first by its name is taken.",
	}
	texts := make(map[string]string, len(e.Corpus.Notes))
	for i := range e.Corpus.Notes {
		texts[e.Corpus.Notes[i].Key] = e.Corpus.Notes[i].Text
	}
	for _, example := range e.Examples {
		row := []page.Cell{page.Text(example.Words)}
		c, err := e.Case(example.ID)
		if example.ID == "" || err != nil {
			missing := page.Cell{Missing: example.Reason}
			if err != nil && example.ID != "" {
				missing.Missing = err.Error()
			}
			t.Rows = append(t.Rows, append(row, missing, missing, missing))
			continue
		}
		t.Rows = append(t.Rows, append(row,
			page.Text(strings.Join(c.Labels, "; ")), page.Text(ranks(c)), page.Text(fmt.Sprintf("%s, %s: “%s”", c.ID, extent(c), excerpt(texts[c.TextSHA256], excerptLength)))))
	}
	return t
}

// ranks writes a case's best labels with their confidence.
func ranks(c erroranalysis.Case) string {
	var all []string
	for _, r := range c.Top {
		all = append(all, r.Label+" "+page.FormatPercent(r.Confidence, 1))
	}
	return strings.Join(all, "; ")
}

// extent says how long a note is, and whether the model saw all of it.
func extent(c erroranalysis.Case) string {
	text := page.FormatCount(c.Characters) + " characters"
	if c.Tokens > 0 {
		text += ", " + page.FormatCount(c.Tokens) + " tokens"
	}
	if c.Truncated {
		return text + ", truncated"
	}
	return text + ", seen whole"
}

// excerpt is the beginning of a text in at most the given number of characters, which ends after a word where it ends early.
func excerpt(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	head := []rune(text)[:most] // the mark takes the place of the last one
	cut := string(head[:most-1])
	if text[len(cut)] != ' ' {
		if space := strings.LastIndexByte(cut, ' '); space > 0 {
			cut = cut[:space]
		}
	}
	return strings.TrimRight(cut, " ,;:") + "…"
}

// ExplanationNote says how the attributions are to be taken.
func ExplanationNote(x *experiment.Explanation) string {
	text := fmt.Sprintf("Words are shaded by integrated gradients, %d steps, for the predicted label of the misread texts and the worked examples. ", x.Steps)
	a := x.Agreement
	if a.Mean == nil {
		return text + "There is no text on which they could be checked against occlusion."
	}
	return text + fmt.Sprintf("As a check, on %d worked examples their ranking of the words agrees with that of occlusion by a mean Spearman correlation of %.2f (lowest %.2f): the nearer to 0, the less the shading says about what the model goes by.", a.Defined, *a.Mean, *a.Lowest)
}
