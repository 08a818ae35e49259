package chapter

import (
	"testing"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/baseline"
	"github.com/specialist-nlp/specialist/pkg/claim"
	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/internal/studykit"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

func TestEveryBaselineHasItsWords(t *testing.T) {
	want := map[baseline.Key]string{
		baseline.KeyRandomUniform: "random, uniform",
		baseline.KeyRandomPrior:   "random, by class shares",
		baseline.KeyMajority:      "majority class",
		baseline.KeyRules:         "keyword rules",
		baseline.KeyUntuned:       "encoder, untuned",
		baseline.KeyFrozen:        "encoder, frozen + logistic regression",
		baseline.KeyTFIDFLogistic: "TF-IDF + logistic regression",
		baseline.KeyTFIDFSVM:      "TF-IDF + linear SVM",
	}
	for _, key := range baseline.Keys() {
		if got := wording.Baseline(key); got != want[key] {
			t.Errorf("%s is %q, want %q", key, got, want[key])
		}
	}
	if got := wording.Baseline("something-else"); got != "something-else" {
		t.Errorf("a model that is no baseline is %q", got)
	}
	for _, b := range original.Baselines() {
		if _, known := want[baseline.Key(b)]; !known {
			t.Errorf("the original's baseline %q is none of baseline's keys", b)
		}
	}
}

// TestNamesInWords: what the analysis, the audit and the original name by keys has words of its own.
func TestNamesInWords(t *testing.T) {
	seen := map[string]string{}
	check := func(what, key, words string) {
		if words == "" || seen[words] != "" {
			t.Errorf("%s %q is %q in words, and so is %q", what, key, words, seen[words])
		}
		seen[words] = key
	}
	for _, i := range original.Study.Improvements {
		check("proposal", string(i.Proposal), wording.Proposals[i.Proposal])
		check("why not: proposal", string(i.Proposal), claim.NotMeasured(studykit.New(t), i.Proposal))
	}
	for _, policy := range []string{audit.AnyFunction, audit.MostFiled, audit.LeastFiled, audit.Majority} {
		check("policy", policy, policyNames[policy])
	}
	for _, exploiter := range []string{audit.NoExploiter, audit.Memoriser, audit.AntiMemoriser, audit.CoFiler} {
		check("exploiter", exploiter, exploiterNames[exploiter])
	}
	for _, r := range erroranalysis.Readings() {
		check("reading", string(r), readingTitles[r])
	}
	for _, p := range (&erroranalysis.Analysis{}).Patterns() {
		if p.Name != "" {
			check("pattern", string(p.Name), reportedPattern(p.Name))
		}
	}
	for _, m := range original.Metrics() {
		if v := wording.Reported(evaluate.Metric(m)); v.Missing != "" || v.Number != original.Study.Test[m] {
			t.Errorf("reported %s: %+v", m, v)
		}
	}
	if v := wording.Reported(evaluate.AnyValid); v.Missing != "not in the report" {
		t.Errorf("a score that the original does not state: %+v", v)
	}
}

func TestList(t *testing.T) {
	for want, names := range map[string][]string{"": nil, "a": {"a"}, "a and b": {"a", "b"}, "a, b and c": {"a", "b", "c"}} {
		if got := wording.List(names); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
