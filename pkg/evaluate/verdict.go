package evaluate

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Outcome is the outcome of a comparison in one metric.
type Outcome string

// The outcomes of a comparison.
const (
	// Above says that the model's value is significantly higher than the reference's, Below that it is significantly lower; see
	// [Metric.LowerIsBetter] for which is better.
	Above Outcome = "above"
	Below Outcome = "below"
	// NotSignificant says that no significant difference was found, which does not mean that the two are equal.
	NotSignificant Outcome = "not_significant"
	// Undecided says that there is no p-value.
	Undecided Outcome = "undecided"
)

// Verdict is the comparison of a model with a reference in one metric, in numbers and in words.
type Verdict struct {
	Metric    Metric `json:"metric"`
	Model     string `json:"model"`
	Reference string `json:"reference"`
	// Difference has the reference as A and the model as B: it is the model's value minus the reference's, with its interval.
	Difference
	// Adjusted is the p-value after Holm's correction over Comparisons models; nil where there is none, with the difference's Reason.
	Adjusted    *float64 `json:"adjusted_p_value"`
	Comparisons int      `json:"comparisons"`
	// Level is the significance level: the outcome is significant where Adjusted is at most that.
	Level         float64 `json:"level"`
	Outcome       Outcome `json:"outcome"`
	LowerIsBetter bool    `json:"lower_is_better,omitempty"`
	// Better says that the model is significantly better than the reference, Worse that it is significantly worse.
	Better bool `json:"better,omitempty"`
	Worse  bool `json:"worse,omitempty"`
	// Words is the verdict as a sentence without its full stop.
	Words string `json:"words"`
}

// decide sets the outcome and its words from the difference and the adjusted p-value.
func (v *Verdict) decide() {
	title := v.Metric.Title()
	if v.LowerIsBetter {
		title += " (lower is better)"
	}
	after := ""
	if v.Comparisons > 1 {
		after = fmt.Sprintf(" after Holm over %d comparisons", v.Comparisons)
	}
	if v.Adjusted == nil {
		v.Outcome = Undecided
		v.Words = fmt.Sprintf("%s and %s cannot be told apart in %s: %s", v.Model, v.Reference, title, v.Reason)
		return
	}
	d, low, high := v.Difference.Difference, *v.Low, *v.High
	level := strconv.FormatFloat(math.Round(1e4*v.Level)/100, 'f', -1, 64)
	if *v.Adjusted > v.Level || d == 0 {
		v.Outcome = NotSignificant
		v.Words = fmt.Sprintf("%s and %s do not differ significantly in %s (difference %s, %s to %s), at %s %%%s",
			v.Model, v.Reference, title, decimal(d), decimal(low), decimal(high), level, after)
		return
	}
	v.Outcome = Above
	if d < 0 {
		v.Outcome = Below
		low, high = -high, -low
	}
	v.Better = (d < 0) == v.LowerIsBetter
	v.Worse = !v.Better
	v.Words = fmt.Sprintf("%s is %s %s in %s by %s (%s to %s), significant at %s %%%s",
		v.Model, v.Outcome, v.Reference, title, decimal(math.Abs(d)), decimal(low), decimal(high), level, after)
}

// decimal formats a number as tables do: three decimals, no zero before the point, a minus sign (U+2212).
func decimal(x float64) string {
	s := strings.TrimPrefix(strconv.FormatFloat(math.Abs(x), 'f', 3, 64), "0")
	if x < 0 && strings.Trim(s, "0.") != "" {
		return "−" + s
	}
	return s
}
