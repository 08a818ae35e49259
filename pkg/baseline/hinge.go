package baseline

// squaredHinge is the loss of support vector machines, one class against all others: for class k, a row of k costs
// weight x max(0, 1 - value)^2 and any other row max(0, 1 + value)^2.
type squaredHinge struct {
	width              int
	positive, negative []float64 // [texts, width]: 2 x c x the weight of a text's rows on either side
}

// newSquaredHinge takes the classes from first to last, last not included: the machines do not depend on each other.
func newSquaredHinge(f *filing, c float64, balanced bool, first, last int) *squaredHinge {
	width := last - first
	h := &squaredHinge{width: width, positive: make([]float64, len(f.texts)*width), negative: make([]float64, len(f.texts)*width)}
	weights := f.classWeights(balanced)
	for i, rows := range f.rows {
		for k := range width {
			class, own := first+k, 0
			for _, s := range rows {
				if s.class == class {
					own = s.rows
				}
			}
			negative := 1.0 // liblinear does not weigh the other rows, whatever their classes
			if len(weights) == 2 {
				negative = weights[1-class] // but of two classes it weighs both
			}
			h.positive[i*width+k] = 2 * c * weights[class] * float64(own)
			h.negative[i*width+k] = 2 * c * negative * float64(f.sizes[i]-own)
		}
	}
	return h
}

func (h *squaredHinge) pull(i int, values, out []float64) {
	for k, v := range values {
		out[k] = h.positive[i*h.width+k]*max(0, 1-v) - h.negative[i*h.width+k]*max(0, 1+v)
	}
}

// solve goes by the decision value v = rest + norm x pull(v), whose sides are piecewise linear with the edges -1 and 1.
func (h *squaredHinge) solve(i int, norm float64, rest, dual []float64) {
	for k, r := range rest {
		positive, negative := h.positive[i*h.width+k], h.negative[i*h.width+k]
		a, b := norm*positive, norm*negative
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

func (h *squaredHinge) size() float64 {
	sum := 0.0
	for i, v := range h.positive {
		sum += v + h.negative[i]
	}
	return sum
}
