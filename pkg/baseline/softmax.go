package baseline

import "math"

// crossEntropy is the loss of multinomial logistic regression: of a row of class k, c x weight x (log-sum-exp of the values - value k).
type crossEntropy struct {
	width   int
	targets []float64 // [texts, width]: c x the weights of a text's rows of each class
	masses  []float64 // [texts]: their sums
	shares  []float64 // [width], room for a softmax
}

func newCrossEntropy(f *filing, c float64, balanced bool) *crossEntropy {
	width := len(f.classes)
	e := &crossEntropy{width: width, targets: make([]float64, len(f.texts)*width), masses: make([]float64, len(f.texts)), shares: make([]float64, width)}
	weights := f.classWeights(balanced)
	if width == 2 {
		// scikit-learn fits one vector for two classes, the difference of these two, whose squared norm is twice the sum of theirs.
		c /= 2
	}
	for i, rows := range f.rows {
		for _, s := range rows {
			weight := c * weights[s.class] * float64(s.rows)
			e.targets[i*width+s.class] = weight
			e.masses[i] += weight
		}
	}
	return e
}

func (e *crossEntropy) pull(i int, values, out []float64) {
	softmax(values, out)
	for k, p := range out {
		out[k] = e.targets[i*e.width+k] - e.masses[i]*p
	}
}

// solve finds the decision values v = rest + norm x (targets - mass x softmax(v)). With a = norm x mass and the shares u = a x softmax(v),
// which sum to a, this is u + log u = rest + norm x targets + log a - l for the one number l, the log-sum-exp of v. So u = omega of the
// right side, and l is where these sum to a: the root of a convex, falling function, which Newton's method finds from the left.
func (e *crossEntropy) solve(i int, norm float64, rest, dual []float64) {
	targets := e.targets[i*e.width : (i+1)*e.width]
	a := norm * e.masses[i]
	for k := range rest {
		rest[k] += norm * targets[k]
	}
	level := softmax(rest, e.shares) - a // no value falls by more than a
	constant := math.Log(a)
	for range maxLevels {
		sum, slope := 0.0, 0.0
		for k, r := range rest {
			u := omega(r + constant - level)
			e.shares[k] = u
			sum += u
			slope += u / (1 + u)
		}
		if math.Abs(sum-a) <= 1e-13*a {
			break
		}
		level += (sum - a) / slope
	}
	for k, u := range e.shares {
		dual[k] = targets[k] - u/norm
	}
}

// maxLevels is more than Newton's method takes: it is used up only where rounding keeps it from its end.
const maxLevels = 50

func (e *crossEntropy) size() float64 {
	sum := 0.0
	for _, mass := range e.masses {
		sum += mass
	}
	return sum
}

// omega returns the u > 0 with u + log u = y, Wright's omega function, by the iteration of fourth order in Lawrence, Corless and
// Jeffrey 2012, "Algorithm 917".
func omega(y float64) float64 {
	if y < -36 {
		return math.Exp(y) // to the last digit
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

// softmax sets out to the softmax of the values and returns the logarithm of the sum of their exponentials.
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
