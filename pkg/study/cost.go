package study

// What a run costs beside one of LoRA of as many epochs, as measured on two cores; a bar of progress needs no more.
var effort = map[string]float64{methodLoRA: 1, methodFull: 1.7, methodPartial: .65, methodHead: .4}

// cost is what training the profile's own settings takes, in epochs of LoRA.
func (p Profile) cost() float64 { return float64(p.Train.Epochs) * effort[p.Train.Method] }

// costs are those of configurations, one that cannot be read costing nothing.
func (p Profile) costs(configurations Configurations) []float64 {
	costs := make([]float64, len(configurations))
	for i, c := range configurations {
		if one, err := p.configured(c); err == nil {
			costs[i] = one.cost()
		}
	}
	return costs
}

// total is the sum of costs.
func total(costs []float64) float64 {
	sum := 0.0
	for _, c := range costs {
		sum += c
	}
	return sum
}
