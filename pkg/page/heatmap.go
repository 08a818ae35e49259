package page

import (
	"errors"
	"fmt"
	"image/color"
	"math"

	grob "github.com/MetalBlueberry/go-plotly/generated/v2.34.0/graph_objects"
	"github.com/MetalBlueberry/go-plotly/pkg/types"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// HeatmapSpec is a figure of coloured cells, such as a confusion matrix.
type HeatmapSpec struct {
	About
	// RowTitle and ColumnTitle name the vertical and the horizontal axis.
	RowTitle, ColumnTitle string
	// Rows and Columns are the labels, the first row at the top.
	Rows, Columns []string
	// Cells holds len(Rows) rows of len(Columns) values. A missing one is grey.
	Cells [][]Value
	// Scale names what the colours measure.
	Scale Axis
	Form  Form
}

const (
	// maxNumberedColumns is the number of columns up to which each cell holds its number.
	maxNumberedColumns = 10
	heatmapFrame       = 70
	// scaleBar and scaleBox are the widths of the colours' scale and of the room it takes, in CSS pixels.
	scaleBar, scaleBox = 14, 92
)

// Heatmap draws a matrix in colours, darker for more. It fails where the cells do not match the labels, where a label stands twice on one
// axis, where all cells are missing, and for a figure without words.
func Heatmap(spec HeatmapSpec) (Figure, error) { return drawn(spec) }

func (spec HeatmapSpec) draw() (Figure, error) {
	switch {
	case len(spec.Rows) == 0 || len(spec.Columns) == 0:
		return Figure{}, errors.New("it has no rows or no columns")
	case len(spec.Cells) != len(spec.Rows):
		return Figure{}, fmt.Errorf("it has %d rows of cells for %d labels", len(spec.Cells), len(spec.Rows))
	case spec.RowTitle == "" || spec.ColumnTitle == "":
		return Figure{}, errors.New("an axis has no title: give RowTitle and ColumnTitle")
	case spec.Scale.Log:
		return Figure{}, errors.New("the colours of a heat map have no logarithmic scale")
	}
	if err := errors.Join(checkDistinct("row", spec.Rows), checkDistinct("column", spec.Columns)); err != nil {
		return Figure{}, err
	}
	var values []float64
	cells := make([][]Value, len(spec.Cells))
	for i, row := range spec.Cells {
		if len(row) != len(spec.Columns) {
			return Figure{}, fmt.Errorf("row %q has %d cells for %d columns", spec.Rows[i], len(row), len(spec.Columns))
		}
		for _, v := range row {
			v = v.normalize()
			cells[i] = append(cells[i], v)
			if v.Missing == "" {
				values = append(values, v.Number)
			}
		}
	}
	spec.Cells = cells
	z, err := spec.Scale.fit(values)
	if err != nil {
		return Figure{}, err
	}
	if spec.Scale.Min == 0 && spec.Scale.Max == 0 {
		// Colours need no margin.
		z.min, z.max = values[0], values[0]
		for _, v := range values {
			z.min, z.max = math.Min(z.min, v), math.Max(z.max, v)
		}
		if z.min >= 0 {
			z.min = 0
		}
		if z.min == z.max {
			z.max = z.min + 1
		}
	}
	picture, err := spec.picture(z)
	if err != nil {
		return Figure{}, err
	}
	interactive, err := spec.plotly(z)
	if err != nil {
		return Figure{}, err
	}
	room := 14
	if spec.hasNumbers() {
		room = 44
	}
	return Figure{About: spec.About, PNG: picture, Plotly: interactive, MinWidth: min(pictureWidth, 300+room*len(spec.Columns))}, nil
}

func (spec HeatmapSpec) cellHeight() int {
	if len(spec.Columns) <= maxNumberedColumns {
		return 26
	}
	return 14
}

func (spec HeatmapSpec) longest() vg.Length {
	style := textStyle(tickSize, ink)
	longest := vg.Length(0)
	for _, l := range spec.Columns {
		longest = max(longest, style.Width(shorten(l, labelRunes)))
	}
	return longest
}

func (spec HeatmapSpec) height() int {
	return heatmapFrame + spec.cellHeight()*len(spec.Rows) + int(spec.longest()/px)
}

func (spec HeatmapSpec) hasNumbers() bool { return len(spec.Columns) <= maxNumberedColumns }

// cellText writes a cell's number as short as its kind allows.
func (spec HeatmapSpec) cellText(v Value) string {
	v.Bounded = false
	if v.Missing != "" {
		return "–"
	}
	return spec.Form.String(v)
}

// textColour returns the colour of text that can be read on a cell.
func textColour(c color.NRGBA) color.NRGBA {
	if 0.2126*float64(c.R)+0.7152*float64(c.G)+0.0722*float64(c.B) < 140 {
		return white
	}
	return ink
}

func (spec HeatmapSpec) picture(z span) ([]byte, error) {
	p := newPicture(spec.About, spec.ColumnTitle, spec.RowTitle, spec.height())
	rows, columns := len(spec.Rows), len(spec.Columns)
	size := tickSize
	if spec.cellHeight() < 16 {
		size = 11 * px
	}
	// Gonum steps at these bounds, so cells reach from half before the first label to half after the last.
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -0.5, float64(columns)-0.5, -0.5, float64(rows)-0.5
	xs, ys := make(plot.ConstantTicks, columns), make(plot.ConstantTicks, rows)
	for i, l := range spec.Columns {
		xs[i] = plot.Tick{Value: float64(i), Label: shorten(l, labelRunes)}
	}
	for i, l := range spec.Rows {
		ys[i] = plot.Tick{Value: float64(rows - 1 - i), Label: shorten(l, labelRunes)}
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = xs, ys
	p.X.Tick.Label.Font.Size, p.Y.Tick.Label.Font.Size = size, size
	p.X.Tick.Label.Rotation = math.Pi / 2
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = draw.XRight, middle
	// Ticks that are not seen keep the labels off the cells.
	p.X.Tick.Color, p.X.Tick.Length, p.Y.Tick.Length = color.Transparent, 7*px, 0
	p.X.LineStyle.Width, p.Y.LineStyle.Width = 0, 0
	p.Add(drawing(func(c draw.Canvas, plt *plot.Plot) {
		x, y := plt.Transforms(&c)
		for i, row := range spec.Cells {
			for j, v := range row {
				fill := noData
				if v.Missing == "" {
					fill = shade((v.Number - z.min) / (z.max - z.min))
				}
				top, left := float64(rows-1-i)+0.5, float64(j)-0.5
				c.FillPolygon(fill, box(x(left)+0.5*px, y(top-1)+0.5*px, x(left+1)-0.5*px, y(top)-0.5*px))
				if spec.hasNumbers() {
					style := textStyle(11*px, textColour(fill))
					style.XAlign, style.YAlign = draw.XCenter, middle
					c.FillText(style, vg.Point{X: x(float64(j)), Y: y(top - 0.5)}, spec.cellText(v))
				}
			}
		}
	}))
	for i := range shades {
		p.keep = append(p.keep, shade(float64(i)/(shades-1)))
	}
	return p.encode(func(c draw.Canvas) draw.Canvas {
		spec.scale(draw.Crop(c, c.Max.X-c.Min.X-scaleBox*px, 0, 0, 0), z)
		return draw.Crop(c, 0, -scaleBox*px, 0, 0)
	})
}

// scale draws the colours' scale at the top right.
func (spec HeatmapSpec) scale(c draw.Canvas, z span) {
	title := textStyle(tickSize, ink)
	title.YAlign, title.XAlign, title.Rotation = draw.YTop, draw.XRight, math.Pi/2
	left, top := c.Min.X+14*px, c.Max.Y-6*px
	height := min(c.Max.Y-c.Min.Y-12*px, 180*px)
	bottom := top - height
	for i := range shades {
		y := bottom + height*vg.Length(i)/shades
		c.FillPolygon(shade(float64(i)/(shades-1)), box(left, y, left+scaleBar*px, y+height/shades+0.5*px))
	}
	label := textStyle(11*px, ink)
	label.YAlign = middle
	for _, t := range z.Ticks(0, 0) {
		y := bottom + height*vg.Length((t.Value-z.min)/(z.max-z.min))
		c.FillText(label, vg.Point{X: left + (scaleBar+4)*px, Y: y}, t.Label)
	}
	c.FillText(title, vg.Point{X: c.Max.X - 16*px, Y: top}, spec.Scale.text())
}

func (spec HeatmapSpec) plotly(z span) ([]byte, error) {
	fig := newPlotly(spec.height())
	numbers, texts := make([][]*float64, len(spec.Rows)), make([][]string, len(spec.Rows))
	for i, row := range spec.Cells {
		for _, v := range row {
			var n *float64
			if v.Missing == "" {
				n = new(round(v.Number))
			}
			numbers[i] = append(numbers[i], n)
			texts[i] = append(texts[i], escapeLabel(spec.cellText(v)))
		}
	}
	rows, err := shortLabels("row", spec.Rows)
	if err != nil {
		return nil, err
	}
	columns, err := shortLabels("column", spec.Columns)
	if err != nil {
		return nil, err
	}
	stops := make([]types.ColorScaleReference, len(ramp))
	for i, c := range ramp {
		stops[i] = types.ColorScaleReference{NormalizedValue: float64(i) / float64(len(ramp)-1), Color: types.Color(css(c))}
	}
	t := &grob.Heatmap{
		X: types.DataArray(columns), Y: types.DataArray(rows), Z: types.DataArray(numbers),
		Zmin: types.N(round(z.min)), Zmax: types.N(round(z.max)), Colorscale: &types.ColorScale{Values: stops},
		Xgap: types.N(1), Ygap: types.N(1), Hoverongaps: types.False,
		Hovertemplate: hoverTemplate("%{y}<br>%{x}<br>%{z:" + spec.Form.d3() + "}<extra></extra>"),
		Colorbar: &grob.HeatmapColorbar{
			Thickness: types.N(scaleBar), Lenmode: "pixels", Len: types.N(200), Y: types.N(1), Yanchor: "top",
			Title:        &grob.HeatmapColorbarTitle{Text: types.S(escapeLabel(spec.Scale.text())), Side: "right"},
			Outlinewidth: types.N(0),
		},
	}
	if spec.hasNumbers() {
		t.Text, t.Texttemplate = types.DataArray(texts), "%{text}"
		t.Textfont = &grob.HeatmapTextfont{Size: types.N(11)}
	}
	fig.AddTraces(t)
	fig.Layout.PlotBgcolor = types.Color(css(noData))
	x, y := fig.Layout.Xaxis, fig.Layout.Yaxis
	x.Title = &grob.LayoutXaxisTitle{Text: types.S(escapeLabel(spec.ColumnTitle)), Standoff: types.N(8)}
	y.Title = &grob.LayoutYaxisTitle{Text: types.S(escapeLabel(spec.RowTitle)), Standoff: types.N(8)}
	x.Type, x.Tickmode, x.Dtick, x.Tickangle, x.Ticklen = "category", "linear", 1, types.N(-90), types.N(0)
	y.Type, y.Tickmode, y.Dtick, y.Ticklen = "category", "linear", 1, types.N(0)
	x.Ticklabelstandoff, y.Ticklabelstandoff = types.I(4), types.I(4)
	if !spec.hasNumbers() {
		x.Tickfont, y.Tickfont = &grob.LayoutXaxisTickfont{Size: types.N(10)}, &grob.LayoutYaxisTickfont{Size: types.N(10)}
	}
	y.Autorange = grob.LayoutYaxisAutorangeReversed
	x.Showgrid, y.Showgrid, x.Showline, y.Showline = types.False, types.False, types.False, types.False
	return encodePlotly(fig, spec.About)
}

// shortLabels shortens labels for plotly.js, which would draw two that become the same as one.
func shortLabels(what string, labels []string) ([]string, error) {
	out := make([]string, len(labels))
	for i, l := range labels {
		out[i] = escapeLabel(shorten(l, labelRunes))
	}
	if err := checkDistinct(what, out); err != nil {
		return nil, fmt.Errorf("%w, in its first %d characters", err, labelRunes)
	}
	return out, nil
}
