package page

import (
	"errors"
	"fmt"
	"math"

	grob "github.com/MetalBlueberry/go-plotly/generated/v2.34.0/graph_objects"
	"github.com/MetalBlueberry/go-plotly/pkg/types"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Group is one series of a figure of bars.
type Group struct {
	Name string
	// Values holds one value for each label; a missing one is written out in its bar's place.
	Values []Value
}

// BarsSpec is a figure of horizontal bars, the first label at the top.
type BarsSpec struct {
	About
	// Axis is the axis of the values. Unless it has bounds it starts at 0 or at the lowest value below it.
	Axis Axis
	// Form is how the numbers beside the bars are written.
	Form   Form
	Labels []string
	// Groups holds what is compared: one group, or a few beside each other.
	Groups []Group
	// References are vertical lines to compare with.
	References []Reference
}

const (
	barHeightSingle, barHeightGrouped = 13, 10 // a bar's height in CSS pixels
	barGap                            = 7      // between labels
	barsFrame                         = 64     // axis and its title
)

// Bars draws horizontal bars, with their intervals and their numbers. It fails where the groups' values do not match the labels, where a
// label stands twice, and for a figure without words.
func Bars(spec BarsSpec) (Figure, error) { return drawn(spec) }

func (spec BarsSpec) draw() (Figure, error) {
	switch {
	case len(spec.Labels) == 0:
		return Figure{}, errors.New("it has no labels")
	case len(spec.Groups) == 0:
		return Figure{}, errors.New("it has no groups")
	case spec.Axis.Log:
		return Figure{}, errors.New("bars have no logarithmic axis: their lengths would mean nothing")
	}
	if err := checkDistinct("label", spec.Labels); err != nil {
		return Figure{}, err
	}
	values := []float64{0}
	groups := make([]Group, len(spec.Groups))
	for i, g := range spec.Groups {
		if g.Name == "" {
			return Figure{}, errors.New("a group has no name")
		}
		if len(g.Values) != len(spec.Labels) {
			return Figure{}, fmt.Errorf("group %q has %d values for %d labels", g.Name, len(g.Values), len(spec.Labels))
		}
		groups[i].Name = g.Name
		for _, v := range g.Values {
			v = v.normalize()
			if v.Bounded && (v.Low > v.Number || v.High < v.Number) {
				return Figure{}, fmt.Errorf("group %q: %v lies outside its interval %v to %v", g.Name, v.Number, v.Low, v.High)
			}
			groups[i].Values = append(groups[i].Values, v)
			values = append(values, v.Number)
			if v.Bounded {
				values = append(values, v.Low, v.High)
			}
		}
	}
	spec.Groups = groups
	for _, r := range spec.References {
		values = append(values, r.Value)
	}
	x, err := spec.Axis.fit(values)
	if err != nil {
		return Figure{}, err
	}
	x.whole = x.whole && spec.Form == Count
	if spec.Axis.Min == 0 && spec.Axis.Max == 0 && !anyNegative(values) {
		x.min = 0
	}
	picture, err := spec.picture(x)
	if err != nil {
		return Figure{}, err
	}
	interactive, err := spec.plotly(x)
	if err != nil {
		return Figure{}, err
	}
	return Figure{About: spec.About, PNG: picture, Plotly: interactive, MinWidth: 320}, nil
}

func anyNegative(values []float64) bool {
	for _, v := range values {
		if v < 0 {
			return true
		}
	}
	return false
}

func (spec BarsSpec) barHeight() int {
	if len(spec.Groups) == 1 {
		return barHeightSingle
	}
	return barHeightGrouped
}

func (spec BarsSpec) height() int {
	return barsFrame + len(spec.Labels)*(spec.barHeight()*len(spec.Groups)+barGap)
}

// barPosition returns the middle of a bar on the vertical axis, where a label takes one unit and the first stands highest, and half the bar's height.
func (spec BarsSpec) barPosition(label, group int) (middle, half float64) {
	thick, n := float64(spec.barHeight()), float64(len(spec.Groups))
	unit := thick*n + barGap
	offset := (float64(group) - (n-1)/2) * thick / unit
	return float64(len(spec.Labels)-1-label) - offset, 0.46 * thick / unit
}

// numberPosition returns where on the axis the number of a bar stands.
func numberPosition(v Value) float64 {
	at := math.Max(0, v.Number)
	if v.Bounded {
		at = math.Max(at, v.High)
	}
	return at
}

func (spec BarsSpec) text(v Value) string {
	v.Bounded = false
	return spec.Form.String(v)
}

// barPlot draws one group; its glyph boxes keep room for the numbers.
type barPlot struct {
	spec  BarsSpec
	group int
}

func (b barPlot) style() draw.TextStyle {
	size := 11 * px
	if len(b.spec.Groups) > 1 {
		size = 10 * px
	}
	s := textStyle(size, muted)
	s.YAlign = middle
	return s
}

// Plot implements gonum/plot's Plotter.
func (b barPlot) Plot(c draw.Canvas, plt *plot.Plot) {
	x, y := plt.Transforms(&c)
	interval := draw.LineStyle{Color: ink, Width: 1.25 * px}
	for i, v := range b.spec.Groups[b.group].Values {
		middle, half := b.spec.barPosition(i, b.group)
		if v.Missing == "" {
			bar := box(x(0), y(middle-half), x(v.Number), y(middle+half))
			c.FillPolygon(palette[b.group%len(palette)], c.ClipPolygonXY(bar))
		}
		if v.Bounded {
			low, high, at := x(v.Low), x(v.High), y(middle)
			c.StrokeLine2(interval, low, at, high, at)
			c.StrokeLine2(interval, low, at-3*px, low, at+3*px)
			c.StrokeLine2(interval, high, at-3*px, high, at+3*px)
		}
	}
}

// numbers writes the numbers beside the bars, over the reference lines.
func (b barPlot) numbers(c draw.Canvas, plt *plot.Plot) {
	x, y := plt.Transforms(&c)
	style := b.style()
	clear := white
	clear.A = 0xd8
	for i, v := range b.spec.Groups[b.group].Values {
		middle, _ := b.spec.barPosition(i, b.group)
		left, at, text := x(numberPosition(v))+5*px, y(middle), b.spec.text(v)
		c.FillPolygon(clear, box(left-px, at-5*px, left+style.Width(text)+px, at+5*px))
		c.FillText(style, vg.Point{X: left, Y: at}, text)
	}
}

// GlyphBoxes implements gonum/plot's GlyphBoxer.
func (b barPlot) GlyphBoxes(plt *plot.Plot) []plot.GlyphBox {
	style := b.style()
	boxes := make([]plot.GlyphBox, len(b.spec.Labels))
	for i, v := range b.spec.Groups[b.group].Values {
		middle, _ := b.spec.barPosition(i, b.group)
		boxes[i] = plot.GlyphBox{
			X: plt.X.Norm(numberPosition(v)), Y: plt.Y.Norm(middle),
			Rectangle: vg.Rectangle{Max: vg.Point{X: style.Width(b.spec.text(v)) + 5*px}},
		}
	}
	return boxes
}

func (spec BarsSpec) picture(x span) ([]byte, error) {
	p := newPicture(spec.About, spec.Axis.text(), "", spec.height())
	axis(&p.X, x)
	p.Y.Min, p.Y.Max = -0.5, float64(len(spec.Labels))-0.5
	ticks := make(plot.ConstantTicks, len(spec.Labels))
	for i, l := range spec.Labels {
		ticks[i] = plot.Tick{Value: float64(len(spec.Labels) - 1 - i), Label: shorten(l, labelRunes)}
	}
	p.Y.Tick.Marker = ticks
	p.Y.Tick.Length = 0
	p.grid(true, false)
	for i, g := range spec.Groups {
		p.Add(barPlot{spec, i})
		if len(spec.Groups) > 1 {
			p.addLegendBox(g.Name, palette[i%len(palette)])
		}
	}
	for _, r := range spec.References {
		p.reference(r, r.Value, p.Y.Min, r.Value, p.Y.Max)
	}
	for i := range spec.Groups {
		p.Add(drawing(barPlot{spec, i}.numbers))
	}
	return p.encode(nil)
}

func (spec BarsSpec) plotly(x span) ([]byte, error) {
	fig := newPlotly(spec.height())
	// Room for the numbers, which the picture measures.
	x.max += 0.16 * (x.max - x.min)
	setPlotlyX(fig, spec.Axis.text(), x)
	labels, err := shortLabels("label", spec.Labels)
	if err != nil {
		return nil, err
	}
	y := fig.Layout.Yaxis
	y.Type, y.Tickmode, y.Dtick, y.Ticklen = "category", "linear", 1, types.N(0)
	y.Ticklabelstandoff = types.I(4)
	y.Range = []float64{float64(len(labels)) - 0.5, -0.5}
	y.Showgrid = types.False
	fig.Layout.Bargap = types.N(float64(barGap) / float64(barGap+spec.barHeight()*len(spec.Groups)))
	fig.Layout.Bargroupgap = types.N(0.08)
	for i, g := range spec.Groups {
		fig.AddTraces(spec.plotlyBars(i, g, labels))
		if len(spec.Groups) == 1 {
			fig.AddTraces(spec.plotlyNumbers(g, labels))
		}
	}
	if len(spec.Groups) > 1 {
		fig.Layout.Showlegend = types.True
	}
	for _, r := range spec.References {
		addPlotlyLine(fig, r.Label, "x", "paper", r.Value, 0, r.Value, 1)
	}
	return encodePlotly(fig, spec.About)
}

func (spec BarsSpec) plotlyBars(i int, g Group, labels []string) *grob.Bar {
	// What is missing is null, which plotly.js leaves out.
	lengths, up, down := make([]*float64, len(labels)), make([]*float64, len(labels)), make([]*float64, len(labels))
	hover, bounded := make([]string, len(labels)), false
	for j, v := range g.Values {
		hover[j] = spec.Labels[j] + ": " + spec.Form.String(v)
		if v.Missing == "" {
			lengths[j] = new(round(v.Number))
		}
		if v.Bounded {
			up[j], down[j], bounded = new(round(v.High-v.Number)), new(round(v.Number-v.Low)), true
		}
	}
	t := &grob.Bar{
		Name: types.S(escapeLabel(g.Name)), Orientation: grob.BarOrientationH, X: types.DataArray(lengths), Y: types.DataArray(labels),
		Marker: &grob.BarMarker{Color: oneColour(palette[i%len(palette)])}, Showlegend: types.B(len(spec.Groups) > 1),
		Hovertext: escapeLabels(hover), Hovertemplate: hoverTemplate("%{hovertext}<extra></extra>"),
	}
	if len(spec.Groups) > 1 {
		t.Hovertemplate = hoverTemplate("%{hovertext}")
	}
	if bounded {
		t.ErrorX = &grob.BarErrorX{
			Type: "data", Symmetric: types.False, Array: types.DataArray(up), Arrayminus: types.DataArray(down),
			Color: types.Color(css(ink)), Thickness: types.N(1.25), Width: types.N(3),
		}
	}
	return t
}

// plotlyNumbers writes the numbers beside the bars of a single group.
func (spec BarsSpec) plotlyNumbers(g Group, labels []string) *grob.Scatter {
	at, texts := make([]float64, len(labels)), make([]string, len(labels))
	for j, v := range g.Values {
		at[j], texts[j] = numberPosition(v), " "+spec.text(v)
	}
	return &grob.Scatter{
		X: rounded(at), Y: types.DataArray(labels), Text: escapeLabels(texts), Mode: grob.ScatterModeText,
		Textposition: types.ArrayOKValue(grob.ScatterTextpositionMiddleRight), Cliponaxis: types.False, Showlegend: types.False,
		Textfont: &grob.ScatterTextfont{
			Size:  types.ArrayOKValue(types.N(11)),
			Color: types.ArrayOKValue(types.Color(css(muted))),
		},
		Hoverinfo: types.ArrayOKValue(grob.ScatterHoverinfoSkip),
	}
}
