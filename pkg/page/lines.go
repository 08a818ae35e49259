package page

import (
	"errors"
	"fmt"
	"slices"

	grob "github.com/MetalBlueberry/go-plotly/generated/v2.34.0/graph_objects"
	"github.com/MetalBlueberry/go-plotly/pkg/types"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Series is one line, or points without one.
type Series struct {
	Name string
	X, Y []float64
	// Low and High bound each Y; both nil where there are no intervals.
	Low, High []float64
	// Labels name the points where the pointer rests on them; nil for none. Of points without
	// a line, the picture labels the most isolated ones, with the name up to the first comma.
	Labels []string
	// Points draws points without a line between them.
	Points bool
	// Faint draws the series pale, behind the others: raw values under smoothed ones.
	Faint bool
}

// LinesSpec is a figure of lines or points.
type LinesSpec struct {
	About
	X, Y   Axis
	Series []Series
	// AtY and AtX are horizontal and vertical lines to compare with.
	AtY, AtX []Reference
	// Diagonal names the line of equal x and y; empty for none.
	Diagonal string
}

const (
	linesHeight = 400
	// markedPoints is the number of points up to which each point of a line is marked.
	markedPoints = 40
)

func (s Series) marked() bool { return s.Points || len(s.X) <= markedPoints && !s.Faint }

func (s Series) check() error {
	n := len(s.X)
	switch {
	case s.Name == "":
		return errors.New("a series has no name")
	case n == 0:
		return fmt.Errorf("series %q has no points", s.Name)
	case len(s.Y) != n, s.Low != nil && len(s.Low) != n, s.High != nil && len(s.High) != n, s.Labels != nil && len(s.Labels) != n:
		return fmt.Errorf("series %q: X, Y, bounds and labels differ in length", s.Name)
	case (s.Low == nil) != (s.High == nil):
		return fmt.Errorf("series %q has one bound of its intervals without the other", s.Name)
	}
	for i := range s.Low {
		if s.Low[i] > s.Y[i] || s.High[i] < s.Y[i] {
			return fmt.Errorf("series %q, point %d: %v lies outside its interval %v to %v", s.Name, i+1, s.Y[i], s.Low[i], s.High[i])
		}
	}
	return nil
}

// Lines draws lines or points over a numeric axis. It fails for values that are NaN or infinite, for lengths that differ, and for a figure
// without words.
func Lines(spec LinesSpec) (Figure, error) { return drawn(spec) }

func (spec LinesSpec) draw() (Figure, error) {
	if len(spec.Series) == 0 {
		return Figure{}, errors.New("it has no series")
	}
	var xs, ys []float64
	for _, s := range spec.Series {
		if err := s.check(); err != nil {
			return Figure{}, err
		}
		xs = append(xs, s.X...)
		ys = slices.Concat(ys, s.Y, s.Low, s.High)
	}
	for _, r := range spec.AtX {
		xs = append(xs, r.Value)
	}
	for _, r := range spec.AtY {
		ys = append(ys, r.Value)
	}
	x, err := spec.X.fit(xs)
	if err != nil {
		return Figure{}, err
	}
	y, err := spec.Y.fit(ys)
	if err != nil {
		return Figure{}, err
	}
	picture, err := spec.picture(x, y)
	if err != nil {
		return Figure{}, err
	}
	interactive, err := spec.plotly(x, y)
	if err != nil {
		return Figure{}, err
	}
	return Figure{About: spec.About, PNG: picture, Plotly: interactive, MinWidth: 300}, nil
}

// diagonalEnds returns the lowest and the highest value of the diagonal inside both ranges.
func diagonalEnds(x, y span) (low, high float64) { return max(x.min, y.min), min(x.max, y.max) }

func (spec LinesSpec) picture(x, y span) ([]byte, error) {
	p := newPicture(spec.About, spec.X.text(), spec.Y.text(), linesHeight)
	axis(&p.X, x)
	axis(&p.Y, y)
	p.grid(true, true)
	for i, s := range spec.Series {
		s.draw(p, i, spec.stroke(i))
	}
	for _, r := range spec.AtY {
		p.reference(r, x.min, r.Value, x.max, r.Value)
	}
	for _, r := range spec.AtX {
		p.reference(r, r.Value, y.min, r.Value, y.max)
	}
	if spec.Diagonal != "" {
		low, high := diagonalEnds(x, y)
		p.reference(Reference{Label: spec.Diagonal}, low, low, high, high)
	}
	spec.labelPoints(p)
	return p.encode(nil)
}

// stroke returns which dash a series has: the first that is not faint is solid.
func (spec LinesSpec) stroke(i int) int {
	n := 0
	for _, s := range spec.Series[:i] {
		if !s.Faint {
			n++
		}
	}
	return n % len(dashes)
}

func (s Series) draw(p *picture, i, dash int) {
	colour := palette[i%len(palette)]
	stroke := draw.LineStyle{Color: colour, Width: 2 * px, Dashes: dashes[dash]}
	bar := draw.LineStyle{Color: colour, Width: 1.25 * px}
	if s.Faint {
		stroke = draw.LineStyle{Color: pale(colour), Width: px}
	}
	var mark *draw.GlyphStyle
	if s.marked() {
		mark = &draw.GlyphStyle{Color: stroke.Color, Radius: 3.5 * px, Shape: glyphs[i%len(glyphs)]}
	}
	if s.Points {
		stroke.Width = 0
	}
	p.Add(drawing(func(c draw.Canvas, plt *plot.Plot) {
		x, y := plt.Transforms(&c)
		points := make([]vg.Point, len(s.X))
		for j := range s.X {
			points[j] = vg.Point{X: x(s.X[j]), Y: y(s.Y[j])}
			if s.Low != nil {
				low, high := y(s.Low[j]), y(s.High[j])
				c.StrokeLine2(bar, points[j].X, low, points[j].X, high)
				c.StrokeLine2(bar, points[j].X-3*px, low, points[j].X+3*px, low)
				c.StrokeLine2(bar, points[j].X-3*px, high, points[j].X+3*px, high)
			}
		}
		if stroke.Width > 0 {
			c.StrokeLines(stroke, c.ClipLinesXY(points)...)
		}
		if mark != nil {
			for _, at := range points {
				c.DrawGlyphNoClip(*mark, at)
			}
		}
	}))
	p.addLegendLine(s.Name, stroke, mark)
}

func (spec LinesSpec) plotly(x, y span) ([]byte, error) {
	fig := newPlotly(linesHeight)
	setPlotlyX(fig, spec.X.text(), x)
	setPlotlyY(fig, spec.Y.text(), y)
	for _, r := range spec.AtY {
		addPlotlyLine(fig, r.Label, "paper", "y", 0, r.Value, 1, r.Value)
	}
	for _, r := range spec.AtX {
		addPlotlyLine(fig, r.Label, "x", "paper", r.Value, 0, r.Value, 1)
	}
	if spec.Diagonal != "" {
		low, high := diagonalEnds(x, y)
		addPlotlyLine(fig, spec.Diagonal, "x", "y", low, low, high, high)
	}
	for i, s := range spec.Series {
		fig.AddTraces(s.plotly(i, spec.stroke(i), spec.X.Title, spec.Y.Title))
	}
	fig.Layout.Showlegend = types.True
	return encodePlotly(fig, spec.About)
}

func (s Series) plotly(i, stroke int, xTitle, yTitle string) *grob.Scatter {
	colour, width := palette[i%len(palette)], 2.0
	dash := plotlyDashes[stroke]
	if s.Faint {
		colour, width, dash = pale(colour), 1, "solid"
	}
	t := &grob.Scatter{Name: types.S(escapeLabel(s.Name)), X: rounded(s.X), Y: rounded(s.Y), Mode: "lines"}
	if s.Points {
		t.Mode = "markers"
	} else {
		t.Line = &grob.ScatterLine{Color: types.Color(css(colour)), Width: types.N(width), Dash: types.S(dash)}
		if s.marked() {
			t.Mode = "lines+markers"
		}
	}
	if s.marked() {
		t.Marker = &grob.ScatterMarker{
			Color: oneColour(colour), Size: types.ArrayOKValue(types.N(7)),
			Symbol: types.ArrayOKValue(plotlySymbols[i%len(plotlySymbols)]),
		}
	}
	hover := escapeLabel(xTitle) + ": %{x}<br>" + escapeLabel(yTitle) + ": %{y:.4~r}"
	if s.Low != nil {
		up, down, texts := make([]float64, len(s.Y)), make([]float64, len(s.Y)), make([]string, len(s.Y))
		for j := range s.Y {
			up[j], down[j] = s.High[j]-s.Y[j], s.Y[j]-s.Low[j]
			texts[j] = fmt.Sprintf("%s to %s", Decimal.number(s.Low[j]), Decimal.number(s.High[j]))
		}
		t.ErrorY = &grob.ScatterErrorY{
			Type: grob.ScatterErrorYTypeData, Symmetric: types.False, Array: rounded(up), Arrayminus: rounded(down),
			Color: types.Color(css(colour)), Thickness: types.N(1.25), Width: types.N(3),
		}
		t.Customdata = types.DataArray(texts)
		hover += " (%{customdata})"
	}
	if s.Labels != nil {
		t.Text = escapeLabels(s.Labels)
		hover = "%{text}<br>" + hover
	}
	t.Hovertemplate = hoverTemplate(hover)
	return t
}
