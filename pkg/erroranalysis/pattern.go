package erroranalysis

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Verdict says whether a claim or a pattern holds; see [Rule].
type Verdict string

// The verdicts.
const (
	Holds       Verdict = "holds"
	DoesNotHold Verdict = "does not hold"
	Undecided   Verdict = "undecided"
)

// The smallest effects for which a claim may hold; see [Rule].
const (
	smallestRatio       = 1.1
	smallestCorrelation = -0.1
)

// Rule says in words when a claim and a pattern hold.
const Rule = "A claim is an effect with a 95 % interval (or the level asked for). It does not hold where the whole interval falls short of the " +
	"smallest effect that counts: a ratio of 1.1, a correlation of −.1. Else it holds where the whole interval lies beyond no effect (1, or 0), " +
	"and is undecided where the interval contains that. A pattern holds where all of its claims that can be tested hold, does not hold where one " +
	"of them does not, and is undecided otherwise."

// Pattern is one of the study's error patterns with its verdict in both readings.
type Pattern struct {
	Key   PatternKey `json:"name"`
	Title string     `json:"title"`
	// Claim is what the study says, in words.
	Claim string        `json:"claim"`
	Row   PatternResult `json:"row"`
	Valid PatternResult `json:"any_valid"`
}

// PatternResult is the verdict on a pattern in one reading, from its claims.
type PatternResult struct {
	Verdict  Verdict    `json:"verdict"`
	Words    string     `json:"words"`
	Findings []*Finding `json:"findings"`
}

// Finding is the test of one claim: the effect with its interval and verdict.
type Finding struct {
	Key   FindingKey `json:"name"`
	Claim string     `json:"claim"`
	// Effect says in words what the value is.
	Effect string `json:"effect"`
	Estimate
	// Sides are the quantities that the effect compares.
	Sides []Side `json:"sides,omitempty"`
	// None is the value of no effect, Smallest the smallest effect, on the claimed side of None, for which the claim may hold.
	None     float64 `json:"none"`
	Smallest float64 `json:"smallest"`
	Verdict  Verdict `json:"verdict"`
	Words    string  `json:"words"`
}

// Side is one of the quantities that an effect compares.
type Side struct {
	Name  string   `json:"name"`
	Value *float64 `json:"value"` // nil if it is undefined
}

// Of returns the judgement in one reading.
func (p *Pattern) Of(r Reading) *PatternResult {
	if r == RowReading {
		return &p.Row
	}
	return &p.Valid
}

// Finding returns a finding in one reading by its key, nil if the pattern has none of that key.
func (p *Pattern) Finding(r Reading, key FindingKey) *Finding {
	for _, f := range p.Of(r).Findings {
		if f.Key == key {
			return f
		}
	}
	return nil
}

// ratio adds the finding of a claim that a ratio is above 1. Its estimate is still to be set.
func (p *Pattern) ratio(r Reading, key FindingKey, claim, effect string, sides ...Side) *Finding {
	f := &Finding{Key: key, Claim: claim, Effect: effect, Sides: sides, None: 1, Smallest: smallestRatio}
	j := p.Of(r)
	j.Findings = append(j.Findings, f)
	return f
}

// correlation adds the finding of a claim that a correlation is below 0. Its estimate is still to be set.
func (p *Pattern) correlation(r Reading, key FindingKey, claim, effect string) *Finding {
	f := p.ratio(r, key, claim, effect)
	f.None, f.Smallest = 0, smallestCorrelation
	return f
}

// decide sets the verdicts in both readings from the estimates.
func (p *Pattern) decide() {
	for _, r := range Readings() {
		j := p.Of(r)
		tested := map[Verdict]int{}
		var words []string
		for _, f := range j.Findings {
			f.decide()
			words = append(words, f.Words)
			if f.Value != nil {
				tested[f.Verdict]++
			}
		}
		switch {
		case tested[DoesNotHold] > 0:
			j.Verdict = DoesNotHold
		case tested[Holds] > 0 && tested[Undecided] == 0:
			j.Verdict = Holds
		default:
			j.Verdict = Undecided
		}
		j.Words = strings.Join(words, "; ")
	}
}

// decide sets the verdict and its words from the estimate.
func (f *Finding) decide() {
	f.Verdict = Undecided
	if f.Low != nil {
		sign := 1.0
		low, high := *f.Low, *f.High
		if f.Smallest < f.None {
			sign, low, high = -1, -high, -low
		}
		switch {
		case high < sign*f.Smallest:
			f.Verdict = DoesNotHold
		case low > sign*f.None:
			f.Verdict = Holds
		}
	}
	f.Words = f.Claim + ": " + string(f.Verdict)
	if f.Value == nil {
		f.Words += ", as " + f.Reason
		return
	}
	var parts []string
	for _, s := range f.Sides {
		if s.Value != nil {
			parts = append(parts, s.Name+" "+number(*s.Value))
		}
	}
	effect := f.Effect + " " + number(*f.Value)
	if f.Low != nil {
		effect += fmt.Sprintf(", %s to %s", number(*f.Low), number(*f.High))
	} else {
		effect += ", no interval: " + f.Reason
	}
	f.Words += " (" + strings.Join(append(parts, effect), "; ") + ")"
}

// number formats a number for words: from 100 on without decimals and with thousands separators, else with two decimals, below .1 with
// three, with a minus sign (U+2212).
func number(x float64) string {
	s := strconv.FormatFloat(math.Abs(x), 'f', 2, 64)
	switch {
	case math.Abs(x) < .1:
		s = strconv.FormatFloat(math.Abs(x), 'f', 3, 64)
	case math.Abs(x) >= 100:
		s = strconv.FormatFloat(math.Abs(x), 'f', 0, 64)
		for i := len(s) - 3; i > 0; i -= 3 {
			s = s[:i] + "," + s[i:]
		}
	}
	s = strings.TrimPrefix(s, "0")
	if x < 0 && strings.Trim(s, "0.") != "" {
		return "−" + s
	}
	return s
}

// finite returns a pointer to a number, nil if it is not finite.
func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}
