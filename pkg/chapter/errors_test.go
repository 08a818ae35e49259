package chapter

import (
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// answers replace the predictions of a run: what they give for a text is its logits.
type answers map[string]func(i int, gold []int, labels int) []float32

// point is the logits that put one label far, or a little, before the others.
func point(labels, at int, by float32) []float32 {
	logits := make([]float32, labels)
	logits[at%labels] = by
	return logits
}

// analyse analyses the tiny study's model with other answers than its own, by their name; "" stands for its own.
func analyse(t *testing.T, with answers) map[string]*experiment.Errors {
	t.Helper()
	all := make(map[string]*experiment.Errors)
	for name, answer := range with {
		dir := testkit.CopyFolder(t, tinyStore(t))
		run := loadSweep(t, newTiny(t, dir)).Selected()
		for _, file := range []string{experiment.ValidationFile, experiment.TestFile} {
			path := filepath.Join(run.Dir, file)
			set, err := predict.Read(path, predict.Want{CorpusHash: run.Corpus.Hash})
			if err != nil {
				t.Fatal(err)
			}
			for i := range set.Predictions {
				q := &set.Predictions[i]
				q.Logits = answer(i, q.Gold, len(set.Labels))
			}
			if set, err = set.WithTemperature(1); err != nil {
				t.Fatal(err)
			}
			if err := predict.Write(path, set); err != nil {
				t.Fatal(err)
			}
		}
		all[name] = loadErrors(t, newTiny(t, dir))
	}
	all[""] = loadErrors(t, newTiny(t, tinyStore(t)))
	return all
}

func loadErrors(t *testing.T, e *experiment.Experiment) *experiment.Errors {
	t.Helper()
	errors, err := e.Errors(t.Context(), stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	return errors
}

// errorBlocks are the tables and figures of all sections on errors.
func errorBlocks(t *testing.T, e *experiment.Errors) []page.Block {
	t.Helper()
	var all []page.Block
	for _, s := range allSections {
		if !slices.Equal(s.Needs(), []experiment.Part{experiment.PartErrors}) {
			continue
		}
		blocks, err := s.Show(&experiment.Study{Errors: e})
		if err != nil {
			t.Fatal(err)
		}
		check(t, s.ID, blocks)
		for _, b := range blocks {
			if _, prose := b.(page.Prose); !prose {
				all = append(all, b)
			}
		}
	}
	return all
}

var anchors = regexp.MustCompile(` id="([^"]+)"`)

// TestErrorViewsRender: whatever the model answers, every view renders, says what is missing and why, and has an anchor of its own.
func TestErrorViewsRender(t *testing.T) {
	all := analyse(t, answers{
		"right": func(_ int, gold []int, labels int) []float32 { return point(labels, gold[0], 9) },
		"wrong": func(_ int, gold []int, labels int) []float32 { return point(labels, gold[len(gold)-1]+2, 9) },
		"same":  func(_ int, _ []int, labels int) []float32 { return point(labels, 1, 2) },
	})
	for name, e := range all {
		e.Synthetic = name == ""
		seen := map[string]bool{}
		for _, block := range errorBlocks(t, e) {
			html, err := block.HTML()
			if err != nil {
				t.Fatalf("%q: %v", name, err)
			}
			text, err := block.Text()
			if err != nil {
				t.Fatalf("%q: %v", name, err)
			}
			id := anchors.FindStringSubmatch(string(html))
			if id == nil || seen[id[1]] {
				t.Errorf("%q: anchor %q stands twice, or there is none:\n%s", name, id, text)
				continue
			}
			seen[id[1]] = true
			if marked := strings.Contains(text, "synthetic notes"); marked != e.Synthetic {
				t.Errorf("%q, %s: marked as synthetic: %v, want %v", name, id[1], marked, e.Synthetic)
			}
			for _, bad := range []string{"NaN", "Inf", "%!", "undefined\n", "  \n"} {
				if strings.Contains(text, bad) {
					t.Errorf("%q, %s has %q:\n%s", name, id[1], bad, text)
				}
			}
		}
	}
	for name, want := range map[string][]string{
		"right": {"0 (0.0\u00a0%) are misread", "no text is misread"},
		"wrong": {"(100.0\u00a0%) are misread"},
	} {
		e := all[name]
		text, err := ExampleTable(e).Text()
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(ErrorSummary(e)+text, w) {
				t.Errorf("%s: no %q in\n%s\n%s", name, w, ErrorSummary(e), text)
			}
		}
	}
}

// TestErrorSummaryNamesEveryVerdict: all four patterns stand in the words of the abstract, each with its verdict.
func TestErrorSummaryNamesEveryVerdict(t *testing.T) {
	e := analyse(t, nil)[""]
	said := ErrorSummary(e)
	for _, p := range e.Patterns() {
		_, after, found := strings.Cut(said, p.Title+" ")
		verdict, _, _ := strings.Cut(after, ";")
		for _, v := range []string{string(p.Row.Verdict), string(p.Valid.Verdict)} {
			if !found || !strings.Contains(verdict, v) {
				t.Errorf("%s: no %q in %q", p.Title, v, said)
			}
		}
	}
	if table := PatternTable(e); len(table.Rows) != 4 {
		t.Errorf("%d patterns", len(table.Rows))
	}
	claims := 0
	for _, p := range e.Patterns() {
		claims += len(p.Row.Findings) + len(p.Valid.Findings)
	}
	if table := FindingTable(e); len(table.Rows) != claims {
		t.Errorf("%d findings of %d", len(table.Rows), claims)
	}
}

// TestReportedErrorsStandBeside: what the original states stands in its column, and where it states nothing that is said.
func TestReportedErrorsStandBeside(t *testing.T) {
	e := analyse(t, nil)[""]
	column := func(table page.Table, name string) map[string]string {
		at := slices.IndexFunc(table.Columns, func(c page.Column) bool { return c.Name == name })
		cells := map[string]string{}
		for _, row := range table.Rows {
			cells[row[0].Text] = row[at].Text + row[at].Missing
		}
		return cells
	}
	for claim, want := range map[string]string{
		"Length: misread rows have more characters than right ones":                                               "1.713",
		"Length: rows of texts over 512 tokens are misread more often":                                            "1.710",
		"Length: misread rows have more tokens than right ones":                                                   "not in the report",
		"Imbalance: classes with under 10 training texts have more of their rows misread than those with over 50": "2.9 to 4.0",
	} {
		if got := column(FindingTable(e), "Reported")[claim]; got != want {
			t.Errorf("%s: reported %q, want %q", claim, got, want)
		}
	}
	pairs := column(PairTable(e), "Reported")
	if pairs["Orthopedic → Surgery"] != "14 errors" || pairs["Cardiovascular → Surgery"] != "11 errors" {
		t.Errorf("pairs: %v", pairs)
	}
	if why := column(PairTable(e), "Read so")["Orthopedic → Surgery"]; !strings.Contains(why, `no label "Surgery"`) {
		t.Errorf("a label that the corpus lacks: %q", why)
	}
	bands := column(BandTable(e), "Reported")
	if bands["under 10"] != "100\u00a0%" || bands["over 50"] != "25\u00a0% to 35\u00a0%" || bands["10 to 50"] != "not in the report" {
		t.Errorf("bands: %v", bands)
	}
}

// TestThresholdsAgreeWithTheCurve: the table counts cases, the figure reads the predictions from disk.
func TestThresholdsAgreeWithTheCurve(t *testing.T) {
	e := analyse(t, answers{"mixed": func(i int, gold []int, labels int) []float32 {
		return point(labels, gold[0]+i%3/2, float32(1+i%7))
	}})["mixed"]
	after, err := e.RiskCoverage(e.Scaling.Temperature.Value)
	if err != nil {
		t.Fatal(err)
	}
	levels := map[int]bool{}
	for _, row := range ThresholdTable(e).Rows {
		share, risk := covered(after, *row[0].Sort)
		if texts := math.Round(share * float64(len(e.Cases))); *row[2].Sort != texts || math.Abs(*row[1].Sort-share) > 1e-12 {
			t.Errorf("from %s: %v texts, a share of %v; the curve has %v and %v", row[0].Text, *row[2].Sort, *row[1].Sort, texts, share)
		}
		levels[int(*row[2].Sort)] = true
		if row[3].Sort != nil && math.Abs(*row[3].Sort-risk) > 1e-12 {
			t.Errorf("from %s: %v are misread, the curve has %v", row[0].Text, *row[3].Sort, risk)
		}
	}
	if len(levels) < 3 {
		t.Errorf("the thresholds tell the texts apart in %d ways only", len(levels))
	}
}

// TestConfusionsAddUp: the counts of the tables are those of all wrong rows.
func TestConfusionsAddUp(t *testing.T) {
	e := analyse(t, answers{"next": func(i int, gold []int, labels int) []float32 { return point(labels, gold[0]+i%2, 3) }})["next"]
	texts, both, misread := 0.0, 0.0, 0.0
	for _, row := range ConfusionTable(e).Rows {
		texts, both, misread = texts+*row[1].Sort, both+*row[2].Sort, misread+*row[3].Sort
	}
	if len(e.Similarity.Pairs) > mostPairs || texts != float64(e.Similarity.WrongRows) || both != float64(e.Similarity.CoFiled) || texts != both+misread || misread == 0 {
		t.Errorf("%v texts, %v co-filed, %v misread of %d wrong rows", texts, both, misread, e.Similarity.WrongRows)
	}
	rows := 0.0
	for _, row := range CrossingTable(e).Rows {
		rows += *row[2].Sort
	}
	if rows != float64(e.Analysis.Errors.Row.Of) {
		t.Errorf("the crossings have %v rows of %d", rows, e.Analysis.Errors.Row.Of)
	}
}

// TestExamplesShowTheirNotes: each example has its labels, five confidences and the beginning of its note.
func TestExamplesShowTheirNotes(t *testing.T) {
	e := analyse(t, answers{"wrong": func(_ int, gold []int, labels int) []float32 { return point(labels, gold[len(gold)-1]+2, 3) }})["wrong"]
	shown := 0
	for i, row := range ExampleTable(e).Rows {
		example := e.Examples[i]
		if example.ID == "" {
			if row[3].Missing != example.Reason || example.Reason == "" {
				t.Errorf("%s: %+v, want the reason %q", example.Key, row[3], example.Reason)
			}
			continue
		}
		shown++
		c, err := e.Case(example.ID)
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(e.Corpus.Notes, func(n corpus.Note) bool { return n.Key == c.TextSHA256 })
		if !strings.Contains(row[3].Text, excerpt(e.Corpus.Notes[at].Text, excerptLength)) || !strings.Contains(row[3].Text, fmt.Sprintf("%d tokens", c.Tokens)) ||
			row[1].Text != strings.Join(c.Labels, "; ") || strings.Count(row[2].Text, "%") != len(c.Top) || !strings.HasPrefix(row[2].Text, c.Predicted) {
			t.Errorf("%s: %+v", example.Key, row)
		}
	}
	if shown < 4 {
		t.Errorf("%d examples", shown)
	}
}

func TestExcerptEndsAfterAWord(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"short  text\n here", 40, "short text here"},
		{"one two three", 13, "one two three"},
		{"one two three", 12, "one two…"},
		{"one two three", 8, "one two…"},
		{"one two, three", 9, "one two…"},
		{"ääää öööö üüüü", 10, "ääää öööö…"},
		{"ääää öööö üüüü", 9, "ääää…"},
		{"unbroken", 5, "unbr…"},
	} {
		got := excerpt(c.text, c.most)
		if got != c.want || utf8.RuneCountInString(got) > c.most {
			t.Errorf("excerpt(%q, %d) = %q, want %q", c.text, c.most, got, c.want)
		}
	}
}
