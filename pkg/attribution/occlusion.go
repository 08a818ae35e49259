package attribution

import (
	"context"
	"fmt"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// occlusionChunk is the number of batches of occluded notes that are built before they are run: many, so that few batches are filled up
// with padding rows, but not all, to bound the memory.
const occlusionChunk = 32

// occluded is the encoding of the note with one of its words masked or removed.
func (a *Attributor) occluded(n reading, w word) tokenize.Encoding {
	var replacements []int32 // none if words are removed
	if a.replacement != noReplacement {
		replacements = slices.Repeat([]int32{a.replacement}, w.Last-w.First)
	}
	return tokenize.Encoding{IDs: slices.Concat(n.encoding.IDs[:w.First], replacements, n.encoding.IDs[w.Last:])}
}

// occlusion takes the logits of the notes, which give the labels to attribute, and then of each note without each of its words.
func (r *run) occlusion(ctx context.Context, readings []reading, into []Attribution) error {
	passes := len(readings)
	for _, n := range readings {
		passes += len(n.words)
	}
	r.plan(passes)
	whole := make([]tokenize.Encoding, len(readings))
	for i, n := range readings {
		whole[i] = n.encoding
	}
	labels := make([]int32, len(readings))
	err := r.logits(ctx, whole, func(i int, logits []float32) error {
		if labels[i] = readings[i].label; labels[i] == anyLabel {
			labels[i] = argMax(logits)
		}
		return r.setLabel(readings[i], logits, labels[i], &into[i])
	})
	if err != nil {
		return err
	}
	type place struct{ note, word int }
	var encodings []tokenize.Encoding
	var places []place
	values := make([][]float64, len(readings))
	for i, n := range readings {
		values[i] = make([]float64, len(n.words))
		for j, w := range n.words {
			encodings, places = append(encodings, r.occluded(n, w)), append(places, place{i, j})
		}
		if len(encodings) < occlusionChunk*r.size && i < len(readings)-1 {
			continue
		}
		err := r.logits(ctx, encodings, func(k int, logits []float32) error {
			p := places[k]
			logit := float64(logits[labels[p.note]])
			if !finite(logit) {
				return fmt.Errorf("note %q: the logit of %q is %v without word %d, not a finite number", readings[p.note].note.ID, into[p.note].Label, logit, p.word+1)
			}
			values[p.note][p.word] = into[p.note].Logit - logit
			return nil
		})
		if err != nil {
			return err
		}
		encodings, places = nil, nil
	}
	for i, n := range readings {
		into[i].setSpans(n.words, values[i])
	}
	return nil
}

func argMax(logits []float32) int32 {
	best := 0
	for i, logit := range logits {
		if logit > logits[best] {
			best = i
		}
	}
	return int32(best)
}
