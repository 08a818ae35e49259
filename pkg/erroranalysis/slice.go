package erroranalysis

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
)

// Slice is the test texts that meet some conditions, compared with the rest.
type Slice struct {
	Conditions []Condition `json:"conditions"` // all of them hold
	Words      string      `json:"words"`
	Texts      int         `json:"texts"`
	Row        Contrast    `json:"row"`
	Valid      Contrast    `json:"any_valid"`
	// Reason is not empty if there are no rates: too few texts in the slice or in the rest.
	Reason string `json:"reason,omitempty"`
}

// Of returns the contrast in one reading.
func (s *Slice) Of(r Reading) *Contrast {
	if r == RowReading {
		return &s.Row
	}
	return &s.Valid
}

// Contrast compares a slice's error rate with that of the other texts.
type Contrast struct {
	Inside Rate `json:"inside"`
	Rest   Rate `json:"rest"`
	// Excess is the rate inside minus that of the rest, with Newcombe's interval.
	Excess Estimate `json:"excess"`
	// PValue is one-sided, with the null hypothesis that the rate inside is not higher: the pooled two-proportion z-test with the
	// effective sample sizes of [Rate].
	PValue *float64 `json:"p_value"`
}

// contrast compares the error rates of a slice and of the rest, neither without texts.
func contrast(inside, rest sums, level float64) Contrast {
	c := Contrast{Inside: inside.rate(level, "no texts"), Rest: rest.rate(level, "no texts")}
	a, n := inside.share(), inside.size()
	b, m := rest.share(), rest.size()
	excess := a - b
	interval := evaluate.WilsonDifference(a, n, b, m, level)
	c.Excess = Estimate{Value: &excess, Low: &interval.Low, High: &interval.High}
	pooled := (a*n + b*m) / (n + m)
	p := 1.0
	if variance := pooled * (1 - pooled) * (1/n + 1/m); variance > 0 {
		p = distuv.UnitNormal.Survival(excess / math.Sqrt(variance))
	}
	c.PValue = &p
	return c
}

// Slice returns the slice of the texts that meet all conditions. It fails, naming the nearest, for an unknown field or value, and without
// conditions, and if no text or every text meets them.
func (a *Analysis) Slice(conditions ...Condition) (Slice, error) {
	if len(conditions) == 0 {
		return Slice{}, fmt.Errorf("erroranalysis: a slice needs a condition")
	}
	if err := a.check(conditions); err != nil {
		return Slice{}, fmt.Errorf("erroranalysis: %w", err)
	}
	s := a.slice(conditions, 1)
	if s.Reason != "" {
		return Slice{}, fmt.Errorf("erroranalysis: %s: %s", s.Words, s.Reason)
	}
	return s, nil
}

// check returns an error for an unknown field, and for a value that no text has and that is not a label.
func (a *Analysis) check(conditions []Condition) error {
	for _, c := range conditions {
		values, err := a.Values(c.Field)
		if err != nil {
			return unknown("field", string(c.Field), fieldNames())
		}
		names := make([]string, len(values))
		found := false
		for i, v := range values {
			names[i] = v.Value
			found = found || v.Value == c.Value
		}
		switch {
		case found:
		case c.Field == FieldGold || c.Field == FieldPredicted:
			return unknown("label", c.Value, names)
		default:
			return unknown("value of "+string(c.Field), c.Value, names)
		}
	}
	return nil
}

// slice computes a slice, whose rates need at least support texts in it and in the rest.
func (a *Analysis) slice(conditions []Condition, support int) Slice {
	s := Slice{Conditions: conditions, Words: phrase(conditions)}
	var inside, rest [2]sums
	for i := range a.Cases {
		one := &a.Cases[i]
		into := &inside
		for _, c := range conditions {
			if !c.met(one) {
				into = &rest
			}
		}
		for k, r := range Readings() {
			into[k].add(one.outcome(r))
		}
	}
	s.Texts = int(inside[0].texts)
	switch others := int(rest[0].texts); {
	case s.Texts == 0:
		s.Reason = "no test text is in this slice"
	case others == 0:
		s.Reason = "every test text is in this slice, so there is nothing to compare it with"
	case s.Texts < support:
		s.Reason = fmt.Sprintf("%s, fewer than the %d that a rate is given for", textCount(s.Texts), support)
	case others < support:
		s.Reason = fmt.Sprintf("all test texts but %d are in this slice: fewer than %d to compare it with", others, support)
	default:
		s.Row = contrast(inside[0], rest[0], a.Interval.Level)
		s.Valid = contrast(inside[1], rest[1], a.Interval.Level)
		return s
	}
	for _, r := range Readings() {
		c := s.Of(r)
		c.Inside.Reason, c.Rest.Reason, c.Excess.Reason = s.Reason, s.Reason, s.Reason
	}
	return s
}

// slices returns the slice of each value of each field; of sections and years only values with the support.
func (a *Analysis) slices(support int) []Slice {
	var out []Slice
	for i := range fields {
		for _, v := range a.values(&fields[i]) {
			if fields[i].open && v.Texts < support {
				continue
			}
			out = append(out, a.slice([]Condition{{fields[i].field, v.Value}}, support))
		}
	}
	return out
}

// outcome is the case's contribution to the error rate in a reading.
func (c *Case) outcome(r Reading) outcome {
	switch {
	case r == RowReading:
		rows := float64(len(c.Gold))
		return outcome{math.Round(rows * (1 - c.RowAccuracy)), rows}
	case c.Valid:
		return outcome{0, 1}
	default:
		return outcome{1, 1}
	}
}

func textCount(n int) string {
	if n == 1 {
		return "1 text"
	}
	return fmt.Sprintf("%d texts", n)
}
