package chapter

import (
	"github.com/specialist-nlp/specialist/pkg/experiment"
)

// The sections of the chapter on errors.
var (
	ErrorOverview = section("error-overview", "Errors at a glance", ofErrors, func(b *blocks, e *experiment.Errors) {
		b.text(ErrorSummary(e))
		b.table(ErrorOverviewTable(e))
	})
	Patterns = section("four-patterns", "The report's four patterns", ofErrors, func(b *blocks, e *experiment.Errors) {
		b.table(PatternTable(e))
		b.table(FindingTable(e))
	})
	ErrorsByLength = section("errors-length", "Length", ofErrors, func(b *blocks, e *experiment.Errors) {
		b.figure(ErrorLengthFigure(e))
		b.figure(MisreadLengthFigure(e))
		b.table(MisreadLengthTable(e))
		b.table(ErrorLengthTable(e))
	})
	Confusions = section("errors-similarity", "Similar specialties", ofErrors, func(b *blocks, e *experiment.Errors) {
		b.figure(ConfusionFigure(e))
		b.table(ConfusionTable(e))
		b.table(PairTable(e))
	})
	ErrorsByImbalance = section("errors-imbalance", "Imbalance", ofErrors, func(b *blocks, e *experiment.Errors) {
		b.figure(ImbalanceFigure(e))
		b.table(BandTable(e))
		b.table(ClassErrorTable(e))
	})
	ErrorsByKind = section("errors-kinds", "Administrative against clinical", ofErrors, func(b *blocks, e *experiment.Errors) {
		b.figure(KindFigure(e))
		b.table(KindTable(e))
		b.table(CrossingTable(e))
	})
	Slices = section("error-slices", "Slices", ofErrors, func(b *blocks, e *experiment.Errors) {
		b.table(WorstSliceTable(e))
		b.table(SliceTable(e))
	})
	Examples = section("worked-examples", "Worked examples", ofErrors, func(b *blocks, e *experiment.Errors) {
		b.table(ExampleTable(e))
	})
	Confidence = section("confidence", "Confidence", ofErrors, func(b *blocks, e *experiment.Errors) {
		b.figure(ReliabilityFigure(e))
		b.figure(RowReliabilityFigure(e))
		b.table(CalibrationTable(e))
	})
	Thresholds = section("automatic", "Automatic or to a person", ofErrors, func(b *blocks, e *experiment.Errors) {
		b.figure(CoverageFigure(e))
		b.table(ThresholdTable(e))
	})
)
