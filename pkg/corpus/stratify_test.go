package corpus_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/demo"
)

// Each class falls on the parts in proportion, under the imbalance of real notes.
func TestSplitStratifies(t *testing.T) {
	c, err := demo.Corpus(1)
	if err != nil {
		t.Fatal(err)
	}
	group, err := corpus.GroupSplit(c, 7)
	if err != nil {
		t.Fatal(err)
	}
	row, err := corpus.RowSplit(c, 7)
	if err != nil {
		t.Fatal(err)
	}
	if other, err := corpus.GroupSplit(c, 8); err != nil || cmp.Equal(group, other) {
		t.Errorf("another seed gives the same split (%v)", err)
	}
	for name, tc := range map[string]struct {
		all, train, validation, test []int
		slack                        float64
	}{
		"rows":  {c.RowCounts(indices(len(c.Rows))), c.RowCounts(row.Train), c.RowCounts(row.Validation), c.RowCounts(row.Test), 1.01},
		"notes": {c.NoteCounts(indices(len(c.Notes))), c.NoteCounts(group.Train), c.NoteCounts(group.Validation), c.NoteCounts(group.Test), 6},
	} {
		for label, n := range tc.all {
			for p, got := range []int{tc.train[label], tc.validation[label], tc.test[label]} {
				want := float64(n) * []float64{3371, 595, 491}[p] / 4457
				slack := tc.slack
				if c.Labels[label] == "Surgery" {
					slack = 6 // the largest class is dealt out last and evens out the rounding of the others
				}
				if diff := float64(got) - want; diff > slack || diff < -slack {
					t.Errorf("%s: part %d holds %d of %q, proportional were %.1f", name, p, got, c.Labels[label], want)
				}
			}
		}
	}
}

// indices returns 0 to n-1.
func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
