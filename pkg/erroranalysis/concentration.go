package erroranalysis

import "slices"

// Concentration says how far the errors fall on pairs of labels with a high similarity. An error is a wrong row with its label, or in the
// any-valid reading a wrong text with all of its labels.
type Concentration struct {
	// Observed is the mean over the errors of the similarity of the right label and the predicted one (the mean over several right
	// labels). Expected is its expectation if the predicted labels were assigned to the errors at random, each to an error for which it
	// would be wrong.
	Observed *float64 `json:"observed"`
	Expected *float64 `json:"expected"`
}

// misreadings are the errors of one reading.
type misreadings struct {
	sets  [][]int // the distinct sets of right labels
	items []misreading
}

// misreading is one error: the index of its text, of its right labels in sets, and the predicted label.
type misreading struct{ text, set, predicted int }

// misreadings returns the errors of a reading.
func (d *data) misreadings(r Reading) misreadings {
	var m misreadings
	var own [][]int // each item's set
	add := func(i int, set []int) {
		m.items = append(m.items, misreading{text: i, predicted: d.texts[i].predicted})
		own = append(own, set)
	}
	for i, t := range d.texts {
		if r == ValidReading {
			if !t.valid {
				add(i, t.labels)
			}
			continue
		}
		for at, label := range t.gold {
			if label != t.predicted {
				add(i, t.gold[at:at+1])
			}
		}
	}
	m.sets = slices.Clone(own)
	slices.SortFunc(m.sets, slices.Compare[[]int])
	m.sets = slices.CompactFunc(m.sets, slices.Equal[[]int])
	for i, set := range own {
		m.items[i].set, _ = slices.BinarySearchFunc(m.sets, set, slices.Compare[[]int])
	}
	return m
}

// measure returns the observed and the expected mean of similarity, shape [labels][labels] by right and predicted label, where text i
// counts weights[i] times. Both are NaN without errors.
func (m misreadings) measure(weights []int32, similarity [][]float64) (observed, expected float64) {
	labels := len(similarity)
	predicted, bySet := make([]float64, labels), make([]float64, len(m.sets))
	all := 0.0
	mean := func(set []int, label int) float64 {
		sum := 0.0
		for _, own := range set {
			sum += similarity[own][label]
		}
		return sum / float64(len(set))
	}
	for _, item := range m.items {
		w := float64(weights[item.text])
		all += w
		predicted[item.predicted] += w
		bySet[item.set] += w
		observed += w * mean(m.sets[item.set], item.predicted)
	}
	for s, w := range bySet {
		if w == 0 {
			continue
		}
		eligible, sum := 0.0, 0.0 // the predicted labels that are wrong for this set
		for label, q := range predicted {
			if q > 0 && !slices.Contains(m.sets[s], label) {
				eligible += q
				sum += q * mean(m.sets[s], label)
			}
		}
		expected += w * sum / eligible // not 0: its own prediction is eligible
	}
	return observed / all, expected / all
}
