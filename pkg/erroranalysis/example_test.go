package erroranalysis_test

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Forty notes of two labels: the long ones are misread, so the claim about length holds.
func Example() {
	notes := &corpus.Corpus{Name: "example", Hash: "c0ffee", Labels: []string{"Radiology", "Surgery"}}
	test := predict.Set{Labels: notes.Labels, CorpusHash: notes.Hash, Model: "example", Part: "test"}
	var train [][]int
	for i := range 40 {
		label, predicted, text := i%2, i%2, "PLAN: rest."
		if i >= 30 {
			predicted, text = 1-label, "HISTORY: "+strings.Repeat("a long history, ", 40+i)
		}
		id := fmt.Sprintf("note-%02d", i)
		notes.Notes = append(notes.Notes, corpus.Note{ID: id, Key: id, Text: text, Labels: []int{label}, Rows: []int{i}})
		notes.Rows = append(notes.Rows, corpus.Row{ID: id, Text: text, Label: notes.Labels[label], Note: i})
		scores := []float32{.2, .2}
		scores[predicted] = .8
		test.Predictions = append(test.Predictions, predict.Prediction{NoteID: id, Gold: []int{label}, Scores: scores, Characters: len(text)})
		train = append(train, []int{label})
	}

	analysis, err := erroranalysis.Run(
		erroranalysis.Input{Test: test, Corpus: notes, Train: train},
		erroranalysis.Options{Bootstrap: evaluate.Options{Resamples: 200, Seed: 1}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d of %d texts are misread\n", analysis.Errors.Valid.Wrong, analysis.Errors.Valid.Of)
	claim := analysis.Length.Of(erroranalysis.ValidReading).Findings[0]
	fmt.Printf("%s: %s\n", claim.Claim, claim.Verdict)
	slice, err := analysis.Slice(erroranalysis.Condition{Field: erroranalysis.FieldSection, Value: "HISTORY"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %d of %d misread\n", slice.Words, slice.Valid.Inside.Wrong, slice.Valid.Inside.Of)
	wrong, err := analysis.Filter(erroranalysis.Query{Gold: "Surgery", Outcome: erroranalysis.Wrong})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(wrong.Words)
	// Output:
	// 10 of 40 texts are misread
	// misread texts have more characters than right ones: holds
	// texts with a section HISTORY: 10 of 10 misread
	// 5 of 40 texts filed under Surgery and misread; 5 misread.
}
