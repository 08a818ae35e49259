package wording

import (
	"testing"

	"github.com/specialist-nlp/specialist/pkg/baseline"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/original"
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
		if got := Baseline(key); got != want[key] {
			t.Errorf("%s is %q, want %q", key, got, want[key])
		}
	}
	if got := Baseline("something-else"); got != "something-else" {
		t.Errorf("a model that is no baseline is %q", got)
	}
	for _, b := range original.Baselines() {
		if _, known := want[baseline.Key(b)]; !known {
			t.Errorf("the original's baseline %q is none of baseline's keys", b)
		}
	}
}

func TestEveryProposalHasItsWords(t *testing.T) {
	seen := map[string]bool{}
	for _, i := range original.Study.Improvements {
		words := Proposals[i.Proposal]
		if words == "" || seen[words] {
			t.Errorf("proposal %s is %q", i.Proposal, words)
		}
		seen[words] = true
	}
	if len(Proposals) != len(seen) {
		t.Errorf("%d proposals have words, the original has %d", len(Proposals), len(seen))
	}
}

func TestReportedScores(t *testing.T) {
	for _, m := range original.Metrics() {
		if v := Reported(evaluate.Metric(m)); v.Missing != "" || v.Number != original.Study.Test[m] {
			t.Errorf("reported %s: %+v", m, v)
		}
	}
	if v := Reported(evaluate.AnyValid); v.Missing != "not in the report" {
		t.Errorf("a score that the original does not state: %+v", v)
	}
}

func TestList(t *testing.T) {
	for want, names := range map[string][]string{"": nil, "a": {"a"}, "a and b": {"a", "b"}, "a, b and c": {"a", "b", "c"}} {
		if got := List(names); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
