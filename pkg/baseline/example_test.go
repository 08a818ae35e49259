package baseline_test

import (
	"context"
	"fmt"
	"log"

	"github.com/specialist-nlp/specialist/pkg/baseline"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

func Example() {
	ctx := context.Background()
	labels := []string{"Cardiology", "Orthopedics"}
	train := []baseline.Example{
		{Text: "Chest pain, ECG without ST elevation.", Labels: []int{0}},
		{Text: "Systolic murmur, heart failure suspected.", Labels: []int{0}},
		{Text: "Knee pain after a fall, no fracture.", Labels: []int{1}},
		{Text: "Fracture of the femur, cast applied.", Labels: []int{1}},
	}
	validation := []baseline.Example{
		{Text: "Murmur, ECG ordered.", Labels: []int{0}},
		{Text: "Swollen knee.", Labels: []int{1}},
	}
	features := baseline.TFIDFFeatures{LeastWords: 1, MostWords: 2, MinDF: 1, Sublinear: true}
	grid := []baseline.TFIDFSettings{
		{TFIDFFeatures: features, LinearSettings: baseline.LinearSettings{Kind: baseline.SVM, C: .1}},
		{TFIDFFeatures: features, LinearSettings: baseline.LinearSettings{Kind: baseline.SVM, C: 1}},
	}
	model, tuned, err := baseline.TuneTFIDF(ctx, labels, train, validation, grid)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s, C=%v, validation macro-F1 %.2f\n", tuned.Model, model.Settings().C, tuned.Candidates[tuned.Chosen].MacroF1)

	predictions, err := predict.Run(ctx, model, []predict.Note{{ID: "1", Text: "Fracture of the knee."}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(labels[predictions[0].Top(1)[0]])
	terms, err := model.Terms("Orthopedics", 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(terms[0].Term)
	// Output:
	// TF-IDF + linear SVM, C=0.1, validation macro-F1 1.00
	// Orthopedics
	// fracture
}
