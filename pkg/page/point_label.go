package page

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The interactive figure names a point where the pointer rests on it. The picture, which is all that paper has, names the most isolated points.
const (
	maxLabels = 8
	// minDistance is how far a labelled point is from all points of other names, at least.
	minDistance    = 30 * px
	pointLabelSize = 11 * px
)

// plottedPoint is a point of the picture, with its name; empty where it has none.
type plottedPoint struct {
	at   vg.Point
	name string
	// distance is how far the nearest point of another name is.
	distance vg.Length
}

// labelPoints writes the names of the most isolated points beside them, where no point, vertical line or other label is in the way.
func (spec LinesSpec) labelPoints(p *picture) {
	p.Add(drawing(func(c draw.Canvas, plt *plot.Plot) {
		points := spec.plottedPoints(plt, c)
		style := textStyle(pointLabelSize, ink)
		style.YAlign = middle
		var lines []vg.Length
		x, _ := plt.Transforms(&c)
		for _, r := range spec.AtX {
			lines = append(lines, x(r.Value))
		}
		var taken []vg.Rectangle
		var names []string
		for _, m := range byDistance(points) {
			if len(names) == maxLabels || m.distance < minDistance {
				return
			}
			if slices.Contains(names, m.name) {
				continue
			}
			width := style.Width(m.name)
			for _, left := range []vg.Length{m.at.X + 7*px, m.at.X - 7*px - width} {
				frame := vg.Rectangle{Min: vg.Point{X: left, Y: m.at.Y - pointLabelSize/2}, Max: vg.Point{X: left + width, Y: m.at.Y + pointLabelSize/2}}
				if frame.Min.X < c.Min.X || frame.Max.X > c.Max.X || !isFree(frame, points, lines, taken) {
					continue
				}
				c.FillPolygon(white, box(frame.Min.X, frame.Min.Y, frame.Max.X, frame.Max.Y))
				c.FillText(style, vg.Point{X: left, Y: m.at.Y}, m.name)
				taken, names = append(taken, frame), append(names, m.name)
				break
			}
		}
	}))
}

// plottedPoints returns the points of all series; those of series without lines have names.
func (spec LinesSpec) plottedPoints(plt *plot.Plot, c draw.Canvas) []plottedPoint {
	x, y := plt.Transforms(&c)
	var all []plottedPoint
	for _, s := range spec.Series {
		for j := range s.X {
			m := plottedPoint{at: vg.Point{X: x(s.X[j]), Y: y(s.Y[j])}}
			if s.Points && s.Labels != nil {
				m.name, _, _ = strings.Cut(oneLine(s.Labels[j]), ", ")
			}
			all = append(all, m)
		}
	}
	return all
}

// byDistance returns the named points, the most isolated first.
func byDistance(points []plottedPoint) []plottedPoint {
	var named []plottedPoint
	for _, m := range points {
		if m.name == "" {
			continue
		}
		m.distance = vg.Length(math.Inf(1))
		for _, o := range points {
			if o.name != m.name {
				m.distance = min(m.distance, vg.Length(math.Hypot(float64(o.at.X-m.at.X), float64(o.at.Y-m.at.Y))))
			}
		}
		named = append(named, m)
	}
	slices.SortStableFunc(named, func(a, b plottedPoint) int { return cmp.Compare(b.distance, a.distance) })
	return named
}

// isFree says that no point, vertical line or other label is within a few pixels of a frame.
func isFree(frame vg.Rectangle, points []plottedPoint, lines []vg.Length, taken []vg.Rectangle) bool {
	const around = 4 * px
	wide := vg.Rectangle{
		Min: vg.Point{X: frame.Min.X - around + px, Y: frame.Min.Y - around}, Max: vg.Point{X: frame.Max.X + around - px, Y: frame.Max.Y + around},
	}
	return !slices.ContainsFunc(points, func(m plottedPoint) bool {
		return wide.Min.X < m.at.X && m.at.X < wide.Max.X && wide.Min.Y < m.at.Y && m.at.Y < wide.Max.Y
	}) && !slices.ContainsFunc(lines, func(x vg.Length) bool { return wide.Min.X < x && x < wide.Max.X }) &&
		!slices.ContainsFunc(taken, func(o vg.Rectangle) bool {
			return wide.Min.X < o.Max.X && o.Min.X < wide.Max.X && wide.Min.Y < o.Max.Y && o.Min.Y < wide.Max.Y
		})
}
