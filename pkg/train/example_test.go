package train_test

import (
	"context"
	"fmt"
	"log"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/lora"
	"github.com/specialist-nlp/specialist/pkg/train"
)

// A new adapter and head on a tiny base learn two notes step by step. A whole run, with a schedule, validation and checkpoints, is a
// Job.
func Example() {
	config := lora.Config{Rank: 4, Alpha: 8, TargetModules: []string{"q_lin", "v_lin"}}
	c, err := classifier.Prepare("../classifier/testdata/tiny", &config, []string{"Cardiology", "Orthopedic"}, 1)
	if err != nil {
		log.Fatal(err)
	}
	data, err := train.NewData(c, []string{"Chest pain and cough.", "Knee fracture."}, [][]string{{"Cardiology"}, {"Orthopedic"}})
	if err != nil {
		log.Fatal(err)
	}
	batch, err := data.Batch(0, 1)
	if err != nil {
		log.Fatal(err)
	}
	backend, err := classifier.OpenBackend("go")
	if err != nil {
		log.Fatal(err)
	}
	defer backend.Finalize()
	trainer, err := train.NewTrainer(backend, c.Model, train.Config{LearningRate: 1e-2, BatchSize: 2})
	if err != nil {
		log.Fatal(err)
	}
	before, err := trainer.Loss(batch)
	if err != nil {
		log.Fatal(err)
	}
	for range 20 {
		if _, err := trainer.Step(batch); err != nil {
			log.Fatal(err)
		}
	}
	after, err := trainer.Loss(batch)
	if err != nil {
		log.Fatal(err)
	}
	predictor, err := classifier.NewPredictor(backend, c, 1)
	if err != nil {
		log.Fatal(err)
	}
	predictions, err := predictor.Classify(context.Background(), []string{"Left knee fracture."})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("loss %.2f, after 20 steps %.2f: %s\n", before, after, predictions[0].Label)
	// Output: loss 0.69, after 20 steps 0.06: Orthopedic
}
