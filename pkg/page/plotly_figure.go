package page

import (
	"encoding/json"
	"fmt"
	"html"
	"image/color"
	"math"
	"slices"
	"strconv"

	grob "github.com/MetalBlueberry/go-plotly/generated/v2.34.0/graph_objects"
	"github.com/MetalBlueberry/go-plotly/pkg/types"
)

// plotlyFont is the system's own sans serif, so that the interactive figure asks for no font.
const plotlyFont = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif"

var (
	plotlyDashes  = []string{"solid", "6px,3px", "2px,3px", "8px,3px,2px,3px"}
	plotlySymbols = []grob.ScatterMarkerSymbol{"circle", "square", "triangle-up", "circle-open", "square-open", "triangle-up-open"}
)

// newPlotly returns an empty interactive figure in the style of all, with the height in CSS pixels of the picture without its legend.
func newPlotly(height int) *grob.Fig {
	layout := &grob.Layout{
		Autosize: types.True, Height: types.N(float64(height)),
		Font:         &grob.LayoutFont{Family: plotlyFont, Size: types.N(12), Color: types.Color(css(ink))},
		PaperBgcolor: "#ffffff", PlotBgcolor: "#ffffff",
		Margin:     &grob.LayoutMargin{L: types.N(10), R: types.N(14), T: types.N(12), B: types.N(10)},
		Hovermode:  grob.LayoutHovermodeClosest,
		Showlegend: types.False,
		Legend: &grob.LayoutLegend{
			Orientation: grob.LayoutLegendOrientationH, X: types.N(0), Xanchor: grob.LayoutLegendXanchorLeft,
			Y: types.N(1.01), Yanchor: grob.LayoutLegendYanchorBottom,
		},
		Hoverlabel: &grob.LayoutHoverlabel{Namelength: types.I(-1)},
		Xaxis: &grob.LayoutXaxis{
			Automargin: grob.LayoutXaxisAutomarginTrue, Gridcolor: types.Color(css(gridInk)), Linecolor: types.Color(css(muted)),
			Showline: types.True, Zeroline: types.False, Ticks: "outside", Ticklen: types.N(4), Tickcolor: types.Color(css(muted)),
			Separatethousands: types.True, Exponentformat: "none",
		},
		Yaxis: &grob.LayoutYaxis{
			Automargin: grob.LayoutYaxisAutomarginTrue, Gridcolor: types.Color(css(gridInk)), Linecolor: types.Color(css(muted)),
			Showline: types.True, Zeroline: types.False, Ticks: "outside", Ticklen: types.N(4), Tickcolor: types.Color(css(muted)),
			Separatethousands: types.True, Exponentformat: "none",
		},
	}
	return &grob.Fig{Layout: layout}
}

func setPlotlyX(fig *grob.Fig, title string, s span) {
	a := fig.Layout.Xaxis
	a.Title = &grob.LayoutXaxisTitle{Text: types.S(escapeLabel(title)), Standoff: types.N(8)}
	t := s.plotly()
	a.Type, a.Range, a.Dtick, a.Tickvals, a.Ticktext = grob.LayoutXaxisType(t.kind), t.limits, t.step, t.values, t.texts
}

func setPlotlyY(fig *grob.Fig, title string, s span) {
	a := fig.Layout.Yaxis
	a.Title = &grob.LayoutYaxisTitle{Text: types.S(escapeLabel(title)), Standoff: types.N(8)}
	t := s.plotly()
	a.Type, a.Range, a.Dtick, a.Tickvals, a.Ticktext = grob.LayoutYaxisType(t.kind), t.limits, t.step, t.values, t.texts
}

// plotlyAxis is a range and its ticks as plotly.js takes them: a logarithmic range in powers of ten, and either the distance of
// ticks, or their values and texts, or neither for plotly.js to choose.
type plotlyAxis struct {
	kind          string
	limits        []float64
	step          any
	values, texts *types.DataArrayType
}

func (s span) plotly() plotlyAxis {
	if !s.log {
		t := plotlyAxis{kind: "linear", limits: []float64{round(s.min), round(s.max)}}
		if s.whole {
			t.step = 1
		}
		return t
	}
	var values []float64
	var texts []string
	for _, tick := range s.logTicks() {
		if tick.Label != "" {
			values, texts = append(values, tick.Value), append(texts, tick.Label)
		}
	}
	return plotlyAxis{
		kind: "log", limits: []float64{round(math.Log10(s.min)), round(math.Log10(s.max))},
		values: types.DataArray(values), texts: types.DataArray(texts),
	}
}

// addPlotlyLine adds a reference line. Each coordinate is in the data where its axis is named "x" or "y", else a share of the plot.
func addPlotlyLine(fig *grob.Fig, name string, xref, yref string, x0, y0, x1, y1 float64) {
	fig.Layout.Shapes = append(fig.Layout.Shapes, grob.LayoutShape{
		Type: grob.LayoutShapeTypeLine, Name: types.S(escapeLabel(name)), Showlegend: types.True,
		Xref: grob.LayoutShapeXref(xref), Yref: grob.LayoutShapeYref(yref),
		X0: round(x0), X1: round(x1), Y0: round(y0), Y1: round(y1),
		Line: &grob.LayoutShapeLine{Color: types.Color(css(muted)), Width: types.N(1.5), Dash: "3px,3px"},
	})
	fig.Layout.Showlegend = types.True
}

// encodePlotly writes the interactive figure as JSON, with the badge of synthetic results under the horizontal axis, where nothing else stands.
func encodePlotly(fig *grob.Fig, about About) ([]byte, error) {
	if *fig.Layout.Showlegend {
		fig.Layout.Height = types.N(*fig.Layout.Height + 24)
	}
	if about.Synthetic {
		title := fig.Layout.Xaxis.Title
		title.Text += types.S("<br><span style=\"font-size:11px;color:" + css(muted) + "\">" + Badge + "</span>")
		fig.Layout.Height = types.N(*fig.Layout.Height + 18)
	}
	b, err := json.Marshal(fig)
	if err != nil {
		return nil, fmt.Errorf("its interactive figure: %w", err)
	}
	return b, nil
}

// round keeps six significant digits, more than a screen can show.
func round(x float64) float64 {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64)
	if err != nil {
		return x
	}
	return y
}

func rounded(xs []float64) *types.DataArrayType {
	out := make([]float64, len(xs))
	for i, x := range xs {
		out[i] = round(x)
	}
	return types.DataArray(out)
}

// escapeLabel keeps plotly.js from reading a label as markup.
func escapeLabel(s string) string { return html.EscapeString(s) }

func escapeLabels(texts []string) *types.ArrayOK[*types.StringType] {
	out := make([]types.StringType, len(texts))
	for i, s := range texts {
		out[i] = types.S(escapeLabel(s))
	}
	return types.ArrayOKArray(out...)
}

func hoverTemplate(s string) *types.ArrayOK[*types.StringType] { return types.ArrayOKValue(types.S(s)) }

// oneColour is a colour for all the points of a trace.
func oneColour(c color.NRGBA) *types.ArrayOK[*types.ColorWithColorScale] {
	return types.ArrayOKValue(types.UseColor(types.Color(css(c))))
}

// checkDistinct fails where two names are the same: plotly.js would draw them as one category.
func checkDistinct(what string, names []string) error {
	for i, n := range names {
		if oneLine(n) == "" {
			return fmt.Errorf("%s %d has no name", what, i+1)
		}
		if slices.Contains(names[:i], n) {
			return fmt.Errorf("%s %q stands twice", what, n)
		}
	}
	return nil
}
