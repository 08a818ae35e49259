package baseline

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Kind names a linear model's loss.
type Kind string

// The two kinds. Both have an L2 penalty, in scikit-learn's terms C x loss + half the squared weights.
const (
	// SVM is a linear support vector machine with the squared hinge loss, one class against the others: LinearSVC.
	SVM Kind = "linear_svm"
	// Logistic is multinomial logistic regression: LogisticRegression with the lbfgs solver.
	Logistic Kind = "logistic_regression"
)

// Penalty says how a linear model is fitted.
type Penalty struct {
	Kind Kind `json:"kind"`
	// C is what the loss counts against the penalty; the smaller, the more the weights are held back.
	C float64 `json:"c"`
	// Balanced weighs each class's rows by rows / (classes x its rows): class_weight="balanced".
	Balanced bool `json:"balanced"`
}

func (p Penalty) check() error {
	if p.Kind != SVM && p.Kind != Logistic {
		return fmt.Errorf("unknown kind of linear model %q; use %s or %s", p.Kind, SVM, Logistic)
	}
	if !(p.C > 0) || math.IsInf(p.C, 0) {
		return fmt.Errorf("the C is %v, not a positive number", p.C)
	}
	return nil
}

// linear is a fitted linear model.
type linear struct {
	kind    Kind
	labels  []string
	classes []int     // the labels it learned, ascending
	weights []float64 // [features, classes]
	biases  []float64 // [classes]
}

// fitLinear fits rows x, one for each text of f.
func fitLinear(ctx context.Context, f *filing, x *matrix, p Penalty) (*linear, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	merged, columns := x.mergePrivate()
	l := &linear{kind: p.Kind, labels: f.labels, classes: f.classes, weights: make([]float64, x.columns*len(f.classes)), biases: make([]float64, len(f.classes))}
	if p.Kind == Logistic {
		d := newDescent(merged, len(f.classes), newCrossEntropy(f, p.C, p.Balanced), true)
		if err := d.run(ctx); err != nil {
			return nil, fmt.Errorf("%s, C=%v: %w", p.Kind.title(), p.C, err)
		}
		l.take(d, columns, 0)
		return l, nil
	}
	// LinearSVC holds back the biases as the weights of a feature that is 1 (intercept_scaling).
	failures := make([]error, len(f.classes))
	inChunks(len(f.classes), machines, func(first, last int) {
		d := newDescent(merged, last-first, newSquaredHinge(f, p.C, p.Balanced, first, last), false)
		if failures[first] = d.run(ctx); failures[first] == nil {
			l.take(d, columns, first)
		}
	})
	for _, err := range failures {
		if err != nil {
			return nil, fmt.Errorf("%s, C=%v: %w", p.Kind.title(), p.C, err)
		}
	}
	return l, nil
}

// machines is how many support vector machines are fitted side by side, and end together.
const machines = 16

// take copies the result of a descent on merged columns, for its classes from first on.
func (l *linear) take(d *descent, columns []merging, first int) {
	width := len(l.classes)
	copy(l.biases[first:], d.biases)
	for column, m := range columns {
		for k, w := range d.weights[m.to*d.width : (m.to+1)*d.width] {
			l.weights[column*width+first+k] = m.factor * w
		}
	}
}

// decide returns the outputs for rows x: for each learned label its decision value, or with logistic regression its log-probability.
func (l *linear) decide(x *matrix) []predict.Output {
	width := len(l.classes)
	values := make([]float64, x.rows*width)
	x.times(l.weights, l.biases, values)
	outputs := make([]predict.Output, x.rows)
	for i := range outputs {
		own := values[i*width : (i+1)*width]
		if l.kind == Logistic {
			logSum := softmax(own, make([]float64, width))
			for class := range own {
				own[class] -= logSum
			}
		}
		outputs[i].Logits = spread(len(l.labels), l.classes, own)
	}
	return outputs
}

// unlearnedGap is how far below every learned label one without training rows stands. Its probability stays 0 at any
// temperature up to about 100.
const unlearnedGap = 1e4

// spread puts the learned classes' values in their labels' places and every other label below them.
func spread(labels int, classes []int, values []float64) []float32 {
	logits := make([]float32, labels)
	below := float32(slices.Min(values) - unlearnedGap)
	for label := range logits {
		logits[label] = below
	}
	for class, label := range classes {
		logits[label] = float32(values[class])
	}
	return logits
}

func (k Kind) title() string {
	if k == SVM {
		return "linear SVM"
	}
	return "logistic regression"
}
