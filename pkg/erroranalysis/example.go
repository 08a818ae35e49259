package erroranalysis

import (
	"cmp"
	"slices"
)

// Example is a test text chosen by rule.
type Example struct {
	Key ExampleKey `json:"rule"`
	// Words says how it is chosen.
	Words string `json:"words"`
	// ID is the id of the case; empty, with a Reason, if no text fits.
	ID     string `json:"id"`
	Reason string `json:"reason,omitempty"`
}

// examples applies the rules. Of texts that fit equally well it takes the first by id.
func (d *data) examples(s Similarity) []Example {
	misread := d.where(func(i int) bool { return !d.texts[i].valid })
	out := []Example{
		d.first(MostConfidentExample, "The misread text with the highest confidence in the wrong label", "no text is misread", misread,
			func(a, b *Case) int { return cmp.Compare(b.Confidence, a.Confidence) }),
		d.first(NearestMissExample, "The misread text with one of its labels in second place, closest behind the first", "no misread text has one of its labels in second place",
			d.where(func(i int) bool { return d.cases[i].BestRank == 2 }), func(a, b *Case) int { return cmp.Compare(a.Margin, b.Margin) }),
		d.first(FarthestMissExample, "The misread text whose best placed label is farthest down, of equal ones that with the highest confidence in the wrong label", "no text is misread", misread,
			func(a, b *Case) int {
				return cmp.Or(cmp.Compare(b.BestRank, a.BestRank), cmp.Compare(b.Confidence, a.Confidence))
			}),
		d.first(LongestTruncatedExample, "The longest misread text, in characters, that the model saw only in part", "no truncated text is misread",
			d.where(func(i int) bool { return !d.texts[i].valid && d.cases[i].Truncated }), func(a, b *Case) int { return cmp.Compare(b.Characters, a.Characters) }),
		d.first(ShortestExample, "The shortest misread text, in characters", "no text is misread", misread,
			func(a, b *Case) int { return cmp.Compare(a.Characters, b.Characters) }),
	}
	out = append(out, d.ofPair(MostConfusedPairExample, "The text of median length among those of the most frequent confusion where the predicted label is none of the text's own",
		"no text is misread", s.Pairs, func(p Pair) int { return p.Misread }, func(t *text) bool { return !t.valid }))
	out = append(out, d.ofPair(CoFiledExample, "The text of median length among those of the most frequent confusion that is none: a wrong row whose predicted label is another one that the text is filed under",
		"no wrong row has another label of its text as the predicted one", s.Pairs, func(p Pair) int { return p.Valid }, func(t *text) bool { return t.valid }))
	return append(out, d.first(DocumentExample, "The text filed under kinds of documents only and misread as a specialty, with the highest confidence", "no text filed under kinds of documents only is misread as a specialty",
		d.where(func(i int) bool {
			c := &d.cases[i]
			return !c.Valid && c.Kind == DocumentKind && c.PredictedKind == ClinicalKind
		}), func(a, b *Case) int { return cmp.Compare(b.Confidence, a.Confidence) }))
}

// first takes the first text in an order, of those at the given places.
func (d *data) first(rule ExampleKey, words, none string, places []int, order func(a, b *Case) int) Example {
	e := Example{Key: rule, Words: words}
	if len(places) == 0 {
		e.Reason = none
		return e
	}
	e.ID = d.cases[slices.MinFunc(places, func(a, b int) int {
		return cmp.Or(order(&d.cases[a], &d.cases[b]), cmp.Compare(d.cases[a].ID, d.cases[b].ID))
	})].ID
	return e
}

// ofPair takes the pair with the highest count, of equal ones the first, and of its wanted texts the one of median length.
func (d *data) ofPair(rule ExampleKey, words, none string, pairs []Pair, count func(p Pair) int, wanted func(t *text) bool) Example {
	e := Example{Key: rule, Words: words}
	best := -1
	for i, p := range pairs {
		if count(p) > 0 && (best < 0 || count(p) > count(pairs[best])) {
			best = i
		}
	}
	if best < 0 {
		e.Reason = none
		return e
	}
	e.ID = d.cases[d.median(d.where(func(i int) bool {
		return wanted(&d.texts[i]) && d.cases[i].Predicted == pairs[best].Predicted && slices.Contains(d.cases[i].Gold, pairs[best].Gold)
	}))].ID
	return e
}
