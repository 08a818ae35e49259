package chapter

import (
	"github.com/specialist-nlp/specialist/pkg/experiment"
)

// The sections of the chapter on what LoRA saves and on learning rates.
var (
	Parameters = section("parameters", "LoRA efficiency", ofStudy(experiment.PartSweep, experiment.PartCompared), func(b *blocks, s *experiment.Study) {
		b.table(ParameterTable(s.Selected()))
		b.table(MethodTable(s))
	})
	LearningRates = section("learning-rates", "Learning-rate sensitivity", ofRates, func(b *blocks, c experiment.Curve) {
		if c.Any() {
			b.figure(RatesFigure(c))
		} else {
			b.text("No learning rate was compared: `rates.lora` and `rates.full` of the profile are empty, or every run failed.")
		}
		if len(c) > 0 {
			b.table(RatesTable(c))
		}
	})
	Times = section("what-it-took", "Times", ofStudy(experiment.PartSweep, experiment.PartCompared, experiment.PartInference), func(b *blocks, s *experiment.Study) {
		b.table(TrainingTimesTable(s))
		b.table(InferenceTable(s))
	})
)
