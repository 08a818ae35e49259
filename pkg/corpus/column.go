package corpus

import (
	"fmt"
	"slices"
	"strings"
)

// Fields names the columns (CSV, parquet) or keys (JSON) that hold the parts of a row where a source does not use the
// usual names. An empty name means the usual ones:
//
//	Text         transcription or text
//	Label        medical_specialty or label; in JSON also labels
//	ID           note_id or id; in CSV else a first column without a name. "-" means to take none
//	Description  description
//	Keywords     keywords
//
// Names of columns are compared without case and surrounding blanks, JSON keys exactly. A column that is named here
// must be there.
type Fields struct{ Text, Label, ID, Description, Keywords string }

// NoField, as Fields.ID, takes no id from the source.
const NoField = "-"

// The usual names, lower case: as the Kaggle file of MTSamples has them first, the plain ones second.
var (
	textColumns  = []string{"transcription", "text"}
	labelColumns = []string{"medical_specialty", "label"}
	idColumns    = []string{"note_id", "id"}
	// pandas writes its row index under an empty name and reads it back under the second.
	indexColumns = []string{"", "unnamed: 0"}
)

// columns holds the index of each field in a record, -1 for an optional one that is absent.
type columns struct {
	text, label, id, description, keywords int

	count int
}

// findColumns finds the fields in the names of a source's columns.
func findColumns(header []string, fields Fields) (columns, error) {
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = strings.ToLower(strings.TrimSpace(name))
	}
	c := columns{count: len(header)}
	var err error
	find := func(what, named string, accepted []string, needed bool) int {
		if named != "" {
			accepted, needed = []string{strings.ToLower(strings.TrimSpace(named))}, true
		}
		var at []int
		for i, name := range names {
			if slices.Contains(accepted, name) {
				at = append(at, i)
			}
		}
		switch {
		case len(at) == 1:
			return at[0]
		case len(at) > 1 && err == nil:
			err = fmt.Errorf("%d columns could hold the %s (found %s); keep one of %s",
				len(at), what, quoted(header), strings.Join(accepted, ", "))
		case len(at) == 0 && named != "" && err == nil:
			err = fmt.Errorf("no column is named %q, which is to hold the %s (found %s)", named, what, quoted(header))
		case len(at) == 0 && needed && err == nil:
			err = fmt.Errorf("no column holds the %s (found %s); needed are a text column (%s) and a label column (%s)",
				what, quoted(header), strings.Join(textColumns, " or "), strings.Join(labelColumns, " or "))
			if len(header) == 1 && strings.ContainsAny(header[0], ";\t") {
				err = fmt.Errorf("%w; fields must be separated by commas", err)
			}
		}
		return -1
	}
	c.text = find("text", fields.Text, textColumns, true)
	c.label = find("label", fields.Label, labelColumns, true)
	c.id = -1
	if fields.ID != NoField {
		c.id = find("id", fields.ID, idColumns, false)
	}
	c.description = find("description", fields.Description, []string{"description"}, false)
	c.keywords = find("keywords", fields.Keywords, []string{"keywords"}, false)
	return c, err
}

func quoted(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(out, ", ")
}
