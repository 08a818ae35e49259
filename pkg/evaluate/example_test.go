package evaluate_test

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Of four notes two have two labels each: they make six rows, of which one answer a note can get at most four right.
func Example() {
	const surgery, urology, radiology = 0, 1, 2
	set := predict.Set{
		Labels: []string{"Surgery", "Urology", "Radiology"}, CorpusHash: "c0ffee", Model: "example", Part: "test",
		Predictions: []predict.Prediction{
			{NoteID: "1", Gold: []int{surgery, urology}, Scores: []float32{.7, .2, .1}},
			{NoteID: "2", Gold: []int{surgery}, Scores: []float32{.6, .3, .1}},
			{NoteID: "3", Gold: []int{radiology}, Scores: []float32{.5, .1, .4}},
			{NoteID: "4", Gold: []int{surgery, radiology}, Scores: []float32{.1, .2, .7}},
		},
	}
	summary, err := evaluate.Summarize(set, evaluate.Options{Resamples: 200, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d notes, %d rows\n", summary.Notes, summary.Rows)
	for _, m := range []evaluate.Metric{evaluate.RowAccuracy, evaluate.MacroF1Union, evaluate.AnyValid} {
		v := summary.Metrics[m]
		fmt.Printf("%s: %.3f, ceiling %.3f, share of it %.3f\n", m.Title(), v.Value, v.Ceiling, *v.ShareOfCeiling)
	}
	// Output:
	// 4 notes, 6 rows
	// Row accuracy: 0.500, ceiling 0.667, share of it 0.750
	// Macro-F1 (union): 0.357, ceiling 0.667, share of it 0.536
	// Any valid label @1: 0.750, ceiling 1.000, share of it 0.750
}
