package audit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/specialist-nlp/specialist/pkg/corpus"
)

// Class is the statistics of one label.
type Class struct {
	Label string `json:"label"`
	// Texts is the number of texts with the label, which is also its number of rows.
	Texts    int     `json:"texts"`
	RowShare float64 `json:"row_share"` // of all rows
	// Shared is the number of them that have another label too.
	Shared       int      `json:"shared"`
	SharedShare  float64  `json:"shared_share"`
	DocumentType bool     `json:"document_type"` // names a kind of document
	Characters   Length   `json:"characters"`
	Tokens       *Length  `json:"tokens"`    // null without a tokenizer
	Truncated    []Cutoff `json:"truncated"` // by length; empty without a tokenizer
}

// Imbalance compares the largest class with the smallest, of equal ones the first in label order.
type Imbalance struct {
	Largest       string  `json:"largest"`
	LargestTexts  int     `json:"largest_texts"`
	Smallest      string  `json:"smallest"`
	SmallestTexts int     `json:"smallest_texts"`
	Ratio         float64 `json:"ratio"` // largest / smallest
	// Under10 are the classes with fewer than 10 texts, in label order.
	Under10 []string `json:"under_10"`
}

// CoFiling says which labels texts have together.
type CoFiling struct {
	Labels []string `json:"labels"`
	// Counts is the number of texts with both label i and label j at [i][j], and of those with label i at [i][i]: shape [labels][labels].
	Counts [][]int `json:"counts"`
	// Shared is the number of texts with more than one label, SharedShare their share.
	Shared      int     `json:"shared"`
	SharedShare float64 `json:"shared_share"`
}

// DocumentTypes says how many texts have a label that names a kind of document.
type DocumentTypes struct {
	Labels []string `json:"labels"` // those counted as such, in label order
	Texts  int      `json:"texts"`  // with at least one of them
	Share  float64  `json:"share"`
	// Only is the number of these without another label, and so without a specialty.
	Only int `json:"only"`
}

// DefaultDocumentLabels returns the labels that name a kind of document (a visit note, a letter, an operation or imaging report) rather than
// a specialty, in the spelling of MTSamples and of its copy on the Hub. They match labels in any case and punctuation.
func DefaultDocumentLabels() []string {
	return []string{
		"Consult - History and Phy.", "Consult_History_and_Physical", "Discharge Summary", "Emergency Room Reports", "General Medicine",
		"Letters", "Office Notes", "Radiology", "SOAP / Chart / Progress Notes", "Surgery",
	}
}

// normalized is a label in lower case without punctuation and blanks.
func normalized(label string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, label)
}

// DocumentLabelsOf returns those of the labels that match [DefaultDocumentLabels], in their order.
func DocumentLabelsOf(labels []string) []string {
	var kinds []string
	for _, label := range labels {
		if slices.ContainsFunc(DefaultDocumentLabels(), func(kind string) bool { return sameLabel(kind, label) }) {
			kinds = append(kinds, label)
		}
	}
	return kinds
}

// sameLabel says whether two labels differ in case and punctuation alone.
func sameLabel(a, b string) bool {
	return a == b || normalized(a) != "" && normalized(a) == normalized(b)
}

// documentTypes counts the texts with document labels. It fails for a named label that the corpus lacks.
func documentTypes(c *corpus.Corpus, named []string) (DocumentTypes, error) {
	wanted := named
	if named == nil {
		wanted = DefaultDocumentLabels()
	}
	is := make([]bool, len(c.Labels))
	for _, label := range wanted {
		found := false
		for i, have := range c.Labels {
			if sameLabel(label, have) {
				is[i], found = true, true
			}
		}
		if !found && named != nil {
			return DocumentTypes{}, fmt.Errorf("%s: there is no label %q to count as a kind of document", c.Name, label)
		}
	}
	d := DocumentTypes{Labels: []string{}}
	for i, yes := range is {
		if yes {
			d.Labels = append(d.Labels, c.Labels[i])
		}
	}
	for _, note := range c.Notes {
		own := 0
		for _, label := range note.Labels {
			if is[label] {
				own++
			}
		}
		if own > 0 {
			d.Texts++
		}
		if own == len(note.Labels) {
			d.Only++
		}
	}
	d.Share = share(d.Texts, len(c.Notes))
	return d, nil
}

func classes(c *corpus.Corpus, lengths *lengths, types DocumentTypes) []Class {
	out := make([]Class, len(c.Labels))
	members := make([][]int, len(c.Labels))
	for n, note := range c.Notes {
		for _, label := range note.Labels {
			members[label] = append(members[label], n)
			if len(note.Labels) > 1 {
				out[label].Shared++
			}
		}
	}
	for i := range out {
		k := &out[i]
		k.Label, k.Texts = c.Labels[i], len(members[i])
		k.RowShare, k.SharedShare = share(k.Texts, len(c.Rows)), share(k.Shared, k.Texts)
		k.DocumentType = slices.Contains(types.Labels, k.Label)
		k.Characters, k.Tokens, k.Truncated = lengths.of(members[i])
	}
	return out
}

func imbalance(classes []Class) Imbalance {
	bySize := func(a, b Class) int { return cmp.Compare(a.Texts, b.Texts) }
	largest, smallest := slices.MaxFunc(classes, bySize), slices.MinFunc(classes, bySize)
	out := Imbalance{
		Largest: largest.Label, LargestTexts: largest.Texts, Smallest: smallest.Label, SmallestTexts: smallest.Texts,
		Ratio: share(largest.Texts, smallest.Texts), Under10: []string{},
	}
	for _, k := range classes {
		if k.Texts < 10 {
			out.Under10 = append(out.Under10, k.Label)
		}
	}
	return out
}

func coFiling(c *corpus.Corpus) CoFiling {
	out := CoFiling{Labels: c.Labels, Counts: make([][]int, len(c.Labels))}
	for i := range out.Counts {
		out.Counts[i] = make([]int, len(c.Labels))
	}
	for _, note := range c.Notes {
		if len(note.Labels) > 1 {
			out.Shared++
		}
		for _, a := range note.Labels {
			for _, b := range note.Labels {
				out.Counts[a][b]++
			}
		}
	}
	out.SharedShare = share(out.Shared, len(c.Notes))
	return out
}

// share is part / whole, 0 for a whole of 0.
func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
