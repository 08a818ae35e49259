package study

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/report"
)

//go:embed front.md.tmpl
var frontText string

var frontTemplate = template.Must(template.New("front").Parse(frontText))

// chapters are the titles of the notebooks on the joined page.
var chapters = map[string]string{
	"01_data": "The data: what the labels allow", "02_finetune": "Fine-tuning with LoRA: the sweep, the results, what LoRA saves",
	"03_baselines": "Baselines: what a classifier is worth", "04_errors": "Errors: where the model goes wrong",
}

// Front is the report's opening in Markdown: what came out, in this run's numbers.
func (s *Study) Front() (string, error) {
	r := s.Sweep.Chosen()
	metric := func(m evaluate.Metric) string { return plainText(report.Metric.String(value(r.Test.Metrics[m]))) }
	type verdict struct{ Title, Words string }
	var verdicts []verdict
	for _, c := range s.Comparisons {
		verdicts = append(verdicts, verdict{"Against the strongest baseline, protocol " + c.Rivals.Protocol, c.Words()})
	}
	type chapter struct{ Name, Title string }
	var contents []chapter
	for _, name := range Notebooks {
		contents = append(contents, chapter{name, chapters[name]})
	}
	var b bytes.Buffer
	err := frontTemplate.Execute(&b, map[string]any{
		"Profile": s.Profile.Name, "Synthetic": r.Corpus.Synthetic, "Name": r.Corpus.Name,
		"Rows": number(r.Corpus.RowsKept), "Texts": number(r.Corpus.Texts), "Labels": r.Corpus.Labels, "Test": number(r.Test.Notes),
		"PerText": fmt.Sprintf("%.2f", float64(r.Test.Rows)/float64(r.Test.Notes)),
		"Ceiling": report.Metric.String(report.Of(r.Test.Metrics[evaluate.RowAccuracy].Ceiling)), "ReportedAccuracy": report.Metric.String(report.Of(reported.Test[evaluate.RowAccuracy])),
		"Selected": s.Sweep.Outcomes[s.Sweep.Best].Name, "Configurations": len(s.Sweep.Outcomes),
		"Accuracy": metric(evaluate.RowAccuracy), "MacroF1": metric(evaluate.MacroF1Union), "AnyValid": metric(evaluate.AnyValid),
		"Verdicts": verdicts, "Errors": s.Errors.Summary(), "Contents": contents,
	})
	return b.String(), err
}

// plainText takes the no-break spaces out of what a table would show.
func plainText(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }
