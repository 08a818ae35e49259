package audit

import (
	"context"
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// Version is the version of the definitions behind an Audit. It changes when a key or the meaning of a number does.
const Version = 1

// maxLabels bounds the matrices of labels by labels. A corpus beyond it has most likely named another column as its label.
const maxLabels = 1000

// Options say how a corpus is audited. The zero value counts no tokens, takes DefaultDocumentLabels and the seed 0.
type Options struct {
	// Seed is the seed of both splits.
	Seed uint64
	// Tokenizer counts tokens; nil leaves lengths in characters alone.
	Tokenizer *tokenize.Tokenizer
	// TokenizerName is how the tokenizer is named in the result.
	TokenizerName string
	// DocumentLabels are the labels that name a kind of document. Nil takes those of [DefaultDocumentLabels] that the corpus has; a label
	// given here that the corpus lacks is an error.
	DocumentLabels []string
}

// Audit is what was found. Shares are between 0 and 1.
type Audit struct {
	Version   int    `json:"version"`
	Name      string `json:"name"`      // of the file, or of the demo
	Synthetic bool   `json:"synthetic"` // made-up notes
	Hash      string `json:"hash"`      // content hash of the rows kept: SHA-256, hexadecimal
	Seed      uint64 `json:"seed"`      // of the splits
	// With names the columns that the texts are extended with; empty for the text alone. Lengths and near duplicates are those of the
	// extended texts.
	With []string `json:"with"`

	RowsRead         int `json:"rows_read"` // = rows_kept + dropped_short + dropped_duplicate
	RowsKept         int `json:"rows_kept"`
	DroppedShort     int `json:"dropped_short"`     // cleaned text under 20 characters
	WithoutText      int `json:"without_text"`      // those of dropped_short whose text is blank
	DroppedDuplicate int `json:"dropped_duplicate"` // the same cleaned text under the same label again
	Texts            int `json:"texts"`             // distinct cleaned texts
	Labels           int `json:"labels"`
	// UnusedLabels are those that the source declares or uses, but that no kept row carries.
	UnusedLabels []string `json:"unused_labels"`
	// LabelsPerText holds, by number of labels, how many texts carry that many: {"1": 207, "2": 1721}. Numbers that no text has are left out.
	LabelsPerText map[int]int `json:"labels_per_text"`
	// CeilingRowAccuracy is the best row accuracy of any function of the text: texts / rows.
	CeilingRowAccuracy float64 `json:"ceiling_row_accuracy"`

	Classes        []Class        `json:"classes"` // in label order
	Imbalance      Imbalance      `json:"imbalance"`
	CoFiling       CoFiling       `json:"co_filing"`
	DocumentTypes  DocumentTypes  `json:"document_types"`
	Ceilings       []Ceiling      `json:"ceilings"`
	Protocols      []Protocol     `json:"protocols"` // row, then group
	NearDuplicates NearDuplicates `json:"near_duplicates"`
	Columns        []Column       `json:"columns"` // keywords, then description
	Lengths        Lengths        `json:"lengths"`
}

// Run audits a corpus. It fails for a corpus that cannot be split, for more than 1,000 labels, for an unknown document label, for a text that
// the tokenizer refuses, and when ctx ends.
func Run(ctx context.Context, c *corpus.Corpus, options Options) (*Audit, error) {
	if n := len(c.Labels); n > maxLabels {
		return nil, fmt.Errorf("%s: %d labels are more than the %d that an audit takes; is the label column the right one?", c.Name, n, maxLabels)
	}
	a := &Audit{
		Version: Version, Name: c.Name, Synthetic: c.Synthetic, Hash: c.Hash, Seed: options.Seed, With: append([]string{}, c.With...),
		RowsRead: c.Report.RowsRead, RowsKept: c.Report.RowsKept, DroppedShort: c.Report.DroppedShort,
		WithoutText: c.Report.WithoutText, DroppedDuplicate: c.Report.DroppedDuplicate,
		Texts: len(c.Notes), Labels: len(c.Labels), UnusedLabels: append([]string{}, c.Unused...), LabelsPerText: map[int]int{},
		CeilingRowAccuracy: float64(len(c.Notes)) / float64(len(c.Rows)),
	}
	for labels, texts := range c.LabelsPerText() {
		if texts > 0 {
			a.LabelsPerText[labels] = texts
		}
	}
	var err error
	if a.DocumentTypes, err = documentTypes(c, options.DocumentLabels); err != nil {
		return nil, err
	}
	row, err := corpus.Divide(c, corpus.ProtocolRow, options.Seed)
	if err != nil {
		return nil, err
	}
	group, err := corpus.Divide(c, corpus.ProtocolGroup, options.Seed)
	if err != nil {
		return nil, err
	}
	if a.Ceilings, err = policies(c); err != nil {
		return nil, err
	}
	lengths, err := measure(ctx, c, options)
	if err != nil {
		return nil, err
	}
	pairs, skipped, err := nearPairs(ctx, c)
	if err != nil {
		return nil, err
	}
	a.NearDuplicates = nearDuplicates(c, pairs, skipped)
	for _, d := range []*corpus.Division{row, group} {
		protocol, err := partOf(c, d).audit(c, pairs)
		if err != nil {
			return nil, err
		}
		protocol.SourceParts, protocol.Notices = d.SourceParts, append([]string{}, d.Notices...)
		a.Protocols = append(a.Protocols, protocol)
	}
	a.Lengths = lengths.all()
	a.Classes = classes(c, lengths, a.DocumentTypes)
	a.Imbalance = imbalance(a.Classes)
	a.CoFiling = coFiling(c)
	a.Columns = columns(c)
	return a, nil
}
