package demo

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/corpus"
)

const (
	// Name is the Name of the corpus.
	Name = "demo (synthetic)"
	// Texts is the number of distinct texts of Corpus: enough for each of the 40 labels to have rarest texts or more
	// under the imbalance of MTSamples, few enough for a small model to train on within minutes on two cores.
	Texts = 800
	// MinTexts is the smallest number that Sized takes; below it 40 labels cannot have rarest texts each in the
	// proportions of the plan.
	MinTexts = 200

	rarest = 3 // the fewest texts of a label
	// keywordPercent is the share of the rows that have keywords, as in MTSamples, where they begin with the label.
	keywordPercent = 77
)

// Corpus returns the synthetic corpus of Texts clinical notes: 40 labels with the imbalance and the label sets of
// MTSamples, short notes of 40-90 words and long ones of 300-700. The same seed gives the same corpus on every machine.
// No sentence comes from a real note; Synthetic is true.
func Corpus(seed uint64) (*corpus.Corpus, error) { return Sized(seed, Texts) }

// Sized is Corpus with another number of texts, at least MinTexts, in the same proportions.
func Sized(seed uint64, texts int) (*corpus.Corpus, error) {
	lib, err := loadLibrary()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Name, err)
	}
	rows, err := lib.rows(texts, rand.New(rand.NewPCG(seed, 3)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Name, err)
	}
	c, err := corpus.New(Name, rows)
	if err != nil {
		return nil, err
	}
	c.Synthetic = true
	return c, nil
}

// rows writes the texts, a row for each label of a text, and the rows that cleaning is to drop, in random order.
func (lib *library) rows(texts int, rng *rand.Rand) ([]corpus.Row, error) {
	counts, err := lib.plan.apportion(texts)
	if err != nil {
		return nil, err
	}
	var rows []corpus.Row
	seen := map[string]bool{}
	for i, set := range lib.plan.Sets {
		for range counts[i] {
			note, err := lib.distinct(set.Labels, seen, rng)
			if err != nil {
				return nil, err
			}
			for _, label := range set.Labels {
				row := corpus.Row{Text: note.text, Label: label, Description: note.description}
				if rng.IntN(100) < keywordPercent {
					row.Keywords = strings.ToLower(label) + ", " + strings.Join(note.terms, ", ")
				}
				rows = append(rows, row)
			}
		}
	}
	rows = append(rows, lib.unusable(rows, texts, rng)...)
	rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	for i := range rows {
		rows[i].ID = strconv.Itoa(i + 1)
	}
	return rows, nil
}

// distinct writes a note whose cleaned text is not in seen yet, and adds it.
func (lib *library) distinct(labels []string, seen map[string]bool, rng *rand.Rand) (note, error) {
	for range attempts {
		n, err := lib.write(labels, rng)
		if err != nil {
			return note{}, err
		}
		clean := corpus.Clean(n.text)
		if !seen[clean] {
			seen[clean] = true
			return n, nil
		}
	}
	return note{}, fmt.Errorf("the templates give no further distinct text for %q", labels)
}

// unusable returns the rows that cleaning is to drop, in proportion to the number of texts.
func (lib *library) unusable(rows []corpus.Row, texts int, rng *rand.Rand) []corpus.Row {
	fill := func(n int, text string) (out []corpus.Row) {
		for range n * texts / Texts {
			out = append(out, corpus.Row{Text: text, Label: rows[rng.IntN(len(rows))].Label})
		}
		return out
	}
	u := lib.plan.Unusable
	out := append(fill(u.WithoutText, ""), fill(u.Short, "See chart.")...)
	for range u.Duplicate * texts / Texts {
		out = append(out, rows[rng.IntN(len(rows))])
	}
	return out
}
