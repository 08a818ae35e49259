package erroranalysis

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/specialist-nlp/specialist/pkg/spelling"
)

// unknown is the error for a name that is not among the known ones. It suggests the nearest.
func unknown(what, name string, known []string) error {
	if len(known) == 0 {
		return fmt.Errorf("there is no %s %q, as there are none", what, name)
	}
	best, least := "", -1
	for _, candidate := range known {
		if d := spelling.Distance(normalized(name), normalized(candidate)); least < 0 || d < least {
			best, least = candidate, d
		}
	}
	return fmt.Errorf("there is no %s %q; the nearest is %q", what, name, best)
}

// normalized is a name in lower case without punctuation and blanks.
func normalized(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// lookUp returns the index of the label with a name, case and punctuation ignored, or of the only label that begins with it. It fails if
// there is none, or several.
func lookUp(name string, labels []string) (int, error) {
	var begins []string
	for i, label := range labels {
		if normalized(label) == normalized(name) {
			return i, nil
		}
		if strings.HasPrefix(normalized(label), normalized(name)) {
			begins = append(begins, label)
		}
	}
	switch len(begins) {
	case 0:
		return 0, unknown("label", name, labels)
	case 1:
		return slices.Index(labels, begins[0]), nil
	default:
		return 0, fmt.Errorf("%d labels begin with %q: %s", len(begins), name, strings.Join(begins, ", "))
	}
}

// list joins names by commas and "and".
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
