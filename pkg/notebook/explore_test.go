package notebook

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/demo"
	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/explorer"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// exploredSample is a made-up model's predictions of the demo notes, analysed: a third misread, the long ones truncated.
func exploredSample() (*corpus.Corpus, *erroranalysis.Analysis, error) {
	c, err := demo.Sized(7, 200)
	if err != nil {
		return nil, nil, err
	}
	r := rand.New(rand.NewPCG(1, 2))
	set := predict.Set{Labels: c.Labels, CorpusHash: c.Hash, Model: "made-up", Part: "test", Synthetic: true}
	var sets [][]int
	for i, note := range c.Notes {
		sets = append(sets, note.Labels)
		if i%2 == 1 {
			continue
		}
		logits := make([]float32, len(c.Labels))
		for j := range logits {
			logits[j] = float32(r.NormFloat64())
		}
		logits[note.Labels[0]] += 2
		if i%3 == 0 {
			logits[(note.Labels[0]+1)%len(logits)] += 4
		}
		set.Predictions = append(set.Predictions, predict.Prediction{
			NoteID: note.ID, Gold: note.Labels, Logits: logits, Scores: predict.Softmax(logits, 1), Truncated: len(note.Text) > 1000,
			Tokens: len(note.Text) / 4, Characters: len([]rune(note.Text)),
		})
	}
	a, err := erroranalysis.Run(erroranalysis.Input{Test: set, Corpus: c, Train: sets}, erroranalysis.Options{Bootstrap: evaluate.Options{Resamples: 40}})
	return c, a, err
}

func exploredAnalysis(t *testing.T) (*corpus.Corpus, *erroranalysis.Analysis) {
	t.Helper()
	c, a, err := exploredSample()
	if err != nil {
		t.Fatal(err)
	}
	return c, a
}

// exploredReadings shades the first and the second word of every note, and cuts the long ones at byte 600 or soon after.
func exploredReadings(c *corpus.Corpus, a *erroranalysis.Analysis) map[string]Reading {
	texts := map[string]string{}
	for _, n := range c.Notes {
		texts[n.Key] = n.Text
	}
	readings := map[string]Reading{}
	for _, one := range a.Cases {
		text := texts[one.TextSHA256]
		first := strings.IndexByte(text, ' ')
		second := first + 1 + strings.IndexByte(text[first+1:], ' ')
		r := Reading{Shading: &explorer.Shading{Label: one.Predicted, Method: "gradient x input", Spans: []explorer.Span{
			{Start: 0, End: first, Weight: 1}, {Start: first + 1, End: second, Weight: -.6},
		}}}
		if one.Truncated {
			r.To = 600 + strings.IndexByte(text[600:], ' ')
		}
		readings[one.ID] = r
	}
	return readings
}

func init() {
	cells["explore"] = func() {
		Run(func(ctx context.Context) error {
			c, a, err := exploredSample()
			if err != nil {
				return err
			}
			e, err := Explorer(a, c, nil, nil, "corrections.jsonl")
			if err != nil {
				return err
			}
			return Explore(ctx, e, "corrections.jsonl", func(string) (string, error) { return "", errors.New("nobody asks") })
		})
	}
}

// TestExploreWithoutAPageEnds: executed by nbconvert, or by a report that itself runs in a notebook, the cell shows its default and ends.
func TestExploreWithoutAPageEnds(t *testing.T) {
	for name, env := range map[string][]string{
		"nbconvert":              {sessionEnv + "=", stage.ParentEnv + "="},
		"a report in JupyterLab": {sessionEnv + "=/home/04_errors.ipynb", stage.ParentEnv + "=" + strconv.Itoa(os.Getpid())},
	} {
		r := newSession(t).run("explore", nil, env...)
		if r.exit != 0 || len(r.displays) != 1 || r.stderr != "" {
			t.Errorf("%s: %d displays, exit %d, %s", name, len(r.displays), r.exit, r.stderr)
			continue
		}
		html := r.html()
		if !strings.Contains(html, `"channel":""`) || !strings.Contains(html, "of 100 notes, outcome: misread") {
			t.Errorf("%s: the default selection is not there, or somebody is said to listen", name)
		}
		if text := r.displays[0].Data[protocol.MIMETextPlain].(string); !strings.Contains(text, "Notes of the test part, read by made-up") {
			t.Errorf("%s: as text it is %q", name, text)
		}
	}
}

func TestExplorerHoldsTheAnalysis(t *testing.T) {
	c, a := exploredAnalysis(t)
	one := a.Cases[3]
	first, err := a.Correct(one.ID, []string{a.Labels[0]}, "first", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	last, err := a.Correct(one.ID, []string{a.Labels[1]}, "last", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	e, err := Explorer(a, c, exploredReadings(c, a), []erroranalysis.Correction{first, last}, "deep/corrections.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.HTML(); err != nil {
		t.Fatal(err)
	}
	n := e.Notes[3]
	if n.ID != one.ID || n.Key != one.TextSHA256 || n.Right != one.Valid || len(n.Top) != len(one.Top) ||
		!slices.Equal(n.Corrected, last.Labels) || n.Remark != "last" || e.File != "corrections.jsonl" {
		t.Errorf("%+v of %+v", n, one)
	}
	// Each field picks what the analysis picks by it.
	for _, f := range e.Fields {
		for _, v := range f.Values {
			picked, err := a.Filter(erroranalysis.Query{Slice: []erroranalysis.Condition{{Field: erroranalysis.Field(f.Name), Value: v}}})
			if err != nil {
				t.Fatal(err)
			}
			have := 0
			for _, n := range e.Notes {
				if slices.Contains(n.Values[f.Name], v) {
					have++
				}
			}
			if have != len(picked.Cases) || have == 0 {
				t.Errorf("%s %q: %d notes, want %d", f.Name, v, have, len(picked.Cases))
			}
		}
	}

	other := *c
	other.Hash = "another"
	if _, err := Explorer(a, &other, nil, nil, "c.jsonl"); err == nil || !strings.Contains(err.Error(), "another") || !strings.Contains(err.Error(), c.Hash) {
		t.Errorf("error %v for another corpus", err)
	}
	less := *c
	less.Notes = c.Notes[:1]
	if _, err := Explorer(a, &less, nil, nil, "c.jsonl"); err == nil || !strings.Contains(err.Error(), "has no text with the hash") {
		t.Errorf("error %v for a missing text", err)
	}
}

func TestKeep(t *testing.T) {
	_, a := exploredAnalysis(t)
	path := filepath.Join(t.TempDir(), "corrections.jsonl")
	keep := Keep(a, path)
	one := a.Cases[3]
	asked, err := a.Correct(one.ID, []string{a.Labels[5], a.Labels[2]}, "why", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	line := func(change func(c *erroranalysis.Correction)) string {
		c := asked
		change(&c)
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for want, l := range map[string]string{
		"no correction":                         "{",
		"run the cell again":                    line(func(c *erroranalysis.Correction) { c.CorpusHash = "another" }),
		`no label "Heart"`:                      line(func(c *erroranalysis.Correction) { c.Labels = []string{"Heart"} }),
		"there are no labels":                   line(func(c *erroranalysis.Correction) { c.Labels = nil }),
		"the comment is empty":                  line(func(c *erroranalysis.Correction) { c.Comment = " " }),
		`no text "gone"`:                        line(func(c *erroranalysis.Correction) { c.ID = "gone" }),
		"another text, prediction or label set": line(func(c *erroranalysis.Correction) { c.TextSHA256 = a.Cases[0].TextSHA256 }),
	} {
		if _, err := keep(l); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("a refused correction made a file: %v", err)
	}
	said, err := keep(line(func(*erroranalysis.Correction) {}))
	if err != nil || said != "Saved: "+strings.Join(asked.Labels, ", ")+"." {
		t.Fatalf("%q, %v", said, err)
	}
	got, err := erroranalysis.ReadCorrections(path, a.Labels)
	if err != nil || len(got) != 1 || !slices.Equal(got[0].Labels, asked.Labels) {
		t.Errorf("%v, %v", got, err)
	}
}

// TestARepeatedSaveIsDoneOnce, because a page sends a request again where the reply was lost.
func TestARepeatedSaveIsDoneOnce(t *testing.T) {
	var saved []string
	s := pageServer{"c.jsonl", func(line string) (string, error) {
		saved = append(saved, line)
		if line == "bad" {
			return "", errors.New("it is bad")
		}
		return "Saved.", nil
	}, map[int]pageMessage{}}
	for _, test := range []struct {
		request, want pageMessage
		over          bool
	}{
		{pageMessage{Is: "hello"}, pageMessage{Is: "ready", Text: "Corrections are saved to c.jsonl while the cell runs."}, false},
		{pageMessage{Is: "save", Number: 1, Line: "good"}, pageMessage{Is: "saved", Number: 1, Text: "Saved."}, false},
		{pageMessage{Is: "save", Number: 2, Line: "bad"}, pageMessage{Is: "refused", Number: 2, Text: "Not saved: it is bad"}, false},
		{pageMessage{Is: "save", Number: 1, Line: "good"}, pageMessage{Is: "saved", Number: 1, Text: "Saved."}, false},
		{pageMessage{Is: "nonsense"}, pageMessage{}, false},
		{pageMessage{Is: "done", Number: 3}, pageMessage{Is: "ended", Text: "The cell has ended; what was saved is in c.jsonl."}, true},
		{pageMessage{Is: "bye"}, pageMessage{}, true},
	} {
		if got, over := s.answer(test.request); got != test.want || over != test.over {
			t.Errorf("%+v: %+v, %v", test.request, got, over)
		}
	}
	if !slices.Equal(saved, []string{"good", "bad"}) {
		t.Errorf("saved %q", saved)
	}
}
