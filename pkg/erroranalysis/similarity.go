package erroranalysis

import (
	"cmp"
	"math"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
)

// LabelPair names a confusion: texts filed under Gold and read as Predicted.
type LabelPair struct {
	Gold      string `json:"gold"`
	Predicted string `json:"predicted"`
}

// DefaultPairs returns the confusions that the study reports, those of its worked examples included. A label may be named by its beginning.
func DefaultPairs() []LabelPair {
	return []LabelPair{
		{"Orthopedic", "Surgery"},
		{"Cardiovascular", "Surgery"},
		{"Cardiovascular", "Consult"},
		{"Urology", "Surgery"},
		{"Hospice", "Consult"},
	}
}

// Similarity is the second pattern: labels that are alike are taken for one another.
type Similarity struct {
	Pattern
	// Pairs are the confusions that occur, counted over texts, the most frequent first.
	Pairs []Pair `json:"pairs"`
	// Reported are the confusions that were looked up by name.
	Reported []ReportedPair `json:"reported"`
	// WrongRows counts the wrong rows and CoFiled those of them that are no errors: the predicted label is another one that the very text is
	// filed under.
	WrongRows int `json:"wrong_rows"`
	CoFiled   int `json:"co_filed_rows"`
	// Row and Valid say how far confusions fall on labels that training texts carry together: what two labels have in common is the share
	// of the training texts under the right one that carry the predicted one too.
	RowConcentration   Concentration `json:"row_concentration"`
	ValidConcentration Concentration `json:"any_valid_concentration"`
}

// Pair is one confusion, counted over texts: a text counts for each of its gold labels.
type Pair struct {
	LabelPair
	// Texts are filed under Gold and read as Predicted. Valid are those of them that are filed under Predicted too, so that it is no error,
	// and Misread the others.
	Texts   int `json:"texts"`
	Valid   int `json:"valid"`
	Misread int `json:"misread"`
	// Of counts the test texts under Gold; Share is Texts of these, with Wilson's interval.
	Of    int      `json:"of"`
	Share Estimate `json:"share"`
	// Together counts the training texts that carry both labels, and TogetherShare is their share of those that carry Gold; nil where none
	// does.
	Together      int      `json:"together"`
	TogetherShare *float64 `json:"together_share"`
}

// ReportedPair is what this run has of a confusion that the study reports.
type ReportedPair struct {
	Asked LabelPair `json:"asked"`
	// Pair is nil, with a Reason, where a name means no label or several, or where no test text is filed so.
	Pair *Pair `json:"pair"`
	// Rank is its place among all pairs by Texts, MisreadRank by Misread; 0 where it does not occur.
	Rank        int `json:"rank,omitempty"`
	MisreadRank int `json:"misread_rank,omitempty"`
	// Typical is the id of the text of median length among those read so.
	Typical string `json:"typical,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

func (d *data) similarity(s *Similarity, e *estimator, asked []LabelPair) {
	s.Pattern = Pattern{Name: SimilarityPattern, Title: "Similar specialties", Claim: "Specialties that are alike are taken for one another, such as orthopedic and cardiovascular notes for surgery."}
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
	for _, pair := range asked {
		s.Reported = append(s.Reported, d.reported(pair, s.Pairs, supports))
	}

	common := make([][]float64, len(d.labels))
	for i, row := range d.together {
		common[i] = make([]float64, len(d.labels))
		for j, n := range row {
			if d.trained[i] > 0 {
				common[i][j] = float64(n) / float64(d.trained[i])
			}
		}
	}
	s.RowConcentration = d.concentrated(&s.Pattern, e, RowReading, CoFiledFinding,
		"rows are misread as labels that are filed together with theirs in training", "times as often as chance:", "filed together in training", common)
	s.ValidConcentration = d.concentrated(&s.Pattern, e, ValidReading, CoFiledFinding,
		"texts are misread as labels that are filed together with theirs elsewhere in training", "times as often as chance:", "filed together in training", common)
}

// concentrated adds the claim that misreadings fall on pairs with more in common than chance gives.
func (d *data) concentrated(p *Pattern, e *estimator, r Reading, key FindingKey, claim, effect, what string, common [][]float64) Concentration {
	m := d.misreadings(r)
	ones := make([]int32, len(d.texts))
	for i := range ones {
		ones[i] = 1
	}
	observed, expected := m.measure(ones, common)
	c := Concentration{finite(observed), finite(expected)}
	f := p.ratio(r, key, claim, effect, Side{"share " + what, c.Observed}, Side{"by chance", c.Expected})
	none := "none of the " + r.unit() + " is misread"
	if len(m.items) > 0 {
		none = "chance alone gives none of the misread " + r.unit()
	}
	e.add(&f.Estimate, none, func(weights []int32) float64 {
		observed, expected := m.measure(weights, common)
		return observed / expected
	})
	return c
}

type pairCount struct{ texts, valid int }

// pairs counts the confusions, gold x labels + predicted, and the test texts by gold label.
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

func (d *data) reported(asked LabelPair, pairs []Pair, supports []int) ReportedPair {
	out := ReportedPair{Asked: asked}
	gold, err := lookUp(asked.Gold, d.labels)
	if err != nil {
		out.Reason = err.Error()
		return out
	}
	predicted, err := lookUp(asked.Predicted, d.labels)
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

// median returns which of the places has the median length in characters: the lower one of two, and of equal lengths that in the middle by
// id.
func (d *data) median(places []int) int {
	sorted := slices.Clone(places)
	slices.SortStableFunc(sorted, func(a, b int) int { return cmp.Compare(d.cases[a].Characters, d.cases[b].Characters) })
	return sorted[int(math.Ceil(float64(len(sorted))/2))-1]
}
