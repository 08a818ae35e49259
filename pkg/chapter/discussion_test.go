package chapter

import (
	"regexp"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/internal/studykit"
)

// holes are what a template leaves where a value is not there.
var holes = regexp.MustCompile(`NaN|Inf|<no value>|<nil>|%!|  \S|\(\)| ,|\.\.|\{\{`)

// numberHoles are what is never in a table or a figure.
var numberHoles = regexp.MustCompile(`NaN|Inf\b|<no value>|<nil>|%!|undefined\n|  \n|\{\{`)

// discussions are the texts that are filled from templates.
var discussions = []string{"lead", "abstract", "method", "limitations", "improvements", "deployment"}

// TestDiscussionOfOddStudies: every text is written for whatever study, without holes.
func TestDiscussionOfOddStudies(t *testing.T) {
	for name, s := range studykit.Odd(t) {
		for _, section := range discussions {
			text, err := discussionText(s, section)
			if err != nil {
				t.Fatalf("%s, %s: %v", name, section, err)
			}
			if hole := holes.FindString(text); hole != "" || len(text) < 300 || strings.Contains(text, "\n\n\n") {
				t.Errorf("%s, %s has a hole, %q:\n%s", name, section, hole, text)
			}
		}
	}
	if files, err := discussionFiles.ReadDir("discussion"); err != nil || len(files) != len(discussions) {
		t.Errorf("%d texts are tested of %d, %v", len(discussions), len(files), err)
	}
}

func TestDiscussionSaysWhatTheStudyHas(t *testing.T) {
	odd := studykit.Odd(t)
	worse, level := studykit.New(t), studykit.New(t)
	for s, outcome := range map[*experiment.Study]func(v *evaluate.Verdict){
		worse: func(v *evaluate.Verdict) { v.Better, v.Worse = false, true }, level: func(v *evaluate.Verdict) { v.Better = false },
	} {
		outcome(&s.Comparisons[0].Family.Verdicts[0])
	}
	odd["worse"], odd["level"] = worse, level
	sure := studykit.New(t)
	for i := range sure.Errors.Cases {
		sure.Errors.Cases[i].Valid = false
	}
	odd["all misread"] = sure
	for _, test := range []struct {
		study         string
		section       string
		says, notSays []string
	}{
		{"whole", "abstract", []string{
			"40 rows of notes are 20 distinct texts under 4 labels", "2.00 of them on average", "at most 50.0 % of the rows", "of 2 configurations 2-higher-rate was selected", "a row accuracy of 40.0 % (36.0–46.0) and a macro-F1 of .300",
			"An accuracy of 56.62 % and a macro-F1 of .433", "Divided like that, this run reaches 50.0 % (46.0–56.0) and .350.",
			"TF-IDF + linear SVM files these notes better", "Most of what the row accuracy lacks", "The notes are synthetic", "Base: MiniLM here",
		}, nil},
		{"bare", "abstract", []string{"No baseline was run"}, []string{"Divided like that", "configurations", "strongest baseline"}},
		{"row alone", "abstract", nil, []string{"Divided like that", "none of which stands"}},
		{"worse", "abstract", []string{"above every baseline"}, nil},
		{"level", "abstract", []string{"do not tell the fine-tuned encoder from TF-IDF + linear SVM"}, nil},
		{"full fine-tuning, real notes", "abstract", []string{"Full fine-tuning on MiniLM"}, []string{"synthetic"}},

		{"whole", "method", []string{"MiniLM (66.4 million parameters) reads the first 128 tokens", "on q_lin, v_lin, and the head; all other weights stay", "batches of 16 and a weight decay of 0.01", "rises to 0.0003 over 20 steps", "at most 4 epochs", "stops after 2 in a row", "1,000 resamples, seed 7", "*Group*", "*Row*", "LoRA of rank 16, alpha 32 and dropout 0.1 on q_lin and v_lin"}, nil},
		{"bare", "method", []string{"The profile has one configuration", "The report's split was not run"}, []string{"*Row*"}},
		{"row alone", "method", []string{"*Row*"}, []string{"*Group*", "not run"}},
		{"full fine-tuning, real notes", "method", []string{"full fine-tuning", "gradients are not clipped"}, []string{"it stops after", "all other weights"}},

		{"whole", "limitations", []string{"They come from templates", "75.0 % of the texts under more than one", "50.0 % of the test texts are longer", "**20 test texts.** The interval of the row accuracy is .050", "1 of 4 labels have under 10", "is .300, and .250 after temperature scaling (1.25, fitted on 11 validation texts)", "a GPU and 1-baseline, which failed (diverged)"}, []string{"full fine-tuning"}},
		{"bare", "limitations", []string{"full fine-tuning, a comparison of learning rates, the report's split of rows, baselines"}, nil},
		{"full fine-tuning, real notes", "limitations", nil, []string{"templates"}},
		{"nothing to analyse", "limitations", []string{"They are too few for an interval"}, nil},

		{"whole", "improvements", []string{
			"65 % to 75 % achievable", "can pass 50.0 %", "Start from TF-IDF + linear SVM.** It is above the study's model in macro-F1, .450 against .300", "gains .250 of validation macro-F1",
			"LoRA does best at 0.001, with a validation macro-F1 of .300; 2-higher-rate was trained at 0.0003", "The last of 4 epochs was the best one", "4 of 9 wrong rows",
		}, []string{"Another way to train"}},
		{"worse", "improvements", nil, []string{"Start from"}},

		{"whole", "deployment", []string{"from a confidence of 70 % on. Here that files 2 test texts (50.0 %), of which 100.0 % get a valid label", "From 50.0 % on, 3 texts (75.0 %) are filed with 100.0 % (43.9–100.0) valid", "lets 90 % of the notes", "again monthly", "only 2 of 4 labels have 10 or more test rows"}, nil},
		{"all misread", "deployment", []string{"No threshold files any of them with 95 % or more valid"}, nil},
		{"nothing to analyse", "deployment", []string{"files nothing: no test text is this confident"}, nil},
	} {
		text, err := discussionText(odd[test.study], test.section)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range test.says {
			if !strings.Contains(text, s) {
				t.Errorf("%s, %s does not say %q:\n%s", test.study, test.section, s, text)
			}
		}
		for _, s := range test.notSays {
			if strings.Contains(text, s) {
				t.Errorf("%s, %s says %q:\n%s", test.study, test.section, s, text)
			}
		}
	}
}

// TestImprovementTableMeasuresNothing: it says why, and what bears on each proposal.
func TestImprovementTableMeasuresNothing(t *testing.T) {
	table := ImprovementTable(studykit.New(t))
	want := []string{
		"Texts that are cut are misread 1.500 times as often as those that are seen whole: that they are misread more often is undecided.",
		"In TF-IDF + linear SVM class weights move the validation macro-F1 from .250 to .500.",
		"Nothing in this run bears on it.", "Nothing in this run bears on it.",
		"The last of 4 epochs was the best, so more may help.",
	}
	if len(table.Rows) != len(want) {
		t.Fatalf("%d rows", len(table.Rows))
	}
	for i, row := range table.Rows {
		if !strings.HasPrefix(row[3].Missing, "not run") || row[4].Text != want[i] {
			t.Errorf("%s: %q and %q, wanted %q", row[0].Text, row[3].Missing, row[4].Text, want[i])
		}
	}
}
