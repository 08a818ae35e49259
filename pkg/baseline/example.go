package baseline

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Example is a text with the labels that it is filed under, as indices into the label names. With several labels it stands for as
// many rows; rows may as well come as examples of one label each.
type Example struct {
	Text   string
	Labels []int
}

// filing is the training rows gathered by distinct text.
type filing struct {
	labels  []string
	texts   []string  // distinct, in the order of their first row
	rows    [][]share // of each text: its rows by class, ascending
	sizes   []int     // of each text: its rows
	classes []int     // the labels that have rows, ascending; a class is an index into it
	counts  []int     // of each class: its rows
	total   int       // rows
}

// share is how many of a text's rows are of a class.
type share struct{ class, rows int }

// gather counts the rows of the examples. It fails for label names that are missing or repeated, an example without a label
// or with one out of range, and where fewer than two labels have rows.
func gather(labels []string, examples []Example) (*filing, error) {
	if err := checkLabels(labels); err != nil {
		return nil, err
	}
	if err := checkExamples("training", labels, examples); err != nil {
		return nil, err
	}
	f := &filing{labels: slices.Clone(labels)}
	counts := countRows(labels, examples)
	class := make([]int, len(labels))
	for label, count := range counts {
		if count > 0 {
			class[label] = len(f.classes)
			f.classes = append(f.classes, label)
			f.counts = append(f.counts, count)
			f.total += count
		}
	}
	if len(f.classes) == 1 {
		return nil, fmt.Errorf("every training row is labelled %q; a linear model needs at least two labels", labels[f.classes[0]])
	}
	index := make(map[string]int, len(examples))
	for _, example := range examples {
		at, seen := index[example.Text]
		if !seen {
			at = len(f.texts)
			index[example.Text] = at
			f.texts = append(f.texts, example.Text)
			f.rows = append(f.rows, nil)
			f.sizes = append(f.sizes, 0)
		}
		f.sizes[at] += len(example.Labels)
		for _, label := range example.Labels {
			own, found := slices.BinarySearchFunc(f.rows[at], class[label], func(s share, class int) int { return s.class - class })
			if !found {
				f.rows[at] = slices.Insert(f.rows[at], own, share{class: class[label]})
			}
			f.rows[at][own].rows++
		}
	}
	return f, nil
}

// classWeights returns what a row of each class counts: 1, or with balanced the weights that give every class the same sum,
// rows / (classes x rows of the class), as scikit-learn's compute_class_weight does.
func (f *filing) classWeights(balanced bool) []float64 {
	weights := make([]float64, len(f.classes))
	for class, count := range f.counts {
		weights[class] = 1
		if balanced {
			weights[class] = float64(f.total) / (float64(len(f.classes)) * float64(count))
		}
	}
	return weights
}

// countRows returns the rows of each label.
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
				return fmt.Errorf("%s text %d is filed under label %d, but there are %d labels, from 0", part, i, label, len(labels))
			}
		}
	}
	return nil
}
