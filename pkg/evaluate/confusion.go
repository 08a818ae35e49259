package evaluate

// Confusion is a confusion matrix over rows.
type Confusion struct {
	// Labels names the rows and columns of Counts.
	Labels []string `json:"labels"`
	// Counts holds the number of rows with gold label i and predicted label j at [i][j]: shape [labels][labels].
	Counts [][]int `json:"counts"`
}

// Class holds precision, recall and F1 of one label, over rows: scikit-learn's precision_recall_fscore_support.
type Class struct {
	Label string `json:"label"`
	// Support is the number of rows (so of notes) with this label, Predicted the number of rows predicted to have it, Correct
	// the number of both.
	Support   int `json:"support"`
	Predicted int `json:"predicted"`
	Correct   int `json:"correct"`
	// Precision is nil if the label was never predicted, Recall if no row has it, F1 if both. Reason says which.
	Precision *float64 `json:"precision"`
	Recall    *float64 `json:"recall"`
	F1        *float64 `json:"f1"`
	Reason    string   `json:"reason,omitempty"`
}

// Confusion returns the confusion matrix over rows.
func (e *Evaluation) Confusion() Confusion {
	labels := e.set.Labels
	c := Confusion{Labels: labels, Counts: make([][]int, len(labels))}
	cells := make([]int, len(labels)*len(labels))
	for i := range c.Counts {
		c.Counts[i] = cells[i*len(labels) : (i+1)*len(labels)]
	}
	for _, n := range e.notes {
		for _, label := range n.gold {
			c.Counts[label][n.predicted]++
		}
	}
	return c
}

// Classes returns precision, recall and F1 of every label, in label order.
func (c Confusion) Classes() []Class {
	classes := make([]Class, len(c.Labels))
	for i := range classes {
		k := &classes[i]
		k.Label, k.Correct = c.Labels[i], c.Counts[i][i]
		for j := range c.Labels {
			k.Support += c.Counts[i][j]
			k.Predicted += c.Counts[j][i]
		}
		k.Precision = share(k.Correct, k.Predicted)
		k.Recall = share(k.Correct, k.Support)
		k.F1 = share(2*k.Correct, k.Support+k.Predicted)
		switch {
		case k.Support == 0 && k.Predicted == 0:
			k.Reason = "no note has this label and none was predicted to have it"
		case k.Support == 0:
			k.Reason = "no note has this label, so it has no recall"
		case k.Predicted == 0:
			k.Reason = "never predicted, so it has no precision"
		}
	}
	return classes
}

// share is part / whole, nil for a whole of 0.
func share(part, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	v := float64(part) / float64(whole)
	return &v
}

// counts holds the margins and the diagonal of a confusion matrix, which is all that the averages need: shape [labels] each.
type counts struct {
	correct, support, predicted []float64
}

func newCounts(labels int) counts {
	return counts{make([]float64, labels), make([]float64, labels), make([]float64, labels)}
}

// reset sets all counts to 0.
func (c counts) reset() {
	clear(c.correct)
	clear(c.support)
	clear(c.predicted)
}

// averages are the metrics that average over labels; see [Metric].
type averages struct {
	macroUnion, macroPresent, macroAll            float64
	weightedF1, weightedPrecision, weightedRecall float64
	balanced                                      float64
}

// average averages over the labels; what is undefined for a label counts as 0.
func (c counts) average() averages {
	var a averages
	var f1Sum, union, present, rows float64
	for i, support := range c.support {
		correct, predicted := c.correct[i], c.predicted[i]
		if support+predicted == 0 {
			continue
		}
		union++
		f1 := 2 * correct / (support + predicted)
		f1Sum += f1
		if support == 0 {
			continue
		}
		present++
		rows += support
		a.balanced += correct / support
		a.weightedF1 += support * f1
		a.weightedRecall += correct
		if predicted > 0 {
			a.weightedPrecision += support * correct / predicted
		}
	}
	// A label without support has no correct row and so an F1 of 0: the sum over present labels is the sum over all.
	a.macroUnion = f1Sum / union
	a.macroPresent = f1Sum / present
	a.macroAll = f1Sum / float64(len(c.support))
	a.weightedF1 /= rows
	a.weightedPrecision /= rows
	a.weightedRecall /= rows
	a.balanced /= present
	return a
}
