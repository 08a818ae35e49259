package page

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// hostile is what a note must not be able to do: end the script, open an element, or load something.
const hostile = `</script></textarea><!--<script>window.broken = "note"</script><img src=x onerror="window.broken = 'image'"> & "quotes" ` + "\u2028 end"

// sampleExplorer has 60 notes: every third misread, every fourth truncated, of four years, lengths growing; note-07 is hostile.
func sampleExplorer() Explorer {
	labels := append(slices.Clone(specialties), `<b>"Odd" & label</b>`)
	e := Explorer{
		ID: "walk", Title: "Test notes", Caption: "Pick, open, correct.", Synthetic: true, Labels: labels, CorpusHash: "c0ffee", File: "corrections.jsonl",
		Fields: []ExplorerField{
			{Name: "length", Title: "Length", Values: []string{"shortest quarter", "second quarter", "third quarter", "longest quarter"}},
			{Name: "section", Title: "Section", Values: []string{"HISTORY", "PLAN", "ALLERGIES"}},
			{Name: "year", Title: "Year", Values: []string{"none", "2006", "2007", "2008", "1999"}},
		},
		Query: ExplorerQuery{Outcome: OutcomeMisread},
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
		n := ExplorerNote{
			ID: fmt.Sprintf("note-%02d", i), Key: fmt.Sprintf("%064x", i), Gold: gold, Labels: gold, Right: i%3 != 0,
			Top: []ExplorerRank{{predicted, .95 - .01*float64(i)}, {labels[20], .02}, {labels[21], .01}},
			Values: map[string][]string{
				"length": {e.Fields[0].Values[i/15]}, "section": []string{"HISTORY", "PLAN"}[:1+i%2], "year": {e.Fields[2].Values[i%4]},
			},
			Facts: []ExplorerFact{{"Sections", "HISTORY, PLAN"}, {"Tokens", "120"}},
		}
		n.Text = strings.Repeat(fmt.Sprintf("HISTORY: The patient, number %d, has shortness of breath and naïve café 🫁 habits.\nPLAN: An echocardiogram. ", i), 1+i/4)
		n.Characters = len([]rune(n.Text))
		if i == 7 {
			n.Text = hostile
		}
		n.Shading = &Shading{Label: predicted, Method: "gradient x input"}
		for word, weight := range map[string]float64{"shortness": .8, "breath": 1, "café": -.5, "🫁": .25} {
			if at := strings.Index(n.Text, word); at >= 0 {
				n.Shading.Spans = append(n.Shading.Spans, ShadedSpan{at, at + len(word), weight})
			}
		}
		if at := strings.Index(n.Text, "echocardiogram"); at >= 0 {
			n.Shading.Spans = append(n.Shading.Spans, ShadedSpan{at + 4, at + 10, .3}, ShadedSpan{at, at + 4, .2}, ShadedSpan{at + 10, at + 14, .1})
		}
		if i%4 == 3 && i != 7 {
			n.Truncated, n.To = true, strings.Index(n.Text, "PLAN")
		}
		e.Notes = append(e.Notes, n)
	}
	return e
}

func TestShadingJoinsTheSpansOfAWord(t *testing.T) {
	text := "cardiaco pain. ½ x"
	s := Shading{Spans: []ShadedSpan{{4, 8, .25}, {0, 4, .5}, {9, 13, -1}, {13, 14, 2}, {14, 17, .5}, {15, 17, .5}}}
	got := s.words(text)
	// Two pieces of one word, a word and its full stop, and two tokens of one character.
	want := []ShadedSpan{{0, 8, .75}, {9, 13, -1}, {13, 14, 2}, {15, 17, 1}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := ranked(got, 1, 2); len(got) != 2 || got[0].Weight != 2 || got[1].Weight != 1 {
		t.Errorf("the strongest are %v", got)
	}
}

// TestPiecesAreTheNote: whatever the spans, the pieces are the text, in order, and the lengths are those that JavaScript counts.
func TestPiecesAreTheNote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := ExplorerNote{Text: rapid.StringMatching(`[a-z é🫁\n½]{1,60}`).Draw(t, "text"), Shading: &Shading{}}
		var at []int
		for i := range n.Text {
			at = append(at, i)
		}
		at = append(at, len(n.Text))
		place := rapid.IntRange(0, len(at)-1)
		for range rapid.IntRange(0, 12).Draw(t, "spans") {
			a, b := place.Draw(t, "a"), place.Draw(t, "b")
			n.Shading.Spans = append(n.Shading.Spans, ShadedSpan{at[min(a, b)], at[max(a, b)], rapid.Float64Range(-1, 1).Draw(t, "weight")})
		}
		a, b := place.Draw(t, "from"), place.Draw(t, "to")
		n.Truncated, n.From, n.To = true, at[min(a, b)], at[max(a, b)]
		var all strings.Builder
		length := 0
		for _, p := range n.pieces() {
			all.WriteString(p.Text)
			length += units(p.Text)
			if shaded := p.Class == forPiece || p.Class == againstPiece; !(p.Share >= 0 && p.Share <= 1) || p.Share > 0 && !shaded {
				t.Fatalf("piece %+v", p)
			}
		}
		if all.String() != n.Text || length != units(n.Text) {
			t.Fatalf("%q, %d units, of %q", all.String(), length, n.Text)
		}
	})
}

func TestExplorerHTML(t *testing.T) {
	e := sampleExplorer()
	e.Open = "note-07"
	html, err := e.HTML()
	if err != nil {
		t.Fatal(err)
	}
	all := string(html)
	if n := strings.Count(all, "</script"); n != 2 {
		t.Errorf("%d script elements end, want 2", n)
	}
	if strings.Contains(all, "<img") || strings.Contains(all, "<b>") || strings.Contains(all, "<script>window") {
		t.Error("a note or a label is HTML")
	}
	if got := regexp.MustCompile(`(?i)(src|href)="(https?:)?//[^"]*|\burl\(|@import`).FindString(all); got != "" {
		t.Errorf("it asks for the network: %s", got)
	}
	for _, want := range []string{
		`id="walk"`, "20 of 60 notes, outcome: misread; 20 misread", "synthetic notes", "<h4>Note note-07</h4>", `&lt;/script&gt;&lt;/textarea&gt;`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no %s", want)
		}
	}
	data := regexp.MustCompile(`(?s)class="spx-data">(.*?)</script>`).FindStringSubmatch(all)[1]
	var p payload
	if err := json.Unmarshal([]byte(data), &p); err != nil {
		t.Fatal(err)
	}
	if len(p.Notes) != 60 || p.Notes[7].Text != hostile || p.Query.Outcome != OutcomeMisread || p.Query.High != 1 || p.Query.Gold != -1 {
		t.Errorf("%d notes, %q, %+v", len(p.Notes), p.Notes[7].Text, p.Query)
	}
	again, err := e.HTML()
	if err != nil || again != html {
		t.Errorf("the same input gives other bytes: %v", err)
	}
}

func TestExplorerText(t *testing.T) {
	e := sampleExplorer()
	e.Query = ExplorerQuery{Gold: specialties[1], Field: "year", Value: "2008", Low: .5, High: .9}
	got, err := e.Text()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Test notes\n", "filed under " + specialties[1] + ", year: 2008, confidence 50.0\u00a0% to 90.0\u00a0%", "note-11", "The model read: ", "For ", "shortness (0.8)", "Against ", "café (-0.5)",
	} {
		if !strings.Contains(strings.ReplaceAll(got, "−", "-"), want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	e.Query = ExplorerQuery{Gold: "Autopsy"}
	if got, err = e.Text(); err != nil || !strings.Contains(got, "0 of 60 notes, filed under Autopsy; 0 misread") {
		t.Errorf("%v, without a note:\n%s", err, got)
	}
}

func TestExplorerRefuses(t *testing.T) {
	for want, change := range map[string]func(e *Explorer){
		"no title":                          func(e *Explorer) { e.Title = "" },
		`id "A b"`:                          func(e *Explorer) { e.ID = "A b" },
		"no notes to explore":               func(e *Explorer) { e.Notes = nil },
		"corpus's hash":                     func(e *Explorer) { e.CorpusHash = "" },
		`"year" has no name or title`:       func(e *Explorer) { e.Fields = append(e.Fields, e.Fields[2]) },
		`note "note-00" stands twice`:       func(e *Explorer) { e.Notes[1].ID = "note-00" },
		`note "note-02": its label "Heart"`: func(e *Explorer) { e.Notes[2].Gold = []string{"Heart"} },
		`"note-03": it has no predicted`:    func(e *Explorer) { e.Notes[3].Top = nil },
		`"note-04": its year "1066"`:        func(e *Explorer) { e.Notes[4].Values["year"] = []string{"1066"} },
		`cuts a character in two`: func(e *Explorer) {
			e.Notes[5].Shading.Spans = []ShadedSpan{{0, strings.Index(e.Notes[5].Text, "🫁") + 1, 1}}
		},
		"does not fit its text":    func(e *Explorer) { e.Notes[5].Shading.Spans = []ShadedSpan{{0, 1 << 20, 1}} },
		"cannot have read":         func(e *Explorer) { e.Notes[6].To = 1 << 20 },
		`no note "x" to open`:      func(e *Explorer) { e.Open = "x" },
		`the label "Heart", which`: func(e *Explorer) { e.Query.Predicted = "Heart" },
		`asks for year "1066"`:     func(e *Explorer) { e.Query.Field, e.Query.Value = "year", "1066" },
		"from 0.9 to 0.1":          func(e *Explorer) { e.Query.Low, e.Query.High = .9, .1 },
		`the outcome "bad"`:        func(e *Explorer) { e.Query.Outcome = "bad" },
	} {
		e := sampleExplorer()
		change(&e)
		_, err := e.HTML()
		_, err2 := e.Text()
		if err == nil || err2 == nil || !strings.Contains(err.Error(), strings.TrimPrefix(want, "no ")) || err.Error() != err2.Error() {
			t.Errorf("errors %v and %v, want %q", err, err2, want)
		}
	}
}
