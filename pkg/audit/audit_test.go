package audit

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/demo"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
)

func readCSV(t *testing.T, content string) *corpus.Corpus {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notes.csv")
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := corpus.ReadCSV(path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func run(t *testing.T, c *corpus.Corpus, options Options) *Audit {
	t.Helper()
	a, err := Run(context.Background(), c, options)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestOrderOfRows: the audit of a file whose rows stand in another order is the same, to the byte.
func TestOrderOfRows(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "odd.csv"))
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(5, 5))
	var first []byte
	for i := range 3 {
		var out strings.Builder
		if err := csv.NewWriter(&out).WriteAll(records); err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(run(t, readCSV(t, out.String()), Options{Seed: 9}))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = got
		} else if !bytes.Equal(got, first) {
			t.Errorf("in another order:\n%s\nat first:\n%s", got, first)
		}
		rng.Shuffle(len(records)-1, func(i, j int) { records[i+1], records[j+1] = records[j+1], records[i+1] })
	}
}

// TestSplits: the parts of both protocols add up, and nothing leaks through the split by texts.
func TestSplits(t *testing.T) {
	c, err := demo.Corpus(3)
	if err != nil {
		t.Fatal(err)
	}
	a := run(t, c, Options{Seed: 3})
	if len(a.Protocols) != 2 || a.Protocols[0].Name != "row" || a.Protocols[1].Name != "group" {
		t.Fatalf("protocols %+v", a.Protocols)
	}
	for _, p := range a.Protocols {
		if p.TrainRows+p.ValidationRows+p.TestRows != a.RowsKept {
			t.Errorf("%s: the parts have %d, %d and %d rows of %d", p.Name, p.TrainRows, p.ValidationRows, p.TestRows, a.RowsKept)
		}
	}
	row, group := a.Protocols[0], a.Protocols[1]
	if row.TestTextsInTrain == 0 {
		t.Error("no test text of the row split stands in train")
	}
	if group.TestTextsInTrain != 0 || group.TrainTexts+group.ValidationTexts+group.TestTexts != a.Texts {
		t.Errorf("group: %+v", group)
	}
	for _, e := range group.Exploiters {
		e.Name = group.Exploiters[0].Name
		if e != group.Exploiters[0] {
			t.Errorf("without a leak %+v differs from %+v", e, group.Exploiters[0])
		}
	}
}

// TestOneLabelEach: where every text has one label nothing is shared, nothing leaks, and a perfect score is possible.
func TestOneLabelEach(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("text,label\n")
	for i := range 30 {
		fmt.Fprintf(&rows, "patient number %d was seen in clinic today,%s\n", i*i, []string{"Urology", "Neurology", "Letters"}[i%3])
	}
	a := run(t, readCSV(t, rows.String()), Options{})
	if a.CeilingRowAccuracy != 1 || a.CoFiling.Shared != 0 || a.LabelsPerText[1] != 30 || len(a.LabelsPerText) != 1 {
		t.Errorf("%+v", a)
	}
	for _, m := range CeilingMetrics {
		if v := a.Ceilings[0].Values[m]; v > 1 || v < 1-1e-12 {
			t.Errorf("the ceiling of %s is %v", m, v)
		}
	}
	if p := a.Protocols[0]; p.TestTextsInTrain != 0 {
		t.Errorf("row: %+v", p)
	}
	if v := a.Ceilings[3].Values[evaluate.RowAccuracy]; v != 1.0/3 {
		t.Errorf("majority %v", v)
	}
	for _, c := range a.Columns {
		if c != (Column{Name: c.Name}) {
			t.Errorf("a column that is not there: %+v", c)
		}
	}
	if a.Lengths.Tokens != nil || len(a.Lengths.Truncated) != 0 {
		t.Errorf("tokens without a tokenizer: %+v", a.Lengths)
	}
}

func TestDocumentLabels(t *testing.T) {
	const rows = "text,label\n" +
		"the first note that is long enough,SOAP_Chart_Progress_Notes\n" +
		"the second note that is long enough,emergency room reports\n" +
		"the third note that is long enough,Urology\n" +
		"the second note that is long enough,Urology\n"
	for _, test := range []struct {
		asked, labels []string
		texts, only   int
	}{
		{nil, []string{"SOAP_Chart_Progress_Notes", "emergency room reports"}, 2, 1},
		{[]string{"UROLOGY"}, []string{"Urology"}, 2, 1},
		{[]string{}, []string{}, 0, 0},
	} {
		d := run(t, readCSV(t, rows), Options{DocumentLabels: test.asked}).DocumentTypes
		if fmt.Sprint(d.Labels) != fmt.Sprint(test.labels) || d.Texts != test.texts || d.Only != test.only {
			t.Errorf("%q: %+v", test.asked, d)
		}
	}
}

func TestRefusals(t *testing.T) {
	c, err := demo.Sized(1, demo.MinTexts)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(context.Background(), c, Options{DocumentLabels: []string{"Alchemy"}}); err == nil || !strings.Contains(err.Error(), `"Alchemy"`) {
		t.Errorf("an unknown document label: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, c, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	few := readCSV(t, "text,label\nthe first note that is long enough,a\nthe second note that is long enough,b\n")
	if _, err := Run(context.Background(), few, Options{}); err == nil || !strings.Contains(err.Error(), "at least 3") {
		t.Errorf("two texts: %v", err)
	}
	var many strings.Builder
	many.WriteString("text,label\n")
	for i := range maxLabels + 1 {
		fmt.Fprintf(&many, "patient number %d was seen in clinic today,label %d\n", i, i)
	}
	if _, err := Run(context.Background(), readCSV(t, many.String()), Options{}); err == nil || !strings.Contains(err.Error(), "1001 labels") {
		t.Errorf("very many labels: %v", err)
	}
}

// TestKeys holds the keys that other tools read.
func TestKeys(t *testing.T) {
	c, err := demo.Sized(1, demo.MinTexts)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(run(t, c, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		RowsRead         int            `json:"rows_read"`
		RowsKept         int            `json:"rows_kept"`
		DroppedShort     int            `json:"dropped_short"`
		DroppedDuplicate int            `json:"dropped_duplicate"`
		Texts            int            `json:"texts"`
		Labels           int            `json:"labels"`
		LabelsPerText    map[string]int `json:"labels_per_text"`
		Ceiling          float64        `json:"ceiling_row_accuracy"`
		Synthetic        bool           `json:"synthetic"`
	}
	if err := json.Unmarshal(raw, &read); err != nil {
		t.Fatal(err)
	}
	texts := 0
	for _, n := range read.LabelsPerText {
		texts += n
	}
	if read.RowsRead == 0 || read.RowsKept != len(c.Rows) || read.RowsRead != read.RowsKept+read.DroppedShort+read.DroppedDuplicate ||
		read.Texts != texts || read.Labels != 40 || read.Ceiling != float64(read.Texts)/float64(read.RowsKept) || !read.Synthetic {
		t.Errorf("%+v", read)
	}
}

// TestSourceParts: where the source divides its rows, the row protocol takes its parts.
func TestSourceParts(t *testing.T) {
	c := readCSV(t, "text,label\n"+
		"the first note that is long enough,a\nthe first note that is long enough,b\nthe second note that is long enough,a\n"+
		"the third note that is long enough,b\nthe fourth note that is long enough,a\nthe fifth note that is long enough,b\n")
	for i, part := range []string{corpus.PartTrain, corpus.PartTest, corpus.PartTrain, corpus.PartTrain, corpus.PartTest, corpus.PartValidation} {
		c.Rows[i].Part = part
	}
	p := run(t, c, Options{}).Protocols[0]
	if !p.SourceParts || len(p.Notices) == 0 || p.TrainRows != 3 || p.TestRows != 2 || p.TestTextsInTrain != 1 || p.TestShareInTrain != 0.5 {
		t.Errorf("%+v", p)
	}
	// The first text is under a in train, so the memoriser answers a, which is wrong for its test row, and right for the other by default.
	want := map[string]LeakPredictor{
		MajorityPredictor:       {RowAccuracy: 0.5, AnyValid: 1},
		MemorisingPredictor:     {RowAccuracy: 0.5, AnyValid: 1},
		AntiMemorisingPredictor: {RowAccuracy: 1, AnyValid: 1},
		CoLabelPredictor:        {RowAccuracy: 1, AnyValid: 1},
	}
	for _, e := range p.Exploiters {
		if w := want[e.Name]; e.RowAccuracy != w.RowAccuracy || e.AnyValid != w.AnyValid {
			t.Errorf("%s: %+v, want %+v", e.Name, e, w)
		}
	}
}
