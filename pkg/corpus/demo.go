package corpus

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

const (
	// DemoName is the Name of a demo corpus.
	DemoName = "demo (synthetic)"
	// DemoTexts is the number of distinct texts of Demo: enough for every one of the 40 labels to have at least
	// demoRarest texts under the real imbalance, few enough for a small model to train on within minutes on two cores.
	DemoTexts = 800
	// DemoMinTexts is the least size DemoSized gives; below it 40 labels cannot have demoRarest texts each in the
	// proportions of the plan.
	DemoMinTexts = 200

	demoRarest = 3
	// A mention in the description and keyword columns, as in MTSamples: about 77 percent of the rows have keywords.
	demoKeywordPercent = 77
)

// Demo returns the embedded synthetic corpus: DemoTexts clinical notes written from templates, 40 labels with the
// imbalance and the label sets of MTSamples, short notes of 40-90 words and long ones of 300-700. The same seed gives
// the same corpus on every machine. No sentence comes from a real note; Synthetic is true.
func Demo(seed uint64) (*Corpus, error) { return DemoSized(seed, DemoTexts) }

// DemoSized is Demo with another number of texts, at least DemoMinTexts, in the same proportions.
func DemoSized(seed uint64, texts int) (*Corpus, error) {
	lib, err := demoLibrary()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", DemoName, err)
	}
	counts, err := lib.plan.apportion(texts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", DemoName, err)
	}
	rng := rand.New(rand.NewPCG(seed, 3))
	var rows []Row
	seen := map[string]bool{}
	for i, set := range lib.plan.Sets {
		for range counts[i] {
			note, err := lib.distinct(set.Labels, seen, rng)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", DemoName, err)
			}
			for _, label := range set.Labels {
				row := Row{Text: note.text, Label: label, Description: note.description}
				if rng.IntN(100) < demoKeywordPercent {
					row.Keywords = strings.ToLower(label) + ", " + strings.Join(note.terms, ", ")
				}
				rows = append(rows, row)
			}
		}
	}
	rows = append(rows, lib.unusable(rows, texts, rng)...)
	rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	b := newBuilder(context.Background(), DemoName)
	b.open(sourceFile{name: DemoName, unit: unitRow})
	for i, row := range rows {
		row.ID, row.Line = strconv.Itoa(i+1), i+1
		if err := b.add(row); err != nil {
			return nil, err
		}
	}
	c, err := b.corpus()
	if err != nil {
		return nil, err
	}
	c.Synthetic = true
	return c, nil
}

// distinct writes a note whose cleaned text is not in seen yet, and adds it.
func (lib *demoLib) distinct(labels []string, seen map[string]bool, rng *rand.Rand) (demoNote, error) {
	for range demoAttempts {
		note, err := lib.write(labels, rng)
		if err != nil {
			return note, err
		}
		clean := Clean(note.text)
		if !seen[clean] {
			seen[clean] = true
			return note, nil
		}
	}
	return demoNote{}, fmt.Errorf("the templates give no further distinct text for %q", labels)
}

// unusable returns the rows that cleaning is to drop, in proportion to the number of texts.
func (lib *demoLib) unusable(rows []Row, texts int, rng *rand.Rand) []Row {
	fill := func(n int, text string) (out []Row) {
		for range n * texts / DemoTexts {
			out = append(out, Row{Text: text, Label: rows[rng.IntN(len(rows))].Label})
		}
		return out
	}
	u := lib.plan.Unusable
	out := append(fill(u.WithoutText, ""), fill(u.Short, "See chart.")...)
	for range u.Duplicate * texts / DemoTexts {
		out = append(out, rows[rng.IntN(len(rows))])
	}
	return out
}
