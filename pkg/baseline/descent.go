package baseline

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
)

const (
	// gradientTolerance ends a fit: the objective's gradient is this small a part of the weights. The objective grows at least as
	// fast as half the squared distance from its minimum, so no weight vector is farther off than its gradient is long, and the
	// weights are within this part of the optimum's.
	gradientTolerance = 1e-4
	// gradientFloor ends it where the optimum's weights are all 0: the gradient is nothing but rounding.
	gradientFloor = 1e-12

	maxSweeps = 10_000
)

// loss is c x what the rows of a text cost, as a convex function of the text's decision values. Slices are [classes].
type loss interface {
	// pull sets out to minus the gradient of text i's loss at its decision values.
	pull(i int, values, out []float64)
	// solve sets dual to the one vector for which dual = pull(rest + norm x dual).
	solve(i int, norm float64, rest, dual []float64)
	// size bounds the loss's part in any gradient.
	size() float64
}

// descent finds the weights and biases at which the loss over all texts + half the squared weights is least, by dual coordinate
// descent: the weights are the sum over texts of dual x text, and one text's dual variables at a time are set to
// where the dual is least in them (Hsieh, Chang, Lin, Keerthi and Sundararajan 2008, "A Dual Coordinate Descent Method for Large-scale
// Linear SVM", for the SVM; Shalev-Shwartz and Zhang 2013, "Stochastic Dual Coordinate Ascent", for other losses). All rows of a text
// are one block, so that rows which contradict each other do not pull in turns.
//
// Biases are the weights of a feature that is 1. Where they are free, that is without a penalty, their penalty is on the change from
// sweep to sweep instead (the proximal point, or multiplier, method), which is gone at the end.
type descent struct {
	x     *matrix
	loss  loss
	width int
	free  bool // biases

	norms   []float64 // [texts], squared lengths with the bias's 1
	dual    []float64 // [texts, width]
	weights []float64 // [columns, width]
	biases  []float64 // [width]
}

func newDescent(x *matrix, width int, l loss, free bool) *descent {
	d := &descent{
		x: x, loss: l, width: width, free: free, norms: make([]float64, x.rows),
		dual: make([]float64, x.rows*width), weights: make([]float64, x.columns*width), biases: make([]float64, width),
	}
	for i := range d.norms {
		_, values := x.byRow.line(i)
		d.norms[i] = 1
		for _, v := range values {
			d.norms[i] += v * v
		}
	}
	return d
}

// run leaves the optimum in weights and biases. It fails when ctx is done, or where the end is too far off.
func (d *descent) run(ctx context.Context) error {
	rng := rand.New(rand.NewPCG(1, 1)) // any order will do, so long as it is always the same
	order := make([]int, d.x.rows)
	for i := range order {
		order[i] = i
	}
	before := make([]float64, d.width)
	values, solved := make([]float64, d.width), make([]float64, d.width)
	check := 4
	for sweep := 1; sweep <= maxSweeps; sweep++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			d.update(i, values, solved)
		}
		if sweep == check {
			if d.converged() {
				return nil
			}
			check += max(2, check/4)
		}
		if d.free {
			for k, b := range d.biases {
				d.biases[k], before[k] = b+(b-before[k]), b
			}
		}
	}
	return fmt.Errorf("the fit has not ended after %d sweeps; use a smaller C", maxSweeps)
}

// update minimises the dual in the variables of text i. values and solved are room for [width].
func (d *descent) update(i int, values, solved []float64) {
	at, entries := d.x.byRow.line(i)
	own := d.dual[i*d.width : (i+1)*d.width]
	copy(values, d.biases)
	accumulate(values, at, entries, d.weights)
	for k := range values {
		values[k] -= d.norms[i] * own[k]
	}
	d.loss.solve(i, d.norms[i], values, solved)
	for k, v := range solved {
		step := v - own[k]
		own[k] = v
		solved[k] = step
		d.biases[k] += step
	}
	scatter(solved, at, entries, d.weights)
}

// converged says whether the objective's gradient is small enough.
func (d *descent) converged() bool {
	values := make([]float64, len(d.dual))
	d.x.times(d.weights, d.biases, values)
	gradient := make([]float64, d.width) // of the biases
	pulled := make([]float64, d.width)
	for i := 0; i < d.x.rows; i++ {
		own := values[i*d.width : (i+1)*d.width]
		d.loss.pull(i, own, pulled)
		for k, v := range pulled {
			own[k] = d.dual[i*d.width+k] - v // the text's part in the weights' gradient
			gradient[k] -= v
		}
	}
	if !d.free {
		for k, b := range d.biases {
			gradient[k] += b
		}
	}
	square := d.x.transposedSquare(values, d.width)
	weights := floats.Dot(d.weights, d.weights)
	for k, g := range gradient {
		square += g * g
		if !d.free {
			weights += d.biases[k] * d.biases[k]
		}
	}
	return math.Sqrt(square) <= max(gradientTolerance*math.Sqrt(weights), gradientFloor*d.loss.size())
}
