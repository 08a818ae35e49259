package baseline

import (
	"slices"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

func TestPriorAnswersTheMajorityWithItsShare(t *testing.T) {
	p, err := NewPrior([]string{"Letters", "Surgery", "Urology"}, []int{1, 6, 3})
	if err != nil {
		t.Fatal(err)
	}
	got, err := predict.Run(t.Context(), p, []predict.Note{{ID: "1", Text: "a", Gold: []string{"Urology"}}, {ID: "2", Text: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range got {
		if want := []float32{.1, .6, .3}; !slices.Equal(q.Scores, want) {
			t.Errorf("scores %v, want %v", q.Scores, want)
		}
		if top := q.Top(2); !slices.Equal(top, []int{1, 2}) {
			t.Errorf("ranking %v, want Surgery and Urology first", top)
		}
	}
}

func TestPriorWithoutRowsIsRefused(t *testing.T) {
	for _, counts := range [][]int{{0, 0}, {1}} {
		if _, err := NewPrior([]string{"a", "b"}, counts); err == nil {
			t.Errorf("counts %v were accepted", counts)
		}
	}
}
