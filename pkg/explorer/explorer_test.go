package explorer

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/page"
)

func TestHTML(t *testing.T) {
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

func TestText(t *testing.T) {
	e := sampleExplorer()
	e.Query = Query{Gold: specialties[1], Field: "year", Value: "2008", Low: .5, High: .9}
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
	e.Query = Query{Gold: "Autopsy"}
	if got, err = e.Text(); err != nil || !strings.Contains(got, "0 of 60 notes, filed under Autopsy; 0 misread") {
		t.Errorf("%v, without a note:\n%s", err, got)
	}
}

func TestMistakesAreNamed(t *testing.T) {
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
			e.Notes[5].Shading.Spans = []Span{{0, strings.Index(e.Notes[5].Text, "🫁") + 1, 1}}
		},
		"does not fit its text":    func(e *Explorer) { e.Notes[5].Shading.Spans = []Span{{0, 1 << 20, 1}} },
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

// TestExplorerIsABlock: a page keeps an explorer's own styles and scripts when it takes over what a notebook's cell has shown.
func TestExplorerIsABlock(t *testing.T) {
	html, err := page.Join(sampleExplorer())
	if err != nil {
		t.Fatal(err)
	}
	if got := page.Parts(string(page.Assets() + html + page.Assets())); got != string(html) {
		t.Errorf("%d bytes are left of %d", len(got), len(html))
	}
}
