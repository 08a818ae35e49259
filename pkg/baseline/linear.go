package baseline

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Kind names a linear model by its loss.
type Kind string

// The kinds of linear models. Both minimise C x loss + half the squared norm of the weights, as scikit-learn's do.
const (
	// SVM is one linear support vector machine a label, against all other labels, with the squared hinge loss: LinearSVC.
	SVM Kind = "linear_svm"
	// Logistic is multinomial logistic regression: LogisticRegression.
	Logistic Kind = "logistic_regression"
)

// LinearSettings is the kind of a linear model and how it is regularised.
type LinearSettings struct {
	Kind Kind `json:"kind"`
	// C is the weight of the loss against the L2 penalty: the smaller, the stronger the regularisation.
	C float64 `json:"c"`
	// Balanced gives each class's rows the weight rows / (classes x rows of the class): class_weight="balanced".
	Balanced bool `json:"balanced"`
}

func (p LinearSettings) check() error {
	if p.Kind != SVM && p.Kind != Logistic {
		return fmt.Errorf("unknown kind of linear model %q; use %s or %s", p.Kind, SVM, Logistic)
	}
	if !(p.C > 0) || math.IsInf(p.C, 0) {
		return fmt.Errorf("the factor C is %v, not a positive number", p.C)
	}
	return nil
}

// linear is a fitted linear model.
type linear struct {
	kind    Kind
	labels  []string
	classes []int     // the labels with training rows, ascending; the others cannot be learned
	weights []float64 // [features, classes]
	biases  []float64 // [classes]
}

// svmBlock is how many support vector machines are fitted in one descent: enough for vector instructions, few enough for several
// descents to run at the same time.
const svmBlock = 16

// fitLinear fits a model to the features x, a row for each text of the training set.
func fitLinear(ctx context.Context, train *trainingSet, x *matrix, p LinearSettings) (*linear, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	merged, columns := x.mergeSingletons()
	classes := len(train.classes)
	l := &linear{
		kind: p.Kind, labels: train.labels, classes: train.classes,
		weights: make([]float64, x.columns*classes), biases: make([]float64, classes),
	}
	if p.Kind == Logistic {
		d := newDualDescent(merged, classes, newCrossEntropy(train, p.C, p.Balanced), true)
		if err := d.minimize(ctx); err != nil {
			return nil, fmt.Errorf("%s, C=%v: %w", p.Kind.title(), p.C, err)
		}
		l.setClasses(0, d, columns)
		return l, nil
	}
	failures := make([]error, classes)
	inChunks(classes, svmBlock, func(first, last int) {
		// LinearSVC penalises the biases like any weight (intercept_scaling).
		d := newDualDescent(merged, last-first, newSquaredHinge(train, p.C, p.Balanced, first, last), false)
		if failures[first] = d.minimize(ctx); failures[first] == nil {
			l.setClasses(first, d, columns)
		}
	})
	for _, err := range failures {
		if err != nil {
			return nil, fmt.Errorf("%s, C=%v: %w", p.Kind.title(), p.C, err)
		}
	}
	return l, nil
}

// setClasses takes over the weights and biases of the classes from first on, from a descent on merged columns.
func (l *linear) setClasses(first int, d *dualDescent, columns []mergedColumn) {
	copy(l.biases[first:], d.biases)
	for column, m := range columns {
		for k, w := range d.weights[m.column*d.classes : (m.column+1)*d.classes] {
			l.weights[column*len(l.classes)+first+k] = m.scale * w
		}
	}
}

// predict returns the outputs for each row of features x: an SVM's decision values, or logistic regression's log-probabilities.
func (l *linear) predict(x *matrix) []predict.Output {
	classes := len(l.classes)
	decisions := make([]float64, x.rows*classes)
	x.times(l.weights, l.biases, decisions)
	outputs := make([]predict.Output, x.rows)
	for i := range outputs {
		own := decisions[i*classes : (i+1)*classes]
		if l.kind == Logistic {
			logSum := softmax(own, make([]float64, classes))
			for k := range own {
				own[k] -= logSum
			}
		}
		outputs[i].Logits = labelLogits(len(l.labels), l.classes, own)
	}
	return outputs
}

// unlearnedGap is how far a label without training rows is below the lowest other. Its probability, a float32, is 0 at temperatures
// up to 96.
const unlearnedGap = 1e4

// labelLogits returns the logits of all labels from the values of the learned ones, classes; the others get the lowest less unlearnedGap.
func labelLogits(labels int, classes []int, values []float64) []float32 {
	logits := make([]float32, labels)
	unlearned := float32(slices.Min(values) - unlearnedGap)
	for label := range logits {
		logits[label] = unlearned
	}
	for class, label := range classes {
		logits[label] = float32(values[class])
	}
	return logits
}

// title is the kind in words.
func (k Kind) title() string {
	if k == SVM {
		return "linear SVM"
	}
	return "logistic regression"
}
