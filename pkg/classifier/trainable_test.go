package classifier

import (
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/distilbert"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestPartialFreezingTrainsTheLastLayersAndTheHead(t *testing.T) {
	m := openTiny(t, "")
	head := distilbert.Count(m.Config.HeadShapes(5))
	layer := 0
	for _, s := range m.Config.EncoderShapes() {
		if strings.HasPrefix(s.Name, "transformer.layer.1.") {
			layer += distilbert.Count([]distilbert.Shape{s})
		}
	}
	for layers := 1; layers <= 2; layers++ {
		if err := m.TrainLast(layers); err != nil {
			t.Fatal(err)
		}
		for _, name := range m.TrainableNames() {
			if !isHead(name) && !strings.HasPrefix(name, "transformer.layer.1.") && !(layers == 2 && strings.HasPrefix(name, "transformer.layer.0.")) {
				t.Errorf("the last %d layers: %s is trained", layers, name)
			}
		}
		if trainable, total := m.Parameters(); trainable != head+layers*layer || total != head+distilbert.Count(m.Config.EncoderShapes()) {
			t.Errorf("the last %d layers: %d of %d values are trained, want %d", layers, trainable, total, head+layers*layer)
		}
	}
	m.SetTrainable(TrainHead)
	if trainable, _ := m.Parameters(); trainable != head {
		t.Errorf("the head alone: %d values are trained, want %d", trainable, head)
	}
}

func TestTheHeadAloneLeavesTheAdapterAsItIs(t *testing.T) {
	m := openTiny(t, "adapter-qv")
	m.SetTrainable(TrainHead)
	want := []string{"classifier.bias", "classifier.weight", "pre_classifier.bias", "pre_classifier.weight"}
	if got := m.TrainableNames(); !slices.Equal(got, want) {
		t.Errorf("%v are trained, want %v", got, want)
	}
}

func TestPartialFreezingThatCannotBe(t *testing.T) {
	m := openTiny(t, "")
	for _, layers := range []int{-1, 0, 3} {
		testkit.Refused(t, "layers", m.TrainLast(layers), "the encoder has 2")
	}
	if got := m.TrainableNames(); len(got) != 4 {
		t.Errorf("a refused choice has changed what is trained: %v", got)
	}
	testkit.Refused(t, "under an adapter", openTiny(t, "adapter-qv").TrainLast(1), "merge it first")
}
