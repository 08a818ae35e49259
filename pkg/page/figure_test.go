package page

import (
	"bytes"
	"encoding/json"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"
)

func samples(t *testing.T) []Figure {
	t.Helper()
	return []Figure{
		sampleLines(t), sampleValidation(t), sampleSweep(t), sampleBars(t), sampleGroups(t), sampleHeatmap(t, 8), sampleHeatmap(t, 40),
		sampleHistogram(t),
	}
}

func TestSameInputSameBytes(t *testing.T) {
	again := samples(t)
	for i, f := range samples(t) {
		if !bytes.Equal(f.PNG, again[i].PNG) || !bytes.Equal(f.Plotly, again[i].Plotly) {
			t.Errorf("figure %s differs from itself", f.ID)
		}
	}
}

// TestNothingIsCut looks for ink at the edge of each picture, where a label that is cut would leave some.
func TestNothingIsCut(t *testing.T) {
	for _, f := range samples(t) {
		img, err := png.Decode(bytes.NewReader(f.PNG))
		if err != nil {
			t.Fatal(err)
		}
		size := img.Bounds().Size()
		if size.X != pictureWidth*scale {
			t.Errorf("figure %s is %d pixels wide", f.ID, size.X)
		}
		inked := 0
		for y := range size.Y {
			for x := range size.X {
				if color.NRGBAModel.Convert(img.At(x, y)) == color.Color(white) {
					continue
				}
				inked++
				if x < 4 || y < 4 || x >= size.X-4 || y >= size.Y-4 {
					t.Fatalf("figure %s has ink at %d, %d, the edge of %v", f.ID, x, y, size)
				}
			}
		}
		if inked < size.X*size.Y/200 {
			t.Errorf("figure %s is all but empty", f.ID)
		}
	}
}

type trace struct {
	Type, Name, Mode string
	X, Y             []any
	Z                [][]*float64
	Marker           struct{ Color string }
	ErrorX           struct{ Array, Arrayminus []*float64 } `json:"error_x"`
	Hovertext        []string
}

type plotlyFigure struct {
	Data   []trace
	Layout struct {
		Xaxis struct {
			Title struct{ Text string }
			Range []float64
		}
		Shapes []struct {
			Name string
			X0   float64
		}
	}
}

func decode(t *testing.T, f Figure) plotlyFigure {
	t.Helper()
	var w plotlyFigure
	if err := json.Unmarshal(f.Plotly, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestInteractiveFigureHasTheSameData(t *testing.T) {
	bars := decode(t, sampleBars(t))
	b := bars.Data[0]
	if b.Type != "bar" || len(b.X) != 40 || b.X[0] != .95 || b.X[33] != nil || b.Y[27] != "Physical Medicine - Rehab" {
		t.Errorf("bars %+v", b)
	}
	if b.Marker.Color != css(palette[0]) || *b.ErrorX.Array[0] != .03 || *b.ErrorX.Arrayminus[0] != .05 || b.ErrorX.Array[33] != nil {
		t.Errorf("colour %s, intervals %v", b.Marker.Color, b.ErrorX)
	}
	if b.Hovertext[0] != "Surgery: .950 (.900–.980)" || b.Hovertext[33] != "Diets and Nutritions: – no test notes" {
		t.Errorf("hover %q and %q", b.Hovertext[0], b.Hovertext[33])
	}
	if s := bars.Layout.Shapes; len(s) != 1 || s[0].Name != "ceiling .475" || s[0].X0 != .475 {
		t.Errorf("reference lines %+v", s)
	}
	if x := bars.Layout.Xaxis; !strings.HasPrefix(x.Title.Text, "F1<br>") || !strings.Contains(x.Title.Text, Badge) {
		t.Errorf("horizontal title %q", x.Title.Text)
	}

	heat := decode(t, sampleHeatmap(t, 8)).Data[0]
	if heat.Type != "heatmap" || *heat.Z[1][1] != .6 || heat.Z[7][0] != nil || heat.Y[0] != "Surgery" {
		t.Errorf("heat map %+v", heat)
	}

	sweep := decode(t, sampleSweep(t))
	if s := sweep.Data[0]; s.X[3] != 3e-4 || s.Y[3] != .537 || s.Mode != "lines+markers" || sweep.Data[1].Mode != "markers" {
		t.Errorf("lines %+v", s)
	}
	if r := sweep.Layout.Xaxis.Range; math.Abs(r[0]-math.Log10(2e-5)) > .1 || math.Abs(r[1]-math.Log10(3e-3)) > .1 {
		t.Errorf("the logarithmic range is %v", r)
	}

	sum := 0.0
	for _, y := range decode(t, sampleHistogram(t)).Data[0].Y {
		sum += y.(float64)
	}
	if math.Abs(sum-1) > 1e-5 {
		t.Errorf("shares sum to %v", sum)
	}
}

// TestLabelsAreNotMarkup: plotly.js reads some HTML in labels, and a script element ends at its end tag wherever that stands.
func TestLabelsAreNotMarkup(t *testing.T) {
	const evil = `</script><b>"&`
	f, err := Bars(BarsSpec{
		About: About{ID: "x", Title: evil, Alt: evil}, Axis: Axis{Title: evil}, Labels: []string{evil},
		Groups: []Group{{Name: evil, Values: []Value{Of(1)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := decode(t, f).Data[0].Y[0]; got != "&lt;/script&gt;&lt;b&gt;&#34;&amp;" {
		t.Errorf("label %q", got)
	}
	html, err := f.HTML()
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(html), "</script"); n != 1 || strings.Contains(string(html), "<b>") {
		t.Errorf("markup came through:\n%s", html)
	}
}

func TestHistogramBins(t *testing.T) {
	spec := HistogramSpec{Bins: 4, Samples: []Sample{{"a", []float64{0, 1, 1.5, 4, 3.999}}, {"b", []float64{2}}}}
	b := spec.bin(span{min: 0, max: 4})
	want := [][]float64{{1, 2, 0, 2}, {0, 0, 1, 0}}
	for i := range want {
		for j := range want[i] {
			if b.heights[i][j] != want[i][j] {
				t.Errorf("sample %d: %v, want %v", i, b.heights[i], want[i])
			}
		}
	}
}

func TestFigureText(t *testing.T) {
	got, err := sampleLines(t).Text()
	const want = "Training loss [synthetic notes]: What Training loss shows, in words.\nA caption with its unit and what to see.\n"
	if err != nil || got != want {
		t.Errorf("text %q, %v; want %q", got, err, want)
	}
}

func TestFiguresRefuse(t *testing.T) {
	ok := About{ID: "x", Title: "t", Alt: "a"}
	axis := Axis{Title: "v"}
	lines := func(change func(*LinesSpec)) error {
		spec := LinesSpec{About: ok, X: axis, Y: axis, Series: []Series{{Name: "s", X: []float64{1, 2}, Y: []float64{3, 4}}}}
		change(&spec)
		_, err := Lines(spec)
		return err
	}
	bars := func(change func(*BarsSpec)) error {
		spec := BarsSpec{About: ok, Axis: axis, Labels: []string{"a", "b"}, Groups: []Group{{"g", []Value{Of(1), Of(2)}}}}
		change(&spec)
		_, err := Bars(spec)
		return err
	}
	heat := func(change func(*HeatmapSpec)) error {
		spec := HeatmapSpec{
			About: ok, RowTitle: "r", ColumnTitle: "c", Rows: []string{"a"}, Columns: []string{"b"}, Cells: [][]Value{{Of(1)}}, Scale: axis,
		}
		change(&spec)
		_, err := Heatmap(spec)
		return err
	}
	histogram := func(change func(*HistogramSpec)) error {
		spec := HistogramSpec{About: ok, Axis: axis, Count: axis, Samples: []Sample{{"s", []float64{1, 2}}}}
		change(&spec)
		_, err := Histogram(spec)
		return err
	}
	if err := lines(func(*LinesSpec) {}); err != nil {
		t.Error(err)
	}
	if err := bars(func(*BarsSpec) {}); err != nil {
		t.Error(err)
	}
	if err := heat(func(*HeatmapSpec) {}); err != nil {
		t.Error(err)
	}
	if err := histogram(func(*HistogramSpec) {}); err != nil {
		t.Error(err)
	}
	for _, test := range []struct {
		err  error
		want string
	}{
		{lines(func(s *LinesSpec) { s.ID = "Über" }), `id of a figure is "Über"`},
		{lines(func(s *LinesSpec) { s.Alt = "" }), "no text alternative"},
		{lines(func(s *LinesSpec) { s.X.Title = "" }), "axis has no title"},
		{lines(func(s *LinesSpec) { s.Series = nil }), "no series"},
		{lines(func(s *LinesSpec) { s.Series[0].Y[1] = math.NaN() }), `axis "v": a value is NaN`},
		{lines(func(s *LinesSpec) { s.Series[0].Y = s.Series[0].Y[:1] }), "differ in length"},
		{lines(func(s *LinesSpec) { s.Series[0].Low = []float64{1, 2} }), "one bound"},
		{lines(func(s *LinesSpec) { s.Series[0].Low, s.Series[0].High = []float64{1, 5}, []float64{9, 9} }), "point 2: 4 lies outside"},
		{lines(func(s *LinesSpec) { s.X.Log, s.Series[0].X[0] = true, 0 }), "logarithmic and has the value 0"},
		{lines(func(s *LinesSpec) { s.Y.Max = 1 }), "value 3 lies outside its range 0 to 1"},
		{lines(func(s *LinesSpec) { s.Y.Min, s.Y.Max = 2, 1 }), "range 2 to 1 holds nothing"},
		{bars(func(s *BarsSpec) { s.Labels[1] = "a" }), `label "a" stands twice`},
		{bars(func(s *BarsSpec) { s.Labels = []string{"a"} }), "2 values for 1 labels"},
		{bars(func(s *BarsSpec) { s.Groups[0].Values[0] = Between(1, 2, 3) }), "1 lies outside its interval 2 to 3"},
		{bars(func(s *BarsSpec) { s.Axis.Log = true }), "no logarithmic axis"},
		{heat(func(s *HeatmapSpec) { s.Cells[0] = nil }), `row "a" has 0 cells for 1 columns`},
		{heat(func(s *HeatmapSpec) { s.Cells[0][0] = Missing("x") }), `axis "v" has no values`},
		{heat(func(s *HeatmapSpec) { s.RowTitle = "" }), "RowTitle"},
		{histogram(func(s *HistogramSpec) { s.Samples[0].Values = nil }), `sample "s" has no values`},
		{histogram(func(s *HistogramSpec) { s.Bins = -1 }), "-1 bins"},
		{histogram(func(s *HistogramSpec) { s.Axis.Min, s.Axis.Max = 0, 1 }), "lies outside its range 0 to 1"},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.want) || !strings.HasPrefix(test.err.Error(), "figure ") {
			t.Errorf("error %v, want %q", test.err, test.want)
		}
	}
}

// TestDegenerateFigures: one point, equal values and no spread still make a picture.
func TestDegenerateFigures(t *testing.T) {
	ok := About{ID: "x", Title: "t", Alt: "a"}
	axis := Axis{Title: "v"}
	if _, err := Lines(LinesSpec{About: ok, X: Axis{Title: "v", Log: true}, Y: axis, Series: []Series{{Name: "s", X: []float64{3}, Y: []float64{0}}}}); err != nil {
		t.Error(err)
	}
	if _, err := Bars(BarsSpec{About: ok, Axis: axis, Labels: []string{"a"}, Groups: []Group{{"g", []Value{Missing("not run")}}}}); err != nil {
		t.Error(err)
	}
	if _, err := Heatmap(HeatmapSpec{About: ok, RowTitle: "r", ColumnTitle: "c", Rows: []string{"a"}, Columns: []string{"b"}, Cells: [][]Value{{Of(0)}}, Scale: axis}); err != nil {
		t.Error(err)
	}
	if _, err := Histogram(HistogramSpec{About: ok, Axis: axis, Count: axis, Samples: []Sample{{"s", []float64{7, 7}}}}); err != nil {
		t.Error(err)
	}
}
