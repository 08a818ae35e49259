package page

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"gonum.org/v1/plot/vg"
)

func cloud(t *testing.T, labels bool, x, y []float64) []byte {
	t.Helper()
	s := Series{Name: "labels", X: x, Y: y, Points: true}
	for i := range x {
		if labels {
			s.Labels = append(s.Labels, fmt.Sprintf("Specialty %d, 3 notes", i))
		}
	}
	f, err := Lines(LinesSpec{
		About: about("cloud", "A cloud"), X: Axis{Title: "x", Min: 0, Max: 10}, Y: Axis{Title: "y", Min: 0, Max: 10}, Series: []Series{s}, AtX: []Reference{{Label: "a line", Value: 7}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f.PNG
}

// TestIsolatedPointsAreLabelled: a picture names an isolated point, and none that has another beside it, or no room for its name.
func TestIsolatedPointsAreLabelled(t *testing.T) {
	for _, test := range []struct {
		name  string
		x, y  []float64
		named bool
	}{
		{"isolated", []float64{2, 8}, []float64{2, 8}, true},
		{"at the right edge", []float64{10}, []float64{5}, true},
		{"close together", []float64{2, 2.2, 2, 2.2}, []float64{2, 2, 2.2, 2.2}, false},
		// Of its two sides one has a point, the other the line.
		{"no room", []float64{6.8, 6.2, 6.25}, []float64{5, 5.05, 5.1}, false},
	} {
		if got := !bytes.Equal(cloud(t, true, test.x, test.y), cloud(t, false, test.x, test.y)); got != test.named {
			t.Errorf("%s: named is %v", test.name, got)
		}
	}
	// Points of one name do not count as neighbours of each other, and the more isolated point comes first.
	points := []plottedPoint{{name: "a"}, {name: "b"}, {name: "c"}, {name: "c"}, {}}
	for i, x := range []float64{0, 1, 10, 10.5, 3} {
		points[i].at.X = vg.Length(x)
	}
	var order []string
	for _, m := range byDistance(points) {
		order = append(order, fmt.Sprint(m.name, " ", float64(m.distance)))
	}
	if want := []string{"c 7.5", "c 7", "a 1", "b 1"}; !slices.Equal(order, want) {
		t.Errorf("in order of their distance %q, want %q", order, want)
	}
}
