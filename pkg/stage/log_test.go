package stage

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// recorder keeps what is logged.
type recorder struct {
	lines []string
	steps []Progress
}

func (r *recorder) log() Log {
	return Log{Print: func(line string) { r.lines = append(r.lines, line) }, Progress: func(p Progress) { r.steps = append(r.steps, p) }}
}

func TestTheZeroLogDropsAll(*testing.T) {
	log := Log{}.Part(0, []float64{1}).Labelled("part")
	for _, l := range []Log{log, log.Titled("title")} {
		l.Printf("a line")
		l.Step(Progress{Step: 1, Steps: 2})
		l.Download("file", 1, 1)
	}
}

func TestStepsHaveTheLogsLabelAndShare(t *testing.T) {
	var r recorder
	log := r.log()
	second := log.Part(1, []float64{1, 3}) // from a quarter on
	log.Step(Progress{Label: "training", Step: 1, Steps: 2})
	log.Step(Progress{Label: "training"})
	second.Labelled("run 2").Step(Progress{Label: "training", Whole: .9, Step: 1, Steps: 3, Detail: "loss 1"})
	second.Part(0, []float64{1, 1}).Step(Progress{Label: "inner", Step: 1, Steps: 1})
	log.Step(Progress{Label: "after", Step: 1, Steps: 1})
	want := []Progress{
		{Label: "training", Whole: .5, Step: 1, Steps: 2},
		{Label: "training"},
		{Label: "run 2", Whole: .5, Step: 1, Steps: 3, Detail: "loss 1"},
		{Label: "inner", Whole: .625, Step: 1, Steps: 1},
		{Label: "after", Whole: 1, Step: 1, Steps: 1},
	}
	if diff := cmp.Diff(want, r.steps, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}

func TestTitleComesBeforeTheFirstLine(t *testing.T) {
	var r recorder
	silent := r.log().Titled("[1/2] data")
	if len(r.lines) != 0 {
		t.Errorf("before anything is logged: %q", r.lines)
	}
	silent.Printf("first")
	silent.Printf("second")
	r.log().Titled("[2/2] sweep").Labelled("run 1").Step(Progress{Step: 1, Steps: 1})
	if want := []string{"[1/2] data", "first", "second", "[2/2] sweep"}; !slices.Equal(r.lines, want) {
		t.Errorf("lines %q, want %q", r.lines, want)
	}
	if len(r.steps) != 1 || r.steps[0].Label != "[2/2] sweep, run 1" || r.steps[0].Whole != 1 {
		t.Errorf("progress %+v", r.steps)
	}
}

func TestADownloadIsALineInTheEnd(t *testing.T) {
	var r recorder
	for _, done := range []int64{0, 1_000_000, 2_500_000} {
		r.log().Download("model.safetensors", done, 2_500_000)
	}
	if want := []string{"downloaded model.safetensors, 2.5 MB"}; !slices.Equal(r.lines, want) {
		t.Errorf("lines %q, want %q", r.lines, want)
	}
}

func TestSpansShareTheWhole(t *testing.T) {
	whole := span{}
	testkit.Near(t, "half of the whole", whole.at(.5), .5, 0)
	costs := []float64{1, 3, 0}
	for i, want := range [][2]float64{{0, .25}, {.25, 1}, {1, 1}} {
		part := whole.part(i, costs)
		testkit.Near(t, "a part's beginning", part.at(0), want[0], 1e-12)
		if i < 2 { // what costs nothing has no extent
			testkit.Near(t, "a part's end", part.at(1), want[1], 1e-12)
		}
	}
	inner := whole.part(1, costs).part(1, []float64{1, 1})
	testkit.Near(t, "a part of a part, its beginning", inner.at(0), .625, 1e-12)
	testkit.Near(t, "a part of a part, its end", inner.at(1), 1, 1e-12)
	testkit.Near(t, "parts that cost nothing", whole.part(0, []float64{0, 0}).at(1), 1, 0)
}

func TestElapsed(t *testing.T) {
	for ago, want := range map[time.Duration]string{0: "0 s", 12 * time.Second: "12 s", 61 * time.Second: "1m1s", 2*time.Hour + 3*time.Second: "2h0m3s"} {
		if got := Elapsed(time.Now().Add(-ago)); got != want {
			t.Errorf("%v ago is %q, want %q", ago, got, want)
		}
	}
}
