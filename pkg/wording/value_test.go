package wording

import (
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
)

func number(x float64) *float64 { return &x }

func TestEstimates(t *testing.T) {
	for _, test := range []struct {
		name string
		of   erroranalysis.Estimate
		want page.Value
	}{
		{"with an interval", erroranalysis.Estimate{Value: number(.5), Low: number(.25), High: number(.75)}, page.Between(.5, .25, .75)},
		{"without", erroranalysis.Estimate{Value: number(.5), Reason: "too few texts"}, page.Of(.5)},
		{"with half of one", erroranalysis.Estimate{Value: number(.5), High: number(.75)}, page.Of(.5)},
		{"none", erroranalysis.Estimate{Low: number(.25), High: number(.75), Reason: "no text"}, page.Missing("no text")},
	} {
		if got := Estimate(test.of); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
		cell := RateCell(erroranalysis.Rate{Estimate: test.of})
		if want := page.Percent.Cell(test.want); cell.Text != want.Text || cell.Missing != want.Missing {
			t.Errorf("%s: the rate is %+v, want %+v", test.name, cell, want)
		}
	}
	f := &erroranalysis.Finding{Sides: []erroranalysis.Side{{Value: number(300)}, {}}}
	if got := Side(f, 0, "nothing is misread"); got != page.Of(300) {
		t.Errorf("the first side is %+v", got)
	}
	if got := Side(f, 1, "everything is misread"); got != page.Missing("everything is misread") {
		t.Errorf("the second side is %+v", got)
	}
}

func TestMeasures(t *testing.T) {
	if got := Measure(evaluate.Measure{Value: .4, Low: number(.3), High: number(.5), Ceiling: .6}); got != page.Between(.4, .3, .5) {
		t.Errorf("with an interval: %+v", got)
	}
	if got := Measure(evaluate.Measure{Value: .4, Ceiling: .6}); got != page.Of(.4) {
		t.Errorf("without: %+v", got)
	}
}

func TestCorpusText(t *testing.T) {
	for want, with := range map[string][]string{
		"the note alone":               nil,
		"the note and its description": {"description"},
		"the note and its description and keywords; keywords such as MTSamples' name the label": {"description", "keywords"},
	} {
		if got := CorpusText(experiment.Counts{With: with}); !strings.HasPrefix(got, want) || strings.Contains(got, "keywords") != (len(with) == 2) {
			t.Errorf("with %q: %q, want %q", with, got, want)
		}
	}
}

func TestInference(t *testing.T) {
	bytes := int64(300e6)
	for _, test := range []struct {
		name string
		got  page.Cell
		want string
	}{
		{"latency", Latency(&experiment.Inference{MedianSeconds: .0123}), "12.3 ms"},
		{"throughput", Throughput(&experiment.Inference{TextsPerSecond: 88.4}), "88"},
		{"memory", Memory(&experiment.Inference{MemoryBytes: &bytes}), "300 MB"},
		{"memory that is not known", Memory(&experiment.Inference{MemoryUnknown: "hidden"}), "hidden"},
	} {
		if got := page.PlainSpaces(test.got.Text + test.got.Missing); got != test.want {
			t.Errorf("%s is %q, want %q", test.name, got, test.want)
		}
	}
}
