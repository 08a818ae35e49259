package erroranalysis

import "github.com/specialist-nlp/specialist/pkg/evaluate"

// Reading is what counts as an error.
type Reading string

// The two readings.
const (
	// RowReading counts each (text, label) pair, an error if the label is not the predicted one.
	RowReading Reading = "row"
	// ValidReading counts each text, an error if the predicted label is none of the text's own.
	ValidReading Reading = "any_valid"
)

// Readings returns both, the row reading first.
func Readings() []Reading { return []Reading{RowReading, ValidReading} }

// unit is what the reading counts, in the plural.
func (r Reading) unit() string {
	if r == RowReading {
		return "rows"
	}
	return "texts"
}

// outcome is a contribution to an error rate: wrong of total.
type outcome struct{ wrong, total float64 }

// outcome is the text's contribution to the error rate in a reading.
func (t *text) outcome(r Reading) outcome {
	switch {
	case r == RowReading:
		return outcome{float64(len(t.gold)) - t.hit, float64(len(t.gold))}
	case t.valid:
		return outcome{0, 1}
	default:
		return outcome{1, 1}
	}
}

// Rate is an error rate: Wrong of Of, rows or texts as the reading counts. Its interval is Wilson's. As rows of one text are not
// independent, the sample size is the effective one, share x (1 - share) / variance with the variance linearised over texts, at most
// the number of rows; in the any-valid reading it is the number of texts.
type Rate struct {
	Wrong int `json:"wrong"`
	Of    int `json:"of"`
	Estimate
}

// Rates is the error rate of some test texts in both readings.
type Rates struct {
	Texts int  `json:"texts"`
	Row   Rate `json:"row"`
	Valid Rate `json:"any_valid"`
}

// Of returns the rate in one reading.
func (r Rates) Of(reading Reading) Rate {
	if reading == RowReading {
		return r.Row
	}
	return r.Valid
}

// sums holds the sums over texts from which a rate and its variance are computed.
type sums struct{ texts, wrong, total, wrong2, cross, total2 float64 }

func (s *sums) add(o outcome) {
	s.texts++
	s.wrong += o.wrong
	s.total += o.total
	s.wrong2 += o.wrong * o.wrong
	s.cross += o.wrong * o.total
	s.total2 += o.total * o.total
}

// without returns the sums over the texts that are not in part.
func (s sums) without(part sums) sums {
	return sums{s.texts - part.texts, s.wrong - part.wrong, s.total - part.total, s.wrong2 - part.wrong2, s.cross - part.cross, s.total2 - part.total2}
}

// share returns the error rate.
func (s sums) share() float64 { return s.wrong / s.total }

// size returns the effective sample size; see [Rate].
func (s sums) size() float64 {
	p := s.share()
	if p <= 0 || p >= 1 {
		return s.texts
	}
	squares := s.wrong2 - 2*p*s.cross + p*p*s.total2
	if squares <= 1e-9*s.total { // every text has the same share of wrong rows
		return s.total
	}
	return min(s.total, p*(1-p)*s.total*s.total/squares)
}

// rate returns the error rate with its interval at a confidence level; none is the reason without texts.
func (s sums) rate(level float64, none string) Rate {
	r := Rate{Wrong: int(s.wrong), Of: int(s.total)}
	if s.texts == 0 {
		r.Reason = none
		return r
	}
	share := s.share()
	interval := evaluate.Wilson(share, s.size(), level)
	r.Value, r.Low, r.High = &share, &interval.Low, &interval.High
	return r
}

// sums returns the sums over the texts at the given indices.
func (d *data) sums(r Reading, places []int) sums {
	var s sums
	for _, i := range places {
		s.add(d.texts[i].outcome(r))
	}
	return s
}

// rates returns the rates of the texts at the given indices; none is the reason without texts.
func (d *data) rates(places []int, none string) Rates {
	return Rates{
		Texts: len(places),
		Row:   d.sums(RowReading, places).rate(d.level, none),
		Valid: d.sums(ValidReading, places).rate(d.level, none),
	}
}

// where returns the indices of the texts that fit.
func (d *data) where(fits func(i int) bool) []int {
	var places []int
	for i := range d.texts {
		if fits(i) {
			places = append(places, i)
		}
	}
	return places
}
