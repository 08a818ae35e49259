package erroranalysis

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Outcome is whether a text is right in the any-valid reading.
type Outcome string

// The outcomes that a [Query] can ask for.
const (
	AnyOutcome Outcome = ""
	Right      Outcome = "right"
	Wrong      Outcome = "wrong"
)

// Query says which cases to pick. The zero value picks all.
type Query struct {
	Gold      string // one of the labels that the prediction is held against; empty for any
	Predicted string // the predicted label; empty for any
	// Slice holds further conditions, all of which must hold.
	Slice []Condition
	// MinConfidence and MaxConfidence bound the confidence in the predicted label, both included; a MaxConfidence of 0 stands for 1.
	MinConfidence, MaxConfidence float64
	Outcome                      Outcome
}

// Selection is what a query picked: the least certain last, of equal confidence by id.
type Selection struct {
	Cases []Case
	// Of is how many there are to pick from, Wrong how many of those picked are misread in the any-valid reading.
	Of    int
	Wrong int
	// Words says what was asked and how many there are: also where there are none.
	Words string
}

// Filter picks cases. It refuses an unknown label, field or value, naming the nearest, and a range that is none; a query that nothing meets
// is not an error. It takes time in proportion to the number of cases.
func (a *Analysis) Filter(q Query) (Selection, error) {
	conditions := slices.Clone(q.Slice)
	for _, c := range []Condition{{FieldPredicted, q.Predicted}, {FieldGold, q.Gold}} {
		if c.Value != "" {
			conditions = slices.Insert(conditions, 0, c)
		}
	}
	if q.MaxConfidence == 0 {
		q.MaxConfidence = 1
	}
	if err := a.check(conditions); err != nil {
		return Selection{}, fmt.Errorf("erroranalysis: %w", err)
	}
	if !(0 <= q.MinConfidence && q.MinConfidence <= q.MaxConfidence && q.MaxConfidence <= 1) {
		return Selection{}, fmt.Errorf("erroranalysis: confidence from %v to %v is not a range between 0 and 1", q.MinConfidence, q.MaxConfidence)
	}
	if !slices.Contains([]Outcome{AnyOutcome, Right, Wrong}, q.Outcome) {
		return Selection{}, fmt.Errorf("erroranalysis: %w", unknown("outcome", string(q.Outcome), []string{string(Right), string(Wrong)}))
	}
	s := Selection{Of: len(a.Cases)}
	for i := range a.Cases {
		c := &a.Cases[i]
		// Float32 softmaxes can exceed 1 by a rounding.
		confidence := min(c.Confidence, 1)
		if confidence < q.MinConfidence || confidence > q.MaxConfidence || q.Outcome == Right && !c.Valid || q.Outcome == Wrong && c.Valid {
			continue
		}
		if slices.ContainsFunc(conditions, func(k Condition) bool { return !k.met(c) }) {
			continue
		}
		s.Cases = append(s.Cases, *c)
		if !c.Valid {
			s.Wrong++
		}
	}
	slices.SortStableFunc(s.Cases, func(x, y Case) int { return cmp.Compare(y.Confidence, x.Confidence) })
	s.Words = a.describe(q, conditions, s)
	return s, nil
}

func (a *Analysis) describe(q Query, conditions []Condition, s Selection) string {
	var words []string
	for _, c := range conditions {
		words = append(words, c.String())
	}
	if q.MinConfidence > 0 || q.MaxConfidence < 1 {
		words = append(words, fmt.Sprintf("with a confidence from %s %% to %s %%", percent(q.MinConfidence), percent(q.MaxConfidence)))
	}
	switch q.Outcome {
	case Right:
		words = append(words, "read as one of their labels")
	case Wrong:
		words = append(words, "misread")
	case AnyOutcome:
	}
	asked := ""
	if len(words) > 0 {
		asked = " " + list(words)
	}
	if len(s.Cases) == 0 {
		return fmt.Sprintf("None of the %s: %s.", textCount(s.Of), strings.TrimSpace(asked))
	}
	return fmt.Sprintf("%d of %s%s; %d misread.", len(s.Cases), textCount(s.Of), asked, s.Wrong)
}

func percent(x float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", math.Round(1000*x)/10), ".0")
}
