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
	divide := func(protocol string, seed uint64) *corpus.Split {
		d, err := corpus.Divide(c, protocol, seed)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if cmp.Equal(divide(corpus.ProtocolGroup, 7).Indices, divide(corpus.ProtocolGroup, 8).Indices) {
		t.Error("another seed gives the same split")
	}
	all := c.LabelCounts(c.Notes) // of notes and of rows: a text stands under a label once
	for protocol, slack := range map[string]float64{corpus.ProtocolRow: 1.01, corpus.ProtocolGroup: 6} {
		d := divide(protocol, 7)
		for p, part := range [][]corpus.Note{d.Train, d.Validation, d.Test} {
			for label, got := range c.LabelCounts(part) {
				want := float64(all[label]) * []float64{3371, 595, 491}[p] / 4457
				most := slack
				if c.Labels[label] == "Surgery" {
					most = 6 // the largest class is dealt out last and evens out the rounding of the others
				}
				if diff := float64(got) - want; diff > most || diff < -most {
					t.Errorf("%s: part %d holds %d of %q, proportional were %.1f", protocol, p, got, c.Labels[label], want)
				}
			}
		}
	}
}
