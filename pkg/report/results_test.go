package report

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/internal/studykit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// decoded is results.json of a study.
func decoded(t *testing.T, s *experiment.Study) map[string]any {
	t.Helper()
	raw, err := encodeResults(s)
	if err != nil {
		t.Fatal(err)
	}
	var content map[string]any
	if err := json.Unmarshal(raw, &content); err != nil {
		t.Fatal(err)
	}
	return content
}

// dig finds a value by keys and indices with dots between them.
func dig(t *testing.T, value any, path string) any {
	t.Helper()
	for _, step := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' }) {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				t.Fatalf("%s: there is no %q in a list of %d", path, step, len(v))
			}
			value = v[i]
		default:
			t.Fatalf("%s: %T has no %q", path, value, step)
		}
	}
	return value
}

// TestResultsKeepTheirKeys: programs of others read results.json, so that a key changes with the schema alone.
func TestResultsKeepTheirKeys(t *testing.T) {
	content := decoded(t, studykit.New(t))
	for path, want := range map[string]string{
		"":                                      "claims compared comparisons data errors profile rates schema sweep times",
		"sweep":                                 "best outcomes",
		"sweep.outcomes.0":                      "failed name",
		"sweep.outcomes.1":                      "name run",
		"sweep.outcomes.1.run":                  "corpus fingerprint majority notices parameters profile provenance sizes steps_per_epoch test training validation",
		"compared.0":                            "name run",
		"rates.0":                               "fit learning_rate method",
		"rates.0.fit":                           "corpus fingerprint notices parameters profile provenance sizes steps_per_epoch training validation",
		"comparisons.0":                         "baselines family",
		"comparisons.1":                         "baselines family run",
		"comparisons.0.baselines":               "corpus fingerprint models protocol terms terms_of",
		"comparisons.0.baselines.models.0":      "file name test",
		"comparisons.0.baselines.models.1":      "file name remarks test",
		"comparisons.0.baselines.models.2":      "file name test tuned",
		"comparisons.0.baselines.terms.0":       "label terms",
		"comparisons.0.family":                  "comparisons interval metrics notes part reference verdicts",
		"comparisons.0.family.verdicts.0":       "a adjusted_p_value b better comparisons difference high level low metric model outcome p_value reference words",
		"errors":                                "calibration cases corpus corpus_hash document_labels errors examples imbalance interval kinds labels length model part similarity slices synthetic temperature train_texts worst",
		"errors.calibration":                    "after before change fitted_notes fitted_on model notes part temperature",
		"times":                                 "claims inference runs",
		"times.runs":                            "2-higher-rate full full at 0.0001 lora at 0.0003 lora at 0.001 protocol row",
		"times.runs.full":                       "cost finished test_seconds train_seconds",
		"claims.0":                              "group part reported row what why",
		"comparisons.0.baselines.models.2.test": strings.Join(slices.Sorted(maps.Keys(dig(t, content, "sweep.outcomes.1.run.test").(map[string]any))), " "),
	} {
		object, _ := dig(t, content, path).(map[string]any)
		if got := strings.Join(slices.Sorted(maps.Keys(object)), " "); got != want {
			t.Errorf("%q has the keys\n%s, want\n%s", path, got, want)
		}
	}
	for path, want := range map[string]any{
		"schema":     3.,
		"sweep.best": 1.,
		"sweep.outcomes.1.run.test.metrics.row_accuracy.value": .4,
		"data.rows_kept":                           40.,
		"rates.1.method":                           "lora",
		"comparisons.0.baselines.protocol":         "group",
		"comparisons.1.baselines.protocol":         "row",
		"comparisons.0.baselines.models.0.file":    "random-uniform.parquet",
		"comparisons.0.baselines.models.2.file":    "tfidf-svm.parquet",
		"comparisons.1.run.corpus.protocol":        "row",
		"claims.0.what":                            "Notes as published",
		"times.claims.0.what":                      "Training of 2-higher-rate",
		"times.inference.median_seconds":           .0123,
		"times.runs.full.cost.step_seconds":        .75,
		"times.runs.2-higher-rate.cost.processes":  1.,
		"times.runs.protocol row.train_seconds":    99.,
		"comparisons.0.baselines.terms.0.label":    "Urology",
		"comparisons.0.baselines.terms_of":         "TF-IDF + linear SVM",
		"comparisons.0.family.verdicts.0.outcome":  "",
		"comparisons.0.family.verdicts.0.better":   true,
		"comparisons.0.family.reference":           "LoRA",
		"comparisons.0.baselines.models.1.remarks": []any{"a label has no cue"},
	} {
		if got := dig(t, content, path); !cmp.Equal(got, want) {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
}

// TestResultsNameBaselinesInWords: their keys are for files.
func TestResultsNameBaselinesInWords(t *testing.T) {
	s := studykit.New(t)
	content := decoded(t, s)
	for i, want := range []string{"random, uniform", "keyword rules", "TF-IDF + linear SVM"} {
		model := dig(t, content, "comparisons.0.baselines.models."+strconv.Itoa(i))
		if name, tested := dig(t, model, "name"), dig(t, model, "test.model"); name != want || tested != want {
			t.Errorf("baseline %d is %q and its test that of %q, want %q", i, name, tested, want)
		}
	}
	verdict := dig(t, content, "comparisons.0.family.verdicts.0")
	if model, words := dig(t, verdict, "model"), dig(t, verdict, "words"); model != "TF-IDF + linear SVM" || words != "TF-IDF + linear SVM is above LoRA" {
		t.Errorf("the verdict is on %q: %q", model, words)
	}
	if b := dig(t, content, "comparisons.0.family.comparisons.0.b"); b != "TF-IDF + linear SVM" {
		t.Errorf("the comparison is with %q", b)
	}
	raw, err := encodeResults(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{`"tfidf-svm`, `"random-uniform"`, `"rules"`} {
		if strings.Contains(strings.ReplaceAll(string(raw), key+`.parquet"`, ""), key) {
			t.Errorf("a baseline goes by its key, %s", key)
		}
	}
}

// TestTimesStandApart: two studies that differ in their times differ in the block of times alone, and encoding leaves a study as it was.
func TestTimesStandApart(t *testing.T) {
	s, slow, before := studykit.New(t), studykit.New(t), studykit.New(t)
	_, runs := slow.TrainingRuns()
	for i, r := range runs {
		r.Provenance.Times.TrainSeconds, r.Provenance.Times.Cost.StepSeconds = float64(1000+i), 7
	}
	slow.Inference.MedianSeconds = 3
	a, b := decoded(t, s), decoded(t, slow)
	if cmp.Equal(a["times"], b["times"]) {
		t.Error("the times are the same")
	}
	delete(a, "times")
	delete(b, "times")
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("times stand among the results:\n%s", diff)
	}
	for i, r := range runs {
		if got := r.Provenance.Times.TrainSeconds; got != float64(1000+i) {
			t.Errorf("run %d took %v seconds once it is encoded", i, got)
		}
	}
	all := func(s *experiment.Study) []any {
		return []any{s.Sweep, s.Compared, s.Rates, s.Comparisons, s.Inference}
	}
	exported := cmp.FilterPath(func(p cmp.Path) bool { return strings.HasSuffix(p.String(), "sets") }, cmp.Ignore())
	if diff := cmp.Diff(all(before), all(s), exported); diff != "" {
		t.Errorf("encoding changes the study:\n%s", diff)
	}
}

// TestResultsAreWritten where diff finds them.
func TestResultsAreWritten(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	s, other := studykit.New(t), studykit.New(t)
	other.Sweep.Best, other.Sweep.Outcomes[1].Run.Provenance.Times.TrainSeconds = 1, 5
	other.Comparisons[0].Baselines.Models[1].Test.Rows = 41
	for dir, s := range map[string]*experiment.Study{a: s, b: other} {
		if err := writeResults(s, filepath.Join(dir, resultsFile)); err != nil {
			t.Fatal(err)
		}
		if got := testkit.Entries(t, dir); !slices.Equal(got, []string{resultsFile}) {
			t.Errorf("the folder holds %q", got)
		}
	}
	found, err := Diff(a, b)
	if want := []string{"comparisons[0].baselines.models[1].test.rows: 40, 41"}; err != nil || !slices.Equal(found, want) {
		t.Errorf("%q, %v; want %q", found, err, want)
	}
}
