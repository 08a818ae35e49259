package audit

import (
	"context"
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// Version is the version of the definitions behind an Audit. It changes when a key or the meaning of a number does.
const Version = 1

// maxLabels bounds the matrices of labels by labels. A corpus with more has most likely another column as its label.
const maxLabels = 1000

// Options configures an audit. The zero value has no tokenizer, the default document labels and the seed 0.
type Options struct {
	// Seed is the seed of both splits.
	Seed uint64
	// Tokenizer counts tokens; without it lengths are in characters only.
	Tokenizer *tokenize.Tokenizer
	// TokenizerName is the tokenizer's name in the result.
	TokenizerName string
	// DocumentLabels are the labels that name a kind of document. Nil stands for those of [DefaultDocumentLabels] that the corpus has; a
	// label given here that the corpus lacks is an error.
	DocumentLabels []string
}

// Audit is the result of [Run]. Shares are between 0 and 1.
type Audit struct {
	Version   int    `json:"version"`
	Name      string `json:"name"`      // of the file, or of the demo
	Synthetic bool   `json:"synthetic"` // synthetic notes
	Hash      string `json:"hash"`      // content hash of the rows kept: SHA-256, hexadecimal
	Seed      uint64 `json:"seed"`      // of the splits
	// With names the columns that extend the texts; empty for the text alone. Lengths and near duplicates are those of the extended texts.
	With []string `json:"with"`

	RowsRead         int `json:"rows_read"` // = rows_kept + dropped_short + dropped_duplicate
	RowsKept         int `json:"rows_kept"`
	DroppedShort     int `json:"dropped_short"`     // cleaned text under 20 characters
	WithoutText      int `json:"without_text"`      // those of dropped_short whose text is blank
	DroppedDuplicate int `json:"dropped_duplicate"` // the same cleaned text under the same label again
	Texts            int `json:"texts"`             // distinct cleaned texts
	Labels           int `json:"labels"`
	// UnusedLabels are those that the source declares or uses, but that no kept row has.
	UnusedLabels []string `json:"unused_labels"`
	// LabelsPerText is the number of texts by their number of labels: {"1": 207, "2": 1721}. Numbers that no text has are left out.
	LabelsPerText map[int]int `json:"labels_per_text"`
	// CeilingRowAccuracy is the best row accuracy of any function of the text: texts / rows.
	CeilingRowAccuracy float64 `json:"ceiling_row_accuracy"`

	Classes        []Class        `json:"classes"` // in label order
	Imbalance      Imbalance      `json:"imbalance"`
	CoFiling       CoFiling       `json:"co_filing"`
	DocumentTypes  DocumentTypes  `json:"document_types"`
	Ceilings       []Ceiling      `json:"ceilings"`
	Protocols      []SplitAudit   `json:"protocols"` // the random-row split, then the grouped split
	NearDuplicates NearDuplicates `json:"near_duplicates"`
	Columns        []Column       `json:"columns"` // keywords, then description
	Lengths        Lengths        `json:"lengths"`
}

// Run audits a corpus. It fails for a corpus that cannot be split, for more than 1,000 labels, for an unknown document label, for a text that
// cannot be tokenized, and when ctx is done.
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
	for _, d := range []*corpus.Split{row, group} {
		protocol, err := partOf(c, d).audit(c, pairs)
		if err != nil {
			return nil, err
		}
		protocol.SourceParts, protocol.Notices = d.FromSource, append([]string{}, d.Notices...)
		a.Protocols = append(a.Protocols, protocol)
	}
	a.Lengths = lengths.all()
	a.Classes = classes(c, lengths, a.DocumentTypes)
	a.Imbalance = imbalance(a.Classes)
	a.CoFiling = coFiling(c)
	a.Columns = columns(c)
	return a, nil
}
