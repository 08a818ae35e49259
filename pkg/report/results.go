package report

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/atomicfile"

	"github.com/specialist-nlp/specialist/pkg/baseline"
	"github.com/specialist-nlp/specialist/pkg/claim"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// resultsSchema is the version of results.json. It changes with the meaning of a key.
const resultsSchema = 3

// resultsContent is the study as results.json has it.
type resultsContent struct {
	Schema int `json:"schema"`
	*experiment.Study
	Comparisons []resultsComparison `json:"comparisons"`
	Claims      []claim.Claim       `json:"claims"` // what the original report states, beside this run
	// Times come last: the only part that differs between two equal studies.
	Times resultsTimes `json:"times"`
}

// resultsTimes are all times of a study.
type resultsTimes struct {
	Runs      map[string]experiment.Times `json:"runs"`
	Inference *experiment.Inference       `json:"inference"`
	Claims    []claim.Claim               `json:"claims"`
}

// resultsComparison is a comparison with its baselines' names in words.
type resultsComparison struct {
	Baselines resultsBaselines `json:"baselines"`
	Retrained *experiment.Run  `json:"run,omitempty"`
	Family    evaluate.Family  `json:"family"`
}

type resultsBaselines struct {
	*experiment.Baselines
	Models []resultsBaseline `json:"models"`
}

type resultsBaseline struct {
	Name    string           `json:"name"`
	File    string           `json:"file"`
	Remarks []string         `json:"remarks,omitempty"`
	Tuned   *baseline.Tuned  `json:"tuned,omitempty"`
	Test    evaluate.Summary `json:"test"`
}

// named puts the baselines' names into a comparison in place of their keys.
func named(c *experiment.Comparison) resultsComparison {
	out := resultsComparison{Baselines: resultsBaselines{Baselines: c.Baselines}, Retrained: c.Retrained, Family: c.Family}
	for _, m := range c.Baselines.Models {
		test := m.Test
		test.Model = wording.Baseline(m.Key)
		out.Baselines.Models = append(out.Baselines.Models, resultsBaseline{Name: test.Model, File: m.File, Remarks: m.Remarks, Tuned: m.Tuned, Test: test})
	}
	out.Family.Comparisons = slices.Clone(c.Family.Comparisons)
	for i := range out.Family.Comparisons {
		b := &out.Family.Comparisons[i].B
		*b = wording.Baseline(baseline.Key(*b))
	}
	out.Family.Verdicts = slices.Clone(c.Family.Verdicts)
	for i := range out.Family.Verdicts {
		v := &out.Family.Verdicts[i]
		name := wording.Baseline(baseline.Key(v.Model))
		if rest, found := strings.CutPrefix(v.Words, v.Model); found { // the sentence begins with the model
			v.Words = name + rest
		}
		v.Model = name
	}
	return out
}

// writeResults stores the study as results.json.
func writeResults(s *experiment.Study, path string) error {
	raw, err := encodeResults(s)
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(path, raw)
}

// encodeResults is the content of results.json.
func encodeResults(s *experiment.Study) ([]byte, error) {
	out := resultsContent{
		Schema: resultsSchema, Study: s, Claims: claim.All(s),
		Times: resultsTimes{Runs: make(map[string]experiment.Times), Inference: s.Inference, Claims: claim.Times(s)},
	}
	for _, c := range s.Comparisons {
		out.Comparisons = append(out.Comparisons, named(c))
	}
	names, runs := s.TrainingRuns()
	times := make([]experiment.Times, len(runs))
	for i, r := range runs {
		times[i], r.Provenance.Times = r.Provenance.Times, experiment.Times{}
		out.Times.Runs[names[i]] = times[i]
	}
	raw, err := json.MarshalIndent(out, "", "  ")
	for i, r := range runs {
		r.Provenance.Times = times[i]
	}
	return append(raw, '\n'), err
}
