package notebook

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/explorer"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// explorerFields are what an explorer slices by; labels and confidence have controls of their own.
var explorerFields = []erroranalysis.Field{
	erroranalysis.FieldLength, erroranalysis.FieldLabels, erroranalysis.FieldTruncated, erroranalysis.FieldKind, erroranalysis.FieldPredictedKind,
	erroranalysis.FieldFirstSection, erroranalysis.FieldSection, erroranalysis.FieldYear,
}

// maxFieldValues is how many values of a field are offered, of sections the most frequent ones.
const maxFieldValues = 60

// Reading is what is known of how a model read one note.
type Reading struct {
	// From and To bound, in bytes, what it read of a note that it truncated; both are 0 where that is not known.
	From, To int
	// Shading says which words spoke for the label; nil where that was not computed.
	Shading *explorer.Shading
}

// Explorer makes the explorer of an analysis of errors: the analysis's test notes, with their texts out of the corpus. readings are by the
// id of a note, and may be nil or have some notes only. corrections are those made so far, in the order of writing, and path is the
// file that new ones go to. It refuses an analysis of another corpus.
func Explorer(a *erroranalysis.Analysis, c *corpus.Corpus, readings map[string]Reading, corrections []erroranalysis.Correction, path string) (explorer.Explorer, error) {
	if a.CorpusHash != c.Hash {
		return explorer.Explorer{}, fmt.Errorf("the errors of %q are those in corpus %q, and %s is %q: analyse this corpus, or give the one that was analysed",
			a.Model, a.CorpusHash, c.Name, c.Hash)
	}
	e := explorer.Explorer{
		ID: "explorer", Title: "Notes of the " + a.Part + " part, read by " + a.Model,
		Caption:   "Pick notes, open one, read what the model saw, and correct its labels where they are wrong.",
		Synthetic: a.Synthetic, Labels: a.Labels, CorpusHash: a.CorpusHash, File: filepath.Base(path),
		Query: explorer.Query{Outcome: explorer.OutcomeMisread},
	}
	fields, having, err := fieldValues(a)
	if err != nil {
		return explorer.Explorer{}, err
	}
	e.Fields = fields
	texts := make(map[string]string, len(c.Notes))
	for _, note := range c.Notes {
		texts[note.Key] = note.Text
	}
	corrected := map[string]erroranalysis.Correction{}
	for _, one := range erroranalysis.Latest(corrections) {
		corrected[one.TextSHA256] = one
	}
	for i := range a.Cases {
		one := &a.Cases[i]
		text, ok := texts[one.TextSHA256]
		if !ok {
			return explorer.Explorer{}, fmt.Errorf("%s has no text with the hash %s, which %q is analysed as", c.Name, one.TextSHA256, one.ID)
		}
		e.Notes = append(e.Notes, explorerNote(one, text, having[one.ID], readings[one.ID], corrected[one.TextSHA256]))
	}
	return e, nil
}

// fieldValues gives the fields with the values that a reader can pick, and by the id of a text its values of each field.
func fieldValues(a *erroranalysis.Analysis) ([]explorer.Field, map[string]map[string][]string, error) {
	having := make(map[string]map[string][]string, len(a.Cases))
	for i := range a.Cases {
		having[a.Cases[i].ID] = map[string][]string{}
	}
	var fields []explorer.Field
	for _, f := range explorerFields {
		values, err := a.Values(f)
		if err != nil {
			return nil, nil, err
		}
		field := explorer.Field{Name: string(f), Title: f.Title()}
		for _, v := range values[:min(len(values), maxFieldValues)] {
			picked, err := a.Filter(erroranalysis.Query{Slice: []erroranalysis.Condition{{Field: f, Value: v.Value}}})
			if err != nil {
				return nil, nil, err
			}
			for _, one := range picked.Cases {
				own := having[one.ID]
				own[field.Name] = append(own[field.Name], v.Value)
			}
			field.Values = append(field.Values, v.Value)
		}
		fields = append(fields, field)
	}
	return fields, having, nil
}

func explorerNote(one *erroranalysis.Case, text string, values map[string][]string, r Reading, correction erroranalysis.Correction) explorer.Note {
	n := explorer.Note{
		ID: one.ID, Key: one.TextSHA256, Text: text, Gold: one.Gold, Labels: one.Labels, Right: one.Valid, Characters: one.Characters,
		Values: values, Truncated: one.Truncated, From: r.From, To: r.To, Shading: r.Shading,
		Corrected: correction.Labels, Remark: correction.Comment,
	}
	for _, rank := range one.Top {
		n.Top = append(n.Top, explorer.Rank{Label: rank.Label, Confidence: rank.Confidence})
	}
	add := func(name, text string) {
		if text != "" {
			n.Facts = append(n.Facts, explorer.Fact{Name: name, Text: text})
		}
	}
	if one.Tokens > 0 {
		add("Tokens", page.Count.String(page.Of(float64(one.Tokens))))
	}
	if !one.Valid {
		add("Its best placed label", one.BestLabel+", in place "+strconv.Itoa(one.BestRank))
	}
	add("Kind of its labels", string(one.Kind))
	if one.Year != 0 {
		add("Year", strconv.Itoa(one.Year))
	}
	add("Sections", strings.Join(one.Sections, ", "))
	return n
}

// Keep returns what [Explore] does with the corrections of an explorer of a: it checks each as [erroranalysis.Analysis.Correct] does, refuses
// one that was made on a page of another corpus or another prediction, and appends it to the file at path.
func Keep(a *erroranalysis.Analysis, path string) func(line string) (string, error) {
	return func(line string) (string, error) {
		var sent erroranalysis.Correction
		if err := json.Unmarshal([]byte(line), &sent); err != nil {
			return "", fmt.Errorf("the page sent no correction: %w", err)
		}
		if sent.CorpusHash != a.CorpusHash {
			return "", fmt.Errorf("the page shows corpus %q, and this analysis is of %q: run the cell again", sent.CorpusHash, a.CorpusHash)
		}
		made, err := a.Correct(sent.ID, sent.Labels, sent.Comment, time.Now())
		if err != nil {
			return "", err
		}
		if made.TextSHA256 != sent.TextSHA256 || made.Predicted != sent.Predicted || !slices.Equal(made.Gold, sent.Gold) {
			return "", fmt.Errorf("the page shows another text, prediction or label set as %q than this analysis: run the cell again", sent.ID)
		}
		if err := erroranalysis.AppendCorrection(path, a.Labels, made); err != nil {
			return "", err
		}
		return "Saved: " + strings.Join(made.Labels, ", ") + ".", nil
	}
}
