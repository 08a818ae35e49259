package report

import (
	"slices"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/profilekit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// TestStagesStandInTheirOrder: a stage reads what stands before it, the page and the notebooks read all results.
func TestStagesStandInTheirOrder(t *testing.T) {
	want := []string{"data", "sweep", "compare", "rates", "baselines", "errors", "speed", "notebooks", "page"}
	if got := Stages(); !slices.Equal(got, want) {
		t.Fatalf("stages %q, want %q", got, want)
	}
	settings := map[string][]string{"demo": nil, "mtsamples": {"corpus.path=notes.csv"}, "paper": {"corpus.path=notes.csv"}}
	for i, d := range stages {
		for _, need := range d.needs {
			if at := slices.Index(want, need); at < 0 || at >= i {
				t.Errorf("stage %s needs %s, which does not stand before it", d.name, need)
			}
		}
		switch d.name {
		case "notebooks":
			if !slices.Equal(d.needs, want[:i]) {
				t.Errorf("the notebooks show %q", d.needs)
			}
		case "page":
			if needs := slices.Sorted(slices.Values(d.needs)); !slices.Equal(needs, slices.Sorted(slices.Values(want[:i]))) {
				t.Errorf("the page is made from %q", needs)
			}
		}
		for name := range settings {
			if cost := d.cost(profilekit.Read(t, name, settings[name]...)); !(cost > 0) {
				t.Errorf("stage %s of %s costs %v", d.name, name, cost)
			}
		}
	}
	if cost := stages[3].cost(profilekit.Read(t, "demo", "rates.lora=[]", "rates.full=[]")); cost != 0 {
		t.Errorf("no learning rate costs %v", cost)
	}
}

func TestUnknownStagesAreRefused(t *testing.T) {
	if err := checkStages(Stages()); err != nil {
		t.Error(err)
	}
	testkit.Refused(t, "a stage", checkStages([]string{"data", "pages"}), `there is no stage "pages"`, `the nearest is "page"`, "data, sweep, compare, rates, baselines, errors, speed, notebooks, page")
}
