package audit

import (
	"strings"

	"github.com/specialist-nlp/specialist/pkg/corpus"
)

// Column says how often another column contains the row's own label. Both are compared in their cleaned form (corpus.Clean), by whole
// words: "Urology" is in "urology, kidney stone" and not in "neurourology".
type Column struct {
	Name     string `json:"name"`
	NonEmpty int    `json:"non_empty"` // rows kept in which it is not blank
	// FilledShare is the share of the rows kept in which it is not blank.
	FilledShare float64 `json:"filled_share"`
	// StartsWith is the number of these rows in which it begins with the row's label, Contains that in which it has it anywhere.
	StartsWith      int     `json:"starts_with_label"`
	StartsWithShare float64 `json:"starts_with_share"` // of the rows in which it is not blank
	Contains        int     `json:"contains_label"`
	ContainsShare   float64 `json:"contains_share"`
}

func columns(c *corpus.Corpus) []Column {
	labels := make(map[string]string, len(c.Labels))
	for _, label := range c.Labels {
		labels[label] = corpus.Clean(label)
	}
	out := []Column{{Name: "keywords"}, {Name: "description"}}
	for i := range out {
		k := &out[i]
		for r := range c.Rows {
			row := &c.Rows[r]
			value := row.Keywords
			if k.Name == "description" {
				value = row.Description
			}
			if strings.TrimSpace(value) == "" {
				continue
			}
			k.NonEmpty++
			label := labels[row.Label]
			if label == "" { // it has no letter and no digit
				continue
			}
			// The blanks on both sides make only whole words match.
			value = " " + corpus.Clean(value) + " "
			if strings.HasPrefix(value, " "+label+" ") {
				k.StartsWith++
			}
			if strings.Contains(value, " "+label+" ") {
				k.Contains++
			}
		}
		k.FilledShare = share(k.NonEmpty, len(c.Rows))
		k.StartsWithShare, k.ContainsShare = share(k.StartsWith, k.NonEmpty), share(k.Contains, k.NonEmpty)
	}
	return out
}
