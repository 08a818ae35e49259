package baseline

import "math"

// crossEntropy is the loss of multinomial logistic regression: a row of class k costs
// C x weight x (log-sum-exp of the decision values - decision value k).
type crossEntropy struct {
	classes       int
	targets       []float64 // [texts, classes]: C x the weights of the text's rows of the class
	weights       []float64 // [texts]: the targets' sums over the classes
	probabilities []float64 // [classes], a buffer
}

func newCrossEntropy(train *trainingSet, c float64, balanced bool) *crossEntropy {
	classes := len(train.classes)
	e := &crossEntropy{
		classes: classes, targets: make([]float64, len(train.texts)*classes),
		weights: make([]float64, len(train.texts)), probabilities: make([]float64, classes),
	}
	weights := train.classWeights(balanced)
	if classes == 2 {
		// Of two classes scikit-learn fits one weight vector, the difference of the two here. The optimal two are opposite, so that
		// the squared norm of their difference, which it penalises, is twice the sum of theirs.
		c /= 2
	}
	for i, counts := range train.rows {
		for _, count := range counts {
			weight := c * weights[count.class] * float64(count.rows)
			e.targets[i*classes+count.class] = weight
			e.weights[i] += weight
		}
	}
	return e
}

func (e *crossEntropy) negativeGradient(i int, decisions, out []float64) {
	softmax(decisions, out)
	for k, p := range out {
		out[k] = e.targets[i*e.classes+k] - e.weights[i]*p
	}
}

// maxNewtonSteps is more than convergence takes. All are used only where rounding keeps the residual above its tolerance.
const maxNewtonSteps = 50

// solveDual solves v = rest + squaredNorm x (targets - weight x softmax(v)) for the decision values v. Let a = squaredNorm x weight and
// u = a x softmax(v), whose sum is a. As log u = log a + v - l, where l is the log-sum-exp of v,
//
//	u + log u = rest + squaredNorm x targets + log a - l
//
// so u is Wright's omega function of the right side. The sum of u is a convex, falling function of the one unknown l, and Newton's method from
// below finds where it is a.
func (e *crossEntropy) solveDual(i int, squaredNorm float64, rest, dual []float64) {
	targets := e.targets[i*e.classes : (i+1)*e.classes]
	a := squaredNorm * e.weights[i]
	for k := range rest {
		rest[k] += squaredNorm * targets[k]
	}
	u := e.probabilities
	logSum := softmax(rest, u) - a // a lower bound, as no decision value is more than a below rest
	logA := math.Log(a)
	for range maxNewtonSteps {
		sum, slope := 0.0, 0.0
		for k, r := range rest {
			u[k] = wrightOmega(r + logA - logSum)
			sum += u[k]
			slope += u[k] / (1 + u[k])
		}
		if math.Abs(sum-a) <= 1e-13*a {
			break
		}
		logSum += (sum - a) / slope
	}
	for k, v := range u {
		dual[k] = targets[k] - v/squaredNorm
	}
}

func (e *crossEntropy) totalWeight() float64 {
	sum := 0.0
	for _, weight := range e.weights {
		sum += weight
	}
	return sum
}

// wrightOmega returns the u > 0 with u + log u = y, by the fourth-order iteration of Lawrence, Corless and Jeffrey 2012, "Algorithm 917:
// Complex Double-Precision Evaluation of the Wright omega Function".
func wrightOmega(y float64) float64 {
	if y < -36 {
		return math.Exp(y) // u is below float64's resolution of y, so that log u = y
	}
	var u float64
	switch {
	case y < -2:
		u = math.Exp(y)
		u *= 1 - u + 1.5*u*u
	case y < 1+math.Pi:
		d := y - 1
		u = 1 + d*(.5+d*(1./16-d*(1./192+d/3072)))
	default:
		l := math.Log(y)
		u = y - l + l/y
	}
	for range 2 {
		r := y - u - math.Log(u)
		v := 1 + u
		w := 2 * v * (v + 2./3*r)
		u *= 1 + r/v*(w-r)/(w-2*r)
	}
	return u
}

// softmax sets out to the softmax of the values and returns their log-sum-exp.
func softmax(values, out []float64) float64 {
	highest := math.Inf(-1)
	for _, v := range values {
		highest = max(highest, v)
	}
	sum := 0.0
	for k, v := range values {
		out[k] = math.Exp(v - highest)
		sum += out[k]
	}
	for k := range out {
		out[k] /= sum
	}
	return highest + math.Log(sum)
}
