package chapter

import (
	"testing"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
)

// TestNamesInWords: what the analysis and the audit name by keys has words of its own.
func TestNamesInWords(t *testing.T) {
	seen := map[string]string{}
	check := func(what, key, words string) {
		if words == "" || seen[words] != "" {
			t.Errorf("%s %q is %q in words, and so is %q", what, key, words, seen[words])
		}
		seen[words] = key
	}
	for _, policy := range []string{audit.AnyFunction, audit.MostFiled, audit.LeastFiled, audit.Majority} {
		check("policy", policy, policyNames[policy])
	}
	for _, exploiter := range []string{audit.MajorityPredictor, audit.MemorisingPredictor, audit.AntiMemorisingPredictor, audit.CoLabelPredictor} {
		check("exploiter", exploiter, exploiterNames[exploiter])
	}
	for _, r := range erroranalysis.Readings() {
		check("reading", string(r), readingTitles[r])
	}
	for _, p := range (&erroranalysis.Analysis{}).Patterns() {
		if p.Key != "" {
			check("pattern", string(p.Key), reportedPattern(p.Key))
		}
	}
}
