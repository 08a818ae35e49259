package baseline

import (
	"fmt"
	"slices"
)

// trainingSet is the training rows grouped by text. Rows of one text have the same features, so each text is computed once and its rows
// are weights.
type trainingSet struct {
	labels      []string
	texts       []string       // distinct, in the order of their first row
	rows        [][]classCount // of each text: its rows by class, ascending
	rowCounts   []int          // of each text: all its rows
	classes     []int          // the labels with rows, ascending; a class is an index into it
	classCounts []int          // of each class: its rows
	total       int            // rows
}

// classCount is the number of a text's rows that are of a class.
type classCount struct{ class, rows int }

// newTrainingSet groups the rows of the examples. It fails for label names that are missing or repeated, an example without a label or
// with one out of range, and fewer than two labels with rows.
func newTrainingSet(labels []string, examples []Example) (*trainingSet, error) {
	if err := checkLabels(labels); err != nil {
		return nil, err
	}
	if err := checkExamples("training", labels, examples); err != nil {
		return nil, err
	}
	t := &trainingSet{labels: slices.Clone(labels)}
	class := make([]int, len(labels)) // of each label with rows
	for label, count := range countRows(labels, examples) {
		if count > 0 {
			class[label] = len(t.classes)
			t.classes = append(t.classes, label)
			t.classCounts = append(t.classCounts, count)
			t.total += count
		}
	}
	if len(t.classes) == 1 {
		return nil, fmt.Errorf("every training row has the label %q; a linear model needs at least two", labels[t.classes[0]])
	}
	index := make(map[string]int, len(examples))
	for _, example := range examples {
		i, seen := index[example.Text]
		if !seen {
			i = len(t.texts)
			index[example.Text] = i
			t.texts = append(t.texts, example.Text)
			t.rows = append(t.rows, nil)
			t.rowCounts = append(t.rowCounts, 0)
		}
		t.rowCounts[i] += len(example.Labels)
		for _, label := range example.Labels {
			at, found := slices.BinarySearchFunc(t.rows[i], class[label], func(c classCount, class int) int { return c.class - class })
			if !found {
				t.rows[i] = slices.Insert(t.rows[i], at, classCount{class: class[label]})
			}
			t.rows[i][at].rows++
		}
	}
	return t, nil
}

// classWeights returns the weight of a row of each class: 1, or with balanced rows / (classes x rows of the class), which gives all
// classes the same sum, as scikit-learn's compute_class_weight does.
func (t *trainingSet) classWeights(balanced bool) []float64 {
	weights := make([]float64, len(t.classes))
	for class, count := range t.classCounts {
		weights[class] = 1
		if balanced {
			weights[class] = float64(t.total) / (float64(len(t.classes)) * float64(count))
		}
	}
	return weights
}
