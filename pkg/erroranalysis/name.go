package erroranalysis

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/specialist-nlp/specialist/pkg/spelling"
)

// unknown is the error of a name that is not among those known: it gives the nearest one.
func unknown(what, name string, known []string) error {
	if len(known) == 0 {
		return fmt.Errorf("there is no %s %q, as there are none", what, name)
	}
	best, least := "", -1
	for _, candidate := range known {
		if d := spelling.Distance(folded(name), folded(candidate)); least < 0 || d < least {
			best, least = candidate, d
		}
	}
	return fmt.Errorf("there is no %s %q; the nearest is %q", what, name, best)
}

// folded is a name without case and punctuation.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// lookUp finds the label that a short name means: the one that equals it but for case and punctuation, else the only one that begins
// with it.
func lookUp(name string, labels []string) (int, error) {
	var begins []string
	for i, label := range labels {
		if folded(label) == folded(name) {
			return i, nil
		}
		if strings.HasPrefix(folded(label), folded(name)) {
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

// list writes names one after the other.
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
