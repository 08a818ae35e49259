package evaluate

// CoveragePoint is a point of the risk-coverage curve of selective prediction: predictions with at least this confidence are used, the
// others are left to people.
type CoveragePoint struct {
	// Threshold is the least confidence of a covered note.
	Threshold float64 `json:"threshold"`
	// Coverage is the share of the notes that are covered, Risk the share of the covered ones whose predicted label is not valid.
	Coverage float64 `json:"coverage"`
	Risk     float64 `json:"risk"`
}

// RiskCoverage returns the risk-coverage curve over notes, one point for each distinct confidence, highest first.
func (e *Evaluation) RiskCoverage() []CoveragePoint {
	points := make([]CoveragePoint, 0, len(e.tied))
	var covered, wrong float64
	for _, group := range e.tied {
		for _, i := range group {
			covered++
			wrong += 1 - e.notes[i].valid
		}
		points = append(points, CoveragePoint{
			Threshold: e.notes[group[0]].confidence, Coverage: covered / float64(len(e.notes)), Risk: wrong / covered,
		})
	}
	return points
}

// aurc returns the mean of the risk over the coverages 1, 2, ... notes, where note i counts weights[i] times, weights having the shape
// [notes]. Among notes of one confidence it is the mean over all orders of them, so that the result does not depend on their order.
func (e *Evaluation) aurc(weights []int32) float64 {
	var sum, covered, wrong float64
	for _, group := range e.tied {
		var more, moreWrong float64
		for _, i := range group {
			w := float64(weights[i])
			more += w
			moreWrong += w * (1 - e.notes[i].valid)
		}
		for j := 1.0; j <= more; j++ {
			sum += (wrong + j*moreWrong/more) / (covered + j)
		}
		covered += more
		wrong += moreWrong
	}
	return sum / covered
}
