package page

import (
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// Axis is one numeric axis of a figure.
type Axis struct {
	Title string
	// Unit stands in parentheses after the title; empty for numbers without one.
	Unit string
	// Min and Max bound the axis; both 0: it fits the data.
	Min, Max float64
	// Log makes the axis logarithmic; its values are then above 0.
	Log bool
}

// Reference is a line to compare with, such as a ceiling.
type Reference struct {
	// Label stands in the legend: "ceiling .475".
	Label string
	Value float64
}

func (a Axis) text() string {
	if a.Unit == "" {
		return a.Title
	}
	return a.Title + " (" + a.Unit + ")"
}

// span is the range of an axis as it is drawn, the same in the picture and in the interactive figure.
type span struct {
	min, max float64
	log      bool
	// whole says that ticks stand at every whole number.
	whole bool
}

// fit returns the range that holds every value, with room for markers at its ends.
func (a Axis) fit(values []float64) (span, error) {
	if a.Title == "" {
		return span{}, fmt.Errorf("an axis has no title: give it one")
	}
	s := span{min: a.Min, max: a.Max, log: a.Log}
	if !finite(a.Min) || !finite(a.Max) || (a.Min != 0 || a.Max != 0) && a.Min >= a.Max {
		return span{}, fmt.Errorf("axis %q: its range %v to %v holds nothing", a.Title, a.Min, a.Max)
	}
	fixed := a.Min != 0 || a.Max != 0
	whole := true
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		switch {
		case !finite(v):
			return span{}, fmt.Errorf("axis %q: a value is %v: leave it out, or say that it is missing", a.Title, v)
		case a.Log && v <= 0:
			return span{}, fmt.Errorf("axis %q is logarithmic and has the value %v", a.Title, v)
		case fixed && (v < a.Min || v > a.Max):
			return span{}, fmt.Errorf("axis %q: the value %v lies outside its range %v to %v", a.Title, v, a.Min, a.Max)
		}
		low, high = math.Min(low, v), math.Max(high, v)
		whole = whole && v == math.Trunc(v)
	}
	if a.Log && fixed && a.Min <= 0 {
		return span{}, fmt.Errorf("axis %q is logarithmic and starts at %v", a.Title, a.Min)
	}
	if fixed {
		s.whole = false
		return s, nil
	}
	if low > high {
		return span{}, fmt.Errorf("axis %q has no values", a.Title)
	}
	s.whole = whole && !a.Log && high-low <= 12 && high > low
	const margin = 0.04
	switch {
	case a.Log:
		pad := math.Pow(high/low, margin)
		if low == high {
			pad = 2
		}
		s.min, s.max = low/pad, high*pad
	case low == high:
		pad := math.Max(math.Abs(low)/2, 0.5)
		s.min, s.max = low-pad, high+pad
	default:
		pad := margin * (high - low)
		s.min, s.max = low-pad, high+pad
	}
	return s, nil
}

// step returns the distance of labelled ticks: 1, 2 or 5 times a power of ten, about five on the axis.
func (s span) step() float64 {
	if s.whole {
		return 1
	}
	rough := (s.max - s.min) / 5
	base := math.Pow(10, math.Floor(math.Log10(rough)))
	// The thresholds are the geometric means of neighbouring steps.
	switch {
	case rough < math.Sqrt(2)*base:
		return base
	case rough < math.Sqrt(10)*base:
		return 2 * base
	case rough < math.Sqrt(50)*base:
		return 5 * base
	default:
		return 10 * base
	}
}

// Ticks implements gonum/plot's Ticker.
func (s span) Ticks(_, _ float64) []plot.Tick {
	if s.log {
		return s.logTicks()
	}
	step := s.step()
	var ticks []plot.Tick
	for i := math.Ceil(s.min/step - 1e-9); i*step <= s.max+1e-9*step; i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: tickLabel(i*step, step)})
	}
	return ticks
}

// logTicks labels 1, 2 and 5 of each power of ten, or only the powers where there are more than three of them.
func (s span) logTicks() []plot.Tick {
	every := math.Log10(s.max/s.min) <= 3
	var ticks []plot.Tick
	for e := math.Floor(math.Log10(s.min)); e <= math.Ceil(math.Log10(s.max)); e++ {
		for m := 1; m <= 9; m++ {
			// Parsed, because a power times a digit is not always the number that it is written as.
			v, _ := strconv.ParseFloat(fmt.Sprintf("%de%d", m, int(e)), 64)
			if v < s.min || v > s.max {
				continue
			}
			label := ""
			if m == 1 || every && (m == 2 || m == 5) {
				label = Decimal.number(v)
			}
			ticks = append(ticks, plot.Tick{Value: v, Label: label})
		}
	}
	return ticks
}

func tickLabel(v, step float64) string {
	digits := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	if math.Abs(v) < step/2 {
		v = 0
	}
	s := strconv.FormatFloat(v, 'f', digits, 64)
	if digits == 0 {
		s = thousands(s)
	}
	return minus(s)
}

// scale is how far along the axis a value lies, from 0 to 1.
func (s span) scale() plot.Normalizer {
	if s.log {
		return plot.LogScale{}
	}
	return plot.LinearScale{}
}
