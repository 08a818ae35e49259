package study

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/page"
)

//go:embed discussion/*.md.tmpl
var discussionFiles embed.FS

var discussionTemplates = template.Must(template.New("discussion").Funcs(template.FuncMap{
	"number": number, "upper": upper, "millions": millions,
	"share": func(x float64) string { return plainText(percentage(x)) },
	"whole": func(x float64) string { return plainText(whole(x)) },
	"exact": func(x float64) string { return plainText(sharply(x)) },
	"score": three,
	"plain": plainly, "list": list,
}).ParseFS(discussionFiles, "discussion/*.md.tmpl"))

// prose is what the sections in words are filled from.
type prose struct {
	*Study
	Run *Run // the study's model
}

// write fills a section's template. The text is Markdown without a heading.
func (s *Study) write(section string) (string, error) {
	var b strings.Builder
	err := discussionTemplates.ExecuteTemplate(&b, section+".md.tmpl", prose{s, s.Sweep.Chosen()})
	return strings.TrimSpace(b.String()) + "\n", err
}

// Lead is what the page opens with.
func (s *Study) Lead() (string, error) { return s.write("lead") }

// Abstract is what came out, in a list.
func (s *Study) Abstract() (string, error) { return s.write("abstract") }

// Method is what was trained, how, and what the metrics mean.
func (s *Study) Method() (string, error) { return s.write("method") }

// Limitations is what this run does not show, from its own facts.
func (s *Study) Limitations() (string, error) { return s.write("limitations") }

// Improvements is what the report proposes, and what this run suggests. ImprovementTable belongs below it.
func (s *Study) Improvements() (string, error) { return s.write("improvements") }

// Deployment is what it takes to use the model, beside the report's considerations.
func (s *Study) Deployment() (string, error) { return s.write("deployment") }

// list writes names one after the other.
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// plainText takes the no-break spaces out of what a table would show.
func plainText(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }

// Score is a test metric of a run with its interval.
func (p prose) Score(r *Run, m evaluate.Metric) string {
	return plainText(page.Metric.String(value(r.Test.Metrics[m])))
}

// Percent is a test metric of a run as per cent, with its interval.
func (p prose) Percent(r *Run, m evaluate.Metric) string {
	return plainText(page.Percent.String(value(r.Test.Metrics[m])))
}

// ReportedTest is a reported test score.
func (p prose) ReportedTest(m evaluate.Metric) float64 { return reported.Test[m] }

// What the templates name.

func (p prose) Reported() any      { return reported }
func (p prose) Synthetic() bool    { return p.Run.Corpus.Synthetic }
func (p prose) Base() string       { return p.Run.baseName() }
func (p prose) SameBase() bool     { return p.Run.reportedBase() }
func (p prose) Encoder() int       { return p.Run.encoder() }
func (p prose) Precision() string  { return p.Run.Profile.precision() }
func (p prose) Trains() string     { return p.Run.Profile.trains() }
func (p prose) MethodName() string { return p.Run.Profile.methodName() }
func (p prose) Selected() string   { return p.Sweep.Outcomes[p.Sweep.Best].Name }
func (p prose) LoRA() bool         { return p.Run.Profile.Train.Method == methodLoRA }
func (p prose) Own() string        { return p.Run.Corpus.Protocol }
func (p prose) PerText() string {
	return fmt.Sprintf("%.2f", float64(p.Audit.RowsKept)/float64(p.Audit.Texts))
}

// Row is the run under protocol row, where that is not the profile's own.
func (p prose) Row() *Run {
	if p.Own() == corpus.ProtocolRow {
		return nil
	}
	return p.under(corpus.ProtocolRow).run
}

// Grouped says whether the study's model was tested under protocol group.
func (p prose) Grouped() bool { return p.under(corpus.ProtocolGroup).run != nil }

// ByRows says whether it was tested under protocol row.
func (p prose) ByRows() bool { return p.under(corpus.ProtocolRow).run != nil }

// Differences are what stands between the reported numbers and this run's.
func (p prose) Differences() []string {
	var all []string
	for _, d := range p.differences() {
		all = append(all, d.words)
	}
	return all
}

// Bounded says whether the ceiling takes more of the row accuracy than the model leaves below it.
func (p prose) Bounded() bool {
	m := p.Run.Test.Metrics[evaluate.RowAccuracy]
	return 1-m.Ceiling > m.Ceiling-m.Value
}

// Versus is the study's model beside the strongest baseline in macro-F1, under the profile's own protocol; nil without baselines.
func (p prose) Versus() *evaluate.Verdict {
	for _, c := range p.Comparisons {
		if c.Rivals.Protocol == p.Own() {
			return c.strongest(evaluate.MacroF1Union)
		}
	}
	return nil
}

// Resampled says how intervals were made.
func (p prose) Resampled() string {
	m := p.Run.Test.Interval
	return fmt.Sprintf("%s resamples, seed %d", number(m.Resamples), m.Seed)
}

// definition is a metric with what it means.
type definition struct{ Title, Words string }

// Definitions are the metrics of the tables, in a line each.
func (p prose) Definitions() []definition {
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

// Cut is the share of the test texts that the model does not see whole.
func (p prose) Cut() float64 {
	cut := 0
	for _, c := range p.Errors.Cases {
		if c.Truncated {
			cut++
		}
	}
	return portion(cut, len(p.Errors.Cases))
}

// Halfwidth is half the interval of the row accuracy, in words; empty where there is none.
func (p prose) Halfwidth() string {
	m := p.Run.Test.Metrics[evaluate.RowAccuracy]
	if m.Low == nil || m.High == nil {
		return ""
	}
	return three((*m.High - *m.Low) / 2)
}

// Rare counts the labels with fewer training texts than the report calls rare.
func (p prose) Rare() int {
	n := 0
	for _, c := range p.Errors.Imbalance.Classes {
		if c.Train < reportedErrors.Few {
			n++
		}
	}
	return n
}

// FewTraining and FewTest are the report's bounds below which a class is rare.
func (p prose) FewTraining() int { return reportedErrors.Few }
func (p prose) FewTest() int     { return reported.FewTest }

// Watchable counts the labels with enough test rows to tell a change in their accuracy.
func (p prose) Watchable() int {
	n := 0
	for _, c := range p.Run.Test.Classes {
		if c.Support >= reported.FewTest {
			n++
		}
	}
	return n
}

// Calibration is the expected calibration error of the confidence for a valid label, before and after scaling.
func (p prose) Calibration() (c struct{ Before, After, Temperature, Fitted string }) {
	s := p.Errors.Scaling
	c.Before = three(s.Before.Metrics[evaluate.ValidECE].Value)
	c.After = three(s.After.Metrics[evaluate.ValidECE].Value)
	c.Temperature, c.Fitted = fmt.Sprintf("%.2f", s.Temperature.Value), number(s.FittedNotes)
	return c
}

// NotRun lists what the study has no run of.
func (p prose) NotRun() []string {
	var all []string
	add := func(missing bool, format string, args ...any) {
		if missing {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	add(p.full() == nil, "full fine-tuning")
	add(!p.Rates.Any(), "a comparison of learning rates")
	add(!p.ByRows(), "the report's split of rows")
	add(!p.Grouped(), "a split that keeps texts apart")
	add(len(p.Comparisons) == 0, "baselines")
	add(!p.SameBase(), "the report's base (%s)", reported.Base)
	add(!strings.Contains(p.Run.Profile.Backend, "cuda"), "a GPU")
	for _, o := range slices.Concat(p.Sweep.Outcomes, p.Compared) {
		add(o.Run == nil, "%s, which failed (%s)", o.Name, o.Failed)
	}
	return all
}

// filedWords is a filing in words.
type filedWords struct {
	Threshold, Share, Right, Interval string
	Texts                             string
	Any                               bool
}

func (p prose) filed(f filing, found bool) filedWords {
	out := filedWords{Threshold: plainText(percentage(f.Threshold)), Any: found && f.Automatic > 0}
	if !out.Any {
		return out
	}
	right := 1 - f.risk()
	interval := evaluate.Wilson(right, float64(f.Automatic), .95)
	out.Share, out.Right, out.Texts = plainText(percentage(f.share())), plainText(percentage(right)), number(f.Automatic)
	out.Interval = plainText(page.Percent.String(page.Between(right, interval.Low, interval.High)))
	return out
}

// AtThreshold is what the report's threshold does here.
func (p prose) AtThreshold() filedWords { return p.filed(p.Errors.filed(reported.Threshold), true) }

// wanted is the share of right answers that Safest looks for.
const wanted = .95

// Wanted is that share.
func (p prose) Wanted() float64 { return wanted }

// Safest is the threshold that files the most texts with the wanted share of right answers.
func (p prose) Safest() filedWords { return p.filed(p.Errors.safest(wanted)) }

// effect finds a pattern's effect over texts, in words.
func (p prose) effect(pattern *erroranalysis.Pattern, name string) (f *erroranalysis.Finding, words string) {
	f = finding(pattern, erroranalysis.ValidReading, name)
	if f == nil || f.Value == nil {
		return nil, ""
	}
	return f, plainText(page.Metric.String(estimate(f.Estimate)))
}
