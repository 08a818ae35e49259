package page

import (
	"errors"
	"fmt"
	"slices"

	grob "github.com/MetalBlueberry/go-plotly/generated/v2.34.0/graph_objects"
	"github.com/MetalBlueberry/go-plotly/pkg/types"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// Sample is one distribution of a histogram.
type Sample struct {
	Name   string
	Values []float64
}

// HistogramSpec is a figure of how often values fall into bins.
type HistogramSpec struct {
	About
	// Axis is the axis of the values; where it has bounds the bins fill them.
	Axis Axis
	// Count names the vertical axis: "notes", or "share of notes" with Share.
	Count Axis
	// Share draws each sample's bins as shares of it, so that samples of different sizes compare.
	Share bool
	// Bins is the number of bins; 0 for 30.
	Bins int
	// Samples are drawn over each other: one, or a few.
	Samples []Sample
	// References are vertical lines to compare with.
	References []Reference
}

// bins is the edges of a histogram, all the same distance apart, and the height of each sample's bins.
type bins struct {
	edges   []float64
	heights [][]float64
}

// Histogram draws distributions in common bins. It fails for values that are NaN, infinite or outside the axis' bounds, and for a figure
// without words.
func Histogram(spec HistogramSpec) (Figure, error) { return drawn(spec) }

func (spec HistogramSpec) draw() (Figure, error) {
	if spec.Bins == 0 {
		spec.Bins = 30
	}
	switch {
	case len(spec.Samples) == 0:
		return Figure{}, errors.New("it has no samples")
	case spec.Bins < 1 || spec.Bins > 1000:
		return Figure{}, fmt.Errorf("it asks for %d bins: 1 to 1,000", spec.Bins)
	case spec.Axis.Log || spec.Count.Log:
		return Figure{}, errors.New("a histogram has no logarithmic axis: take the logarithm of the values")
	}
	var values []float64
	for _, s := range spec.Samples {
		if s.Name == "" {
			return Figure{}, errors.New("a sample has no name")
		}
		if len(s.Values) == 0 {
			return Figure{}, fmt.Errorf("sample %q has no values", s.Name)
		}
		values = append(values, s.Values...)
	}
	for _, r := range spec.References {
		values = append(values, r.Value)
	}
	x, err := spec.Axis.fit(values)
	if err != nil {
		return Figure{}, err
	}
	x.whole = false
	if spec.Axis.Min == 0 && spec.Axis.Max == 0 && slices.Min(values) < slices.Max(values) {
		// Bins need no margin.
		x.min, x.max = slices.Min(values), slices.Max(values)
	}
	b := spec.bin(x)
	heights := append(slices.Concat(b.heights...), 0)
	y, err := spec.Count.fit(heights)
	if err != nil {
		return Figure{}, err
	}
	if spec.Count.Min == 0 && spec.Count.Max == 0 {
		y.min = 0
	}
	picture, err := spec.picture(x, y, b)
	if err != nil {
		return Figure{}, err
	}
	interactive, err := spec.plotly(x, y, b)
	if err != nil {
		return Figure{}, err
	}
	return Figure{About: spec.About, PNG: picture, Plotly: interactive, MinWidth: 300}, nil
}

// bin counts; a value on an edge belongs to the bin above it, the highest to the last bin.
func (spec HistogramSpec) bin(x span) bins {
	b := bins{edges: make([]float64, spec.Bins+1)}
	width := (x.max - x.min) / float64(spec.Bins)
	for i := range b.edges {
		b.edges[i] = x.min + float64(i)*width
	}
	for _, s := range spec.Samples {
		heights := make([]float64, spec.Bins)
		one := 1.0
		if spec.Share {
			one = 1 / float64(len(s.Values))
		}
		for _, v := range s.Values {
			heights[min(int((v-x.min)/width), spec.Bins-1)] += one
		}
		b.heights = append(b.heights, heights)
	}
	return b
}

// alpha lets samples that lie over each other be seen.
func (spec HistogramSpec) alpha() uint8 {
	if len(spec.Samples) == 1 {
		return 0xff
	}
	return 0x55
}

func (spec HistogramSpec) picture(x, y span, b bins) ([]byte, error) {
	p := newPicture(spec.About, spec.Axis.text(), spec.Count.text(), linesHeight)
	axis(&p.X, x)
	axis(&p.Y, y)
	p.grid(false, true)
	for i, s := range spec.Samples {
		colour := palette[i%len(palette)]
		fill := colour
		fill.A = spec.alpha()
		outline := draw.LineStyle{Color: colour, Width: 1.25 * px}
		p.Add(drawing(func(c draw.Canvas, plt *plot.Plot) {
			tx, ty := plt.Transforms(&c)
			for j, h := range b.heights[i] {
				bar := c.ClipPolygonXY(box(tx(b.edges[j]), ty(0), tx(b.edges[j+1])-0.5*px, ty(h)))
				if h == 0 || len(bar) == 0 {
					continue
				}
				c.FillPolygon(fill, bar)
				if len(spec.Samples) > 1 {
					c.StrokeLines(outline, append(bar, bar[0]))
				}
			}
		}))
		if len(spec.Samples) > 1 {
			p.addLegendBox(s.Name, fill)
		}
	}
	for _, r := range spec.References {
		p.reference(r, r.Value, y.min, r.Value, y.max)
	}
	return p.encode(nil)
}

func (spec HistogramSpec) plotly(x, y span, b bins) ([]byte, error) {
	fig := newPlotly(linesHeight)
	setPlotlyX(fig, spec.Axis.text(), x)
	setPlotlyY(fig, spec.Count.text(), y)
	fig.Layout.Barmode = "overlay"
	fig.Layout.Bargap = types.N(0.02)
	middles, ranges := make([]float64, spec.Bins), make([]string, spec.Bins)
	for j := range middles {
		middles[j] = (b.edges[j] + b.edges[j+1]) / 2
		ranges[j] = Decimal.number(b.edges[j]) + " to " + Decimal.number(b.edges[j+1])
	}
	for i, s := range spec.Samples {
		colour := palette[i%len(palette)]
		fill := colour
		fill.A = spec.alpha()
		t := &grob.Bar{
			Name: types.S(escapeLabel(s.Name)), X: rounded(middles), Y: rounded(b.heights[i]),
			Width:  types.ArrayOKValue(types.N(round(b.edges[1] - b.edges[0]))),
			Marker: &grob.BarMarker{Color: oneColour(fill)}, Customdata: types.DataArray(ranges),
			Hovertemplate: hoverTemplate(escapeLabel(spec.Axis.Title) + " %{customdata}: %{y:.4~r}"),
			Showlegend:    types.B(len(spec.Samples) > 1),
		}
		if len(spec.Samples) > 1 {
			t.Marker.Line = &grob.BarMarkerLine{Color: oneColour(colour), Width: types.ArrayOKValue(types.N(1.25))}
			fig.Layout.Showlegend = types.True
		}
		fig.AddTraces(t)
	}
	for _, r := range spec.References {
		addPlotlyLine(fig, r.Label, "x", "paper", r.Value, 0, r.Value, 1)
	}
	return encodePlotly(fig, spec.About)
}
