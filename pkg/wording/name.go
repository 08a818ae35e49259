package wording

import (
	"strings"

	"github.com/specialist-nlp/specialist/pkg/baseline"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// baselineNames are the baselines in words.
var baselineNames = map[baseline.Key]string{
	baseline.KeyRandomUniform: "random, uniform",
	baseline.KeyRandomPrior:   "random, by class shares",
	baseline.KeyMajority:      "majority class",
	baseline.KeyRules:         "keyword rules",
	baseline.KeyUntuned:       "encoder, untuned",
	baseline.KeyFrozen:        "encoder, frozen + logistic regression",
	baseline.KeyTFIDFLogistic: "TF-IDF + logistic regression",
	baseline.KeyTFIDFSVM:      "TF-IDF + linear SVM",
}

// Baseline is a baseline in words.
func Baseline(key baseline.Key) string {
	if name, ok := baselineNames[key]; ok {
		return name
	}
	return string(key)
}

// VerdictModel is the baseline that a verdict is on, in words.
func VerdictModel(v *evaluate.Verdict) string { return Baseline(baseline.Key(v.Model)) }

// Proposals are the original's proposals in words.
var Proposals = map[original.Proposal]string{
	original.LongNotes:    "Long notes: an encoder of 4,096 tokens, or chunks that are put together",
	original.ClassWeights: "Class-weighted loss, more examples of the rare classes",
	original.TwoStages:    "Two stages: surgical, medical or diagnostic, then the specialty",
	original.MedicalBase:  "A base that was trained on medical texts",
	original.MoreEpochs:   "More epochs with a learning-rate schedule",
}

// ProposalScopes is what a proposal's expected gain is of, where it is not the accuracy over all rows.
var ProposalScopes = map[original.Proposal]string{original.ClassWeights: " on rare classes"}

// Reported is a test score that the original states, or that it does not.
func Reported(m evaluate.Metric) page.Value {
	if score, ok := original.Study.Test[original.Metric(m)]; ok {
		return page.Of(score)
	}
	return page.Missing("not in the report")
}

// Upper starts a sentence.
func Upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// List writes names one after the other.
func List(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
