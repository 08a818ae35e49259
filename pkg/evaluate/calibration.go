package evaluate

import (
	"fmt"
	"math"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// bins is the number of equal-width bins of the expected calibration error, as in Guo et al. 2017.
const bins = 15

// Reliability is a reliability diagram: the mean confidence in the predicted label beside its accuracy, in 15 equal-width bins.
type Reliability struct {
	// ECE is the expected calibration error: the mean over predictions of the absolute difference between their bin's mean confidence
	// and accuracy.
	ECE  float64 `json:"ece"`
	Bins []Bin   `json:"bins"`
}

// Bin is one bin of a reliability diagram: the predictions with Low < confidence <= High.
type Bin struct {
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Count int     `json:"count"`
	// Confidence is the mean confidence and Accuracy the share that is right; both are nil in an empty bin.
	Confidence *float64 `json:"confidence"`
	Accuracy   *float64 `json:"accuracy"`
}

// RowReliability returns the reliability over rows: a row is right if its label is the predicted one.
func (e *Evaluation) RowReliability() Reliability {
	return e.reliability(func(n note) float64 { return float64(len(n.gold)) })
}

// ValidReliability returns the reliability over notes: a note is right if the predicted label is one of its own.
func (e *Evaluation) ValidReliability() Reliability {
	return e.reliability(func(note) float64 { return 1 })
}

func (e *Evaluation) reliability(size func(note) float64) Reliability {
	var sums [bins]binSum
	for _, n := range e.notes {
		count := size(n)
		sums[n.bin].add(count, count*n.confidence, n.valid)
	}
	r := Reliability{ECE: expectedError(sums[:])}
	for i, s := range sums {
		b := Bin{Low: float64(i) / bins, High: float64(i+1) / bins, Count: int(s.count)}
		if s.count > 0 {
			confidence, accuracy := s.confidence/s.count, s.right/s.count
			b.Confidence, b.Accuracy = &confidence, &accuracy
		}
		r.Bins = append(r.Bins, b)
	}
	return r
}

// binOf returns the bin i with i/bins < confidence <= (i+1)/bins.
func binOf(confidence float64) int {
	return min(max(int(math.Ceil(confidence*bins))-1, 0), bins-1)
}

// binSum holds the sums over the predictions of one bin.
type binSum struct{ count, confidence, right float64 }

func (b *binSum) add(count, confidence, right float64) {
	b.count += count
	b.confidence += confidence
	b.right += right
}

// expectedError returns the expected calibration error of the bins.
func expectedError(sums []binSum) float64 {
	var distance, count float64
	for _, s := range sums {
		distance += math.Abs(s.confidence - s.right)
		count += s.count
	}
	return distance / count
}

// The range of temperatures that FitTemperature searches.
const (
	minTemperature = 0.05
	maxTemperature = 20
)

// Temperature is a fitted temperature with the mean negative log likelihood of the rows it was fitted on, in nats, at temperature 1
// and at Value.
type Temperature struct {
	Value  float64 `json:"value"`
	Before float64 `json:"nll_before"`
	After  float64 `json:"nll_after"`
	// Reason is not empty if Value is the end of the range rather than a minimum.
	Reason string `json:"reason,omitempty"`
}

// FitTemperature returns the temperature, between 0.05 and 20, that minimises the negative log likelihood of the rows' labels (Guo et al.
// 2017). Fit it on validation predictions, never on those that are then evaluated. It fails as [New] does and for a set without
// logits; the set's own temperature does not matter.
func FitTemperature(validation predict.Set) (Temperature, error) {
	e, err := New(validation)
	if err != nil {
		return Temperature{}, err
	}
	if e.set.Predictions[0].Logits == nil {
		return Temperature{}, fmt.Errorf("evaluate: model %q, part %q: there are no logits to fit a temperature to", validation.Model, validation.Part)
	}
	// In b = 1/T the likelihood is convex, so its slope changes sign once.
	low, high := 1.0/maxTemperature, 1.0/minTemperature
	t := Temperature{}
	if _, slope := e.likelihood(low); slope >= 0 {
		high = low
		t.Reason = "the highest temperature permitted is the best: on these notes the logits say little about the labels"
	} else if _, slope := e.likelihood(high); slope <= 0 {
		low = high
		t.Reason = "the lowest temperature permitted is the best: on these notes a label of the note nearly always has the highest logit"
	}
	for range 200 {
		middle := (low + high) / 2
		if middle <= low || middle >= high {
			break
		}
		if _, slope := e.likelihood(middle); slope < 0 {
			low = middle
		} else {
			high = middle
		}
	}
	t.Value = 2 / (low + high)
	t.Before, _ = e.likelihood(1)
	t.After, _ = e.likelihood(1 / t.Value)
	return t, nil
}

// likelihood returns the mean negative log likelihood of the rows with logits scaled by b, and its derivative in b.
func (e *Evaluation) likelihood(b float64) (value, slope float64) {
	for _, p := range e.set.Predictions {
		largest := math.Inf(-1)
		for _, z := range p.Logits {
			largest = max(largest, float64(z))
		}
		var sum, moment float64
		for _, z := range p.Logits {
			d := float64(z) - largest
			w := math.Exp(b * d)
			sum += w
			moment += w * d
		}
		logSum, mean := math.Log(sum), moment/sum
		for _, label := range p.Gold {
			d := float64(p.Logits[label]) - largest
			value += logSum - b*d
			slope += mean - d
		}
	}
	return value / float64(e.rows), slope / float64(e.rows)
}
