package page

import (
	"fmt"
	"math"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// specialties are labels of charts and tables, long ones among them.
var specialties = testkit.Specialties()

func about(id, title string) About {
	return About{ID: id, Title: title, Caption: "A caption with its unit and what to see.", Alt: "What " + title + " shows, in words.", Synthetic: true}
}

func sampleLines(t testing.TB) Figure {
	t.Helper()
	var x, raw, smooth []float64
	mean := 0.0
	for i := 1; i <= 300; i++ {
		loss := 3.4*math.Exp(-float64(i)/90) + 0.5 + 0.35*math.Sin(float64(i)*1.7)*math.Exp(-float64(i)/200)
		mean += (loss - mean) / math.Min(float64(i), 25)
		x, raw, smooth = append(x, float64(i)), append(raw, loss), append(smooth, mean)
	}
	f, err := Lines(LinesSpec{
		About: about("loss", "Training loss"), X: Axis{Title: "Step"}, Y: Axis{Title: "Cross-entropy", Unit: "nats"},
		Series: []Series{{Name: "each step", X: x, Y: raw, Faint: true}, {Name: "mean of 25 steps", X: x, Y: smooth}},
		AtY:    []Reference{{Label: "floor from duplicate texts .50", Value: 0.5}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func sampleValidation(t testing.TB) Figure {
	t.Helper()
	f, err := Lines(LinesSpec{
		About: about("validation", "Validation after each epoch"), X: Axis{Title: "Epoch"}, Y: Axis{Title: "Macro-F1"},
		Series: []Series{
			{
				Name: "DistilBERT + LoRA", X: []float64{1, 2, 3, 4, 5}, Y: []float64{.11, .24, .31, .335, .34},
				Low: []float64{.09, .21, .28, .30, .31}, High: []float64{.13, .27, .345, .37, .372},
			},
			{Name: "frozen encoder", X: []float64{1, 2, 3, 4, 5}, Y: []float64{.08, .15, .19, .21, .22}},
		},
		AtY: []Reference{{Label: "TF-IDF .289", Value: .289}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func sampleSweep(t testing.TB) Figure {
	t.Helper()
	f, err := Lines(LinesSpec{
		About: about("sweep", "Learning rate"), X: Axis{Title: "Learning rate", Log: true}, Y: Axis{Title: "Macro-F1", Min: 0, Max: 1},
		Series: []Series{{
			Name: "LoRA", X: []float64{2e-5, 5e-5, 1e-4, 3e-4, 1e-3, 3e-3}, Y: []float64{.02, .057, .2368, .537, .55, .31},
			Labels: []string{"a", "b", "c & <d>", "e", "f", "g"},
		}, {Name: "each specialty", X: []float64{4e-5, 9e-5, 2e-4}, Y: []float64{.1, .4, .7}, Points: true, Labels: []string{"Surgery, 41 texts", "Urology, 6 texts", "Autopsy, 1 text"}}},
		AtX: []Reference{{Label: "the report's choice", Value: 3e-4}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func sampleBars(t testing.TB) Figure {
	t.Helper()
	g := Group{Name: "F1"}
	for i := range specialties {
		v := .95 - .022*float64(i)
		g.Values = append(g.Values, Between(v, v-.05-.002*float64(i), v+.03))
	}
	g.Values[33] = Missing("no test notes")
	f, err := Bars(BarsSpec{
		About: about("per-class", "F1 of each specialty"), Axis: Axis{Title: "F1"}, Labels: specialties, Groups: []Group{g},
		References: []Reference{{Label: "ceiling .475", Value: .475}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func sampleGroups(t testing.TB) Figure {
	t.Helper()
	f, err := Bars(BarsSpec{
		About: about("compare", "Reported beside this run"), Axis: Axis{Title: "Share of rows", Min: 0, Max: 1},
		Labels: []string{"Row accuracy", "Macro-F1 (union)", "Weighted F1", "Any valid label @1"},
		Groups: []Group{
			{Name: "reported", Values: []Value{Of(.5662), Of(.4331), Of(.5559), Missing("not stated")}},
			{Name: "this run", Values: []Value{Between(.374, .34, .41), Between(.15, .13, .18), Between(.318, .28, .35), Between(.798, .75, .84)}},
			{Name: "TF-IDF", Values: []Value{Of(.44), Of(.249), Of(.382), Of(.928)}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func sampleHeatmap(t testing.TB, n int) Figure {
	t.Helper()
	cells := make([][]Value, n)
	for i := range cells {
		for j := range n {
			v := 0.6 * math.Exp(-math.Abs(float64(i-j)))
			if (i+2*j)%7 == 0 {
				v /= 3
			}
			cells[i] = append(cells[i], Of(v))
		}
	}
	cells[n-1][0] = Missing("no test notes")
	f, err := Heatmap(HeatmapSpec{
		About: about(fmt.Sprintf("confusion-%d", n), "Which specialty is read as which"), RowTitle: "Filed under", ColumnTitle: "Read as",
		Rows: specialties[:n], Columns: specialties[:n], Cells: cells, Scale: Axis{Title: "Share of the row's notes"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func sampleHistogram(t testing.TB) Figure {
	t.Helper()
	var right, wrong []float64
	for i := range 400 {
		right = append(right, math.Abs(2371+900*math.Sin(float64(i)*12.9898)+600*math.Sin(float64(i)*78.233)))
		wrong = append(wrong, math.Abs(4062+1500*math.Sin(float64(i)*37.719)+900*math.Sin(float64(i)*4.581)))
	}
	f, err := Histogram(HistogramSpec{
		About: about("lengths", "Length of right and misread notes"), Axis: Axis{Title: "Length", Unit: "characters"},
		Count: Axis{Title: "Share of notes"}, Share: true,
		Samples:    []Sample{{"read right", right}, {"misread", wrong}},
		References: []Reference{{Label: "512 tokens (about 3,000 characters)", Value: 3000}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func sampleTable() Table {
	t := Table{
		ID: "classes", Caption: "Every specialty, on the test notes", Synthetic: true,
		Columns: []Column{
			{Name: "Specialty"},
			{Name: "Training notes", Numeric: true},
			{Name: "Precision", Numeric: true},
			{Name: "Recall", Numeric: true},
			{Name: "F1", Numeric: true, Note: "harmonic mean of precision and recall; 95 % bootstrap interval over notes"},
			{Name: "Most often read as"},
		},
		Note: "Bold: the best F1.",
	}
	for i, s := range specialties[:12] {
		v := .9 - .06*float64(i)
		row := []Cell{Text(s), Count.Cell(Of(float64(1088 / (i + 1)))), Metric.Cell(Of(v)), Metric.Cell(Of(v - .05)), Metric.Cell(Between(v, v-.04, v+.03)), Text(specialties[(i+1)%12])}
		t.Rows = append(t.Rows, row)
	}
	t.Rows[0][4] = t.Rows[0][4].Best()
	t.Rows[7][2] = Metric.Cell(Missing("never predicted"))
	t.Rows[9][4] = Metric.Cell(Missing("no test notes"))
	return t
}
