package classifier

import (
	"testing"

	"github.com/specialist-nlp/specialist/pkg/distilbert"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/lora"
)

// The numbers are those that PEFT prints for distilbert-base-uncased with 40 classes and rank 16 on q_lin and v_lin.
func TestCountOfTheBaseModel(t *testing.T) {
	base := distilbert.Config{ModelType: "distilbert", VocabSize: 30522, MaxPositions: 512, Dim: 768, Layers: 6, Heads: 12, HiddenDim: 3072}
	adapter, err := lora.New(lora.Config{Rank: 16, Alpha: 32, TargetModules: []string{"q_lin", "v_lin"}}, Sites(base), OtherModules(), 1)
	if err != nil {
		t.Fatal(err)
	}
	c := Count(base, adapter, 40)
	if want := (Counts{Encoder: 66_362_880, Head: 621_352, Adapter: 294_912}); c != want {
		t.Errorf("counts %+v, want %+v", c, want)
	}
	for what, n := range map[string][2]int{
		"trainable": {c.Trainable(), 916_264}, "each once": {c.Total(), 67_279_144},
		"as PEFT counts": {c.PEFTTotal(), 67_900_496}, "merged": {c.Merged(), 66_984_232},
	} {
		if n[0] != n[1] {
			t.Errorf("%s: %d, want %d", what, n[0], n[1])
		}
	}
	if c := Count(base, nil, 40); c.Adapter != 0 || c.Total() != 66_984_232 || c.PEFTTotal() != 66_984_232 || c.Trainable() != 621_352 {
		t.Errorf("without an adapter: %+v, %d, %d", c, c.Total(), c.PEFTTotal())
	}
}

func TestCountConfigEqualsTheAdapters(t *testing.T) {
	base := distilbert.Config{ModelType: "distilbert", VocabSize: 30522, MaxPositions: 512, Dim: 768, Layers: 6, Heads: 12, HiddenDim: 3072}
	for _, config := range []lora.Config{
		{Rank: 16, Alpha: 32, TargetModules: []string{"q_lin", "v_lin"}},
		{Rank: 3, Alpha: 1, TargetModules: []string{"lin1", "out_lin"}},
		{Rank: 8, Alpha: 8, TargetPattern: `.*\.(0|5)\.ffn\.lin[12]`},
	} {
		adapter, err := lora.New(config, Sites(base), OtherModules(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := CountConfig(base, &config, 40); err != nil || got != Count(base, adapter, 40) {
			t.Errorf("%+v: %+v, %v; the adapter has %+v", config, got, err, Count(base, adapter, 40))
		}
	}
	if got, err := CountConfig(base, nil, 40); err != nil || got != Count(base, nil, 40) {
		t.Errorf("without an adapter: %+v, %v", got, err)
	}
	_, err := CountConfig(base, &lora.Config{Rank: 0, Alpha: 1, TargetModules: []string{"q_lin"}}, 40)
	testkit.Refused(t, "no rank", err, "r is 0")
	_, err = CountConfig(base, &lora.Config{Rank: 1, Alpha: 1, TargetModules: []string{"query"}}, 40)
	testkit.Refused(t, "no layer", err, "query")
}

func TestCountIsWhatTheModelHolds(t *testing.T) {
	for _, folder := range []string{"", "adapter-qv", "adapter-all"} {
		m := openTiny(t, folder)
		c := Count(m.Config, m.Adapter, len(m.Labels))
		trainable, total := m.Parameters()
		if trainable != c.Trainable() || total != c.Total() {
			t.Errorf("%q: the model holds %d of %d values, %+v are counted", folder, trainable, total, c)
		}
		merged, err := m.Merged()
		if err != nil {
			t.Fatal(err)
		}
		size := 0
		for _, tensor := range merged.Tensors {
			size += tensor.Size()
		}
		if size != c.Merged() {
			t.Errorf("%q: merged it holds %d values, %d are counted", folder, size, c.Merged())
		}
	}
}
