package attribution

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/integrate/quad"
)

// gradientInput takes the gradient at the note.
func (r *run) gradientInput(ctx context.Context, readings []reading, into []Attribution) error {
	points := make([]point, len(readings))
	for i, n := range readings {
		points[i] = point{note: i, at: 1, label: n.label}
	}
	r.plan(len(points))
	return r.gradients(ctx, readings, points, func(p point, logits []float32, label int32, values []float32) error {
		n := readings[p.note]
		if err := r.setLabel(n, logits, label, &into[p.note]); err != nil {
			return err
		}
		return into[p.note].setTokens(n, widen(values))
	})
}

// integratedGradients first takes the logits of the notes, which give the labels to attribute, then the gradients at the nodes of the
// quadrature on the path from baseline, 0, to note, 1, and the logits of the baseline.
func (r *run) integratedGradients(ctx context.Context, readings []reading, into []Attribution) error {
	steps := r.options.Steps
	nodes, weights := make([]float64, steps), make([]float64, steps)
	quad.Legendre{}.FixedLocations(nodes, weights, 0, 1)

	r.plan(len(readings) * (steps + 2))
	starts := make([]point, len(readings))
	for i, n := range readings {
		starts[i] = point{note: i, at: 1, label: n.label}
	}
	labels := make([]int32, len(readings))
	err := r.gradients(ctx, readings, starts, func(p point, logits []float32, label int32, _ []float32) error {
		labels[p.note] = label
		return r.setLabel(readings[p.note], logits, label, &into[p.note])
	})
	if err != nil {
		return err
	}

	sums := make([][]float64, len(readings))
	var points []point
	for i, n := range readings {
		sums[i] = make([]float64, len(n.encoding.IDs))
		points = append(points, point{note: i, label: labels[i]})
		for k := range steps {
			points = append(points, point{note: i, at: nodes[k], weight: weights[k], label: labels[i]})
		}
	}
	err = r.gradients(ctx, readings, points, func(p point, logits []float32, label int32, values []float32) error {
		if logit := float64(logits[label]); !finite(logit) {
			return fmt.Errorf("note %q: the logit of %q is %v on the way from the baseline, not a finite number", readings[p.note].note.ID, into[p.note].Label, logit)
		} else if p.at == 0 {
			into[p.note].BaselineLogit = &logit
			return nil
		}
		for i, v := range values {
			sums[p.note][i] += p.weight * float64(v)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, n := range readings {
		if err := into[i].setTokens(n, sums[i]); err != nil {
			return err
		}
	}
	return nil
}

func widen(values []float32) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = float64(v)
	}
	return out
}
