package study

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// smoothing is the weight of the past in the smoothed loss: about the last ten steps.
const smoothing = 0.9

// smoothed is the training loss by step, averaged over about ten.
func (f *Fit) smoothed() (steps, losses []float64) {
	mean, weight := 0.0, 0.0
	for i, loss := range f.Training.Losses {
		mean, weight = smoothing*mean+(1-smoothing)*loss, smoothing*weight+(1-smoothing)
		steps, losses = append(steps, float64(i+1)), append(losses, mean/weight)
	}
	return steps, losses
}

// heldOut is the validation loss at the last step of each epoch.
func (f *Fit) heldOut() (steps, losses []float64) {
	for i, e := range f.Training.Epochs {
		steps, losses = append(steps, float64((i+1)*f.StepsPerEpoch)), append(losses, e.Loss)
	}
	return steps, losses
}

// LossFigure is the training loss of every step, smoothed, and the validation loss of every epoch.
func (f *Fit) LossFigure() (page.Figure, error) {
	losses := f.Training.Losses
	steps, smooth := f.smoothed()
	ends, held := f.heldOut()
	return page.Lines(page.LinesSpec{
		About: page.About{
			ID: "loss", Title: "Training and validation loss", Synthetic: f.Corpus.Synthetic,
			Caption: "Cross entropy in nats, against the label sets of the training texts and the rows of the validation texts. The smoothed line averages about ten steps.",
			Alt:     fmt.Sprintf("Training loss falls from %.2f to %.2f over %d steps; validation loss ends at %.2f.", losses[0], smooth[len(smooth)-1], len(losses), held[len(held)-1]),
		},
		X: page.Axis{Title: "Optimiser step"}, Y: page.Axis{Title: "Cross entropy", Unit: "nats"},
		Series: []page.Series{
			{Name: "training, each step", X: steps, Y: losses, Faint: true},
			{Name: "training, smoothed", X: steps, Y: smooth},
			{Name: "validation, each epoch", X: ends, Y: held},
		},
	})
}

// ValidationFigure is what each epoch scored on the validation texts, with the ceilings.
func (f *Fit) ValidationFigure() (page.Figure, error) {
	var epochs, accuracy, f1, valid []float64
	for i, e := range f.Training.Epochs {
		epochs, accuracy, f1, valid = append(epochs, float64(i+1)), append(accuracy, e.Accuracy), append(f1, e.MacroF1), append(valid, e.AnyValid)
	}
	best := f.Training.Epochs[f.Training.Best]
	ceiling := f.Validation.Metrics[evaluate.RowAccuracy].Ceiling
	return page.Lines(page.LinesSpec{
		About: page.About{
			ID: "validation", Title: "Validation metrics by epoch", Synthetic: f.Corpus.Synthetic,
			Caption: fmt.Sprintf("The model of epoch %d, with the best macro-F1, was kept and tested.", f.Training.Best+1),
			Alt:     fmt.Sprintf("Best epoch %d: row accuracy %.3f of a ceiling of %.3f, macro-F1 %.3f, any-valid %.3f.", f.Training.Best+1, best.Accuracy, ceiling, best.MacroF1, best.AnyValid),
		},
		X: page.Axis{Title: "Epoch"}, Y: page.Axis{Title: "Score", Min: 0, Max: 1},
		Series: []page.Series{
			{Name: "any-valid", X: epochs, Y: valid},
			{Name: "row accuracy", X: epochs, Y: accuracy},
			{Name: "macro-F1", X: epochs, Y: f1},
		},
		AtY: []page.Reference{{Label: fmt.Sprintf("ceiling of row accuracy %.3f", ceiling), Value: ceiling}},
	})
}

// ClassFigure is the test F1 of every specialty that has test rows, the largest first.
func (r *Run) ClassFigure() (page.Figure, error) {
	var labels []string
	var scores []page.Value
	right := 0
	for _, c := range r.bySupport() {
		if c.Support == 0 {
			continue
		}
		labels = append(labels, c.Label)
		scores = append(scores, page.Of(*c.F1))
		if c.Correct > 0 {
			right++
		}
	}
	return page.Bars(page.BarsSpec{
		About: page.About{
			ID: "class-f1", Title: "Test F1 by specialty", Synthetic: r.Corpus.Synthetic,
			Caption: "Specialties with test rows, the largest first.",
			Alt:     fmt.Sprintf("%d of %d specialties with test rows have an F1 above 0.", right, len(labels)),
		},
		Axis: page.Axis{Title: "F1", Min: 0, Max: 1}, Form: page.Metric, Labels: labels, Groups: []page.Group{{Name: "F1", Values: scores}},
	})
}
