package spelling

import "strings"

// Nearest returns the candidate with the smallest distance to a word; of equal ones the first. A candidate with a section, such as
// train.epochs, is also near to what is near to its last part.
func Nearest(word string, candidates []string) string {
	best, least := "", 1<<30
	for _, c := range candidates {
		d := Distance(word, c)
		if _, last, ok := strings.Cut(c, "."); ok {
			d = min(d, Distance(word, last)+1)
		}
		if d < least {
			best, least = c, d
		}
	}
	return best
}
