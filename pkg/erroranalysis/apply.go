package erroranalysis

import (
	"fmt"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/corpus"
)

// Apply returns the corpus's notes with the corrected labels, by the last correction of each text. The corpus itself, its rows and its hash
// do not change: a cache of what is computed from the notes must hash the corrections too.
//
// Texts are identified by their hash, so a correction made on another version of the corpus applies as long as the text is in it. Apply
// fails for a correction of a text that the corpus lacks or that has another text under the same id, for one whose old labels are
// neither those of the note nor the corrected ones, and for an unknown label.
func Apply(c *corpus.Corpus, corrections []Correction) ([]corpus.Note, error) {
	notes := slices.Clone(c.Notes)
	at := make(map[string]int, len(notes))
	for i, note := range notes {
		at[note.Key] = i
	}
	for _, correction := range Latest(corrections) {
		if err := correction.apply(c, notes, at); err != nil {
			return nil, fmt.Errorf("erroranalysis: correction of text %q in %s: %w", correction.ID, c.Name, err)
		}
	}
	return notes, nil
}

func (c Correction) apply(in *corpus.Corpus, notes []corpus.Note, at map[string]int) error {
	if err := c.validate(in.Labels); err != nil {
		return err
	}
	i, ok := at[c.TextSHA256]
	if !ok {
		for _, row := range in.Rows {
			if row.ID == c.ID {
				return fmt.Errorf("it was made for another text: that one has the hash %s, this one %s", c.TextSHA256, notes[row.Note].Key)
			}
		}
		return fmt.Errorf("there is no text with the hash %s, nor one of this id", c.TextSHA256)
	}
	own := make([]string, len(notes[i].Labels))
	for j, label := range notes[i].Labels {
		own[j] = in.Labels[label]
	}
	switch {
	case slices.Equal(own, c.Labels):
		return nil
	case !slices.Equal(own, c.Gold):
		return fmt.Errorf("it was made when the text was filed under %s, and it is filed under %s: correct it anew", list(c.Gold), list(own))
	}
	labels := make([]int, len(c.Labels))
	for j, name := range c.Labels {
		labels[j], _ = in.LabelIndex(name) // validated
	}
	notes[i].Labels = labels
	return nil
}
