package baseline

import (
	"errors"
	"fmt"
	"strings"
)

// Example is a text with its labels, as indices into the label names. With k labels it is k training rows, and may as well be k examples
// of the same text with a label each.
type Example struct {
	Text   string
	Labels []int
}

// countRows returns the number of rows of each label.
func countRows(labels []string, examples []Example) []int {
	counts := make([]int, len(labels))
	for _, example := range examples {
		for _, label := range example.Labels {
			counts[label]++
		}
	}
	return counts
}

func checkLabels(labels []string) error {
	if len(labels) == 0 {
		return errors.New("there are no labels")
	}
	seen := make(map[string]bool, len(labels))
	for i, label := range labels {
		switch {
		case strings.TrimSpace(label) == "":
			return fmt.Errorf("label %d is blank", i)
		case seen[label]:
			return fmt.Errorf("label %q occurs twice", label)
		}
		seen[label] = true
	}
	return nil
}

// checkExamples fails for a part, such as "training", without examples, and for an example without a label or with one out of range.
func checkExamples(part string, labels []string, examples []Example) error {
	if len(examples) == 0 {
		return fmt.Errorf("there are no %s texts", part)
	}
	for i, example := range examples {
		if len(example.Labels) == 0 {
			return fmt.Errorf("%s text %d has no label", part, i)
		}
		for _, label := range example.Labels {
			if label < 0 || label >= len(labels) {
				return fmt.Errorf("%s text %d has label %d, but there are %d labels, from 0", part, i, label, len(labels))
			}
		}
	}
	return nil
}

// checkCounts returns the sum of the labels' row counts. It fails for another number of counts than labels, a negative count and no row at all.
func checkCounts(labels []string, counts []int) (int, error) {
	if len(counts) != len(labels) {
		return 0, fmt.Errorf("%d row counts for %d labels; give one a label", len(counts), len(labels))
	}
	total := 0
	for label, count := range counts {
		if count < 0 {
			return 0, fmt.Errorf("label %q has a row count of %d", labels[label], count)
		}
		total += count
	}
	if total == 0 {
		return 0, errors.New("there are no training rows")
	}
	return total, nil
}
