package erroranalysis

import "slices"

// Concentration says how far the misreadings fall on pairs of labels that have something in common. A misreading is a wrong row with its
// label, or in the any-valid reading a wrong text with all of its labels.
type Concentration struct {
	// Observed is the mean, over misreadings, of what the right label and the predicted one have in common (of several right labels the
	// mean). Expected is what the same would be if the predicted labels of the misreadings were dealt out anew, each to a misreading that
	// it would be wrong for.
	Observed *float64 `json:"observed"`
	Expected *float64 `json:"expected"`
}

// misreadings are the errors of one reading, by the set of right labels.
type misreadings struct {
	sets  [][]int // each once
	items []misreading
}

type misreading struct{ text, set, predicted int }

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

// measure returns the observed and the expected mean of common, shape [labels][labels], where text i counts weights[i] times. Both are NaN
// without misreadings.
func (m misreadings) measure(weights []int32, common [][]float64) (observed, expected float64) {
	labels := len(common)
	predicted, bySet := make([]float64, labels), make([]float64, len(m.sets))
	all := 0.0
	mean := func(set []int, label int) float64 {
		sum := 0.0
		for _, own := range set {
			sum += common[own][label]
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
		dealt, sum := 0.0, 0.0
		for label, q := range predicted {
			if q > 0 && !slices.Contains(m.sets[s], label) {
				dealt += q
				sum += q * mean(m.sets[s], label)
			}
		}
		expected += w * sum / dealt // its own prediction is one of those that can be dealt to it
	}
	return observed / all, expected / all
}
