package claim

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/internal/profilekit"
	"github.com/specialist-nlp/specialist/pkg/internal/studykit"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// parts are the parts of the report that claims belong to, in its order.
var parts = []Part{PartData, PartMethod, PartSweep, PartResults, PartBaselines, PartClasses, PartEfficiency, PartRates, PartErrors, PartImprovements, PartDeployment}

// claimOf finds a claim by its part and its name.
func claimOf(t *testing.T, claims []Claim, part Part, what string) Claim {
	t.Helper()
	i := slices.IndexFunc(claims, func(c Claim) bool { return c.Part == part && c.What == what })
	if i < 0 {
		t.Fatalf("there is no claim %q of %s", what, part)
	}
	return claims[i]
}

// TestReportedNumbers holds the reported numbers against the original's, typed once more.
func TestReportedNumbers(t *testing.T) {
	const stated = `
data | Notes as published | 4,999
data | of these to train | 4,499
data | of these to test | 500
data | Specialties | 40
data | Shortest cleaned note that is kept, characters | 20
data | Notes left by cleaning | 4,457
data | of these to train and validate | 3,966
data | of these to train | 3,371 (75.6 %)
data | of these to validate | 595 (13.3 %)
data | of these to test | 491 (11.0 %)
data | Notes that fit 512 tokens | 37.1 %
data | Notes that are cut at 512 tokens | 62.9 %
data | Largest class over smallest | 238 ×
method | Parameters of the encoder | 66 million
method | Width of the encoder | 768
method | Tokens that are read | 512
method | LoRA: rank | 16
method | LoRA: alpha | 32
method | LoRA: dropout | 0.1
method | LoRA: linear layers | q_lin, v_lin
method | Warm-up steps | 100
method | Precision in training | f16
method | Patience of early stopping, epochs | 2 to 3
sweep | Configurations that were tried | 3
sweep | The best of them | 2-higher-rate
sweep | 1-baseline: settings | rate 0.0001, batch 16, 5 epochs, decay 0.01
sweep | 1-baseline: validation accuracy | 56.13 %
sweep | 1-baseline: validation macro-F1 | .2368
sweep | 2-higher-rate: settings | rate 0.0003, batch 16, 5 epochs, decay 0.01
sweep | 2-higher-rate: validation accuracy | 65.88 %
sweep | 2-higher-rate: validation macro-F1 | .537
sweep | 3-conservative: settings | rate 5e-5, batch 32, 5 epochs, decay 0.1
sweep | 3-conservative: validation accuracy | 37.98 %
sweep | 3-conservative: validation macro-F1 | .057
results | Row accuracy | 56.62 %
results | Macro-F1 (union) | .4331
results | Weighted F1 | .5559
results | Weighted precision | .5695
results | Weighted recall | .5662
baselines | Random, uniform: accuracy | 2.5 %
baselines | Random, uniform: macro-F1 | .025
baselines | Keyword rules: accuracy | 34.62 %
baselines | Keyword rules: macro-F1 | .15
baselines | Encoder, untuned: accuracy | 1.22 %
baselines | Encoder, untuned: macro-F1 | .0007
baselines | Accuracy over that of: random, uniform | 22.6 ×
baselines | Accuracy over that of: keyword rules | 1.64 ×
baselines | Accuracy over that of: encoder, untuned | 46 ×
classes | Classes with test rows | 37 of 40
classes | Top performing classes | Orthopedic, Cardiovascular, Surgery
classes | Challenging classes | under 10 test rows
classes | Confidence on a test case: Orthopedic | 79.22 %
classes | Confidence on a test case: Cardiovascular | 64.94 %
efficiency | Trained parameters | 916,264
efficiency | All parameters, as PEFT counts them | 67,900,496
efficiency | Share trained | 1.35 %
efficiency | Fewer trained parameters | 98.65 %
rates | Best learning rate of LoRA | 0.0003
rates | Best learning rate of full fine-tuning | 2e-5
rates | The one over the other | 10 to 15 ×
errors | Mean length of misread notes, characters | 4,062
errors | Mean length of right notes, characters | 2,371
errors | Error rate over 512 tokens, over that of the others | 1.71
errors | Orthopedic read as Surgery | 14
errors | Cardiovascular read as Surgery | 11
errors | Correlation of a class's training samples with its error rate | −.325
errors | Error rate of classes under 10 training samples | 100 %
errors | Error rate of classes over 50 training samples | 25 to 35 %
errors | Example of Cardiovascular read as Consult, characters | 3,213, truncated
errors | Example of Urology read as Surgery, characters | 2,650
errors | Example of Hospice read as Consult, characters | 4,897
improvements | Long notes: an encoder of 4,096 tokens, or chunks that are put together | +10 to 15 %
improvements | Class-weighted loss, more examples of the rare classes | +10 to 15 % on rare classes
improvements | Two stages: surgical, medical or diagnostic, then the specialty | +5 to 8 %
improvements | A base that was trained on medical texts | +3 to 5 %
improvements | More epochs with a learning-rate schedule | +2 to 4 %
improvements | Accuracy called achievable with all of them | 65 to 75 %
deployment | Confidence from which on a note is filed without a person | 70 %
deployment | A/B test: filed without a person | 90 %
deployment | A/B test: checked by hand | 10 %
deployment | Trained anew | monthly
efficiency | Training of 2-higher-rate | 198.1 s
efficiency | Training of a configuration, on average | 3.4 min
efficiency | Full fine-tuning | 35 to 40 min
efficiency | Full fine-tuning over LoRA | 10 ×
deployment | One note | 29 ms
deployment | Notes a second, in batches | 57
deployment | Memory of inference | 300 MB
`
	var lines []string
	s := studykit.New(t)
	for _, c := range append(All(s), Times(s)...) {
		lines = append(lines, fmt.Sprintf("%s | %s | %s", c.Part, c.What, page.PlainSpaces(c.Reported.Text)))
	}
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(stated), "\n"), lines); diff != "" {
		t.Errorf("reported, wanted and had:\n%s", diff)
	}
	if low, high := original.Study.RateLoRA/original.Study.RateFull, original.Study.RateRatio[1]; math.Abs(low-high) > 1e-9 {
		t.Errorf("the reported rates have a ratio of %g, the range ends at %g", low, high)
	}
}

// TestClaimsOfThisRun holds this run's side against numbers worked out by hand.
func TestClaimsOfThisRun(t *testing.T) {
	s := studykit.New(t)
	claims := append(All(s), Times(s)...)
	for _, want := range []struct {
		part             Part
		what, row, group string
	}{
		{PartData, "Notes left by cleaning", "40", "40"},
		{PartData, "of these to train and validate", "36 (90.0 %)", "34 (85.0 %)"},
		{PartData, "of these to validate", "6 (15.0 %)", "6 (15.0 %)"},
		{PartData, "Notes that fit 512 tokens", "75.0 %", "75.0 %"},
		{PartData, "Notes that are cut at 512 tokens", "25.0 %", "25.0 %"},
		{PartData, "Largest class over smallest", "9 ×", "9 ×"},
		{PartMethod, "Parameters of the encoder", "66,362,880", "66,362,880"},
		{PartMethod, "Width of the encoder", "768", "768"},
		{PartMethod, "LoRA: linear layers", "q_lin, v_lin", "q_lin, v_lin"},
		{PartMethod, "Precision in training", "f32", "f32"},
		{PartSweep, "Configurations that were tried", "– measured under protocol group alone", "2"},
		{PartSweep, "1-baseline: validation accuracy", "– measured under protocol group alone", "– failed: diverged"},
		{PartSweep, "2-higher-rate: settings", "– measured under protocol group alone", "rate 0.0003, batch 16, 4 epochs, decay 0.01"},
		{PartSweep, "2-higher-rate: validation macro-F1", "– measured under protocol group alone", ".400"},
		{PartSweep, "3-conservative: settings", "– measured under protocol group alone", "– the profile has no configuration of this name"},
		{PartResults, "Row accuracy", "50.0 % (46.0–56.0)", "40.0 % (36.0–46.0)"},
		{PartResults, "Macro-F1 (union)", ".350", ".300"},
		{PartBaselines, "Keyword rules: accuracy", "20.0 % (16.0–26.0)", "20.0 % (16.0–26.0)"},
		{PartBaselines, "Accuracy over that of: keyword rules", "2.5 ×", "2 ×"},
		{PartBaselines, "Accuracy over that of: random, uniform", "– the baseline is right about no row", "– the baseline is right about no row"},
		{PartBaselines, "Encoder, untuned: macro-F1", "– there is no such baseline", "– there is no such baseline"},
		{PartClasses, "Classes with test rows", "3 of 4", "3 of 4"},
		{PartClasses, "Top performing classes", "Orthopedic (.700), Surgery (.600)", "Orthopedic (.700), Surgery (.600)"},
		{PartClasses, "Challenging classes", ".200 over 1 of them; .650 over the 2 others", ".200 over 1 of them; .650 over the 2 others"},
		{PartClasses, "Confidence on a test case: Orthopedic", "– measured under protocol group alone", "80.0 % (of 2)"},
		{PartClasses, "Confidence on a test case: Cardiovascular", "– measured under protocol group alone", "– no test text that is filed so is read so"},
		{PartEfficiency, "Share trained", "1.31 %", "1.31 %"},
		{PartEfficiency, "Fewer trained parameters", "98.69 %", "98.69 %"},
		{PartRates, "Best learning rate of LoRA", "– measured under protocol group alone", "0.001"},
		{PartRates, "The one over the other", "– measured under protocol group alone", "10 ×"},
		{PartErrors, "Mean length of misread notes, characters", "– measured under protocol group alone", "300"},
		{PartErrors, "Mean length of right notes, characters", "– measured under protocol group alone", "200"},
		{PartErrors, "Error rate over 512 tokens, over that of the others", "– measured under protocol group alone", "1.250 (.500–2.000)"},
		{PartErrors, "Orthopedic read as Surgery", "– measured under protocol group alone", "5 of 12, 3 of them filed under both"},
		{PartErrors, "Cardiovascular read as Surgery", "– measured under protocol group alone", "– the analysis did not look it up"},
		{PartErrors, "Correlation of a class's training samples with its error rate", "– measured under protocol group alone", "−.500"},
		{PartErrors, "Error rate of classes under 10 training samples", "– measured under protocol group alone", "87.5 %"},
		{PartErrors, "Error rate of classes over 50 training samples", "– measured under protocol group alone", "25.0 %"},
		{PartErrors, "Example of Urology read as Surgery, characters", "– measured under protocol group alone", "1,002, truncated"},
		{PartErrors, "Example of Hospice read as Consult, characters", "– measured under protocol group alone", "– there is no Hospice"},
		{PartImprovements, "Accuracy called achievable with all of them", "at most 50.0 %, the ceiling of any reader of the text", "at most 50.0 %, the ceiling of any reader of the text"},
		{PartImprovements, "A base that was trained on medical texts", "– not run: MiniLM is the only base of this study; --base names another", "– not run: MiniLM is the only base of this study; --base names another"},
		{PartDeployment, "Confidence from which on a note is filed without a person", "– measured under protocol group alone", "50.0 % of the texts, of which 0.0 % are misread"},
		{PartEfficiency, "Training of 2-higher-rate", "1 min 39 s", "1 min 39 s"},
		{PartEfficiency, "Full fine-tuning over LoRA", "1.5 ×", "1.5 ×"},
		{PartDeployment, "One note", "12.3 ms", "12.3 ms"},
		{PartDeployment, "Notes a second, in batches", "88", "88"},
		{PartDeployment, "Memory of inference", "– hidden", "– hidden"},
	} {
		c := claimOf(t, claims, want.part, want.what)
		shown := func(cell page.Cell) string {
			if cell.Missing != "" {
				return "– " + cell.Missing
			}
			return page.PlainSpaces(cell.Text)
		}
		if row, group := shown(c.Row), shown(c.Group); row != want.row || group != want.group {
			t.Errorf("%s, %s: row %q and group %q, wanted %q and %q", want.part, want.what, row, group, want.row, want.group)
		}
	}
	for _, c := range claims {
		if timed := c.Part == PartDeployment && strings.Contains("One note, Notes a second, in batches, Memory of inference", c.What) || strings.HasPrefix(c.What, "Training of") || strings.HasPrefix(c.What, "Full fine-tuning"); c.Timed != timed {
			t.Errorf("%s, %s: timed is %v", c.Part, c.What, c.Timed)
		}
		for _, cell := range []page.Cell{c.Reported, c.Row, c.Group} {
			if cell.Text == "" && cell.Missing == "" || cell.Text != "" && cell.Missing != "" {
				t.Errorf("%s, %s: %+v has neither a number nor a reason, or both", c.Part, c.What, cell)
			}
		}
	}
}

// TestDifferencesFollowTheProfile: the nearer a run is to the original's, the less stands between the two.
func TestDifferencesFollowTheProfile(t *testing.T) {
	published := func(r *experiment.Run) *experiment.Run {
		r.Corpus.RowsRead, r.Corpus.RowsKept, r.Corpus.Labels = 4999, 4950, 40
		return r
	}
	for _, test := range []struct {
		name      string
		run       *experiment.Run
		protocols []string
		keys      []string
		words     string
	}{
		{
			"demo", studykit.Run(profilekit.Read(t, "demo"), corpus.ProtocolGroup, .4, .3),
			[]string{"row", "group"},
			[]string{causeNotes, causeBase, causeLength, causeTraining, causeTargets, causeSplit},
			"Training: 4 epochs (5), 20 warm-up steps (100), f32 (f16)",
		},
		{
			"mtsamples", published(studykit.Run(profilekit.Read(t, "mtsamples"), corpus.ProtocolRow, .4, .3)),
			[]string{"row"},
			[]string{causeCleaning, causeBase, causeLength, causeTraining, causeTargets, causeSplit},
			"Cleaning: 4,950 rows of the same collection are kept here, 4,457 there",
		},
		{
			"paper", published(studykit.Run(profilekit.Read(t, "paper", "max_length=512"), corpus.ProtocolRow, .4, .3)),
			[]string{"row"},
			[]string{causeCleaning, causeLength, causeSplit},
			"Split: rows are drawn at random as in the report, by another draw",
		},
		{
			"other notes", studykit.Run(profilekit.Read(t, "paper", "corpus.targets=sets"), corpus.ProtocolGroup, .4, .3),
			[]string{"group"},
			[]string{causeNotes, causeLength, causeTargets, causeSplit},
			"Notes: notes here, MTSamples there",
		},
		{
			"full", studykit.Run(profilekit.Read(t, "mtsamples", "train.method=full", "train.learning_rate=2e-5"), corpus.ProtocolGroup, .4, .3),
			[]string{"group"},
			[]string{causeNotes, causeBase, causeLength, causeTraining, causeTargets, causeSplit},
			"Training: full fine-tuning (LoRA), learning rate 2e-05 (0.0003), f32 (f16)",
		},
	} {
		var keys, words []string
		for _, d := range runDifferences(test.run, test.protocols...) {
			keys, words = append(keys, d.key), append(words, d.Words)
		}
		if diff := cmp.Diff(test.keys, keys); diff != "" {
			t.Errorf("%s, wanted and had:\n%s", test.name, diff)
		}
		if all := strings.Join(words, "\n"); !strings.Contains(all, test.words) {
			t.Errorf("%s says\n%s", test.name, all)
		}
	}
	s := studykit.New(t)
	s.Sweep.Selected().Profile.Base = "hub:distilbert/distilbert-base-uncased@main"
	if c := claimOf(t, All(s), PartMethod, "Width of the encoder"); len(c.Why) != 0 {
		t.Errorf("on the report's base the width differs by %q", c.Why)
	}
}

// TestClaimTablesRender: every table renders, of whatever study, with an anchor of its own and no number that is none.
func TestClaimTablesRender(t *testing.T) {
	for name, s := range studykit.Odd(t) {
		tables := []page.Table{AllTable(s), TimesTable(s)}
		for _, part := range parts {
			tables = append(tables, Table(s, part))
		}
		rows, seen := 0, map[string]bool{}
		for i, table := range tables {
			html, err := table.HTML()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			text, err := table.Text()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || strings.Contains(string(html), "NaN") || strings.Contains(text, "undefined") {
				t.Errorf("%s: a number that is none:\n%s", name, text)
			}
			if seen[table.ID] || len(table.Rows) == 0 {
				t.Errorf("%s: table %q stands twice, or has no rows", name, table.ID)
			}
			seen[table.ID] = true
			if i > 1 { // of a part
				rows += len(table.Rows)
			}
		}
		if rows != len(tables[0].Rows) {
			t.Errorf("%s: the parts have %d claims, the whole table %d", name, rows, len(tables[0].Rows))
		}
		raw, err := json.Marshal(append(All(s), Times(s)...))
		if err != nil || strings.Contains(string(raw), "null") || strings.Contains(string(raw), "\u00a0") {
			t.Errorf("%s: claims as JSON: %v\n%s", name, err, raw)
		}
	}
}

// TestClaimTableShowsTheProtocolsThatWereRun, and which of them a number is from.
func TestClaimTableShowsTheProtocolsThatWereRun(t *testing.T) {
	names := func(table page.Table) (names []string) {
		for _, c := range table.Columns {
			names = append(names, c.Name)
		}
		return names
	}
	odd := studykit.Odd(t)
	both, alone := []string{"What", "Reported", "This run, row", "This run, group", "Why they may differ"}, []string{"What", "Reported", "This run", "Why they may differ"}
	for _, test := range []struct {
		study string
		part  Part
		want  []string
		note  string
	}{
		{"whole", PartResults, both, ""},
		{"whole", PartErrors, alone, "protocol group"}, // analysed under the profile's own
		{"whole", PartMethod, alone, ""},               // the same under both
		{"row alone", PartResults, alone, "protocol row"},
		{"bare", PartBaselines, alone, "protocol group"},
		{"bare", PartRates, alone, "protocol group"},
	} {
		table := Table(odd[test.study], test.part)
		if diff := cmp.Diff(test.want, names(table)); diff != "" {
			t.Errorf("%s, %s, wanted and had:\n%s", test.study, test.part, diff)
		}
		if note := table.Columns[2].Note; test.note != "" && note != test.note {
			t.Errorf("%s, %s: the column says %q", test.study, test.part, note)
		}
	}
	results := Table(odd["whole"], PartResults)
	if !strings.Contains(results.Note, "Base: MiniLM here") || !strings.Contains(results.Note, "under protocol row") {
		t.Errorf("the differences are not spelt out: %s", results.Note)
	}
	if row := results.Rows[0]; !strings.HasPrefix(row[2].Text, "50.0") || !strings.HasPrefix(row[3].Text, "40.0") || row[4].Text != "notes; base; length; training; targets; split" {
		t.Errorf("row accuracy: %+v", row)
	}
	if method := Table(odd["whole"], PartMethod); method.Rows[3][3].Text != "the same" || method.Rows[2][3].Text != "length" {
		t.Errorf("the settings: %+v", method.Rows)
	}
	if none := Table(odd["bare"], PartBaselines); none.Rows[0][2].Missing != "no baseline was run" || none.Rows[0][3].Text != "no number here" {
		t.Errorf("without baselines: %+v", none.Rows[0])
	}
}

// TestClaimsOfAPart are the same as among all, and times are apart from them.
func TestClaimsOfAPart(t *testing.T) {
	for name, s := range studykit.Odd(t) {
		all := All(s)
		var joined []Claim
		for _, part := range parts {
			own := All(s, part)
			if len(own) == 0 || PartTitles[part] == "" {
				t.Errorf("%s: part %s has %d claims and the title %q", name, part, len(own), PartTitles[part])
			}
			joined = append(joined, own...)
		}
		if diff := cmp.Diff(all, joined); diff != "" {
			t.Errorf("%s: all, and part by part:\n%s", name, diff)
		}
		if two := All(s, PartRates, PartData); len(two) != len(All(s, PartRates))+len(All(s, PartData)) || two[0].Part != PartData {
			t.Errorf("%s: two parts have %d claims", name, len(two))
		}
		timed := func(c Claim) bool { return c.Timed }
		if slices.ContainsFunc(all, timed) || slices.ContainsFunc(Times(s), func(c Claim) bool { return !c.Timed }) || len(Times(s)) != 7 {
			t.Errorf("%s: times stand among the claims, or others among the %d times", name, len(Times(s)))
		}
	}
}

// TestClaimsAsJSON: the keys of results.json, whose values keep their digits, and plain spaces.
func TestClaimsAsJSON(t *testing.T) {
	s := studykit.New(t)
	s.Rates = nil
	claims := append(All(s), Times(s)...)
	for what, want := range map[string]string{
		"Row accuracy": `{"part":"results","what":"Row accuracy","reported":{"text":"56.62 %","number":0.5662},` +
			`"row":{"text":"50.0 % (46.0–56.0)","number":0.5},"group":{"text":"40.0 % (36.0–46.0)","number":0.4},"why":["notes","base","length","training","targets","split"]}`,
		"LoRA: rank": `{"part":"method","what":"LoRA: rank","reported":{"text":"16","number":16},"row":{"text":"16","number":16},"group":{"text":"16","number":16},"why":["a setting"]}`,
		"Best learning rate of LoRA": `{"part":"rates","what":"Best learning rate of LoRA","reported":{"text":"0.0003","number":0.0003},` +
			`"row":{"missing":"measured under protocol group alone"},"group":{"missing":"no learning rate of LoRA was compared"},"why":[]}`,
		"Trained anew": `{"part":"deployment","what":"Trained anew","reported":{"text":"monthly"},` +
			`"row":{"missing":"corrections are kept; nothing is trained on them by itself"},"group":{"missing":"corrections are kept; nothing is trained on them by itself"},"why":[]}`,
		"One note": `{"part":"deployment","what":"One note","reported":{"text":"29 ms","number":0.029},` +
			`"row":{"text":"12.3 ms","number":0.0123},"group":{"text":"12.3 ms","number":0.0123},"why":["another machine","base","length"]}`,
	} {
		i := slices.IndexFunc(claims, func(c Claim) bool { return c.What == what })
		if i < 0 {
			t.Fatalf("there is no claim %q", what)
		}
		raw, err := json.Marshal(claims[i])
		if err != nil || string(raw) != want {
			t.Errorf("%s is %s, %v; want %s", what, raw, err, want)
		}
	}
}

// TestNotMeasured: each proposal has a reason of its own why there is no number.
func TestNotMeasured(t *testing.T) {
	s := studykit.New(t)
	seen := map[string]bool{"not run": true}
	for _, i := range original.Study.Improvements {
		why := NotMeasured(s, i.Proposal)
		if !strings.HasPrefix(why, "not run") || seen[why] {
			t.Errorf("proposal %s: %q", i.Proposal, why)
		}
		seen[why] = true
	}
}
