package study

import (
	"context"
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// RatePoint is one short run of the learning-rate curve.
type RatePoint struct {
	Method       string  `json:"method"`
	LearningRate float64 `json:"learning_rate"`
	Fit          *Fit    `json:"fit,omitempty"`
	Failed       string  `json:"failed,omitempty"` // such as a loss that diverged
}

// name is the point's run as a reader calls it.
func (p RatePoint) name() string { return fmt.Sprintf("%s at %g", p.Method, p.LearningRate) }

// RateCurve trains a short run at each of the profile's learning rates, for LoRA and for full fine-tuning, and judges it on the
// validation texts; the test texts take no part.
func (p Profile) RateCurve(ctx context.Context, tell Tell) (Curve, error) {
	src, err := p.source(ctx, tell)
	if err != nil {
		return nil, err
	}
	return p.curve(ctx, src, tell)
}

func (p Profile) curve(ctx context.Context, src *source, tell Tell) (Curve, error) {
	points := p.points()
	costs := p.rateCosts(points)
	for i := range points {
		point := &points[i]
		stage := fmt.Sprintf("learning rate %d of %d, %s", i+1, len(points), point.name())
		fit, err := p.trial(*point).fitted(ctx, src, "", tell.one(i, costs, stage))
		if ctx.Err() != nil {
			return nil, err
		}
		if err != nil {
			point.Failed = err.Error()
			tell.say("%s failed: %v", stage, err)
			continue
		}
		point.Fit = fit
	}
	return points, nil
}

// points are the runs of the curve, before they are made.
func (p Profile) points() Curve {
	var points Curve
	for _, rate := range p.Rates.LoRA {
		points = append(points, RatePoint{Method: methodLoRA, LearningRate: rate})
	}
	for _, rate := range p.Rates.Full {
		points = append(points, RatePoint{Method: methodFull, LearningRate: rate})
	}
	return points
}

// rateCosts is what the points' runs take, see Profile.cost.
func (p Profile) rateCosts(points Curve) []float64 {
	costs := make([]float64, len(points))
	for i, point := range points {
		costs[i] = p.trial(point).cost()
	}
	return costs
}

// trial is the profile of one point's run: all rates get the same few epochs, none stops early.
func (p Profile) trial(point RatePoint) Profile {
	epochs, warmup := p.Rates.Epochs, p.Rates.WarmupSteps
	p.Configurations, p.Compare, p.Rates, p.Protocols = nil, nil, Rates{}, nil
	p.Train.Method, p.Train.Layers, p.Train.LearningRate = point.Method, 0, point.LearningRate
	p.Train.Epochs, p.Train.WarmupSteps, p.Train.Patience = epochs, warmup, 0
	return p
}

// fitted trains without a test, in a folder as Run does.
func (p Profile) fitted(ctx context.Context, src *source, dir string, tell Tell) (*Fit, error) {
	f, fit := p.prepare(stageRate, src), &Fit{}
	err := f.work(ctx, dir, fit, tell, func(predict.Predictor) error {
		*fit = f.Fit
		return nil
	})
	if err != nil {
		return nil, err
	}
	return fit, nil
}
