package erroranalysis

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/original"
)

// LongTokens is the length, in tokens, above which the original study counts a note as long: the maximum length of its encoder.
var LongTokens = original.Study.MaxLength

// Length is the first pattern: longer notes are misread more often.
type Length struct {
	Pattern
	// Quarters are the test texts by length in characters, the shortest first, with the bounds between them.
	Quarters []Rates   `json:"quarters"`
	Bounds   []float64 `json:"bounds"`
	// Truncated and Whole are the texts that the model read in part and in full, Long and Short those over LongTokens tokens and the
	// others; the last two are empty for a model that counts no tokens.
	Truncated Rates `json:"truncated"`
	Whole     Rates `json:"whole"`
	Long      Rates `json:"long"`
	Short     Rates `json:"short"`
}

func (d *data) length(l *Length, e *estimator, bounds []float64) {
	l.Pattern = Pattern{Key: LengthPattern, Title: "Length", Claim: "Misread notes are longer than right ones, and notes beyond the model's length are misread more often."}
	l.Bounds = bounds
	for q := 1; q <= 4; q++ {
		l.Quarters = append(l.Quarters, d.rates(d.where(func(i int) bool { return d.cases[i].LengthQuarter == q }), "no text is of this length"))
	}
	tokens := false
	for _, c := range d.cases {
		tokens = tokens || c.Tokens > 0
	}
	truncated := func(i int) bool { return d.cases[i].Truncated }
	long := func(i int) bool { return d.cases[i].Tokens > LongTokens }
	l.Truncated = d.rates(d.where(truncated), "no text was truncated")
	l.Whole = d.rates(d.where(func(i int) bool { return !truncated(i) }), "every text was truncated")
	if tokens {
		l.Long = d.rates(d.where(long), fmt.Sprintf("no text has more than %d tokens", LongTokens))
		l.Short = d.rates(d.where(func(i int) bool { return !long(i) }), fmt.Sprintf("every text has more than %d tokens", LongTokens))
	} else {
		const none = "the model counts no tokens"
		l.Long, l.Short = d.rates(nil, none), d.rates(nil, none)
	}
	for _, r := range Readings() {
		d.lengthClaims(l, e, r, tokens)
	}
}

func (d *data) lengthClaims(l *Length, e *estimator, r Reading, tokens bool) {
	outcomes := make([]outcome, len(d.texts))
	wrong := false
	for i := range d.texts {
		outcomes[i] = d.texts[i].outcome(r)
		wrong = wrong || outcomes[i].wrong > 0
	}
	unit := r.unit()
	ones := make([]int32, len(d.texts))
	for i := range ones {
		ones[i] = 1
	}
	none := "every one of the " + unit + " is misread"
	if !wrong {
		none = "none of the " + unit + " is misread"
	}

	longer := func(key FindingKey, what string, length func(c *Case) int) {
		means := func(weights []int32) (misread, correct float64) {
			var m, c, ms, cs float64
			for i, w := range weights {
				o, n := outcomes[i], float64(length(&d.cases[i]))
				bad, good := float64(w)*o.wrong, float64(w)*(o.total-o.wrong)
				m, ms, c, cs = m+bad, ms+bad*n, c+good, cs+good*n
			}
			return ms / m, cs / c
		}
		misread, correct := means(ones)
		f := l.ratio(r, key, fmt.Sprintf("misread %s have more %s than right ones", unit, what), "ratio of the means",
			Side{"mean of the misread", finite(misread)}, Side{"of the right", finite(correct)})
		e.add(&f.Estimate, none, func(weights []int32) float64 {
			misread, correct := means(weights)
			return misread / correct
		})
	}
	longer(CharactersFinding, "characters", func(c *Case) int { return c.Characters })
	if tokens {
		longer(TokensFinding, "tokens", func(c *Case) int { return c.Tokens })
	}

	more := func(key FindingKey, claim string, group, rest Rate, in func(i int) bool, none string) {
		f := l.ratio(r, key, claim, "ratio of the error rates", Side{"error rate of these", group.Value}, Side{"of the others", rest.Value})
		if group.Value != nil && rest.Value != nil {
			none = "none of the others is misread"
		}
		e.add(&f.Estimate, none, func(weights []int32) float64 {
			var a, b outcome
			for i, w := range weights {
				o := &b
				if in(i) {
					o = &a
				}
				o.wrong += float64(w) * outcomes[i].wrong
				o.total += float64(w) * outcomes[i].total
			}
			return (a.wrong / a.total) / (b.wrong / b.total)
		})
	}
	of := "" // texts, or their rows
	if r == RowReading {
		of = "rows of "
	}
	more(TruncatedFinding, of+"truncated texts are misread more often", l.Truncated.Of(r), l.Whole.Of(r),
		func(i int) bool { return d.cases[i].Truncated }, firstReason(l.Truncated.Of(r), l.Whole.Of(r)))
	more(LongFinding, fmt.Sprintf("%stexts over %d tokens are misread more often", of, LongTokens), l.Long.Of(r), l.Short.Of(r),
		func(i int) bool { return d.cases[i].Tokens > LongTokens }, firstReason(l.Long.Of(r), l.Short.Of(r)))
}

// firstReason returns the first reason among the rates, empty if there is none.
func firstReason(rates ...Rate) string {
	for _, r := range rates {
		if r.Reason != "" {
			return r.Reason
		}
	}
	return ""
}
