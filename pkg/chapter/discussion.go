package chapter

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/specialist-nlp/specialist/pkg/claim"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

//go:embed discussion/*.md.tmpl
var discussionFiles embed.FS

var discussionTemplates = template.Must(template.New("discussion").Funcs(template.FuncMap{
	"number": page.FormatCount, "upper": wording.Upper, "millions": page.FormatMillions,
	"share": func(x float64) string { return page.PlainSpaces(page.FormatPercent(x, 1)) },
	"whole": func(x float64) string { return page.PlainSpaces(page.FormatPercent(x, 0)) },
	"exact": func(x float64) string { return page.PlainSpaces(page.FormatExactPercent(x)) },
	"score": page.FormatScore,
	"plain": page.FormatExact, "list": wording.List,
	"comparison": ComparisonSummary, "errors": ErrorSummary,
}).ParseFS(discussionFiles, "discussion/*.md.tmpl"))

// templateData is what the sections in words are filled from.
type templateData struct {
	*experiment.Study
	Run *experiment.Run // the study's model
}

// discussionText fills a section's template. The text is Markdown without a heading.
func discussionText(s *experiment.Study, section string) (string, error) {
	var b strings.Builder
	err := discussionTemplates.ExecuteTemplate(&b, section+".md.tmpl", templateData{s, s.Sweep.Selected()})
	return strings.TrimSpace(b.String()) + "\n", err
}

// Lead is what the page opens with, in Markdown.
func Lead(s *experiment.Study) (string, error) { return discussionText(s, "lead") }

// Abstract is what came out, as a list in Markdown.
func Abstract(s *experiment.Study) (string, error) { return discussionText(s, "abstract") }

// Score is a test metric of a run with its interval.
func (p templateData) Score(r *experiment.Run, m evaluate.Metric) string {
	return page.PlainSpaces(page.Metric.String(wording.Measure(r.Test.Metrics[m])))
}

// Percent is a test metric of a run as per cent, with its interval.
func (p templateData) Percent(r *experiment.Run, m evaluate.Metric) string {
	return page.PlainSpaces(page.Percent.String(wording.Measure(r.Test.Metrics[m])))
}

// ReportedTest is a reported test score.
func (p templateData) ReportedTest(m evaluate.Metric) float64 {
	return original.Study.Test[original.Metric(m)]
}

func (p templateData) Reported() any { return original.Study }

func (p templateData) Synthetic() bool { return p.Run.Corpus.Synthetic }

func (p templateData) Base() string { return p.Run.Profile.BaseName() }

func (p templateData) SameBase() bool { return claim.SameBase(p.Run) }

func (p templateData) Encoder() int { return p.Run.EncoderParameters() }

func (p templateData) Precision() string { return p.Run.Profile.Precision() }

func (p templateData) Trains() string { return p.Run.Profile.Describe() }

func (p templateData) MethodName() string { return p.Run.Profile.MethodName() }

func (p templateData) Selected() string { return p.Sweep.Outcomes[p.Sweep.Best].Name }

func (p templateData) LoRA() bool { return p.Run.Profile.Train.Method == profile.MethodLoRA }

func (p templateData) Own() string { return p.Run.Corpus.Protocol }

func (p templateData) PerText() string {
	return fmt.Sprintf("%.2f", float64(p.Audit.RowsKept)/float64(p.Audit.Texts))
}

// Row is the run under protocol row, where that is not the profile's own.
func (p templateData) Row() *experiment.Run {
	if p.Own() == corpus.ProtocolRow {
		return nil
	}
	return p.Under(corpus.ProtocolRow).Run
}

// Grouped says whether the study's model was tested under protocol group.
func (p templateData) Grouped() bool { return p.Under(corpus.ProtocolGroup).Run != nil }

// ByRows says whether it was tested under protocol row.
func (p templateData) ByRows() bool { return p.Under(corpus.ProtocolRow).Run != nil }

// Differences are what stands between the reported numbers and this run's.
func (p templateData) Differences() []string {
	var all []string
	for _, d := range claim.Differences(p.Study) {
		all = append(all, d.Words)
	}
	return all
}

// Bounded says whether the ceiling takes more of the row accuracy than the model leaves below it.
func (p templateData) Bounded() bool {
	m := p.Run.Test.Metrics[evaluate.RowAccuracy]
	return 1-m.Ceiling > m.Ceiling-m.Value
}

// versus is the study's model beside a baseline.
type versus struct {
	*evaluate.Verdict
	Baseline string // in words
}

// Versus is the study's model beside the strongest baseline in macro-F1, under the profile's own protocol; nil without baselines.
func (p templateData) Versus() *versus {
	for _, c := range p.Comparisons {
		if c.Baselines.Protocol != p.Own() {
			continue
		}
		if v := c.Strongest(evaluate.MacroF1Union); v != nil {
			return &versus{v, wording.VerdictModel(v)}
		}
	}
	return nil
}

// Resampled says how intervals were made.
func (p templateData) Resampled() string {
	m := p.Run.Test.Interval
	return fmt.Sprintf("%s resamples, seed %d", page.FormatCount(m.Resamples), m.Seed)
}

// definition is a metric with what it means.
type definition struct{ Title, Words string }

// Definitions are the metrics of the tables, in a line each.
func (p templateData) Definitions() []definition {
	var all []definition
	for _, d := range []struct {
		metric evaluate.Metric
		words  string
	}{
		{evaluate.RowAccuracy, "the share of rows whose label is the predicted one; a text under two labels is two rows, of which one at most is right. It is what the report calls accuracy."},
		{evaluate.MacroF1Union, "the mean F1 over the labels that are true or predicted somewhere, each with the same weight, as scikit-learn has it."},
		{evaluate.WeightedF1, "the mean F1 weighted by the labels' rows; weighted precision and recall in the same way."},
		{evaluate.AnyValid, "the share of texts whose predicted label is one of their own. It is row accuracy as a share of its ceiling."},
		{evaluate.RecallAt3, "the share of a text's labels among the three best answers, averaged over texts."},
	} {
		all = append(all, definition{d.metric.Title(), d.words})
	}
	return append(all, definition{"Ceiling", "the most that any function of the text can score on these labels."})
}

// Halfwidth is half the interval of the row accuracy, in words; empty where there is none.
func (p templateData) Halfwidth() string {
	m := p.Run.Test.Metrics[evaluate.RowAccuracy]
	if m.Low == nil || m.High == nil {
		return ""
	}
	return page.FormatScore((*m.High - *m.Low) / 2)
}

// Rare counts the labels with fewer training texts than the original calls rare.
func (p templateData) Rare() int {
	n := 0
	for _, c := range p.Errors.Imbalance.Classes {
		if c.Train < original.Errors.Few {
			n++
		}
	}
	return n
}

// FewTraining and FewTest are the original's bounds below which a class is rare.
func (p templateData) FewTraining() int { return original.Errors.Few }

func (p templateData) FewTest() int { return original.Study.FewTest }

// Watchable counts the labels with enough test rows to tell a change in their accuracy.
func (p templateData) Watchable() int {
	n := 0
	for _, c := range p.Run.Test.Classes {
		if c.Support >= original.Study.FewTest {
			n++
		}
	}
	return n
}

// Calibration is the expected calibration error of the confidence for a valid label, before and after scaling.
func (p templateData) Calibration() (c struct{ Before, After, Temperature, Fitted string }) {
	s := p.Errors.Scaling
	c.Before = page.FormatScore(s.Before.Metrics[evaluate.ValidECE].Value)
	c.After = page.FormatScore(s.After.Metrics[evaluate.ValidECE].Value)
	c.Temperature, c.Fitted = fmt.Sprintf("%.2f", s.Temperature.Value), page.FormatCount(s.FittedNotes)
	return c
}

// NotRun lists what the study has no run of.
func (p templateData) NotRun() []string {
	var all []string
	add := func(missing bool, format string, args ...any) {
		if missing {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	add(p.FullFineTuning() == nil, "full fine-tuning")
	add(!p.Rates.Any(), "a comparison of learning rates")
	add(!p.ByRows(), "the report's split of rows")
	add(!p.Grouped(), "a split that keeps texts apart")
	add(len(p.Comparisons) == 0, "baselines")
	add(!p.SameBase(), "the report's base (%s)", original.Study.Base)
	add(!strings.Contains(p.Run.Profile.Backend, "cuda"), "a GPU")
	for _, o := range slices.Concat(p.Sweep.Outcomes, p.Compared) {
		add(o.Run == nil, "%s, which failed (%s)", o.Name, o.Failed)
	}
	return all
}

// thresholdWords is a filing in words.
type thresholdWords struct {
	Threshold, Share, Right, Interval string
	Texts                             string
	Any                               bool
}

func (p templateData) filed(f experiment.ThresholdOutcome, found bool) thresholdWords {
	out := thresholdWords{Threshold: page.PlainSpaces(page.FormatPercent(f.Threshold, 1)), Any: found && f.Automatic > 0}
	if !out.Any {
		return out
	}
	right := 1 - f.ErrorRate()
	interval := evaluate.Wilson(right, float64(f.Automatic), .95)
	out.Share, out.Right, out.Texts = page.PlainSpaces(page.FormatPercent(f.Share(), 1)), page.PlainSpaces(page.FormatPercent(right, 1)), page.FormatCount(f.Automatic)
	out.Interval = page.PlainSpaces(page.Percent.String(page.Between(right, interval.Low, interval.High)))
	return out
}

// AtThreshold is what the original's threshold does here.
func (p templateData) AtThreshold() thresholdWords {
	return p.filed(p.Errors.AtThreshold(original.Study.Threshold), true)
}

// wanted is the share of right answers that Safest looks for.
const wanted = .95

// Wanted is that share.
func (p templateData) Wanted() float64 { return wanted }

// Safest is the threshold that files the most texts with the wanted share of right answers.
func (p templateData) Safest() thresholdWords { return p.filed(p.Errors.BestThreshold(wanted)) }

// effect finds a pattern's effect over texts, in words.
func (p templateData) effect(pattern *erroranalysis.Pattern, key erroranalysis.FindingKey) (f *erroranalysis.Finding, words string) {
	f = pattern.Finding(erroranalysis.ValidReading, key)
	if f == nil || f.Value == nil {
		return nil, ""
	}
	return f, page.PlainSpaces(page.Metric.String(wording.Estimate(f.Estimate)))
}
