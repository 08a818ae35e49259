package evaluate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Options configures the bootstrap. The zero value is 1,000 resamples, seed 0, 95 % intervals.
type Options struct {
	// Resamples is the number of resamples of the notes; 0 stands for 1,000.
	Resamples int
	// Seed seeds the random numbers: the same seed and notes give the same intervals.
	Seed uint64
	// Level is the confidence level of the intervals, between 0 and 1; 0 stands for 0.95.
	Level float64
}

// complete fills in the defaults. It fails for options that give no interval.
func (o Options) complete() (Options, error) {
	if o.Resamples == 0 {
		o.Resamples = 1000
	}
	if o.Level == 0 {
		o.Level = 0.95
	}
	if o.Resamples < 2 {
		return o, fmt.Errorf("evaluate: %d bootstrap resamples are too few for an interval", o.Resamples)
	}
	if !(o.Level > 0 && o.Level < 1) {
		return o, fmt.Errorf("evaluate: interval level %v is not between 0 and 1", o.Level)
	}
	return o, nil
}

// Interval is a confidence interval.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Intervals returns a percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13) for each of several statistics of n notes.
// Notes, not rows, are drawn, because the rows of one note share its text and its prediction. For each resample, statistic is
// called with how often each note was drawn, shape [n] and summing to n, and fills out, shape [statistics]. It fails if a statistic
// is not finite in some resample, for n below 1, and for options that give no interval.
func Intervals(n, statistics int, options Options, statistic func(weights []int32, out []float64)) ([]Interval, error) {
	options, err := options.complete()
	if err != nil {
		return nil, err
	}
	samples, err := bootstrap(n, statistics, options, statistic)
	if err != nil {
		return nil, err
	}
	if err := allDefined(samples); err != nil {
		return nil, err
	}
	intervals := make([]Interval, statistics)
	for i, values := range samples {
		intervals[i] = percentile(values, options.Level)
	}
	return intervals, nil
}

// mostUndefined is the share of resamples that may leave a statistic undefined before it has no interval.
const mostUndefined = 0.05

// PartialInterval is the interval of a statistic that may be undefined in some resamples.
type PartialInterval struct {
	// Low and High are nil, with a Reason, where more than 5 % of the resamples leave the statistic undefined.
	Low  *float64 `json:"low"`
	High *float64 `json:"high"`
	// Undefined is how many resamples were left out.
	Undefined int    `json:"undefined,omitempty"`
	Reason    string `json:"reason,omitempty"`
}

// PartialIntervals is [Intervals] for statistics that can be undefined in a resample, such as a ratio of error rates if no note of a
// group was drawn: resamples in which the statistic is not finite are left out and counted. n and the arguments of statistic are those
// of Intervals.
func PartialIntervals(n, statistics int, options Options, statistic func(weights []int32, out []float64)) ([]PartialInterval, error) {
	options, err := options.complete()
	if err != nil {
		return nil, err
	}
	samples, err := bootstrap(n, statistics, options, statistic)
	if err != nil {
		return nil, err
	}
	intervals := make([]PartialInterval, statistics)
	for i, values := range samples {
		defined := slices.DeleteFunc(values, undefined)
		p := PartialInterval{Undefined: options.Resamples - len(defined)}
		switch {
		case n == 1:
			p.Reason = oneNote
		case float64(p.Undefined) > mostUndefined*float64(options.Resamples):
			p.Reason = fmt.Sprintf("undefined in %d of %d resamples", p.Undefined, options.Resamples)
		default:
			interval := percentile(defined, options.Level)
			p.Low, p.High = &interval.Low, &interval.High
		}
		intervals[i] = p
	}
	return intervals, nil
}

// undefined says that a statistic is not finite.
func undefined(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }

// bootstrap returns every statistic's values over the resamples, ascending, NaN first: shape [statistics][resamples].
func bootstrap(n, statistics int, options Options, statistic func(weights []int32, out []float64)) ([][]float64, error) {
	if n < 1 {
		return nil, fmt.Errorf("evaluate: there are no notes to draw from")
	}
	random := rand.New(rand.NewPCG(options.Seed, 0))
	samples := make([][]float64, statistics)
	for i := range samples {
		samples[i] = make([]float64, options.Resamples)
	}
	weights := make([]int32, n)
	out := make([]float64, statistics)
	for r := range options.Resamples {
		clear(weights)
		for range n {
			weights[random.IntN(n)]++
		}
		statistic(weights, out)
		for i, v := range out {
			samples[i][r] = v
		}
	}
	for _, values := range samples {
		slices.Sort(values)
	}
	return samples, nil
}

// allDefined returns an error for a statistic that is not finite in some resample.
func allDefined(samples [][]float64) error {
	for i, values := range samples {
		if missing := len(values) - len(slices.DeleteFunc(slices.Clone(values), undefined)); missing > 0 {
			return fmt.Errorf("evaluate: statistic %d is undefined in %d of %d resamples", i, missing, len(values))
		}
	}
	return nil
}

// percentile returns the central interval of ascending values at a confidence level, with linear interpolation between order
// statistics, numpy's default.
func percentile(values []float64, level float64) Interval {
	at := func(q float64) float64 {
		position := q * float64(len(values)-1)
		below := int(position)
		above := min(below+1, len(values)-1)
		return values[below] + (position-float64(below))*(values[above]-values[below])
	}
	return Interval{Low: at((1 - level) / 2), High: at((1 + level) / 2)}
}
