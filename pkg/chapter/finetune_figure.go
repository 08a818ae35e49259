package chapter

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// smoothing is the weight of the past in the smoothed loss: about the last ten steps.
const smoothing = 0.9

// smoothedLoss is the training loss by step, averaged over about ten.
func smoothedLoss(f *experiment.TrainingRun) (steps, losses []float64) {
	mean, weight := 0.0, 0.0
	for i, loss := range f.Training.Losses {
		mean, weight = smoothing*mean+(1-smoothing)*loss, smoothing*weight+(1-smoothing)
		steps, losses = append(steps, float64(i+1)), append(losses, mean/weight)
	}
	return steps, losses
}

// validationLoss is the validation loss at the last step of each epoch.
func validationLoss(f *experiment.TrainingRun) (steps, losses []float64) {
	for i, e := range f.Training.Epochs {
		steps, losses = append(steps, float64((i+1)*f.StepsPerEpoch)), append(losses, e.Loss)
	}
	return steps, losses
}

// LossFigure is the training loss of every step, smoothed, and the validation loss of every epoch.
func LossFigure(f *experiment.TrainingRun) (page.Figure, error) {
	losses := f.Training.Losses
	steps, smooth := smoothedLoss(f)
	ends, held := validationLoss(f)
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
func ValidationFigure(f *experiment.TrainingRun) (page.Figure, error) {
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
