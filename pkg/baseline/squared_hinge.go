package baseline

// squaredHinge is the squared hinge loss of linear support vector machines, one class against all others: for class k, a row of k
// costs C x weight x max(0, 1 - decision value)^2 and any other row C x weight x max(0, 1 + decision value)^2.
type squaredHinge struct {
	classes            int
	positive, negative []float64 // [texts, classes]: 2 x C x the weights of the text's rows of the class, and of its other rows
}

// newSquaredHinge takes the classes from first up to last, without last: the classes' machines do not depend on each other.
func newSquaredHinge(train *trainingSet, c float64, balanced bool, first, last int) *squaredHinge {
	classes := last - first
	h := &squaredHinge{
		classes:  classes,
		positive: make([]float64, len(train.texts)*classes), negative: make([]float64, len(train.texts)*classes),
	}
	weights := train.classWeights(balanced)
	for i, counts := range train.rows {
		for k := range classes {
			class, own := first+k, 0
			for _, count := range counts {
				if count.class == class {
					own = count.rows
				}
			}
			// As in LIBLINEAR, negative rows have the weight 1, whatever their class, but both classes of two have their own.
			negative := 1.0
			if len(weights) == 2 {
				negative = weights[1-class]
			}
			h.positive[i*classes+k] = 2 * c * weights[class] * float64(own)
			h.negative[i*classes+k] = 2 * c * negative * float64(train.rowCounts[i]-own)
		}
	}
	return h
}

func (h *squaredHinge) negativeGradient(i int, decisions, out []float64) {
	for k, v := range decisions {
		out[k] = h.positive[i*h.classes+k]*max(0, 1-v) - h.negative[i*h.classes+k]*max(0, 1+v)
	}
}

// solveDual solves v = rest + squaredNorm x negativeGradient(v) for the decision value v of each class. The right side is linear in v below
// -1, between -1 and 1, and above 1; v lies in the piece whose solution falls into it.
func (h *squaredHinge) solveDual(i int, squaredNorm float64, rest, dual []float64) {
	for k, r := range rest {
		positive, negative := h.positive[i*h.classes+k], h.negative[i*h.classes+k]
		a, b := squaredNorm*positive, squaredNorm*negative
		if v := (r + a) / (1 + a); v <= -1 {
			dual[k] = positive * (1 - v)
		} else if v := (r - b) / (1 + b); v >= 1 {
			dual[k] = -negative * (1 + v)
		} else {
			v := (r + a - b) / (1 + a + b)
			dual[k] = positive*(1-v) - negative*(1+v)
		}
	}
}

func (h *squaredHinge) totalWeight() float64 {
	sum := 0.0
	for i, v := range h.positive {
		sum += v + h.negative[i]
	}
	return sum
}
