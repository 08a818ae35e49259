package profile

// methodCost is what an epoch takes beside one of LoRA, as measured on two cores; it serves only to divide a progress bar.
var methodCost = map[Method]float64{MethodLoRA: 1, MethodFull: 1.7, MethodPartial: .65, MethodHead: .4}

// Cost is what training with the profile's own settings takes, in epochs of LoRA.
func (p Profile) Cost() float64 { return float64(p.Train.Epochs) * methodCost[p.Train.Method] }

// ConfigurationCosts are the costs of configurations; one that cannot be read costs nothing.
func (p Profile) ConfigurationCosts(configurations Configurations) []float64 {
	costs := make([]float64, len(configurations))
	for i, c := range configurations {
		if one, err := p.Configured(c); err == nil {
			costs[i] = one.Cost()
		}
	}
	return costs
}
