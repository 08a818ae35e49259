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

// The twin names a point where the pointer rests on it. The picture, which is all that paper has, names the points that stand apart most.
const (
	namedPoints = 8       // at most
	apart       = 30 * px // from all others, at least
	nameSize    = 11 * px
)

// mark is a point as the picture has it, with its name where it has one.
type mark struct {
	at   vg.Point
	name string
	// room is how far the nearest point of another name is.
	room vg.Length
}

// nameApart writes the names of the points that stand apart beside them, where no point, line or other name is in the way.
func (spec LinesSpec) nameApart(p *picture) {
	p.Add(drawing(func(c draw.Canvas, plt *plot.Plot) {
		marks := spec.marks(plt, c)
		style := write(nameSize, ink)
		style.YAlign = middle
		var lines []vg.Length
		x, _ := plt.Transforms(&c)
		for _, r := range spec.AtX {
			lines = append(lines, x(r.Value))
		}
		var taken []vg.Rectangle
		var names []string
		for _, m := range byRoom(marks) {
			if len(names) == namedPoints || m.room < apart {
				return
			}
			if slices.Contains(names, m.name) {
				continue
			}
			width := style.Width(m.name)
			for _, left := range []vg.Length{m.at.X + 7*px, m.at.X - 7*px - width} {
				frame := vg.Rectangle{Min: vg.Point{X: left, Y: m.at.Y - nameSize/2}, Max: vg.Point{X: left + width, Y: m.at.Y + nameSize/2}}
				if frame.Min.X < c.Min.X || frame.Max.X > c.Max.X || !free(frame, marks, lines, taken) {
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

// marks are the marked points of all series; those of clouds have names.
func (spec LinesSpec) marks(plt *plot.Plot, c draw.Canvas) []mark {
	x, y := plt.Transforms(&c)
	var all []mark
	for _, s := range spec.Series {
		for j := range s.X {
			m := mark{at: vg.Point{X: x(s.X[j]), Y: y(s.Y[j])}}
			if s.Points && s.Labels != nil {
				m.name, _, _ = strings.Cut(oneLine(s.Labels[j]), ", ")
			}
			all = append(all, m)
		}
	}
	return all
}

// byRoom returns the named marks, those with the most room first.
func byRoom(marks []mark) []mark {
	var named []mark
	for _, m := range marks {
		if m.name == "" {
			continue
		}
		m.room = vg.Length(math.Inf(1))
		for _, o := range marks {
			if o.name != m.name {
				m.room = min(m.room, vg.Length(math.Hypot(float64(o.at.X-m.at.X), float64(o.at.Y-m.at.Y))))
			}
		}
		named = append(named, m)
	}
	slices.SortStableFunc(named, func(a, b mark) int { return cmp.Compare(b.room, a.room) })
	return named
}

// free says that no point, vertical line or other name is within a few pixels of a frame.
func free(frame vg.Rectangle, marks []mark, lines []vg.Length, taken []vg.Rectangle) bool {
	const around = 4 * px
	wide := vg.Rectangle{
		Min: vg.Point{X: frame.Min.X - around + px, Y: frame.Min.Y - around}, Max: vg.Point{X: frame.Max.X + around - px, Y: frame.Max.Y + around},
	}
	return !slices.ContainsFunc(marks, func(m mark) bool {
		return wide.Min.X < m.at.X && m.at.X < wide.Max.X && wide.Min.Y < m.at.Y && m.at.Y < wide.Max.Y
	}) && !slices.ContainsFunc(lines, func(x vg.Length) bool { return wide.Min.X < x && x < wide.Max.X }) &&
		!slices.ContainsFunc(taken, func(o vg.Rectangle) bool {
			return wide.Min.X < o.Max.X && o.Min.X < wide.Max.X && wide.Min.Y < o.Max.Y && o.Min.Y < wide.Max.Y
		})
}
