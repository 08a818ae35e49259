package profile

import (
	"maps"
	"slices"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/original"
)

// Every profile sweeps the original study's configurations under their names, with its settings.
func TestSweepIsTheOriginals(t *testing.T) {
	for _, name := range Names() {
		p := read(t, name, "train.epochs=5", "corpus.source=file", "corpus.path=notes.csv")
		if got, want := p.Configurations.Names(), slices.Sorted(maps.Keys(original.Study.Sweep)); !slices.Equal(got, want) {
			t.Errorf("profile %s sweeps %q, want %q", name, got, want)
		}
		for _, c := range p.Configurations {
			one, err := p.Configured(c)
			if err != nil {
				t.Fatal(err)
			}
			want := original.Study.Sweep[c.Name]
			if got := one.Train; got.LearningRate != want.LearningRate || got.BatchSize != want.BatchSize || got.WeightDecay != want.WeightDecay || got.Epochs != want.Epochs {
				t.Errorf("profile %s, %s: %+v, want %+v", name, c.Name, got.Config, want)
			}
		}
	}
}

// The profile of the original's name has its settings.
func TestPaperHasTheOriginalsSettings(t *testing.T) {
	p, s := read(t, "paper"), original.Study
	if p.MaxLength != s.MaxLength || p.Adapter.Rank != s.Rank || p.Adapter.Alpha != s.Alpha || p.Adapter.Dropout != s.Dropout || !slices.Equal(p.Adapter.TargetModules, s.Targets) {
		t.Errorf("length %d, adapter %+v", p.MaxLength, p.Adapter)
	}
	if p.Train.WarmupSteps != s.WarmupSteps || p.Precision() != s.Precision || p.Train.Patience < s.Patience[0] || p.Train.Patience > s.Patience[1] {
		t.Errorf("training %+v", p.Train)
	}
	if p.Base != "hub:distilbert/"+s.Base+"@main" {
		t.Errorf("base %s, want %s", p.Base, s.Base)
	}
}
