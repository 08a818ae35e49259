package baseline

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
)

const (
	// gradientTolerance ends a fit: the norm of the objective's gradient is at most this part of the weights' norm. The objective is
	// 1-strongly convex in the weights, so their distance from the optimum is at most the gradient's norm.
	gradientTolerance = 1e-4
	// gradientFloor, as a part of the loss weights' sum, ends a fit whose optimal weights are all 0: what is left of the gradient is
	// rounding error.
	gradientFloor = 1e-12

	maxSweeps = 10_000
)

// loss is C x the loss of each text's rows, a convex function of the text's decision values. Slices are [classes].
type loss interface {
	// negativeGradient sets out to minus the gradient of text i's loss at its decision values.
	negativeGradient(i int, decisions, out []float64)
	// solveDual sets dual to the solution of dual = negativeGradient(rest + squaredNorm x dual). rest is the text's decision values
	// without the share of its own dual variables, and may be overwritten.
	solveDual(i int, squaredNorm float64, rest, dual []float64)
	// totalWeight is the sum of the factors that the rows' losses have, the scale of a gradient at weights 0.
	totalWeight() float64
}

// dualDescent minimises the loss of all texts + half the squared norm of the weights by dual coordinate descent. The weights
// are the sum over the texts of dual x features, and each step sets one text's dual variables to the optimum given all others
// (Hsieh, Chang, Lin, Keerthi and Sundararajan 2008, "A Dual Coordinate Descent Method for Large-scale Linear SVM"; for other losses
// Shalev-Shwartz and Zhang 2013, "Stochastic Dual Coordinate Ascent"). The rows of a text share their features and are one block: as
// separate coordinates, rows with different labels would undo each other's steps.
//
// A bias is the weight of a constant feature of 1. Free biases have no penalty in the objective: each sweep penalises their distance from
// their values before the sweep instead (the proximal point method), which vanishes as the fit converges.
type dualDescent struct {
	x       *matrix
	loss    loss
	classes int
	free    bool // whether the biases are free

	squaredNorms []float64 // [texts], of the features with the constant 1
	dual         []float64 // [texts, classes]
	weights      []float64 // [columns, classes]
	biases       []float64 // [classes]
}

func newDualDescent(x *matrix, classes int, l loss, free bool) *dualDescent {
	d := &dualDescent{
		x: x, loss: l, classes: classes, free: free, squaredNorms: make([]float64, x.rows), dual: make([]float64, x.rows*classes),
		weights: make([]float64, x.columns*classes), biases: make([]float64, classes),
	}
	for i := range d.squaredNorms {
		_, values := x.byRow.line(i)
		d.squaredNorms[i] = 1
		for _, v := range values {
			d.squaredNorms[i] += v * v
		}
	}
	return d
}

// minimize leaves the optimum in weights and biases. It fails when ctx is done or maxSweeps are not enough.
func (d *dualDescent) minimize(ctx context.Context) error {
	rng := rand.New(rand.NewPCG(1, 1)) // a fixed seed: equal inputs give equal weights, to the last bit
	order := make([]int, d.x.rows)
	for i := range order {
		order[i] = i
	}
	centre := make([]float64, d.classes) // of the free biases' proximal penalty: the biases are centre + the dual variables' sum
	decisions, solution := make([]float64, d.classes), make([]float64, d.classes)
	check := 4 // the sweep after which convergence is checked next; a check costs about a sweep, so they get rarer
	for sweep := 1; sweep <= maxSweeps; sweep++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			d.step(i, decisions, solution)
		}
		if sweep == check {
			if d.converged() {
				return nil
			}
			check += max(2, check/4)
		}
		if d.free {
			for k, b := range d.biases {
				d.biases[k], centre[k] = b+(b-centre[k]), b
			}
		}
	}
	return fmt.Errorf("not converged after %d sweeps; use a smaller C", maxSweeps)
}

// step sets the dual variables of text i to their optimum. decisions and solution are buffers of [classes].
func (d *dualDescent) step(i int, decisions, solution []float64) {
	columns, values := d.x.byRow.line(i)
	own := d.dual[i*d.classes : (i+1)*d.classes]
	copy(decisions, d.biases)
	addWeightedLines(decisions, columns, values, d.weights)
	for k := range decisions {
		decisions[k] -= d.squaredNorms[i] * own[k]
	}
	d.loss.solveDual(i, d.squaredNorms[i], decisions, solution)
	for k, v := range solution {
		change := v - own[k]
		own[k] = v
		solution[k] = change
		d.biases[k] += change
	}
	addToLines(d.weights, columns, values, solution)
}

// converged says whether the gradient of the objective, without the proximal penalty, is within the tolerance.
func (d *dualDescent) converged() bool {
	residuals := make([]float64, len(d.dual)) // [texts, classes], first the decision values
	d.x.times(d.weights, d.biases, residuals)
	biasGradient := make([]float64, d.classes)
	pull := make([]float64, d.classes)
	for i := range d.x.rows {
		own := residuals[i*d.classes : (i+1)*d.classes]
		d.loss.negativeGradient(i, own, pull)
		for k, v := range pull {
			own[k] = d.dual[i*d.classes+k] - v // the weights are the features times dual, so their gradient is the features times this
			biasGradient[k] -= v
		}
	}
	if !d.free {
		floats.Add(biasGradient, d.biases)
	}
	squaredGradient := d.x.transposedProductSquaredNorm(residuals, d.classes)
	squaredWeights := floats.Dot(d.weights, d.weights)
	for k, g := range biasGradient {
		squaredGradient += g * g
		if !d.free {
			squaredWeights += d.biases[k] * d.biases[k]
		}
	}
	return math.Sqrt(squaredGradient) <= max(gradientTolerance*math.Sqrt(squaredWeights), gradientFloor*d.loss.totalWeight())
}
