package erroranalysis

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Outcome is whether the prediction of a text is right in the any-valid reading.
type Outcome string

// The outcomes of a [Query].
const (
	AnyOutcome Outcome = ""
	Right      Outcome = "right"
	Wrong      Outcome = "wrong"
)

// Query selects cases. The zero value selects all.
type Query struct {
	Gold      string // one of the labels that the prediction is compared with; empty for any
	Predicted string // the predicted label; empty for any
	// Slice holds further conditions, all of which a case must meet.
	Slice []Condition
	// MinConfidence and MaxConfidence bound the confidence in the predicted label, both included; a MaxConfidence of 0 stands for 1.
	MinConfidence, MaxConfidence float64
	Outcome                      Outcome
}

// Selection is the result of a query.
type Selection struct {
	// Cases are ordered by confidence, highest first, and by id.
	Cases []Case
	// Of is the number of all cases, Wrong the number of the selected ones that are misread in the any-valid reading.
	Of    int
	Wrong int
	// Words is the query and the number of cases in words.
	Words string
}

// Filter selects cases. It fails for an unknown label, field or value, naming the nearest, and for an empty range of confidences; a query
// that no case meets is not an error. Its time is linear in the number of cases.
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
		// A float32 softmax can exceed 1 by rounding.
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

// describe returns Selection.Words.
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
	query := ""
	if len(words) > 0 {
		query = " " + list(words)
	}
	if len(s.Cases) == 0 {
		return fmt.Sprintf("None of the %s: %s.", textCount(s.Of), strings.TrimSpace(query))
	}
	return fmt.Sprintf("%d of %s%s; %d misread.", len(s.Cases), textCount(s.Of), query, s.Wrong)
}

func percent(x float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", math.Round(1000*x)/10), ".0")
}
