package classifier_test

import (
	"context"
	"fmt"
	"log"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/distilbert"
	"github.com/specialist-nlp/specialist/pkg/lora"
)

// A tiny model with random weights stands in for a trained one: its probabilities mean nothing. For a run that `specialist train` has
// finished, the source is Source{Run: "RUN"}.
func Example() {
	c, err := classifier.Load(classifier.Source{Base: "testdata/tiny", Adapter: "testdata/adapter-qv", Backend: "go"})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	predictions, err := c.Classify(context.Background(), []string{"Chest pain and cough.", "Knee fracture.", "Spine: normal."})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range predictions {
		fmt.Printf("%s %.2f, then %s\n", p.Label, p.Probability, p.Top(2)[1].Label)
	}
	// Output:
	// Orthopedic 0.49, then Surgery
	// Consult - History and Phy. 0.34, then SOAP / Chart / Progress Notes
	// Cardiovascular / Pulmonary 0.32, then Surgery
}

// The parameters of distilbert-base-uncased with rank 16 on queries and values and 40 labels, as PEFT prints them.
func ExampleCountConfig() {
	base := distilbert.Config{VocabSize: 30522, MaxPositions: 512, Dim: 768, Layers: 6, Heads: 12, HiddenDim: 3072}
	adapter := lora.Config{Rank: 16, Alpha: 32, TargetModules: []string{"q_lin", "v_lin"}}
	counts, err := classifier.CountConfig(base, &adapter, 40)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d of %d parameters are trained\n", counts.Trainable(), counts.PEFTTotal())
	// Output: 916264 of 67900496 parameters are trained
}
