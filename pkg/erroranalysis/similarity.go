package erroranalysis

import (
	"cmp"
	"math"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/original"
)

// LabelPair is a confusion: texts with the label Gold that are predicted as Predicted.
type LabelPair struct {
	Gold      string `json:"gold"`
	Predicted string `json:"predicted"`
}

// DefaultPairs returns the confusions that the original study names, those of its worked examples included. A label may be named by its
// beginning.
func DefaultPairs() []LabelPair {
	var pairs []LabelPair
	for _, c := range original.Errors.Confusions {
		pairs = append(pairs, LabelPair(c.Pair))
	}
	return pairs
}

// Similarity is the second pattern: similar labels are confused.
type Similarity struct {
	Pattern
	// Pairs are the confusions that occur, counted over texts, the most frequent first.
	Pairs []Pair `json:"pairs"`
	// Reported are the confusions of [Options.Pairs].
	Reported []ReportedPair `json:"reported"`
	// WrongRows is the number of wrong rows, CoFiled that of those whose predicted label is another label of the same text.
	WrongRows int `json:"wrong_rows"`
	CoFiled   int `json:"co_filed_rows"`
	// The concentration of the errors on labels that training texts have together: the similarity of two labels is the share of the
	// training texts with the right one that also have the predicted one.
	RowConcentration   Concentration `json:"row_concentration"`
	ValidConcentration Concentration `json:"any_valid_concentration"`
}

// Pair is one confusion, counted over texts: a text counts for each of its gold labels.
type Pair struct {
	LabelPair
	// Texts is the number of texts with the label Gold that are predicted as Predicted, Valid of those that have the label Predicted
	// too, Misread of the others.
	Texts   int `json:"texts"`
	Valid   int `json:"valid"`
	Misread int `json:"misread"`
	// Of is the number of test texts with the label Gold; Share is Texts / Of, with Wilson's interval.
	Of    int      `json:"of"`
	Share Estimate `json:"share"`
	// Together is the number of training texts with both labels, TogetherShare their share of those with Gold; nil if there are none.
	Together      int      `json:"together"`
	TogetherShare *float64 `json:"together_share"`
}

// ReportedPair is a confusion of [Options.Pairs] in this run.
type ReportedPair struct {
	Named LabelPair `json:"asked"`
	// Pair is nil, with a Reason, if a name stands for no label or for several, or if no test text has the label Gold.
	Pair *Pair `json:"pair"`
	// Rank is its rank among all pairs by Texts, MisreadRank by Misread; 0 if it does not occur.
	Rank        int `json:"rank,omitempty"`
	MisreadRank int `json:"misread_rank,omitempty"`
	// Typical is the id of the text of median length among those confused so.
	Typical string `json:"typical,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

func (d *data) similarity(s *Similarity, e *estimator, named []LabelPair) {
	s.Pattern = Pattern{Key: SimilarityPattern, Title: "Similar specialties", Claim: "Specialties that are alike are taken for one another, such as orthopedic and cardiovascular notes for surgery."}
	counts, supports := d.pairs()
	for at, n := range counts {
		if n.texts > 0 {
			s.Pairs = append(s.Pairs, d.pair(at/len(d.labels), at%len(d.labels), n, supports))
		}
	}
	slices.SortStableFunc(s.Pairs, func(a, b Pair) int { return cmp.Compare(b.Texts, a.Texts) })
	for _, p := range s.Pairs {
		s.WrongRows += p.Texts
		s.CoFiled += p.Valid
	}
	for _, pair := range named {
		s.Reported = append(s.Reported, d.reported(pair, s.Pairs, supports))
	}

	similarity := make([][]float64, len(d.labels))
	for i, row := range d.together {
		similarity[i] = make([]float64, len(d.labels))
		for j, n := range row {
			if d.trained[i] > 0 {
				similarity[i][j] = float64(n) / float64(d.trained[i])
			}
		}
	}
	s.RowConcentration = d.concentrated(&s.Pattern, e, RowReading, CoFiledFinding,
		"rows are misread as labels that are filed together with theirs in training", "times as often as chance:", "filed together in training", similarity)
	s.ValidConcentration = d.concentrated(&s.Pattern, e, ValidReading, CoFiledFinding,
		"texts are misread as labels that are filed together with theirs elsewhere in training", "times as often as chance:", "filed together in training", similarity)
}

// concentrated adds the finding of a claim that errors fall on pairs of labels of a higher similarity than by chance; similarity has the
// shape [labels][labels], by right and predicted label.
func (d *data) concentrated(p *Pattern, e *estimator, r Reading, key FindingKey, claim, effect, what string, similarity [][]float64) Concentration {
	m := d.misreadings(r)
	ones := make([]int32, len(d.texts))
	for i := range ones {
		ones[i] = 1
	}
	observed, expected := m.measure(ones, similarity)
	c := Concentration{finite(observed), finite(expected)}
	f := p.ratio(r, key, claim, effect, Side{"share " + what, c.Observed}, Side{"by chance", c.Expected})
	none := "none of the " + r.unit() + " is misread"
	if len(m.items) > 0 {
		none = "chance alone gives none of the misread " + r.unit()
	}
	e.add(&f.Estimate, none, func(weights []int32) float64 {
		observed, expected := m.measure(weights, similarity)
		return observed / expected
	})
	return c
}

type pairCount struct{ texts, valid int }

// pairs counts the confusions, at gold * labels + predicted, and the test texts of each gold label.
func (d *data) pairs() ([]pairCount, []int) {
	counts, supports := make([]pairCount, len(d.labels)*len(d.labels)), make([]int, len(d.labels))
	for _, t := range d.texts {
		for _, gold := range t.gold {
			supports[gold]++
			if gold == t.predicted {
				continue
			}
			n := &counts[gold*len(d.labels)+t.predicted]
			n.texts++
			if t.valid {
				n.valid++
			}
		}
	}
	return counts, supports
}

// pair returns one confusion.
func (d *data) pair(gold, predicted int, n pairCount, supports []int) Pair {
	p := Pair{
		LabelPair: LabelPair{d.labels[gold], d.labels[predicted]},
		Texts:     n.texts, Valid: n.valid, Misread: n.texts - n.valid, Of: supports[gold], Together: d.together[gold][predicted],
	}
	share := float64(n.texts) / float64(supports[gold])
	interval := evaluate.Wilson(share, float64(supports[gold]), d.level)
	p.Share = Estimate{Value: &share, Low: &interval.Low, High: &interval.High}
	if d.trained[gold] > 0 {
		p.TogetherShare = finite(float64(p.Together) / float64(d.trained[gold]))
	}
	return p
}

// reported looks up a confusion by the names of its labels.
func (d *data) reported(named LabelPair, pairs []Pair, supports []int) ReportedPair {
	out := ReportedPair{Named: named}
	gold, err := lookUp(named.Gold, d.labels)
	if err != nil {
		out.Reason = err.Error()
		return out
	}
	predicted, err := lookUp(named.Predicted, d.labels)
	switch {
	case err != nil:
		out.Reason = err.Error()
		return out
	case supports[gold] == 0:
		out.Reason = "no test text is filed under " + d.labels[gold]
		return out
	}
	at := slices.IndexFunc(pairs, func(p Pair) bool { return p.Gold == d.labels[gold] && p.Predicted == d.labels[predicted] })
	if at < 0 {
		p := d.pair(gold, predicted, pairCount{}, supports)
		out.Pair = &p
		return out
	}
	out.Pair, out.Rank = &pairs[at], 1
	for _, other := range pairs {
		if other.Texts > pairs[at].Texts {
			out.Rank++
		}
	}
	if pairs[at].Misread > 0 {
		out.MisreadRank = 1
		for _, other := range pairs {
			if other.Misread > pairs[at].Misread {
				out.MisreadRank++
			}
		}
	}
	out.Typical = d.cases[d.median(d.where(func(i int) bool {
		t := &d.texts[i]
		return t.predicted == predicted && slices.Contains(t.gold, gold)
	}))].ID
	return out
}

// median returns the index, of those given, of the text of median length in characters: of two the shorter one, of equal lengths the middle
// one by id.
func (d *data) median(places []int) int {
	sorted := slices.Clone(places)
	slices.SortStableFunc(sorted, func(a, b int) int { return cmp.Compare(d.cases[a].Characters, d.cases[b].Characters) })
	return sorted[int(math.Ceil(float64(len(sorted))/2))-1]
}
