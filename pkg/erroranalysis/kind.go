package erroranalysis

// Kinds is the fourth pattern: notes with an administrative label, one that names a kind of document, are confused with specialties.
type Kinds struct {
	Pattern
	// Document and Clinical are the error rates over the pairs of a text and one of its labels of that kind.
	Document Rates `json:"document"`
	Clinical Rates `json:"clinical"`
	// Labels are the labels that name a kind of document.
	Labels []KindLabel `json:"labels"`
	// Crossings are the rows by the kind of their label and of the predicted one.
	Crossings []Crossing `json:"crossings"`
	// RowRatio and ValidRatio are the error rate of Document over that of Clinical.
	RowRatio   Estimate `json:"row_ratio"`
	ValidRatio Estimate `json:"any_valid_ratio"`
	// The similarity of two labels is 1 here if they are of different kinds, else 0.
	RowConcentration   Concentration `json:"row_concentration"`
	ValidConcentration Concentration `json:"any_valid_concentration"`
}

// KindLabel is one label that names a kind of document. Crossed is the number of its rows that are predicted as a specialty, CoFiled of
// those for which that is another label of the text.
type KindLabel struct {
	Label string `json:"label"`
	Rates
	Crossed int `json:"crossed"`
	CoFiled int `json:"co_filed"`
}

// Crossing counts rows by the kinds of their label and of the predicted one: Right if they are the same label, CoFiled if the predicted one
// is another label of the text, Misread otherwise.
type Crossing struct {
	Gold      Kind `json:"gold"`
	Predicted Kind `json:"predicted"`
	Right     int  `json:"right"`
	CoFiled   int  `json:"co_filed"`
	Misread   int  `json:"misread"`
}

func (d *data) kinds(k *Kinds, e *estimator) {
	k.Pattern = Pattern{Key: KindsPattern, Title: "Administrative against clinical", Claim: "Administrative notes, such as SOAP and chart notes, are confused with specialties."}
	k.Document = d.labelRates(func(l int) bool { return d.document[l] }, "no test text is filed under a label that names a kind of document")
	k.Clinical = d.labelRates(func(l int) bool { return !d.document[l] }, "every test text is filed under kinds of documents only")
	for label, is := range d.document {
		if !is {
			continue
		}
		own := KindLabel{Label: d.labels[label], Rates: d.labelRates(func(l int) bool { return l == label }, "no test text is filed under it")}
		for _, t := range d.texts {
			for _, gold := range t.gold {
				if gold != label || d.document[t.predicted] {
					continue
				}
				own.Crossed++
				if t.valid {
					own.CoFiled++
				}
			}
		}
		k.Labels = append(k.Labels, own)
	}
	for _, gold := range []Kind{DocumentKind, ClinicalKind} {
		for _, predicted := range []Kind{DocumentKind, ClinicalKind} {
			k.Crossings = append(k.Crossings, d.crossing(gold, predicted))
		}
	}

	similarity := make([][]float64, len(d.labels))
	for i := range similarity {
		similarity[i] = make([]float64, len(d.labels))
		for j := range similarity[i] {
			if d.document[i] != d.document[j] {
				similarity[i][j] = 1
			}
		}
	}
	for _, r := range Readings() {
		c := d.concentrated(&k.Pattern, e, r, CrossingFinding, "misread "+r.unit()+" cross between kinds of documents and specialties", "times as often as chance:", "that cross", similarity)
		ratio := &k.ValidRatio
		if r == RowReading {
			k.RowConcentration, ratio = c, &k.RowRatio
		} else {
			k.ValidConcentration = c
		}
		none := firstReason(k.Document.Of(r), k.Clinical.Of(r))
		if none == "" {
			none = "no specialty is misread"
		}
		e.add(ratio, none, func(weights []int32) float64 {
			var document, clinical outcome
			for i, w := range weights {
				for _, label := range d.texts[i].gold {
					o, into := d.texts[i].classOutcome(r, label), &clinical
					if d.document[label] {
						into = &document
					}
					into.wrong += float64(w) * o.wrong
					into.total += float64(w) * o.total
				}
			}
			return (document.wrong / document.total) / (clinical.wrong / clinical.total)
		})
	}
}

// crossing counts the rows of one kind of gold and predicted label.
func (d *data) crossing(gold, predicted Kind) Crossing {
	c := Crossing{Gold: gold, Predicted: predicted}
	for _, t := range d.texts {
		if d.kindOf([]int{t.predicted}) != predicted {
			continue
		}
		for _, label := range t.gold {
			switch {
			case d.kindOf([]int{label}) != gold:
			case label == t.predicted:
				c.Right++
			case t.valid:
				c.CoFiled++
			default:
				c.Misread++
			}
		}
	}
	return c
}
