package erroranalysis

import (
	"slices"
	"strconv"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Ranked is a label with the model's confidence in it, between 0 and 1, calibrated if [Options] has a temperature.
type Ranked struct {
	Label      string  `json:"label"`
	Confidence float64 `json:"confidence"`
}

// Kind is what a text's labels name: a kind of document, a specialty, or both.
type Kind string

// The kinds.
const (
	// DocumentKind is a kind of document (a letter, an operation report), ClinicalKind a specialty.
	DocumentKind Kind = "document"
	ClinicalKind Kind = "clinical"
	// BothKinds is that of a text with labels of both kinds.
	BothKinds Kind = "both"
)

// Case is one test text with its prediction, labels and properties.
type Case struct {
	ID string `json:"id"`
	// TextSHA256 is the note's Key in its corpus: the hash of its cleaned text.
	TextSHA256 string `json:"text_sha256"`
	// Gold are the labels that the prediction is compared with, Labels all labels of the text in the corpus. They are the same, except
	// under a random-row split, where Gold are the labels of the rows in the test part.
	Gold   []string `json:"gold"`
	Labels []string `json:"labels"`
	// Predicted is Top[0]'s label and Confidence its probability, calibrated with the temperature that was fitted on the validation
	// notes; predictions on disk and of Classify are not calibrated. Top has up to five, best first.
	Predicted  string   `json:"predicted"`
	Confidence float64  `json:"confidence"`
	Top        []Ranked `json:"top"`
	// Valid says that Predicted is one of Labels.
	Valid bool `json:"valid"`
	// RowAccuracy is the share of the rows, one for each of Gold, that are right: 1 / len(Gold) if Predicted is among them, else 0.
	RowAccuracy float64 `json:"row_accuracy"`
	// BestLabel is the highest ranked of Labels, BestRank its rank, from 1, and Margin the confidence in Predicted minus that in
	// BestLabel: 0 if Valid.
	BestRank  int     `json:"best_rank"`
	BestLabel string  `json:"best_label"`
	Margin    float64 `json:"margin"`

	Truncated  bool `json:"truncated"`  // the model read only a part of the text
	Tokens     int  `json:"tokens"`     // before truncation; 0 for a model that counts none
	Characters int  `json:"characters"` // Unicode code points
	// LengthQuarter is 1 for the shortest quarter of the test texts by characters, to 4 for the longest; texts of one length are in the
	// same.
	LengthQuarter int  `json:"length_quarter"`
	Kind          Kind `json:"kind"` // of Labels
	PredictedKind Kind `json:"predicted_kind"`
	// Sections are the note's headings; see [Headings]. Year is 0 without a date; see [Year].
	Sections []string `json:"sections"`
	Year     int      `json:"year,omitempty"`
}

// FirstSection returns the note's first heading, empty if it has none.
func (c *Case) FirstSection() string {
	if len(c.Sections) == 0 {
		return ""
	}
	return c.Sections[0]
}

// text is a case with its labels as indices into data.labels.
type text struct {
	gold, labels []int
	predicted    int
	hit          float64 // 1 if predicted is among gold, else 0
	valid        bool
}

// newCase joins a prediction with its note, whose labels are own, indices into d.labels, ascending.
func (d *data) newCase(p predict.Prediction, note *corpus.Note, own []int) (Case, text) {
	order := p.Top(len(d.labels))
	t := text{gold: p.Gold, labels: own, predicted: order[0], valid: slices.Contains(own, order[0])}
	if slices.Contains(p.Gold, order[0]) {
		t.hit = 1
	}
	best := slices.IndexFunc(order, func(label int) bool { return slices.Contains(own, label) })
	c := Case{
		ID: note.ID, TextSHA256: note.Key, Gold: d.names(p.Gold), Labels: d.names(own), Predicted: d.labels[order[0]],
		Confidence: float64(p.Scores[order[0]]), Valid: t.valid, RowAccuracy: t.hit / float64(len(p.Gold)),
		BestRank: best + 1, BestLabel: d.labels[order[best]], Margin: float64(p.Scores[order[0]]) - float64(p.Scores[order[best]]),
		Truncated: p.Truncated, Tokens: p.Tokens, Characters: p.Characters,
		Kind: d.kindOf(own), PredictedKind: d.kindOf(order[:1]), Sections: Headings(note.Text), Year: Year(note.Text),
	}
	if c.Sections == nil {
		c.Sections = []string{}
	}
	for _, label := range order[:min(5, len(order))] {
		c.Top = append(c.Top, Ranked{d.labels[label], float64(p.Scores[label])})
	}
	return c, t
}

// names returns the names of labels, given as indices.
func (d *data) names(labels []int) []string {
	names := make([]string, len(labels))
	for i, label := range labels {
		names[i] = d.labels[label]
	}
	return names
}

// kindOf returns the kind of labels, given as indices.
func (d *data) kindOf(labels []int) Kind {
	documents := 0
	for _, label := range labels {
		if d.document[label] {
			documents++
		}
	}
	switch documents {
	case 0:
		return ClinicalKind
	case len(labels):
		return DocumentKind
	default:
		return BothKinds
	}
}

// quarter sets the cases' LengthQuarter and returns the three quartiles, numpy's default quantiles.
func quarter(cases []Case) []float64 {
	sorted := make([]float64, len(cases))
	for i, c := range cases {
		sorted[i] = float64(c.Characters)
	}
	slices.Sort(sorted)
	var bounds []float64
	for _, q := range []float64{.25, .5, .75} {
		place := q * float64(len(sorted)-1)
		low := int(place)
		high := min(low+1, len(sorted)-1)
		bounds = append(bounds, sorted[low]+(place-float64(low))*(sorted[high]-sorted[low]))
	}
	for i := range cases {
		cases[i].LengthQuarter = 1
		for _, bound := range bounds {
			if float64(cases[i].Characters) > bound {
				cases[i].LengthQuarter++
			}
		}
	}
	return bounds
}

// yearName is a year as a value of [FieldYear].
func yearName(year int) string {
	if year == 0 {
		return "none"
	}
	return strconv.Itoa(year)
}
