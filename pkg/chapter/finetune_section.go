package chapter

import (
	"github.com/specialist-nlp/specialist/pkg/experiment"
)

// The sections of the chapter on fine-tuning.
var (
	Method = section("method", "Method", ofStudy(experiment.PartAudit, experiment.PartSweep, experiment.PartComparisons), func(b *blocks, s *experiment.Study) {
		b.discussion(s, "method")
	})
	Configurations = section("configurations", "The sweep", ofSweep, func(b *blocks, s *experiment.Sweep) {
		b.table(SweepTable(s))
	})
	ConfigurationCurves = section("configuration-curves", "Losses and scores by epoch", ofSweep, func(b *blocks, s *experiment.Sweep) {
		b.figure(SweepLossFigure(s))
		b.figure(SweepScoreFigure(s))
	})
	Selected = section("selected", "The selected configuration", ofSelected, func(b *blocks, r *experiment.Run) {
		b.table(SetupTable(&r.TrainingRun))
		b.figure(LossFigure(&r.TrainingRun))
		b.figure(ValidationFigure(&r.TrainingRun))
	})
	Results = section("test-results", "Results", ofSelected, func(b *blocks, r *experiment.Run) {
		b.table(ResultsTable(r))
	})
)
