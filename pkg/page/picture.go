package page

import (
	"bytes"
	"image/color"
	"image/png"
	"slices"
	"unicode/utf8"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

const (
	// scale is how many pixels of the picture make one CSS pixel.
	scale = 2
	// pictureWidth is the width of every picture in CSS pixels.
	pictureWidth = 680
	// px is one CSS pixel.
	px = vg.Inch / 96
	// edge is the blank around a picture.
	edge = 8 * px

	tickSize, labelSize = 12 * px, 13 * px

	// middle centres a line of text by what is seen of it: most labels have little below the baseline.
	middle = text.YAlignment(-0.4)
)

// Dashes and markers tell series apart without colour.
var (
	dashes = [][]vg.Length{nil, {6 * px, 3 * px}, {2 * px, 3 * px}, {8 * px, 3 * px, 2 * px, 3 * px}}
	glyphs = []draw.GlyphDrawer{
		draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{},
	}
	referenceLine = draw.LineStyle{Color: muted, Width: 1.5 * px, Dashes: []vg.Length{3 * px, 3 * px}}
)

// picture is a plot with its legend.
type picture struct {
	*plot.Plot
	legend    []entry
	synthetic bool
	height    int
	// keep holds the colours that carry meaning.
	keep []color.NRGBA
}

// entry is one name of the legend and how its symbol is drawn, into a box of 22 by 10 CSS pixels around a centre.
type entry struct {
	name string
	draw func(c draw.Canvas, centre vg.Point)
}

func textStyle(size vg.Length, c color.Color) text.Style {
	return text.Style{
		Color: c, Handler: plot.DefaultTextHandler,
		Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
	}
}

// newPicture returns an empty plot in the style of all pictures.
func newPicture(about About, x, y string, height int) *picture {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = x, y
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Tick.Label = textStyle(tickSize, ink)
		a.Label.TextStyle = textStyle(labelSize, ink)
		a.Label.TextStyle.XAlign, a.Label.TextStyle.YAlign = draw.XCenter, draw.YBottom
		a.Label.Padding = 6 * px
		a.LineStyle = draw.LineStyle{Color: muted, Width: px}
		a.Tick.LineStyle = a.LineStyle
		a.Tick.Length = 4 * px
		a.Padding = 0
	}
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = draw.XCenter, draw.YTop
	// An axis lifts its labels by what a font has below the baseline.
	p.Y.Tick.Label.XAlign, p.Y.Tick.Label.YAlign = draw.XRight, middle-0.2
	return &picture{Plot: p, synthetic: about.Synthetic, height: height, keep: slices.Concat(palette, []color.NRGBA{white, ink, muted, noData})}
}

// axis sets the range and the ticks of one axis.
func axis(a *plot.Axis, s span) {
	a.Min, a.Max, a.Scale, a.Tick.Marker = s.min, s.max, s.scale(), s
}

func (p *picture) grid(vertical, horizontal bool) {
	g := plotter.NewGrid()
	line := draw.LineStyle{Color: gridInk, Width: px}
	g.Vertical, g.Horizontal = draw.LineStyle{}, draw.LineStyle{}
	if vertical {
		g.Vertical = line
	}
	if horizontal {
		g.Horizontal = line
	}
	p.Add(g)
}

// encode draws the picture and returns it as PNG.
func (p *picture) encode(extra func(c draw.Canvas) draw.Canvas) ([]byte, error) {
	top := p.drawLegend(nil)
	canvas := vgimg.NewWith(
		vgimg.UseWH(pictureWidth*px, vg.Length(p.height)*px+top), vgimg.UseDPI(96*scale), vgimg.UseBackgroundColor(white))
	c := draw.Crop(draw.New(canvas), edge, -edge, edge, -edge)
	p.drawLegend(&c)
	c = draw.Crop(c, 0, 0, 0, -top)
	if extra != nil {
		c = extra(c)
	}
	p.Draw(c)
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, paletted(canvas.Image(), p.keep)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// drawLegend draws the legend in rows at the top of the canvas, with the badge of synthetic results at the right of the first row, and
// returns its height. A nil canvas only measures.
func (p *picture) drawLegend(c *draw.Canvas) vg.Length {
	const (
		row, sample = 20 * px, 24 * px
		space       = 16 * px
		width       = pictureWidth*px - 2*edge
	)
	style := textStyle(tickSize, ink)
	style.YAlign = middle
	at := func(x vg.Length, r int) vg.Point {
		return vg.Point{X: c.Min.X + x, Y: c.Max.Y - row/2 - vg.Length(r)*row}
	}
	x, r, limit := vg.Length(0), 0, width
	if p.synthetic {
		mark := style
		mark.Color = muted
		w := mark.Width(Badge)
		limit -= w + space
		if c != nil {
			c.FillText(mark, at(width-w, 0), Badge)
		}
	}
	for _, e := range p.legend {
		name := shorten(e.name, 60)
		w := sample + 4*px + style.Width(name)
		if x > 0 && x+w > limit {
			x, r, limit = 0, r+1, width
		}
		if c != nil {
			e.draw(*c, at(x+sample/2, r))
			c.FillText(style, at(x+sample+4*px, r), name)
		}
		x += w + space
	}
	if len(p.legend) == 0 && !p.synthetic {
		return 0
	}
	return vg.Length(r+1)*row + 4*px
}

// addLegendLine adds a line, with its marker where it has one, to the legend.
func (p *picture) addLegendLine(name string, line draw.LineStyle, mark *draw.GlyphStyle) {
	p.legend = append(p.legend, entry{name, func(c draw.Canvas, at vg.Point) {
		if line.Width > 0 {
			c.StrokeLine2(line, at.X-11*px, at.Y, at.X+11*px, at.Y)
		}
		if mark != nil {
			c.DrawGlyphNoClip(*mark, at)
		}
	}})
}

// addLegendBox adds a filled box to the legend.
func (p *picture) addLegendBox(name string, fill color.Color) {
	p.legend = append(p.legend, entry{name, func(c draw.Canvas, at vg.Point) {
		c.FillPolygon(fill, box(at.X-8*px, at.Y-5*px, at.X+8*px, at.Y+5*px))
	}})
}

// reference adds a line from one point to another, in the plot's coordinates, and its name at the end of the legend.
func (p *picture) reference(r Reference, x0, y0, x1, y1 float64) {
	p.Add(drawing(func(c draw.Canvas, plt *plot.Plot) {
		x, y := plt.Transforms(&c)
		c.StrokeLines(referenceLine, c.ClipLinesXY([]vg.Point{{X: x(x0), Y: y(y0)}, {X: x(x1), Y: y(y1)}})...)
	}))
	p.addLegendLine(r.Label, referenceLine, nil)
}

// drawing is a plotter that is only a function.
type drawing func(c draw.Canvas, plt *plot.Plot)

// Plot implements gonum/plot's Plotter.
func (d drawing) Plot(c draw.Canvas, plt *plot.Plot) { d(c, plt) }

func box(x0, y0, x1, y1 vg.Length) []vg.Point {
	return []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
}

// shorten cuts a label that would leave no room for the data.
func shorten(s string, runes int) string {
	s = oneLine(s)
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return string([]rune(s)[:runes-1]) + "…"
}

// labelRunes is the length at which the names of categories are cut.
const labelRunes = 40
