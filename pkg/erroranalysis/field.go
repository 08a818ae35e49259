package erroranalysis

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// Field is a property of test texts by which they can be sliced.
type Field string

// The fields. A text has one value of each but FieldGold and FieldSection.
const (
	FieldGold          Field = "gold"           // a label that the prediction is compared with
	FieldPredicted     Field = "predicted"      // the predicted label
	FieldKind          Field = "kind"           // what the text's labels name
	FieldPredictedKind Field = "predicted_kind" // what the predicted label names
	FieldLabels        Field = "labels"         // the number of the text's labels
	FieldLength        Field = "length"         // quarter by characters
	FieldTruncated     Field = "truncated"      // whether the model read only a part
	FieldSection       Field = "section"        // a section heading
	FieldFirstSection  Field = "first_section"  // the first section heading
	FieldYear          Field = "year"           // of the latest date
	FieldConfidence    Field = "confidence"     // fifth of the range from 0 to 1
)

type fieldInfo struct {
	field Field
	title string
	// phrase is the format of a condition in words, after "texts".
	phrase string
	values func(c *Case) []string
	side   side
	open   bool // its values are found in the notes, not a fixed list
}

// side is what a field is a property of: the text, its gold labels, or the model's prediction.
type side int

const (
	ofText side = iota
	ofGold
	ofPrediction
)

var quarters = []string{"shortest quarter", "second quarter", "third quarter", "longest quarter"}

var fields = []fieldInfo{
	{FieldGold, "Label", "filed under %s", func(c *Case) []string { return c.Gold }, ofGold, false},
	{FieldPredicted, "Predicted label", "read as %s", func(c *Case) []string { return []string{c.Predicted} }, ofPrediction, false},
	{FieldKind, "Kind of its labels", "with labels of this kind: %s", func(c *Case) []string { return []string{string(c.Kind)} }, ofGold, false},
	{FieldPredictedKind, "Kind of the predicted label", "read as a label of this kind: %s", func(c *Case) []string { return []string{string(c.PredictedKind)} }, ofPrediction, false},
	{FieldLabels, "Number of labels", "with this many labels: %s", func(c *Case) []string { return []string{strconv.Itoa(len(c.Labels))} }, ofText, false},
	{FieldLength, "Length", "in the %s by length", func(c *Case) []string { return []string{quarterName(c.LengthQuarter)} }, ofText, false},
	{FieldTruncated, "Truncated", "truncated: %s", func(c *Case) []string { return []string{yesNo(c.Truncated)} }, ofText, false},
	{FieldSection, "Section", "with a section %s", func(c *Case) []string { return c.Sections }, ofText, true},
	{FieldFirstSection, "First section", "whose first section is %s", func(c *Case) []string { return []string{cmp.Or(c.FirstSection(), "none")} }, ofText, true},
	{FieldYear, "Year", "dated %s", func(c *Case) []string { return []string{yearName(c.Year)} }, ofText, true},
	{FieldConfidence, "Confidence", "with a confidence of %s", func(c *Case) []string { return []string{confidenceBand(c.Confidence)} }, ofPrediction, false},
}

// Fields lists them in the order of tables.
func Fields() []Field {
	out := make([]Field, len(fields))
	for i, f := range fields {
		out[i] = f.field
	}
	return out
}

// DefaultSearchFields returns all fields but the confidence: slices of low confidence would rank before all others.
func DefaultSearchFields() []Field {
	return slices.DeleteFunc(Fields(), func(f Field) bool { return f == FieldConfidence })
}

func fieldNames() []string {
	var names []string
	for _, f := range fields {
		names = append(names, string(f.field))
	}
	return names
}

// Title returns the field's name for a table, or the field itself if it is none of [Fields].
func (f Field) Title() string {
	if info := f.info(); info != nil {
		return info.title
	}
	return string(f)
}

func (f Field) info() *fieldInfo {
	if i := slices.IndexFunc(fields, func(info fieldInfo) bool { return info.field == f }); i >= 0 {
		return &fields[i]
	}
	return nil
}

// Condition is a value of a field.
type Condition struct {
	Field Field  `json:"field"`
	Value string `json:"value"`
}

// String is the condition in words, to follow "texts", such as "filed under Surgery".
func (c Condition) String() string {
	if info := c.Field.info(); info != nil {
		return fmt.Sprintf(info.phrase, c.Value)
	}
	return string(c.Field) + " " + c.Value
}

// met says whether a case has the value. The field must be one of [Fields].
func (c Condition) met(one *Case) bool { return slices.Contains(c.Field.info().values(one), c.Value) }

func phrase(conditions []Condition) string {
	words := make([]string, len(conditions))
	for i, c := range conditions {
		words[i] = c.String()
	}
	return "texts " + list(words)
}

// Value is one value of a field and how many of the test texts have it.
type Value struct {
	Value string `json:"value"`
	Texts int    `json:"texts"`
}

// Values returns the values of a field with their numbers of texts: labels in the model's order, those that no text has included; sections
// by number of texts; others in their natural order. It fails for an unknown field.
func (a *Analysis) Values(field Field) ([]Value, error) {
	info := field.info()
	if info == nil {
		return nil, fmt.Errorf("erroranalysis: %w", unknown("field", string(field), fieldNames()))
	}
	return a.values(info), nil
}

func (a *Analysis) values(info *fieldInfo) []Value {
	counts := map[string]int{}
	for i := range a.Cases {
		for _, v := range info.values(&a.Cases[i]) {
			counts[v]++
		}
	}
	var order []string
	switch info.field {
	case FieldGold, FieldPredicted:
		order = a.Labels
	case FieldKind, FieldPredictedKind:
		order = []string{string(DocumentKind), string(ClinicalKind), string(BothKinds)}
	case FieldLength:
		order = quarters
	case FieldTruncated:
		order = []string{yesNo(false), yesNo(true)}
	default:
		for v := range counts {
			order = append(order, v)
		}
		bySize := info.field == FieldSection || info.field == FieldFirstSection
		slices.SortFunc(order, func(x, y string) int {
			if bySize && counts[x] != counts[y] {
				return counts[y] - counts[x]
			}
			return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
		})
	}
	var out []Value
	for _, v := range order {
		if n := counts[v]; n > 0 || info.field == FieldGold || info.field == FieldPredicted {
			out = append(out, Value{v, n})
		}
	}
	return out
}

// quarterName is a LengthQuarter as a value of [FieldLength], empty if it is none.
func quarterName(quarter int) string {
	if quarter < 1 || quarter > len(quarters) {
		return ""
	}
	return quarters[quarter-1]
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// confidenceBand is a confidence as a value of [FieldConfidence]: a fifth of the range, which includes its lower bound.
func confidenceBand(confidence float64) string {
	low := min(int(confidence*5), 4) * 20
	return fmt.Sprintf("%d–%d %%", low, low+20)
}
