package experiment

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// Curve is the learning-rate curve: a point for each rate and method.
type Curve []RatePoint

// RatePoint is one short run of the learning-rate curve.
type RatePoint struct {
	Method       profile.Method `json:"method"`
	LearningRate float64        `json:"learning_rate"`
	Run          *TrainingRun   `json:"fit,omitempty"`
	Failed       string         `json:"failed,omitempty"` // such as a loss that diverged
}

// Name is the point's run as a reader calls it.
func (p RatePoint) Name() string { return fmt.Sprintf("%s at %g", p.Method, p.LearningRate) }

// Rates trains a short run at each of the profile's learning rates, for LoRA and for full fine-tuning, and judges it on the
// validation texts; the test texts take no part.
func (e *Experiment) Rates(ctx context.Context, log stage.Log) (Curve, error) {
	if e.rates != nil {
		return e.rates, nil
	}
	points := ratePoints(e.Profile.Rates)
	costs := RateCosts(e.Profile)
	for i := range points {
		point := &points[i]
		title := fmt.Sprintf("learning rate %d of %d, %s", i+1, len(points), point.Name())
		run := &TrainingRun{}
		trial := e.Profile.RateTrial(point.Method, point.LearningRate)
		err := e.train(ctx, stageRate, trial, "", run, place{title, i > 0}, log.Part(i, costs).Labelled(title), nil)
		if err != nil && ctx.Err() != nil || errors.Is(err, stage.ErrMissing) {
			return nil, err
		}
		if err != nil {
			point.Failed = err.Error()
			log.Printf("%s failed: %v", title, err)
			continue
		}
		point.Run = run
	}
	e.rates = points
	return points, nil
}

// ratePoints are the runs of the curve, before they are made.
func ratePoints(rates profile.Rates) Curve {
	var points Curve
	for _, rate := range rates.LoRA {
		points = append(points, RatePoint{Method: profile.MethodLoRA, LearningRate: rate})
	}
	for _, rate := range rates.Full {
		points = append(points, RatePoint{Method: profile.MethodFull, LearningRate: rate})
	}
	return points
}

// RateCosts is what the curve's runs take; see [profile.Profile.Cost].
func RateCosts(p profile.Profile) []float64 {
	points := ratePoints(p.Rates)
	costs := make([]float64, len(points))
	for i, point := range points {
		costs[i] = p.RateTrial(point.Method, point.LearningRate).Cost()
	}
	return costs
}

// Best is the method's rate with the highest validation macro-F1, nil where none was trained, and whether it lies inside the range that was
// tried.
func (c Curve) Best(method profile.Method) (at *RatePoint, inside bool) {
	var points []*RatePoint
	for i := range c {
		if c[i].Method == method {
			points = append(points, &c[i])
		}
	}
	best := 0
	for i, p := range points {
		if p.Run != nil && (at == nil || p.Run.ValidationScore() > at.Run.ValidationScore()) {
			at, best = p, i
		}
	}
	return at, best > 0 && best < len(points)-1
}

// Any says whether some point could be trained.
func (c Curve) Any() bool {
	return slices.ContainsFunc(c, func(p RatePoint) bool { return p.Run != nil })
}
